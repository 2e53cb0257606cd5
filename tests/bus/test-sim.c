/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated BlueZ, seen by a plain GDBus program: discovery, and what becomes of reports. What
 * was measured on the real bluetoothd 5.66 is held here. */
#include <check.h>

#include "memory.h"
#include "sim-fixture.h"
#include "storm-heard.h"

START_TEST(device_from_advertisement)
{
	g_autoptr(GVariant) device = NULL;

	start_filtered();
	/* flags, tx power 4, service 0x180d, appearance 0x0341, name, company 0x004c,
	 * service data 0x181a */
	ck_assert_uint_eq(
		air_ask(air,
			"adv * %s random 3 -60 "
			"020106020a0403030d1803194103040941424304ff4c000104161a1807",
			DEVICE),
		1);
	device = next_added(DEVICE_PATH, DEVICE_IFACE);
	expect_property(device, "Address", "'" DEVICE "'");
	expect_property(device, "AddressType", "'random'");
	expect_property(device, "Name", "'ABC'");
	expect_property(device, "Alias", "'ABC'");
	expect_property(device, "Appearance", "uint16 833");
	expect_property(device, "RSSI", "int16 -60");
	expect_property(device, "TxPower", "int16 4");
	expect_property(device, "UUIDs", "['0000180d-0000-1000-8000-00805f9b34fb']");
	expect_property(device, "ManufacturerData", "{uint16 76: <[byte 0x01]>}");
	expect_property(device, "ServiceData",
			"{'0000181a-0000-1000-8000-00805f9b34fb': <[byte 0x07]>}");
	expect_property(device, "Adapter", "objectpath '" BLUEZ_ADAPTER "'");
	expect_property(device, "Connected", "false");
	expect_property(device, "AdvertisingFlags", "none");
	expect_quiet(); /* the first report is no change */
}
END_TEST

START_TEST(nameless_device)
{
	g_autoptr(GVariant) device = NULL;

	start_filtered();
	air_do(air, "adv * %s public 3 -60 -", DEVICE);
	device = next_added(DEVICE_PATH, DEVICE_IFACE);
	expect_property(device, "Name", "none");
	expect_property(device, "Alias", "'C0-00-00-00-00-01'");
	expect_property(device, "AddressType", "'public'");
	expect_property(device, "UUIDs", "@as []");
	/* the path is taken: nothing is heard of the other one */
	air_do(air, "adv * %s random 3 -60 -", DEVICE);
	expect_quiet();
}
END_TEST

START_TEST(every_report_is_signalled)
{
	start_filtered();
	air_do(air, "adv * %s random 3 -60 05ff4c000102", DEVICE);
	expect_device(DEVICE_PATH);
	air_do(air, "adv * %s random 3 -60 05ff4c000102", DEVICE);
	expect_change(DEVICE_PATH,
		      "{'ManufacturerData': <{76: <[0x01, 0x02]>}>, 'RSSI': <-60>} []");
	/* other companies take the place of the old ones; what a report lacks stays as it
	 * was */
	air_do(air, "adv * %s random 3 -61 04ff060003", DEVICE);
	expect_change(DEVICE_PATH,
		      "{'ManufacturerData': <{6: <[0x03]>}>, 'RSSI': <-61>} []");
	air_do(air, "adv * %s random 3 -61 020106", DEVICE);
	expect_change(DEVICE_PATH, /* but on the face, which shows what it says now */
		      is_face() ? "{'RSSI': <-61>} ['ManufacturerData']" : "{'RSSI': <-61>} []");
	/* a short name is one until there is a complete one */
	air_do(air, "adv * %s random 3 -61 030841420309434403ff0600", DEVICE);
	expect_change(
		DEVICE_PATH,
		"{'Alias': <'CD'>, 'ManufacturerData': <{6: <[]>}>, 'Name': <'CD'>, "
		"'RSSI': <-61>} []");
	air_do(air, "adv * %s random 3 -61 03084142", DEVICE);
	expect_change(DEVICE_PATH,
		      is_face() ? "{'RSSI': <-61>} ['ManufacturerData']" : "{'RSSI': <-61>} []");
}
END_TEST

