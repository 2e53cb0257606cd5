/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated BlueZ, seen by a plain GDBus program: power, rfkill, plugs, bluetoothd's leaving,
 * what goes wrong on demand; and the test library's clients. What was measured on the real
 * bluetoothd 5.66 is held here. */
#include <unistd.h>

#include <check.h>

#include "sim-fixture.h"

START_TEST(tree_at_start)
{
	g_autoptr(GVariant) reply = client_expect(client, "/", MANAGER, "GetManagedObjects",
						  NULL, "(a{oa{sa{sv}}})");
	g_autoptr(GVariant) objects = g_variant_get_child_value(reply, 0);
	g_autoptr(GVariant) ifaces = g_variant_lookup_value(objects, BLUEZ_ADAPTER, NULL);
	g_autoptr(GVariant) adapter = NULL, advertising = NULL;

	ck_assert_uint_eq(g_variant_n_children(objects), 2); /* /org/bluez and hci0 */
	ck_assert_ptr_nonnull(ifaces);
	adapter = g_variant_lookup_value(ifaces, ADAPTER_IFACE, NULL);
	expect_property(adapter, "Address", "'" WORLD_RADIO "'");
	expect_property(adapter, "Powered", "true");
	expect_property(adapter, "Discovering", "false");
	expect_property(adapter, "PowerState", "none"); /* experimental in 5.66 */
	advertising =
		g_variant_lookup_value(ifaces, "org.bluez.LEAdvertisingManager1", NULL);
	expect_property(advertising, "SupportedInstances", "byte 0x05");
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "powered"), 1);
	ck_assert_uint_eq(air_status(air, "*", "scanning"), 0);
}
END_TEST

START_TEST(power)
{
	start_filtered();
	air_do(air, "adv * %s random 1 -60 020106", DEVICE);
	expect_device(DEVICE_PATH);
	client_set(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "Powered",
		   g_variant_new_boolean(FALSE));
	expect_removed(DEVICE_PATH);
	expect_change(BLUEZ_ADAPTER, "{'Discovering': <false>, 'Powered': <false>} []");
	adapter_fails(client, "StartDiscovery", NULL, "NotReady");
	adapter_fails(client, "StopDiscovery", NULL, "NotReady");
	adapter_fails(client, "SetDiscoveryFilter", filter_new(true), "NotReady");

	client_set(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "Powered",
		   g_variant_new_boolean(TRUE));
	expect_change(BLUEZ_ADAPTER, "{'Powered': <true>} []");
	client_set(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "Powered",
		   g_variant_new_boolean(TRUE));
	expect_quiet();
	/* the filter is forgotten too: what is not discoverable is hidden now, and not each report told */
	start_plain();
	if (is_face()) { /* which does not see the flags here: BlueZ's signals are its source */
		air_do(air, "adv * %s random 3 -60 020104", DEVICE);
		expect_device(DEVICE_PATH);
	}
	air_do(air, "adv * %s random 3 -60 020104", DEVICE);
	expect_quiet();
}
END_TEST

START_TEST(rfkill)
{
	start_filtered();
	air_do(air, "rfkill %s block", WORLD_RADIO);
	expect_change(BLUEZ_ADAPTER, "{'Discovering': <false>, 'Powered': <false>} []");
	client_expect_error(client, BLUEZ_ADAPTER, PROPERTIES, "Set",
			    g_variant_new("(ssv)", ADAPTER_IFACE, "Powered",
					  g_variant_new_boolean(TRUE)),
			    "org.bluez.Error.Failed");
	ck_assert_uint_eq(air_status(air, "*", "powered"), 0);
	air_do(air, "rfkill * unblock");
	expect_change(BLUEZ_ADAPTER, "{'Powered': <true>} []");
	ck_assert(!is_discovering(NULL));
}
END_TEST

