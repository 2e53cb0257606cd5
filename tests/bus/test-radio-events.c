/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to a radio while sessions use it: power, rfkill, plugs, bluetoothd's coming and going, other
 * programs. */
#include <stdio.h>

#include "daemon-fixture.h"

static void expect_no_start(const char *session, const char *error)
{
	client_expect_error(client, session, "Session1", "StartScan", g_variant_new("(i)", -1), error);
}

static void watch_tree(Client *by)
{
	client_subscribe(by, NULL, PROPERTIES, "PropertiesChanged", NULL);
	client_subscribe(by, NULL, OBJECT_MANAGER, NULL, NULL);
}

START_TEST(power_cycle_by_others)
{
	g_autofree char *session = open_session(client, 0);
	g_autofree char *idle = open_session(client, 0);
	g_autoptr(GVariant) source = NULL;

	watch_tree(client);
	start_scan(client, session, -1);
	expect_changed(client, "hci0", "Scanning", "true");
	hear_and_leave(client, session, WORLD_RADIO);

	world_power(world, "hci0", false);
	expect_changed(client, "hci0", "Powered", "false");
	expect_changed(client, "hci0", "Scanning", "false");
	source = client_get(client, "hci0", "Adapter1", "Source");
	ck_assert_str_eq(g_variant_get_string(source, NULL), "none");
	expect_no_start(idle, "NotReady");
	ck_assert(is_scanning(client, session));
	ck_assert(!is_scanning(client, idle));
	wait_ms(1000); /* who switched it off meant it */
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "powered"), 0);
	ck_assert_uint_ge(take_all(client, session), 1);

	world_power(world, "hci0", true);
	expect_changed(client, "hci0", "Powered", "true");
	expect_changed(client, "hci0", "Scanning", "true");
	hear_through(client, session, WORLD_RADIO);
	ck_assert(is_scanning(client, session));
	close_session(client, session);
	wait_radio_scans(WORLD_RADIO, false, SOON);
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "powered"), 1); /* it was not us who switched it on */
}
END_TEST

START_TEST(time_ends_while_off)
{
	g_autofree char *session = open_session(client, 0);

	subscribe(client, session);
	start_scan(client, session, 5);
	wait_radio_scans(WORLD_RADIO, true, SOON);
	world_power(world, "hci0", false);
	ck_assert(is_scanning(client, session));
	expect_stopped(client, "radio-off", 5000 + SOON);
	ck_assert(!is_scanning(client, session));
	world_power(world, "hci0", true);
	wait_adapter("hci0", "Powered", true);
	wait_ms(500);
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "scanning"), 0);
}
END_TEST

START_TEST(reasons)
{
	g_autofree char *session = open_session(client, 0);

	subscribe(client, session);
	start_scan(client, session, 1);
	expect_stopped(client, "timeout", 1000 + SOON);
	start_scan(client, session, -1);
	client_do(client, session, "Session1", "StopScan", NULL);
	expect_stopped(client, "stopped", SOON);

	start_scan(client, session, 5);
	air_do(air, "unplug " WORLD_RADIO);
	expect_stopped(client, "radio-gone", 5000 + SOON);
	air_do(air, "plug " WORLD_RADIO);
	wait_adapter("hci0", "Powered", true);
	ck_assert(!is_scanning(client, session));

	start_scan(client, session, 5);
	world_bluez_kill(world);
	expect_stopped(client, "bluez-gone", 5000 + SOON);
	world_bluez_start(world);
	wait_adapter("hci0", "Powered", true);
	ck_assert(!is_scanning(client, session));
	ck_assert(!client_get_boolean(client, "hci0", "Adapter1", "Scanning"));
	ck_assert_uint_eq(client_count_signals(client, "ScanStopped"), 0);
}
END_TEST