START_TEST(no_duplicate_data)
{
	adapter_do(client, "SetDiscoveryFilter", filter_new(false));
	start_plain();
	air_do(air, "adv * %s random 3 -60 04ff4c0001", DEVICE);
	expect_device(DEVICE_PATH);
	air_do(air, "adv * %s random 3 -60 04ff4c0001", DEVICE);
	expect_change(DEVICE_PATH, "{'RSSI': <-60>} []");
	air_do(air, "adv * %s random 3 -60 04ff060002", DEVICE);
	/* the face shows what the device says now, and nothing of before */
	expect_change(DEVICE_PATH,
		      is_face() ? "{'ManufacturerData': <{6: <[0x02]>}>, 'RSSI': <-60>} []" :
				  "{'ManufacturerData': <{76: <[0x01]>, 6: <[0x02]>}>, 'RSSI': <-60>} []");
}
END_TEST

START_TEST(plain_discovery)
{
	start_plain();
	air_do(air, "adv * %s random 3 -60 020106", DEVICE);
	expect_device(DEVICE_PATH);
	air_do(air, "adv * %s random 3 -67 020106", DEVICE);
	expect_quiet();
	air_do(air, "adv * %s random 3 -68 020106", DEVICE);
	expect_change(DEVICE_PATH, "{'RSSI': <-68>} []");
	/* not discoverable by its flags: hidden */
	air_do(air, "adv * %s random 3 -60 020104", OTHER);
	if (is_face()) /* which does not see the flags here: BlueZ's signals are its source */
		expect_device(OTHER_PATH);
	expect_quiet();
}
END_TEST

START_TEST(kernel_holds_back)
{
	g_autoptr(GVariant) device = NULL;

	start_filtered();
	/* alone: nothing; with its response: one report */
	ck_assert_uint_eq(air_ask(air, "adv * %s random 0 -60 020106", DEVICE), 1);
	expect_quiet();
	air_do(air, "adv * %s random 4 -55 03094142", DEVICE);
	device = next_added(DEVICE_PATH, DEVICE_IFACE);
	expect_property(device, "RSSI", "int16 -55");
	expect_property(device, "Name", "'AB'");
	/* the newer takes the older one's place, another device lets it out */
	air_do(air, "adv * %s random 0 -60 020106", DEVICE);
	air_do(air, "adv * %s random 0 -61 020106", DEVICE);
	expect_quiet();
	air_do(air, "adv * %s random 3 -70 020106", OTHER);
	expect_change(DEVICE_PATH, "{'RSSI': <-61>} []");
	expect_device(OTHER_PATH);
}
END_TEST

START_TEST(scan_end_loses_the_held)
{
	start_filtered();
	air_do(air, "adv * %s random 1 -60 020106", DEVICE);
	expect_device(DEVICE_PATH);
	air_do(air, "adv * %s random 0 -62 020106", DEVICE);
	adapter_do(client, "StopDiscovery", NULL);
	expect_change(DEVICE_PATH, "{} ['RSSI']");
	expect_change(BLUEZ_ADAPTER, "{'Discovering': <false>} []");
	expect_quiet();
}
END_TEST

/* Five reports that BlueZ finds waiting, in one turn of its loop. */
static void hear_five(const char *rssi)
{
	if (world_is_real(world))
		world_bluez_pause(world);
	air_do(air, "adv * %s random 3 %s 020106 5", DEVICE, rssi);
	if (world_is_real(world)) {
		wait_ms(200); /* for the kernel to have passed them on */
		world_bluez_resume(world);
	}
}

START_TEST(coalescing)
{
	start_filtered();
	hear_five("-60~2");
	expect_device(DEVICE_PATH);
	expect_quiet();
	hear_five("-60");
	expect_change(DEVICE_PATH, "{'RSSI': <-60>} []");
	expect_quiet();
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "sent"), 10);
}
END_TEST

