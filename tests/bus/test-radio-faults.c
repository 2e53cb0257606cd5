/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bluetoothd that is slow, refuses or does not answer: programs are answered all the same, and scans come
 * about once it can. Only the simulated BlueZ fails on demand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon-fixture.h"

#define AT_ONCE 1500 /* ms: well below the delays here */
#define SLOW 2000

static const char *const quick_config = "[BlueZ]\nCallTimeoutSeconds=1\n[Radio]\nPowerOnSeconds=2\n";

/* Does what programs may do while BlueZ dawdles, and holds it to a time. */
static void expect_lively(const char *session)
{
	int64_t begun = g_get_monotonic_time();
	Client *other = new_client();
	g_autoptr(GVariant) version = client_get(other, NULL, "Manager1", "Version");
	g_autoptr(GVariant) values = NULL;

	ck_assert_ptr_nonnull(version);
	(void)stats_total(other, "Reports");
	client_do(other, NULL, OBJECT_MANAGER, "GetManagedObjects", NULL);
	values = client_expect(
		other, "hci0", "Session1", "ResolveAdvData",
		g_variant_new("(@ayy)", g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, "\2\1\6", 3, 1), 1),
		"(av)");
	if (session)
		ck_assert(is_scanning(other, session));
	client_free(other);
	ck_assert_int_lt(g_get_monotonic_time() - begun, AT_ONCE * 1000);
}

static void expect_slow_start(const char *method)
{
	g_autofree char *session = open_session(client, 0);
	int64_t begun = g_get_monotonic_time();

	air_do(air, "delay %s %d", method, SLOW);
	start_scan(client, session, -1);
	ck_assert_int_lt(g_get_monotonic_time() - begun, AT_ONCE * 1000);
	expect_lively(session); /* root may look at it */
	ck_assert(is_scanning(client, session));
	hear_through(client, session, WORLD_RADIO);
	ck_assert_int_ge(g_get_monotonic_time() - begun, SLOW * 1000);
	air_do(air, "delay %s 0", method);
}

START_TEST(slow_start)
{
	expect_slow_start("StartDiscovery");
}
END_TEST

START_TEST(slow_filter)
{
	expect_slow_start("SetDiscoveryFilter");
}
END_TEST

/* Stopped before it has begun, begun before it has stopped. */
START_TEST(change_of_mind)
{
	g_autofree char *session = open_session(client, 0);

	air_do(air, "delay StartDiscovery 600");
	start_scan(client, session, -1);
	client_do(client, session, "Session1", "StopScan", NULL);
	ck_assert(!is_scanning(client, session));
	wait_ms(1500);
	wait_radio_scans(WORLD_RADIO, false, SOON);

	for (int i = 0; i < 5; i++) {
		start_scan(client, session, -1);
		client_do(client, session, "Session1", "StopScan", NULL);
	}
	start_scan(client, session, -1);
	hear_through(client, session, WORLD_RADIO);

	air_do(air, "delay StopDiscovery 600");
	client_do(client, session, "Session1", "StopScan", NULL);
	start_scan(client, session, -1);
	wait_ms(1500);
	hear_through(client, session, WORLD_RADIO);
	close_session(client, session);
	wait_radio_scans(WORLD_RADIO, false, SOON);
}
END_TEST

/* The program dies while its scan is being started. */
START_TEST(owner_dies_while_starting)
{
	Client *other = new_client();
	g_autofree char *session = open_session(other, 0);

	air_do(air, "delay StartDiscovery 600");
	start_scan(other, session, -1);
	client_free(other);
	wait_ms(1500);
	wait_radio_scans(WORLD_RADIO, false, SOON);
	ck_assert(!client_get_boolean(client, "hci0", "Adapter1", "Scanning"));
}
END_TEST

START_TEST(slow_power)
{
	ClientCall *open, *init;
	g_autoptr(GVariant) first = NULL, second = NULL;

	world_power(world, "hci0", false);
	wait_adapter("hci0", "Powered", false);
	air_do(air, "delay Set:Powered %d", SLOW);
	open = client_begin(client, NULL, "Manager1", "OpenSession", radio_number(0));
	init = client_begin(client, "hci0", "Session1", "Init", no_options());
	wait_ms(300);
	expect_lively(NULL);
	ck_assert(!client_call_done(open));
	ck_assert(!client_call_done(init));
	first = client_call_finish(open, NULL);
	second = client_call_finish(init, NULL);
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(second);
	ck_assert_uint_eq(air_ask(air, "calls Set:Powered"), 2); /* ours and world_power's */
	ck_assert(client_get_boolean(client, "hci0", "Adapter1", "Powered"));
}
END_TEST