START_TEST(rfkill)
{
	g_autofree char *session = open_session(client, 0);
	g_autofree char *blocked = NULL;

	start_scan(client, session, -1);
	hear_and_leave(client, session, WORLD_RADIO);
	air_do(air, "rfkill " WORLD_RADIO " block");
	wait_adapter("hci0", "Powered", false);
	ck_assert(is_scanning(client, session));
	ck_assert_uint_ge(take_all(client, session), 1);

	/* a session that is made now scans once it may */
	blocked = open_session(client, 0);
	client_do(client, "hci0", "Session1", "Init", no_options());
	expect_no_start(blocked, "NotReady");
	expect_no_start("hci0", "NotReady");

	air_do(air, "rfkill " WORLD_RADIO " unblock");
	wait_adapter("hci0", "Powered", true);
	hear_through(client, session, WORLD_RADIO);
	start_scan(client, blocked, -1);
	hear_through(client, blocked, WORLD_RADIO);
}
END_TEST

START_TEST(replug)
{
	g_autofree char *session = open_session(client, 0);

	watch_tree(client);
	start_scan(client, session, -1);
	start_scan(client, "hci0", -1);
	hear_and_leave(client, session, WORLD_RADIO);

	air_do(air, "unplug " WORLD_RADIO);
	expect_changed(client, "", "Adapters", "[]");
	ck_assert_uint_eq(client_count_signals(client, "InterfacesRemoved"), 1);
	ck_assert_ptr_null(client_get(client, "hci0", "Adapter1", "Address"));
	client_expect_error(client, NULL, "Manager1", "OpenSession", radio_number(0), "NoSuchAdapter");
	client_expect_error(client, session, "Session1", "Init", no_options(), "NotReady");
	expect_no_start(session, "NotReady");
	expect_no_start("hci0", "NotReady");
	ck_assert(is_scanning(client, session));
	ck_assert(is_scanning(client, "hci0"));
	ck_assert_uint_ge(take_all(client, session), 1);

	air_do(air, "plug " WORLD_RADIO);
	expect_changed(client, "", "Adapters", "['/com/example/Bluetooth/hci0']");
	ck_assert_uint_eq(client_count_signals(client, "InterfacesAdded"), 1);
	hear_through(client, session, WORLD_RADIO);
	ck_assert_uint_ge(take_all(client, "hci0"), 1);
}
END_TEST

static unsigned int plug(const char *radio)
{
	g_autofree char *name = air_cmd(air, "plug %s", radio);
	unsigned int index;

	ck_assert_int_eq(sscanf(name, "hci%u", &index), 1);
	wait_adapter(name, "Powered", true);
	return index;
}

START_TEST(replug_as_another_number)
{
	static const char *const third = "00:AA:01:02:00:02";
	g_autofree char *session = open_session(client, 0);
	g_autofree char *elsewhere = NULL, *moved = NULL;
	g_autofree char *from = NULL;
	g_autoptr(GVariant) body = NULL;

	subscribe(client, session);
	start_scan(client, session, -1);
	start_scan(client, "hci0", -1);
	hear_through(client, session, WORLD_RADIO);
	air_do(air, "unplug " WORLD_RADIO);
	wait_adapter_gone("hci0");
	ck_assert_uint_eq(plug(SECOND_RADIO), 0);
	ck_assert_uint_eq(plug(WORLD_RADIO), 1);

	/* the session goes with its radio and keeps its path */
	hear_through(client, session, WORLD_RADIO);
	wait_ms(200);
	ck_assert_uint_eq(air_ask(air, "adv " SECOND_RADIO " " DEVICE " random 3 -60 020106"), 0);
	elsewhere = open_session(client, 0);
	ck_assert(g_str_has_prefix(elsewhere, "/com/example/Bluetooth/hci0/session/"));
	start_scan(client, elsewhere, -1);
	hear_through(client, elsewhere, SECOND_RADIO);
	wait_ms(200);
	ck_assert_uint_eq(take_all(client, session), 0);
	ck_assert(is_scanning(client, "hci1")); /* the user session went too */
	moved = open_session(client, 1);
	ck_assert(g_str_has_prefix(moved, "/com/example/Bluetooth/hci1/session/"));
	client_do(client, session, "Session1", "StopScan", NULL);
	body = client_wait_signal(client, "ScanStopped", SOON, &from);
	ck_assert_ptr_nonnull(body);
	ck_assert_str_eq(from, session);
	close_session(client, elsewhere);
	close_session(client, moved);

	/* its old number still finds it as long as no other radio has that */
	air_do(air, "unplug " SECOND_RADIO);
	wait_adapter_gone("hci0");
	ck_assert(is_scanning(client, "hci0"));
	ck_assert_uint_eq(plug(third), 0);
	ck_assert(!is_scanning(client, "hci0"));
	ck_assert(is_scanning(client, "hci1"));
}
END_TEST