static bool is_scanning(void *unused)
{
	(void)unused;
	return air_status(air, WORLD_RADIO, "scanning");
}

START_TEST(sessions)
{
	Client *second = client_new(bluez_address());

	client_direct(second, "org.bluez");
	adapter_fails(client, "StopDiscovery", NULL, "Failed");
	adapter_do(client, "StartDiscovery", NULL);
	expect_change(BLUEZ_ADAPTER, "{'Discovering': <true>} []");
	adapter_fails(client, "StartDiscovery", NULL, "InProgress");
	adapter_do(second, "StartDiscovery", NULL);
	adapter_do(client, "StopDiscovery", NULL);
	expect_quiet();
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "scanning"), 1);

	/* the last one leaves the bus without a word */
	client_free(second);
	expect_change(BLUEZ_ADAPTER, "{'Discovering': <false>} []");
	expect_in_time(is_scanning, NULL, false);
	ck_assert_uint_eq(air_ask(air, "adv * %s random 3 -60 020106", DEVICE), 0);
}
END_TEST

START_TEST(stop_forgets)
{
	start_filtered();
	air_do(air, "adv * %s random 3 -60 020106", DEVICE);
	expect_device(DEVICE_PATH);
	air_do(air, "adv * %s random 0 -60 020106020a04", OTHER);
	air_do(air, "adv * %s random 4 -60 -", OTHER);
	expect_device(OTHER_PATH);
	adapter_do(client, "StopDiscovery", NULL);
	expect_removed(DEVICE_PATH); /* not connectable: at once */
	ck_assert_ptr_null(client_get(client, OTHER_PATH, DEVICE_IFACE, "RSSI"));
	ck_assert_ptr_null(client_get(client, OTHER_PATH, DEVICE_IFACE, "TxPower"));
	expect_removed(OTHER_PATH); /* by its timeout, half a second here */
	ck_assert_ptr_null(client_get(client, OTHER_PATH, DEVICE_IFACE, "Address"));
}
END_TEST

static bool is_forgotten(void *path)
{
	g_autoptr(GVariant) address = client_get(client, path, DEVICE_IFACE, "Address");

	return !address;
}

/* The face: what it has not heard for half a minute, whether or not one could connect to it. */
START_TEST(stop_forgets_later)
{
	start_filtered();
	air_do(air, "adv * %s random 3 -60 020106020a04", DEVICE);
	expect_device(DEVICE_PATH);
	adapter_do(client, "StopDiscovery", NULL);
	expect_change(DEVICE_PATH, "{} ['RSSI', 'TxPower']");
	expect_change(BLUEZ_ADAPTER, "{'Discovering': <false>} []");
	expect_quiet();
	ck_assert_ptr_null(client_get(client, DEVICE_PATH, DEVICE_IFACE, "TxPower"));
	ck_assert(wait_until(is_forgotten, (void *)DEVICE_PATH, 40000));
	expect_removed(DEVICE_PATH);
}
END_TEST

START_TEST(repeat_and_quiet)
{
	start_filtered();
	air_do(air, "repeat %s tag %s random 0 -60~1 020106 10 3 rsp 03094142", WORLD_RADIO,
	       DEVICE);
	expect_device(DEVICE_PATH);
	expect_change(DEVICE_PATH, "{'RSSI': <-59>} []");
	expect_change(DEVICE_PATH, "{'RSSI': <-61>} []");
	expect_quiet();
	air_do(air, "repeat * tag %s random 3 -60 020106 10 0", DEVICE);
	expect_change(DEVICE_PATH, "{'RSSI': <-60>} []");
	air_do(air, "quiet *");
	wait_ms(QUIET);
	client_drop_signals(client);
	expect_quiet();
}
END_TEST

