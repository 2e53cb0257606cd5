/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated BlueZ's advertising, seen by a plain GDBus program: what goes on air, errors, instances,
 * turns. What was measured on the real bluetoothd 5.66 is held here; the same program runs on it. */
#include <string.h>

#include <check.h>

#include "served.h"
#include "sim-fixture.h"

#define MANAGER_IFACE "org.bluez.LEAdvertisingManager1"
#define PARSE_ERROR "org.bluez.Error.Failed: Failed to parse advertisement."
#define REGISTER_ERROR "org.bluez.Error.Failed: Failed to register advertisement"

static Served *served;

static void setup_served(void)
{
	setup();
	world_wait_powered(world, "hci0", true);
	served = served_new(bluez_address());
}

static void teardown_served(void)
{
	served_free(served);
	teardown();
}

static void expect_call(const char *method, const char *path, const char *error)
{
	g_autofree char *outcome = served_call(served, MANAGER_IFACE, method, path);

	ck_assert_msg(is_same_outcome(outcome, error), "%s %s: %s, not %s", method, path,
		      outcome ? outcome : "ok", error ? error : "ok");
}

static void expect_instances(unsigned int active, unsigned int left)
{
	g_autoptr(GVariant) is_active = client_get(client, BLUEZ_ADAPTER, MANAGER_IFACE, "ActiveInstances");
	g_autoptr(GVariant) is_left = client_get(client, BLUEZ_ADAPTER, MANAGER_IFACE, "SupportedInstances");

	ck_assert_uint_eq(g_variant_get_byte(is_active), active);
	ck_assert_uint_eq(g_variant_get_byte(is_left), left);
}

static bool is_on_air(void *data)
{
	g_autofree char *text = air_cmd(air, "onair " WORLD_RADIO);

	return g_str_equal(text, data);
}

static void expect_on_air(const char *text)
{
	g_autofree char *wanted = g_strdup(text);

	if (!wait_until(is_on_air, wanted, SOON)) {
		g_autofree char *now = air_cmd(air, "onair " WORLD_RADIO);

		ck_abort_msg("on air is '%s', not '%s'", now, text);
	}
}