/* bluetoothd switches on what is plugged in, and says Busy to who wants the same at that moment. */
START_TEST(session_while_powering_on)
{
	g_autofree char *session = NULL;

	air_do(air, "unplug " WORLD_RADIO);
	wait_adapter_gone("hci0");
	air_do(air, "plug " WORLD_RADIO);
	wait_adapter_there("hci0");
	session = open_session(client, 0);
	start_scan(client, session, -1);
	hear_through(client, session, WORLD_RADIO);
}
END_TEST

START_TEST(radios_are_independent)
{
	g_autofree char *first = open_session(client, 0);
	g_autofree char *second = NULL;

	watch_tree(client);
	ck_assert_uint_eq(plug(SECOND_RADIO), 1);
	expect_changed(client, "", "Adapters",
		       "['/com/example/Bluetooth/hci0', '/com/example/Bluetooth/hci1']");
	second = open_session(client, 1);
	start_scan(client, first, -1);
	wait_radio_scans(WORLD_RADIO, true, SOON);
	ck_assert_uint_eq(air_status(air, SECOND_RADIO, "scanning"), 0);
	start_scan(client, second, -1);
	hear_through(client, second, SECOND_RADIO);
	hear_through(client, first, WORLD_RADIO);
	ck_assert_uint_eq(take_all(client, second), 0);

	world_power(world, "hci1", false);
	wait_adapter("hci1", "Powered", false);
	hear_through(client, first, WORLD_RADIO);
	air_do(air, "unplug " SECOND_RADIO);
	expect_changed(client, "", "Adapters", "['/com/example/Bluetooth/hci0']");
	hear_through(client, first, WORLD_RADIO);
	ck_assert(is_scanning(client, second));
}
END_TEST

START_TEST(bluetoothd_restart)
{
	g_autofree char *session = open_session(client, 0);
	g_autofree char *timed = open_session(client, 0);

	watch_tree(client);
	subscribe(client, timed);
	start_scan(client, session, -1);
	start_scan(client, timed, 5);
	hear_and_leave(client, session, WORLD_RADIO);
	world_bluez_kill(world);
	expect_changed(client, "", "Adapters", "[]");
	client_expect_error(client, NULL, "Manager1", "OpenSession", radio_number(0), "BlueZUnavailable");
	client_expect_error(client, session, "Session1", "Init", no_options(), "BlueZUnavailable");
	expect_no_start("hci0", "BlueZUnavailable");
	ck_assert(is_scanning(client, session));
	ck_assert_uint_ge(take_all(client, session), 1);
	expect_stopped(client, "bluez-gone", 5000 + SOON);

	world_bluez_start(world);
	expect_changed(client, "", "Adapters", "['/com/example/Bluetooth/hci0']");
	ck_assert(!is_scanning(client, timed));
	hear_through(client, session, WORLD_RADIO);
	close_session(client, session);
	wait_radio_scans(WORLD_RADIO, false, SOON);
}
END_TEST

START_TEST(power_by_us)
{
	g_autofree char *first = NULL, *second = NULL;

	world_power(world, "hci0", false);
	wait_adapter("hci0", "Powered", false);
	first = open_session(client, 0);
	ck_assert(client_get_boolean(client, "hci0", "Adapter1", "Powered"));
	second = open_session(client, 0);
	close_session(client, first);
	start_scan(client, second, -1);
	hear_through(client, second, WORLD_RADIO);
	close_session(client, second);
	wait_adapter("hci0", "Powered", false);
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "powered"), 0);

	/* the user session likewise, which inits itself */
	start_scan(client, "hci0", -1);
	hear_through(client, "hci0", WORLD_RADIO);
	client_do(client, "hci0", "Session1", "Deinit", NULL);
	wait_adapter("hci0", "Powered", false);

	/* once somebody else has switched it off and on, it is theirs */
	g_free(first);
	first = open_session(client, 0);
	world_power(world, "hci0", false);
	wait_adapter("hci0", "Powered", false);
	world_power(world, "hci0", true);
	wait_adapter("hci0", "Powered", true);
	close_session(client, first);
	wait_ms(500);
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "powered"), 1);
}
END_TEST