/* Who comes while the radio is being powered off, for want of sessions, finds it on. */
START_TEST(slow_power_off)
{
	g_autofree char *last = NULL, *next = NULL;
	ClientCall *scan;
	g_autoptr(GVariant) reply = NULL;

	world_power(world, "hci0", false);
	wait_adapter("hci0", "Powered", false);
	last = open_session(client, 0);
	air_do(air, "delay Set:Powered %d", SLOW);
	close_session(client, last);
	ck_assert(client_get_boolean(client, "hci0", "Adapter1", "Powered"));
	/* a user session that inits itself, and a call of the same one meanwhile */
	scan = client_begin(client, "hci0", "Session1", "StartScan", g_variant_new("(i)", -1));
	ck_assert(!is_scanning(client, "hci0"));
	client_expect_error(client, "hci0", "Session1", "StartScan", g_variant_new("(i)", 0),
			    "InvalidArguments");
	next = open_session(client, 0);
	ck_assert(client_get_boolean(client, "hci0", "Adapter1", "Powered"));
	start_scan(client, next, -1);
	reply = client_call_finish(scan, NULL);
	ck_assert_msg(reply != NULL, "the user session's StartScan fails");
	hear_through(client, next, WORLD_RADIO);
	ck_assert_uint_eq(air_ask(air, "calls Set:Powered"), 4); /* off by the test, on, off, on */
}
END_TEST

static void expect_recovery(const char *method, const char *error, unsigned int errors)
{
	g_autofree char *session = open_session(client, 0);

	air_do(air, "fail %s %s 3", method, error);
	start_scan(client, session, -1);
	ck_assert(is_scanning(client, session));
	hear_through(client, session, WORLD_RADIO);
	ck_assert_uint_ge(air_ask(air, "calls %s", method), 4);
	ck_assert_uint_ge(stats_total(client, "UpstreamErrors"), errors);
	close_session(client, session);
	wait_radio_scans(WORLD_RADIO, false, SOON);
}

START_TEST(failing_start)
{
	expect_recovery("StartDiscovery", "org.bluez.Error.Failed", 3);
}
END_TEST

START_TEST(busy_start)
{
	expect_recovery("StartDiscovery", "org.bluez.Error.InProgress", 0);
}
END_TEST

START_TEST(failing_filter)
{
	expect_recovery("SetDiscoveryFilter", "org.bluez.Error.Failed", 3);
}
END_TEST

/* It goes on failing: no busy loop, the session can end, and the daemon says so in its log. */
START_TEST(failing_for_ever)
{
	g_autofree char *session = open_session(client, 0);
	g_autofree char *log = NULL;
	unsigned int calls;

	air_do(air, "fail StartDiscovery org.bluez.Error.Failed 0");
	start_scan(client, session, 8);
	wait_ms(2500);
	expect_lively(session);
	calls = air_ask(air, "calls StartDiscovery");
	ck_assert_uint_ge(calls, 2);
	ck_assert_uint_le(calls, 8);
	wait_ms(7000);
	ck_assert(!is_scanning(client, session));
	calls = air_ask(air, "calls StartDiscovery");
	wait_ms(1500);
	ck_assert_uint_eq(air_ask(air, "calls StartDiscovery"), calls);
	log = world_read_log(world);
	ck_assert_ptr_nonnull(strstr(log, "StartDiscovery failed"));
}
END_TEST

START_TEST(failing_power)
{
	world_power(world, "hci0", false);
	wait_adapter("hci0", "Powered", false);
	air_do(air, "fail Set:Powered org.bluez.Error.Failed 0");
	client_expect_error(client, NULL, "Manager1", "OpenSession", radio_number(0), "NotReady");
	client_expect_error(client, "hci0", "Session1", "StartScan", g_variant_new("(i)", -1), "NotReady");
	air_do(air, "fail Set:Powered -");
	g_free(open_session(client, 0));
	client_do(client, "hci0", "Session1", "Init", no_options());
}
END_TEST