/* Each is registered, looked at, and unregistered. */
START_TEST(on_air)
{
	static const struct {
		const char *properties, *set, *error;
		const char *face; /* what is on air there; NULL: the same */
	} cases[] = {
		{ "{'Type': <'peripheral'>}", "0:0:2048:2048:020104:-", NULL, NULL },
		{ "{'Type': <'broadcast'>}", "0:3:160:240:020104:-", NULL, NULL },
		{ "{'Type': <'broadcast'>, 'LocalName': <'B'>}", "0:2:160:240:020104:020942", NULL, NULL },
		{ "{'Type': <'peripheral'>, 'LocalName': <'LoPy'>}", "0:0:2048:2048:020104:05094c6f5079",
		  NULL, NULL },
		{ "{'Type': <'peripheral'>, 'LocalName': <'0123456789012345678901234567890'>}",
		  "0:0:2048:2048:020104:1e083031323334353637383930313233343536373839303132333435363738", NULL,
		  /* what is left of it counts as complete */
		  "0:0:2048:2048:020104:1e093031323334353637383930313233343536373839303132333435363738" },
		{ "{'Type': <'peripheral'>, 'ServiceUUIDs': <['180d', '12345678',"
		  " '0000180f-0000-1000-8000-00805f9b34fb']>, 'ManufacturerData': <{uint16 0xffff: <[byte 1, "
		  "2]>}>,"
		  " 'ServiceData': <{'180d': <[byte 3]>}>, 'Data': <{byte 0x26: <[byte 4]>}>,"
		  " 'Discoverable': <true>}",
		  "0:0:2048:2048:05030d180f1805057856341205ffffff010204160d1803022604020106:-", NULL, NULL },
		{ "{'Type': <'peripheral'>, 'Appearance': <uint16 833>}", "0:0:2048:2048:02010403194103:-",
		  NULL, NULL },
		{ "{'Type': <'peripheral'>, 'ManufacturerData': <{uint16 1: <[byte "
		  "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
		  "0,0,0,0,0,0,0,0]>}>}",
		  "0:0:2048:2048:1eff0100000000000000000000000000000000000000000000000000000000:-", NULL,
		  NULL },
		{ "{'Type': <'peripheral'>, 'ManufacturerData': <{uint16 1: <[byte "
		  "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
		  "0,0,0,0,0,0,0,0,0]>}>}",
		  NULL, PARSE_ERROR, NULL },
		{ "{'Type': <'peripheral'>, 'Discoverable': <true>, 'ManufacturerData': <{uint16 1: <[byte "
		  "0,0,0,0,0,0,0,"
		  "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]>}>}",
		  NULL, REGISTER_ERROR, NULL },
		{ "{'Type': <'other'>}", NULL, PARSE_ERROR, NULL },
		{ "{'Type': <'broadcast'>, 'Discoverable': <true>}", NULL, PARSE_ERROR, NULL },
		{ "{'Type': <'peripheral'>, 'LocalName': <'A'>, 'Includes': <['local-name']>}", NULL,
		  PARSE_ERROR, NULL },
		{ "{'Type': <'peripheral'>, 'Includes': <['appearance']>}", NULL, REGISTER_ERROR,
		  "0:0:2048:2048:020104:-" /* there is none to include */ },
		{ "{'Type': <'peripheral'>, 'Data': <{byte 0x09: <[byte 4]>}>}", NULL, PARSE_ERROR, NULL },
		{ "{'Type': <'peripheral'>, 'ServiceUUIDs': <['zzzz']>}", NULL, PARSE_ERROR, NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strdup_printf("/advert%zu", i);
		bool differs = is_face() && cases[i].face;
		const char *error = differs ? NULL : cases[i].error;

		served_add(served, path, ADVERTISEMENT_IFACE, cases[i].properties);
		expect_call("RegisterAdvertisement", path, error);
		if (error) {
			expect_on_air("");
			continue;
		}
		expect_on_air(differs ? cases[i].face : cases[i].set);
		expect_call("UnregisterAdvertisement", path, NULL);
		expect_on_air("");
	}
}
END_TEST

static void add_numbered(unsigned int i, const char *error)
{
	g_autofree char *path = g_strdup_printf("/n%u", i);
	g_autofree char *properties = g_strdup_printf(
		"{'Type': <'peripheral'>, 'ManufacturerData': <{uint16 0xffff: <[byte %u]>}>}", i);

	served_add(served, path, ADVERTISEMENT_IFACE, properties);
	expect_call("RegisterAdvertisement", path, error);
}

START_TEST(instances)
{
	expect_instances(0, 5);
	for (unsigned int i = 0; i < 5; i++)
		add_numbered(i, NULL);
	/* on the face, more take turns */
	expect_instances(5, is_face() ? 1 : 0);
	expect_call("RegisterAdvertisement", "/n0", "org.bluez.Error.AlreadyExists: Already Exists");
	add_numbered(5, is_face() ? NULL : "org.bluez.Error.NotPermitted: Maximum advertisements reached");
	if (is_face())
		expect_call("UnregisterAdvertisement", "/n5", NULL);
	expect_call("UnregisterAdvertisement", "/n9", "org.bluez.Error.DoesNotExist: Does Not Exist");
	expect_call("UnregisterAdvertisement", "/n1", NULL);
	expect_instances(4, 1);
	served = served_free(served); /* leaving is as good */
	expect_on_air("");
	expect_instances(0, 5);
}
END_TEST

static bool all_were_on_air(void *unused)
{
	g_autofree char *text = air_cmd(air, "airtime " WORLD_RADIO);

	(void)unused;
	return strstr(text, "04ffffff00=") && strstr(text, "04ffffff01=") && strstr(text, "04ffffff02=");
}

START_TEST(turns)
{
	for (unsigned int i = 0; i < 3; i++)
		add_numbered(i, NULL);
	expect_on_air("0:0:2048:2048:02010404ffffff02:-");
	ck_assert(wait_until(all_were_on_air, NULL, 3 * SOON));
	air_do(air, "airtime %s reset", WORLD_RADIO);
	ck_assert(wait_until(all_were_on_air, NULL, 3 * SOON));
}
END_TEST

START_TEST(refresh)
{
	add_numbered(0, NULL);
	expect_on_air("0:0:2048:2048:02010404ffffff00:-");
	served_change(served, "/n0", ADVERTISEMENT_IFACE,
		      "{'ManufacturerData': <{uint16 0xffff: <[byte 7]>}>}");
	expect_on_air("0:0:2048:2048:02010404ffffff07:-");
	served_change(served, "/n0", ADVERTISEMENT_IFACE, "{'LocalName': <'N'>}");
	expect_on_air("0:0:2048:2048:02010404ffffff07:02094e");
}
END_TEST

START_TEST(power)
{
	add_numbered(0, NULL);
	world_power(world, "hci0", false);
	expect_on_air("");
	expect_instances(1, 4);
	add_numbered(1, REGISTER_ERROR);
	world_power(world, "hci0", true);
	expect_on_air("0:0:2048:2048:02010404ffffff00:-");
}
END_TEST

static bool is_active(void *unused)
{
	g_autoptr(GVariant) active = client_get(client, BLUEZ_ADAPTER, MANAGER_IFACE, "ActiveInstances");

	(void)unused;
	return active && g_variant_get_byte(active) == 1;
}

START_TEST(restart)
{
	add_numbered(0, NULL);
	world_bluez_kill(world);
	expect_on_air("0:0:2048:2048:02010404ffffff00:-"); /* the kernel goes on */
	world_bluez_start(world);
	if (is_face()) { /* which brings it back by itself */
		world_wait_powered(world, "hci0", true);
		ck_assert(wait_until(is_active, NULL, SOON));
		expect_on_air("0:0:2048:2048:02010404ffffff00:-");
	} else {
		expect_on_air("");
		world_wait_powered(world, "hci0", true);
		expect_instances(0, 5);
	}
	expect_call("RegisterAdvertisement", "/n0", NULL);
	expect_instances(1, 4);
}
END_TEST

static bool bluez_is_gone(void *unused)
{
	(void)unused;
	return !client_sees(client, "org.bluez");
}

/* bluetoothd 5.66 dies of a change that does not fit; on the face, what was on air stays there. */
START_TEST(fatal_change)
{
	add_numbered(0, NULL);
	served_change(served, "/n0", ADVERTISEMENT_IFACE,
		      "{'Discoverable': <true>, 'ManufacturerData': <{uint16 1: <[byte "
		      "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,"
		      "0,0,0,0,0,0,0,0,0,0]>}>}");
	if (is_face()) {
		add_numbered(1, NULL); /* that one is looked at later than the change */
		expect_call("UnregisterAdvertisement", "/n1", NULL);
		expect_on_air("0:0:2048:2048:02010404ffffff00:-");
		served_change(served, "/n0", ADVERTISEMENT_IFACE,
			      "{'Discoverable': <false>, 'ManufacturerData': <{uint16 0xffff: <[byte 7]>}>}");
		expect_on_air("0:0:2048:2048:02010404ffffff07:-");
		return;
	}
	ck_assert(wait_until(bluez_is_gone, NULL, SOON));
	world_bluez_start(world);
	world_wait_powered(world, "hci0", true);
	expect_instances(0, 5);
}
END_TEST

START_TEST(sets)
{
	air_do(air, "unplug %s", WORLD_RADIO);
	air_do(air, "sets %s 4", WORLD_RADIO);
	air_do(air, "plug %s", WORLD_RADIO);
	world_wait_powered(world, "hci0", true);
	expect_instances(0, 4);
	add_numbered(0, NULL);
	add_numbered(1, NULL);
	expect_on_air("1:0:2048:2048:02010404ffffff00:- 2:0:2048:2048:02010404ffffff01:-");
	world_power(world, "hci0", false);
	world_power(world, "hci0", true);
	if (is_face()) { /* which puts them back */
		expect_on_air("1:0:2048:2048:02010404ffffff00:- 2:0:2048:2048:02010404ffffff01:-");
		expect_instances(2, 2);
	} else {
		expect_on_air(""); /* bluetoothd does not notice */
		expect_instances(2, 2);
		served_change(served, "/n0", ADVERTISEMENT_IFACE, "{'LocalName': <''>}");
		expect_on_air("1:0:2048:2048:02010404ffffff00:-");
	}
	air_do(air, "sets %s 0", WORLD_RADIO);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		on_air, instances, turns, refresh, power, restart, fatal_change, sets, NULL
	};

	return run_tests("sim-advert", tests, setup_served, teardown_served, 90);
}