/* One program after the other, as scripts are: each finds the radio on, though it is being powered off for
 * the last one. */
START_TEST(taking_turns)
{
	world_power(world, "hci0", false);
	wait_adapter("hci0", "Powered", false);
	for (int i = 0; i < 12; i++) {
		Client *other = new_client();
		g_autofree char *session = open_session(other, 0);

		wait_ms((unsigned int)i * 3);
		start_scan(other, session, -1);
		if (i % 2)
			close_session(other, session);
		client_free(other);
	}
	wait_adapter("hci0", "Powered", false);
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "powered"), 0);
}
END_TEST

static bool hears(void *data)
{
	air_do(air, "adv " WORLD_RADIO " " DEVICE " random 3 -60 0201060303AAFE");
	wait_ms(50);
	return client_count_signals(data, "PropertiesChanged") > 0;
}

static void expect_hears(Client *other)
{
	client_drop_signals(other);
	ck_assert_msg(wait_until(hears, other, RESUME), "the other program hears nothing");
}

START_TEST(another_program_discovers)
{
	Client *other = new_client();
	g_autofree char *session = open_session(client, 0);

	client_direct(other, "org.bluez");
	client_subscribe(other, "org.bluez", PROPERTIES, "PropertiesChanged",
			 BLUEZ_ADAPTER "/dev_C0_00_00_00_00_01");
	client_do(other, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "SetDiscoveryFilter",
		  g_variant_new_parsed("({'Transport': <'le'>, 'DuplicateData': <true>},)", NULL));
	client_do(other, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "StartDiscovery", NULL);
	expect_hears(other);
	ck_assert_uint_eq(stats_total(client, "Reports"), 0); /* nobody asked us */
	ck_assert(!client_get_boolean(client, "hci0", "Adapter1", "Scanning"));

	start_scan(client, session, -1);
	hear_through(client, session, WORLD_RADIO);
	expect_hears(other);
	close_session(client, session);
	wait_ms(500);
	ck_assert(client_get_boolean(other, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "Discovering"));
	expect_hears(other);
	client_free(other);
	wait_radio_scans(WORLD_RADIO, false, SOON);
}
END_TEST

/* setup_without_bluez */
START_TEST(daemon_before_bluetoothd)
{
	g_autoptr(GVariant) adapters = client_get(client, NULL, "Manager1", "Adapters");
	g_autofree char *session = NULL;

	ck_assert_uint_eq(g_variant_n_children(adapters), 0);
	client_expect_error(client, NULL, "Manager1", "OpenSession", radio_number(0), "BlueZUnavailable");
	client_expect_error(client, "hci0", "Session1", "IsScanning", NULL, "NoSuchAdapter");
	ck_assert_uint_eq(stats_total(client, "Reports"), 0);
	world_bluez_start(world);
	wait_adapter("hci0", "Powered", true);
	session = open_session(client, 0);
	start_scan(client, session, -1);
	hear_through(client, session, WORLD_RADIO);
}
END_TEST

static void setup_for_rfkill(void)
{
	/* the simulated BlueZ has no /sys/class/bluetooth beside it: there PowerState tells of the block */
	setup_with(is_guest() ? 0 : WORLD_EXPERIMENTAL, NULL);
}

static void setup_without_bluez(void)
{
	setup_with(WORLD_NO_BLUEZ, NULL);
}

int main(void)
{
	const TTest *const tests[] = {
		power_cycle_by_others, time_ends_while_off, reasons, replug, replug_as_another_number,
		session_while_powering_on, radios_are_independent, bluetoothd_restart, power_by_us,
		taking_turns, another_program_discovers, NULL,
	};
	const TTest *const blocked[] = { rfkill, NULL };
	const TTest *const early[] = { daemon_before_bluetoothd, NULL };
	int result;

	result = run_tests("radio-events", tests, setup, teardown, 90);
	result |= run_tests("rfkill", blocked, setup_for_rfkill, teardown, 90);
	return result | run_tests("start", early, setup_without_bluez, teardown, 90);
}