/* quick_config: calls time out after 1 s, power after 2 s */
START_TEST(start_times_out)
{
	g_autofree char *session = open_session(client, 0);

	air_do(air, "delay StartDiscovery 3000");
	start_scan(client, session, -1);
	wait_ms(1500);
	expect_lively(session);
	ck_assert_uint_ge(stats_total(client, "UpstreamErrors"), 1);
	air_do(air, "delay StartDiscovery 0");
	hear_through(client, session, WORLD_RADIO);
	wait_ms(3000); /* the late answers do no harm */
	hear_through(client, session, WORLD_RADIO);
	close_session(client, session);
	wait_radio_scans(WORLD_RADIO, false, SOON);
}
END_TEST

START_TEST(power_times_out)
{
	int64_t begun;

	world_power(world, "hci0", false);
	wait_adapter("hci0", "Powered", false);
	air_do(air, "delay Set:Powered 6000");
	begun = g_get_monotonic_time();
	client_expect_error(client, NULL, "Manager1", "OpenSession", radio_number(0), "NotReady");
	ck_assert_int_lt(g_get_monotonic_time() - begun, 2000000 + SOON * 1000);
	expect_lively(NULL);
}
END_TEST

/* hasty start: the daemon gives the world its name although bluetoothd does not say what it has */
START_TEST(slow_objects)
{
	g_autofree char *session = NULL;

	air_do(air, "delay GetManagedObjects 4000");
	world_daemon_start(world);
	client_expect_error(client, NULL, "Manager1", "OpenSession", radio_number(0), "BlueZUnavailable");
	ck_assert_uint_eq(stats_total(client, "Reports"), 0);
	air_do(air, "delay GetManagedObjects 0");
	wait_adapter("hci0", "Powered", true);
	session = open_session(client, 0);
	start_scan(client, session, -1);
	hear_through(client, session, WORLD_RADIO);
}
END_TEST

START_TEST(failing_objects)
{
	g_autofree char *session = NULL;

	air_do(air, "fail GetManagedObjects org.freedesktop.DBus.Error.NoReply 2");
	world_daemon_start(world);
	wait_adapter("hci0", "Powered", true);
	ck_assert_uint_ge(stats_total(client, "UpstreamErrors"), 2);
	session = open_session(client, 0);
	start_scan(client, session, -1);
	hear_through(client, session, WORLD_RADIO);
}
END_TEST

static void setup_quick(void)
{
	setup_with(0, quick_config);
}

static void setup_hasty(void)
{
	setup_with(WORLD_NO_DAEMON | WORLD_NO_WAIT, NULL);
}

#define NO_ADDRESS "00:00:00:00:00:00"

static bool is_gone(void *data)
{
	g_autoptr(GVariant) powered = client_get(client, data, "Adapter1", "Powered");

	return powered == NULL;
}

static void unplug(const char *number)
{
	g_autofree char *adapter = g_strdup(number);

	air_do(air, "unplug %s", number);
	ck_assert_msg(wait_until(is_gone, adapter, SOON), "%s stays", number);
}

static void plug_twin(const char *address, const char *number)
{
	g_autofree char *name = air_cmd(air, "plug %s twin", address);

	ck_assert_str_eq(name, number);
	wait_adapter(number, "Powered", true);
}

/* A real bluetoothd does not show two radios of one address today. Each is a radio, whatever becomes of the
 * other. */
static void expect_twins(const char *address)
{
	g_autofree char *first = NULL, *second = NULL;

	air_do(air, "unplug " WORLD_RADIO);
	plug_twin(address, "hci0");
	plug_twin(address, "hci1");
	first = open_session(client, 0);
	second = open_session(client, 1);
	for (int order = 0; order < 4; order++) {
		const char *going = order & 1 ? "hci1" : "hci0", *staying = order & 1 ? "hci0" : "hci1";

		start_scan(client, first, -1);
		start_scan(client, second, -1);
		unplug(going);
		hear_through(client, order & 1 ? first : second, address);
		if (order & 2) {
			unplug(staying);
			plug_twin(address, "hci0");
			plug_twin(address, "hci1");
		} else {
			plug_twin(address, going);
		}
		/* both go on */
		hear_through(client, first, address);
		hear_through(client, second, address);
		client_do(client, first, "Session1", "StopScan", NULL);
		client_do(client, second, "Session1", "StopScan", NULL);
	}
	/* one that nobody uses goes for good */
	close_session(client, first);
	unplug("hci0");
	start_scan(client, second, -1);
	hear_through(client, second, address);
	close_session(client, second);
	unplug("hci1");
	client_expect_error(client, NULL, "Manager1", "OpenSession",
			    g_variant_new_parsed("(uint32 0, @a{sv} {})"), "NoSuchAdapter");
}