static bool storm_is_over(void *data)
{
	const StormHeard *heard = data;

	return air_status(air, WORLD_RADIO, "sent") == 2 * heard->devices;
}

START_TEST(storm)
{
	/* what is sent at once to a program of the face may wait in its FIFO, all of it: none is lost */
	StormHeard heard = { .devices = is_face() ? 100 : STORM_DEVICES_MAX };

	start_filtered();
	air_do(air, "storm %s %u %u 1", WORLD_RADIO, heard.devices, 2 * heard.devices);
	ck_assert(wait_until(storm_is_over, &heard, daemon_is_slow() ? 200000 : 20000));
	ck_assert(wait_until(storm_heard_all, &heard, daemon_is_slow() ? 200000 : 20000));
	wait_ms(QUIET);
	client_sync(client);
	ck_assert(storm_heard_all(&heard));
	ck_assert_uint_eq(heard.added, heard.devices);
	/* Of a device that changes again before the program has read, the face says the newest alone */
	if (is_face())
		ck_assert_uint_lt(heard.changed, heard.devices);
	else
		ck_assert_uint_eq(heard.changed, heard.devices - 1);
}
END_TEST

START_TEST(experimental_properties)
{
	g_autoptr(GVariant) device = NULL, state = client_get(client, BLUEZ_ADAPTER,
							      ADAPTER_IFACE, "PowerState");

	ck_assert_ptr_nonnull(state);
	ck_assert_str_eq(g_variant_get_string(state, NULL), "on");
	start_filtered();
	air_do(air, "adv * %s random 3 -60 020106022407", DEVICE);
	device = next_added(DEVICE_PATH, DEVICE_IFACE);
	expect_property(device, "AdvertisingFlags", "[byte 0x06]");
	expect_property(device, "AdvertisingData", "{byte 0x24: <[byte 0x07]>}");
}
END_TEST

/* The face has it always, with each structure; no flags, for BlueZ's signals, its source here, do not tell
 * them. */
START_TEST(advertising_data)
{
	g_autoptr(GVariant) device = NULL;

	start_filtered();
	air_do(air, "adv * %s random 3 -60 02010604ff4c000103030d18", DEVICE);
	device = next_added(DEVICE_PATH, DEVICE_IFACE);
	expect_property(device, "AdvertisingFlags", "none");
	expect_property(device, "AdvertisingData",
			"{byte 0x03: <[byte 0x0d, 0x18]>, 0xff: <[byte 0x4c, 0x00, 0x01]>}");
	ck_assert_ptr_null(client_get(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "PowerState"));
}
END_TEST

static int run_on_bluez(void)
{
	const TTest *const hasty[] = { stop_forgets, NULL };
	const TTest *const experimental[] = { experimental_properties, NULL };
	int r = 0;

	if (needs_simulation("stop_forgets"))
		r |= run_tests("sim-hasty", hasty, setup_hasty, teardown, 30);
	if (needs_simulation("experimental_properties"))
		r |= run_tests("sim-experimental", experimental, setup_experimental, teardown, 30);
	return r;
}

static int run_on_face(void)
{
	const TTest *const tests[] = { stop_forgets_later, advertising_data, NULL };

	left_out("stop_forgets", "stop_forgets_later is its case");
	left_out("experimental_properties", "advertising_data is its case");
	return run_tests("sim-face", tests, setup, teardown, 60);
}

int main(void)
{
	const TTest *const tests[] = {
		device_from_advertisement, nameless_device, every_report_is_signalled, no_duplicate_data,
		plain_discovery, kernel_holds_back, scan_end_loses_the_held, coalescing,
		sessions, repeat_and_quiet, NULL
	};
	const TTest *const fast[] = { storm, NULL };
	int r = run_tests("sim", tests, setup, teardown, 30);

	r |= is_face() ? run_on_face() : run_on_bluez();
	if (needs_simulation("storm")) /* the real one is not fast enough to tell of each */
		r |= run_tests("sim-fast", fast, setup, teardown, 30);
	return r;
}