START_TEST(unplug_and_plug)
{
	g_autofree char *second = NULL, *again = NULL;
	g_autoptr(GVariant) adapter = NULL, advertising = NULL;

	start_filtered();
	air_do(air, "adv * %s random 1 -60 020106", DEVICE);
	expect_device(DEVICE_PATH);
	air_do(air, "unplug %s", WORLD_RADIO);
	if (!is_face()) /* which does not change what is about to go */
		expect_change(DEVICE_PATH, "{} ['RSSI']");
	expect_removed(DEVICE_PATH);
	expect_change(BLUEZ_ADAPTER, "{'Discovering': <false>, 'Powered': <false>} []");
	expect_removed(BLUEZ_ADAPTER);
	client_expect_error(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "StartDiscovery", NULL,
			    "org.freedesktop.DBus.Error.UnknownObject");

	second = air_cmd(air, "plug 00:AA:01:01:00:01");
	ck_assert_str_eq(second, "hci0");
	adapter = next_added(BLUEZ_ADAPTER, ADAPTER_IFACE);
	expect_property(adapter, "Address", "'00:AA:01:01:00:01'");
	if (!world_is_real(world) && !is_face()) { /* which do so only at times */
		expect_property(adapter, "Powered", "false");
		/* a second time for one path */
		advertising = next_added(BLUEZ_ADAPTER, "org.bluez.LEAdvertisingManager1");
	}
	world_wait_powered(world, "hci0", true);
	client_drop_signals(client);

	again = air_cmd(air, "plug %s", WORLD_RADIO);
	ck_assert_str_eq(again, "hci1");
	g_variant_unref(next_added("/org/bluez/hci1", ADAPTER_IFACE));
	world_wait_powered(world, "hci1", true);
	ck_assert(!air_try(air, "plug %s", WORLD_RADIO));
}
END_TEST

static bool has_adapter(void *unused)
{
	g_autoptr(GVariant) address = client_get(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "Address");

	(void)unused;
	return address && client_get_boolean(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "Powered");
}

/* The face takes leave for a bluetoothd that was killed, and sees to it that the new one scans. */
START_TEST(down_and_up_of_the_face)
{
	start_filtered();
	air_do(air, "adv * %s random 1 -60 020106", DEVICE);
	expect_device(DEVICE_PATH);
	world_bluez_kill(world);
	expect_removed(DEVICE_PATH);
	expect_removed(BLUEZ_ADAPTER);
	ck_assert(!client_sees(client, "org.bluez"));

	world_bluez_start(world);
	ck_assert(wait_until(has_adapter, NULL, SOON));
	ck_assert(client_sees(client, "org.bluez"));
	ck_assert_ptr_null(client_get(client, DEVICE_PATH, DEVICE_IFACE, "Address"));
	ck_assert(!is_discovering(NULL));
	adapter_do(client, "StartDiscovery", NULL);
	ck_assert(is_discovering(NULL));
}
END_TEST

START_TEST(down_and_up)
{
	g_autoptr(GVariant) error = NULL;

	start_filtered();
	air_do(air, "adv * %s random 1 -60 020106", DEVICE);
	expect_device(DEVICE_PATH);
	world_bluez_kill(world);
	ck_assert(!client_sees(client, "org.bluez"));
	expect_quiet(); /* killed: no last words */
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "scanning"),
			  1); /* the kernel goes on for a while */

	world_bluez_start(world);
	world_wait_powered(world, "hci0", true);
	ck_assert_ptr_null(client_get(client, DEVICE_PATH, DEVICE_IFACE, "Address"));
	ck_assert(!is_discovering(NULL));
	adapter_fails(client, "StartDiscovery", NULL,
		      "InProgress"); /* until the old scan has ended */
	world_power(world, "hci0", false);
	world_power(world, "hci0", true);
	start_plain();
}
END_TEST