START_TEST(twins)
{
	expect_twins(WORLD_RADIO);
}
END_TEST

START_TEST(radios_without_address)
{
	expect_twins(NO_ADDRESS);
}
END_TEST

static bool on_air_is(void *hex)
{
	g_autofree char *text = air_cmd(air, "onair *");

	return strstr(text, hex) != NULL;
}

/* bluetoothd refuses new data that we thought good: the old stays on air, and the caller hears why. */
START_TEST(advertisement_is_refused)
{
	g_autofree char *session = open_session(client, 0);
	g_autoptr(GVariant) first =
		g_variant_ref_sink(g_variant_new_parsed("({'manufacturer_data': <[byte 1, 2, 3]>},)"));
	g_autoptr(GVariant) second =
		g_variant_ref_sink(g_variant_new_parsed("({'manufacturer_data': <[byte 4, 5, 6]>},)"));
	g_autoptr(GVariant) params = g_variant_ref_sink(g_variant_new_parsed("({'adv_type': <byte 3>},)"));
	static const char *const names[] = { "SetAdvertisement", "SetAdvertisementParams" };

	client_do(client, session, "Session1", "SetAdvertisement", first);
	client_do(client, session, "Session1", "Advertise", g_variant_new("(b)", TRUE));
	ck_assert(on_air_is((void *)"04ff010203"));
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		air_do(air, "fail RegisterAdvertisement org.bluez.Error.Failed 1");
		client_expect_error(client, session, "Session1", names[i], i == 0 ? second : params,
				    "Failed");
		ck_assert(wait_until(on_air_is, (void *)":0:2048:2048:04ff010203", SOON));
	}
	client_do(client, session, "Session1", "SetAdvertisement", second);
	ck_assert(on_air_is((void *)"04ff040506"));
}
END_TEST

static void list_odd_objects(GDBusConnection *connection G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
			     const char *path G_GNUC_UNUSED, const char *iface G_GNUC_UNUSED,
			     const char *method G_GNUC_UNUSED, GVariant *params G_GNUC_UNUSED,
			     GDBusMethodInvocation *call, void *userdata G_GNUC_UNUSED)
{
	g_dbus_method_invocation_return_value(call, g_variant_new_parsed(
		"({objectpath '/org/bluez/hci7/dev_C0_00_00_00_00_01/player0': {'org.bluez.MediaPlayer1': {"
		"'Name': <'\357\277\277'>, 'Track': <{'Title': <'\357\267\220'>, 'Duration': <uint32 1>}>}},"
		"'/org/bluez/hci7': {'" BLUEZ_ADAPTER_IFACE "': {"
		"'Alias': <'A\357\277\276'>, 'Address': <'00:AA:01:00:00:07'>, 'Powered': <true>}}},)"));
}

/* What sd-bus refuses, wherever another device can make bluetoothd say it. */
START_TEST(odd_texts)
{
	static const GDBusInterfaceVTable vtable = { .method_call = list_odd_objects };
	g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(
		"<node><interface name='" OBJECT_MANAGER "'><method name='GetManagedObjects'>"
		"<arg direction='out' type='a{oa{sa{sv}}}'/></method></interface></node>", NULL);
	GDBusConnection *connection = client_connection(client);

	world_bluez_kill(world);
	wait_adapter_gone("hci0");
	ck_assert(g_dbus_connection_register_object(connection, "/", node->interfaces[0], &vtable, NULL, NULL,
						    NULL) > 0);
	g_bus_own_name_on_connection(connection, "org.bluez", G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL,
				     NULL);
	wait_adapter_there("hci7");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		slow_start, slow_filter, change_of_mind, owner_dies_while_starting, slow_power,
		slow_power_off, failing_start, busy_start, failing_filter, failing_for_ever, failing_power,
		advertisement_is_refused, twins, radios_without_address, odd_texts, NULL,
	};
	const TTest *const timeouts[] = { start_times_out, power_times_out, NULL };
	const TTest *const objects[] = { slow_objects, failing_objects, NULL };
	int result;

	if (is_guest()) {
		printf("radio-faults: a real bluetoothd does not fail on demand; run this with the simulated one\n");
		return EXIT_FAILURE;
	}
	result = run_tests("radio-faults", tests, setup, teardown, 60);
	result |= run_tests("time-outs", timeouts, setup_quick, teardown, 60);
	return result | run_tests("objects", objects, setup_hasty, teardown, 60);
}