START_TEST(faults)
{
	int64_t begun;
	ClientCall *call;

	ck_assert_uint_eq(air_ask(air, "calls StartDiscovery"), 0);
	air_do(air, "fail StartDiscovery NotReady 2");
	adapter_fails(client, "StartDiscovery", NULL, "NotReady");
	adapter_fails(client, "StartDiscovery", NULL, "NotReady");
	air_do(air, "fail GetManagedObjects org.freedesktop.DBus.Error.NoReply 0");
	for (int i = 0; i < 3; i++)
		client_expect_error(client, "/", MANAGER, "GetManagedObjects", NULL,
				    "org.freedesktop.DBus.Error.NoReply");
	air_do(air, "fail GetManagedObjects -");
	client_do(client, "/", MANAGER, "GetManagedObjects", NULL);

	air_do(air, "delay StartDiscovery 1000");
	air_do(air, "delay SetDiscoveryFilter 100");
	begun = g_get_monotonic_time();
	adapter_do(client, "SetDiscoveryFilter", filter_new(true));
	ck_assert_int_ge(g_get_monotonic_time() - begun, 100000);
	call = client_begin(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "StartDiscovery", NULL);
	adapter_fails(client, "StopDiscovery", NULL,
		      "InProgress"); /* it is still starting */
	ck_assert(!client_call_done(call));
	g_variant_unref(client_call_finish(call, NULL));
	ck_assert_int_ge(g_get_monotonic_time() - begun, 1100000);
	ck_assert_uint_eq(air_ask(air, "calls StartDiscovery"), 3);

	air_do(air, "delay Set:Powered 100");
	begun = g_get_monotonic_time();
	world_power(world, "hci0", false);
	ck_assert_int_ge(g_get_monotonic_time() - begun, 100000);
	ck_assert_uint_eq(air_ask(air, "calls Set:Powered"), 1);
}
END_TEST

START_TEST(control_refuses)
{
	static const char *const bad[] = {
		"",
		"nonsense",
		"plug",
		"plug 00:AA",
		"unplug 00:00:00:00:00:99",
		"adv * " DEVICE " random 9 -60 -",
		"adv * " DEVICE " neither 0 -60 -",
		"adv * " DEVICE " random 0 -600 -",
		"adv * " DEVICE " random 0 -60 0",
		"adv * " DEVICE " random 0 -60 0g",
		"repeat * x " DEVICE " random 0 -60 - 0 1",
		"storm * 0 1 1",
		"rfkill * perhaps",
		"delay X -1",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		ck_assert_msg(!air_try(air, "%s", bad[i]), "granted: %s", bad[i]);
	ck_assert(air_try(air, "status *"));
}
END_TEST

START_TEST(another_user)
{
	g_autoptr(Client) other = client_new_as(bluez_address(), 65534);

	/* on the face, nobody sees another program */
	ck_assert_uint_eq(client_get_uid(is_face() ? other : client, client_name(other)), 65534);
	ck_assert_uint_eq(client_get_uid(client, client_name(client)), getuid());
	ck_assert_uint_eq(geteuid(), 0);
	client_direct(other, "org.bluez");
	adapter_do(other, "StartDiscovery", NULL);
}
END_TEST

static int run_on_bluez(void)
{
	const TTest *const tests[] = { down_and_up, control_refuses, NULL };
	const TTest *const simulated[] = { faults, NULL };
	int r = run_tests("sim-adapter-bluez", tests, setup, teardown, 30);

	if (needs_simulation("faults"))
		r |= run_tests("sim-adapter-simulated", simulated, setup, teardown, 30);
	return r;
}

static int run_on_face(void)
{
	const TTest *const tests[] = { down_and_up_of_the_face, NULL };

	left_out("down_and_up", "down_and_up_of_the_face is its case");
	left_out("control_refuses, faults", "they are about the simulated BlueZ's commands");
	return run_tests("sim-adapter-face", tests, setup, teardown, 30);
}

int main(void)
{
	const TTest *const tests[] = { tree_at_start, power, rfkill, unplug_and_plug, NULL };
	const TTest *const root[] = { another_user, NULL };
	int r = run_tests("sim-adapter", tests, setup, teardown, 30);

	r |= is_face() ? run_on_face() : run_on_bluez();
	if (client_can_be_others())
		r |= run_tests("sim-adapter-root", root, setup, teardown, 30);
	else
		left_out("another_user", "only root can be another user");
	return r;
}
