/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the radio scans for whom, with the HCI monitor as the source, on the real bluetoothd: what BlueZ is asked for, what it
 * shows, and that nothing of it is missed. With BLUETOOTHD_ARGS=-E, bluetoothd has advertisement monitors.
 */
#include <string.h>

#include "link-fixture.h"

#define CONFIG "[Scan]\nFifoDepth=8192\n[Limits]\nMaxFifoDepth=8192\nFifoBytesPerUser=100000000\n"
#define SESSION "Session1"
#define ADVERTISERS 50
#define RATE_OF_STORM 200
#define STORM_SECONDS 2
/* The kernel ends each discovery after 10.24 s. */
#define LONG_STORM_SECONDS 11

static bool experimental(void)
{
	const char *args = g_getenv("BLUETOOTHD_ARGS");

	return args && strstr(args, "-E");
}

/* Of an active scan, and of one for which nobody asked for responses. */
static const char *active_mode(void)
{
	return experimental() ? "quiet-all" : "quiet";
}

static const char *passive_mode(void)
{
	return experimental() ? "passive" : "quiet";
}

static bool mode_is(void *mode)
{
	g_autoptr(GVariant) value = client_get(client, "hci0", "Adapter1", "ScanMode");

	return value && g_str_equal(g_variant_get_string(value, NULL), mode);
}

static void wait_mode_for(const char *mode, unsigned int ms)
{
	if (!wait_until(mode_is, (void *)mode, ms)) {
		g_autoptr(GVariant) value = client_get(client, "hci0", "Adapter1", "ScanMode");

		ck_abort_msg("not %s, but %s", mode, value ? g_variant_get_string(value, NULL) : "gone");
	}
}

/* ScanMode, and that the radio was told so. */
static void wait_mode(const char *mode)
{
	const bool off = g_str_equal(mode, "off"), passive = g_str_equal(mode, "passive");

	wait_mode_for(mode, world_patience(world));
	wait_radio_scans(WORLD_RADIO, !off, SOON);
	if (off)
		return;
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "active"), !passive);
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "filterdup"), !passive && !g_str_equal(mode, "quiet-all"));
}

static void set_active(const char *session, bool active)
{
	client_do(client, session, SESSION, "SetScanFilter", g_variant_new_parsed("({'active': <%b>},)", active));
}

static void stop_scan(const char *session)
{
	client_do(client, session, SESSION, "StopScan", NULL);
}

static unsigned int count_devices(void)
{
	g_autoptr(GVariant) reply = client_expect(world_bluez(world), "/", OBJECT_MANAGER, "GetManagedObjects", NULL,
						  "(a{oa{sa{sv}}})");
	g_autoptr(GVariantIter) objects = NULL;
	GVariant *interfaces;
	unsigned int n = 0;

	g_variant_get(reply, "(a{oa{sa{sv}}})", &objects);
	while (g_variant_iter_loop(objects, "{&o@a{sa{sv}}}", NULL, &interfaces)) {
		g_autoptr(GVariant) device = g_variant_lookup_value(interfaces, "org.bluez.Device1", NULL);

		n += device != NULL;
	}
	return n;
}

static unsigned int links(void)
{
	g_autoptr(GVariant) value = client_get(client, "hci0", "Adapter1", "ActiveLinks");

	return g_variant_get_uint32(value);
}

static bool links_are(void *count)
{
	return links() == *(const unsigned int *)count;
}

START_TEST(follows_the_sessions)
{
	g_autofree char *session = open_session(client, 0), *other = open_session(client, 0);

	wait_mode("off");
	start_scan(client, session, -1);
	wait_mode(active_mode());
	set_active(session, false);
	wait_mode(passive_mode());
	/* one that wants responses is enough */
	start_scan(client, other, -1);
	wait_mode(active_mode());
	close_session(client, other);
	wait_mode(passive_mode());
	set_active(session, true);
	wait_mode(active_mode());
	stop_scan(session);
	wait_mode("off");
	set_active(session, false);
	start_scan(client, session, -1);
	wait_mode(passive_mode());
}
END_TEST

START_TEST(is_told)
{
	g_autofree char *session = open_session(client, 0);
	g_autofree char *wanted = g_strdup_printf("'%s'", active_mode());

	client_subscribe(client, NULL, PROPERTIES, "PropertiesChanged", NULL);
	start_scan(client, session, -1);
	expect_changed(client, "hci0", "ScanMode", wanted);
	stop_scan(session);
	expect_changed(client, "hci0", "ScanMode", "'off'");
}
END_TEST

typedef struct Count {
	const char *session;
	unsigned int wanted;
} Count;

static bool fifo_has(void *data)
{
	const Count *count = data;

	return fifo_count(client, count->session) >= count->wanted;
}

static void expect_all_of_a_storm(const char *session, unsigned int seconds)
{
	const unsigned int before = air_status(air, WORLD_RADIO, "sent");
	Count count = { session, 0 };
	unsigned int last;

	air_do(air, "storm " WORLD_RADIO " %d %d %u", ADVERTISERS, RATE_OF_STORM, seconds);
	wait_ms(seconds * 1000);
	do {
		last = air_status(air, WORLD_RADIO, "sent");
		wait_ms(500);
	} while (air_status(air, WORLD_RADIO, "sent") != last);
	count.wanted = last - before;
	ck_assert_uint_gt(count.wanted, RATE_OF_STORM);
	ck_assert(wait_until(fifo_has, &count, world_patience(world)));
	ck_assert_uint_eq(take_all(client, session), count.wanted);
}

START_TEST(shows_bluez_nothing)
{
	g_autofree char *session = open_session(client, 0);
	/* of other tests; they may go, but no others may come */
	const unsigned int devices = count_devices();

	start_scan(client, session, -1);
	wait_mode(active_mode());
	expect_all_of_a_storm(session, LONG_STORM_SECONDS);
	ck_assert_uint_le(count_devices(), devices);
	set_active(session, false);
	wait_mode(passive_mode());
	expect_all_of_a_storm(session, STORM_SECONDS);
	ck_assert_uint_le(count_devices(), devices);
}
END_TEST

START_TEST(finds_a_device_to_connect_to)
{
	g_autofree char *session = open_session(client, 0), *link = NULL;

	peer_appear(0);
	start_scan(client, session, -1);
	set_active(session, false);
	wait_mode(passive_mode());
	link = connect_to(client, session, 0, "{}");
	expect_value(client, link, PLAIN, "01020304");
	/* found: no need to show more */
	wait_mode_for(passive_mode(), RESUME);
	ck_assert_uint_eq(links(), 1);
	let_go(client, link);
	wait_linked(0, false);
	wait_mode_for(passive_mode(), RESUME);
}
END_TEST

/* Another program goes to BlueZ directly while we scan: it finds and connects as ever, and the daemon learns of it as soon
 * as it matters. */
/* Connect says so as soon as it can be sure, and in any case at its end; at once where it was heard for long enough before. */
START_TEST(beacons_take_no_connections)
{
	g_autofree char *session = open_session(client, 0);
	const char *mixed = peer_address(7);
	uint64_t begun = now_ms();

	air_do(air, "repeat * beacon %s random 3 -60 020106 100 0", peer_address(6));
	client_set_timeout(client, 60000);
	expect_call_error(begin_connect(client, session, peer_address(6), "{'timeout': <uint32 3000>}"), "TimedOut",
			  peer_address(6));
	expect_call_error(begin_connect(client, session, peer_address(6), "{'timeout': <uint32 50000>}"),
			  "ConnectionRefused", peer_address(6));
	ck_assert_uint_lt(now_ms() - begun, 40000);

	/* one that sends both */
	peer_appear(7);
	air_do(air, "repeat * mixed %s random 3 -60 04ffffff01 100 0", mixed);
	g_free(connect_to(client, session, 7, "{'timeout': <uint32 50000>}"));
	let_go(client, peer_path(7));

	start_scan(client, session, -1);
	wait_ms(13000);
	expect_call_error(begin_connect(client, session, peer_address(6), "{}"), "ConnectionRefused", peer_address(6));
	client_do(client, session, SESSION, "StopScan", NULL);
}
END_TEST

START_TEST(leaves_others_alone)
{
	g_autofree char *session = open_session(client, 0), *link = NULL, *path = bluez_path(1);
	const unsigned int one = 1;
	Client *bluez = world_bluez(world);

	peer_appear(1);
	start_scan(client, session, -1);
	wait_mode(active_mode());
	client_do(bluez, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "StartDiscovery", NULL);
	for (int i = 0; i < 300 && !bluez_knows(1); i++)
		wait_ms(100);
	ck_assert(bluez_knows(1));
	client_do(bluez, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "StopDiscovery", NULL);
	client_do(bluez, path, "org.bluez.Device1", "Connect", NULL);
	link = connect_to(client, session, 1, "{}");
	expect_value(client, link, PLAIN, "01020304");
	ck_assert(wait_until(links_are, (void *)&one, world_patience(world)));
	let_go(client, link);
	stop_scan(session);
	wait_mode("off");
	ck_assert(wait_until(links_are, (void *)&one, world_patience(world)));
	ck_assert(peer_is_linked(1));
	client_do(bluez, path, "org.bluez.Device1", "Disconnect", NULL);
	wait_linked(1, false);
}
END_TEST

START_TEST(comes_back)
{
	g_autofree char *session = open_session(client, 0);

	start_scan(client, session, -1);
	wait_mode(active_mode());
	world_power(world, "hci0", false);
	wait_mode("off");
	world_power(world, "hci0", true);
	wait_mode(active_mode());
	set_active(session, false);
	wait_mode(passive_mode());
	world_power(world, "hci0", false);
	wait_mode("off");
	world_power(world, "hci0", true);
	wait_mode(passive_mode());

	world_bluez_kill(world);
	wait_adapter_gone("hci0");
	world_bluez_start(world);
	wait_adapter_there("hci0");
	wait_mode_for(passive_mode(), RESUME);
	hear_through(client, session, WORLD_RADIO);
}
END_TEST

static void use_sets(unsigned int sets)
{
	air_do(air, "unplug " WORLD_RADIO);
	wait_adapter_gone("hci0");
	air_do(air, "sets " WORLD_RADIO " %u", sets);
	air_do(air, "plug " WORLD_RADIO);
	wait_adapter_there("hci0");
}

static bool on_air_is(void *hex)
{
	g_autofree char *text = air_cmd(air, "onair *");

	return strstr(text, hex) != NULL;
}

static int set_power(const char *session, int level)
{
	g_autoptr(GVariant) reply =
		client_expect(client, session, SESSION, "TxPower", g_variant_new_parsed("(uint32 9, [%i])", level), "(i)");
	int32_t dbm;

	g_variant_get(reply, "(i)", &dbm);
	return dbm;
}

static void refuse_power(const char *session, unsigned int type, const char *levels)
{
	g_autofree char *text = g_strdup_printf("(uint32 %u, %s)", type, levels);

	client_expect_error(client, session, SESSION, "TxPower", g_variant_new_parsed(text), "NotSupported");
}

/* The power of an advertisement, where bluetoothd and the controller offer it. */
START_TEST(transmit_power)
{
	g_autofree char *session = NULL;

	session = open_session(client, 0);
	refuse_power(session, 9, "[4]"); /* a controller that does not tell what it has */
	g_free(session);
	use_sets(4);
	session = open_session(client, 0);
	refuse_power(session, 0, "[4]");
	refuse_power(session, 9, "@ai []");
	/* no longer experimental since 5.77 */
	if (!experimental() && !world_bluez_since(world, 77)) {
		refuse_power(session, 9, "[4]");
	} else {
		refuse_power(session, 9, "[7]"); /* 9 dBm, and it has 8 */
		ck_assert_int_eq(set_power(session, 4), 0);
		client_do(client, session, SESSION, "SetAdvertisement",
			  g_variant_new_parsed("({'tx_power': <true>, 'manufacturer_data': <[byte 1, 2, 3]>},)"));
		client_do(client, session, SESSION, "Advertise", g_variant_new("(b)", TRUE));
		ck_assert(on_air_is((void *)"020a00"));
		/* as it is on air: this radio has even ones */
		ck_assert_int_eq(set_power(session, 2), -6);
		ck_assert(on_air_is((void *)"020afa"));
		ck_assert_int_eq(set_power(session, 5), 2);
		ck_assert(on_air_is((void *)"020a02"));
		/* what else is said does not change it */
		client_do(client, session, SESSION, "SetAdvertisementParams", g_variant_new_parsed("({'adv_type': <byte 3>},)"));
		ck_assert(on_air_is((void *)"020a02"));
		client_do(client, session, SESSION, "Init", g_variant_new_parsed("(@a{sv} {},)"));
		refuse_power(session, 9, "@ai []");
	}
	client_do(client, session, SESSION, "Close", NULL);
	use_sets(0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { transmit_power, follows_the_sessions, is_told, shows_bluez_nothing,
				       finds_a_device_to_connect_to, beacons_take_no_connections, leaves_others_alone,
				       comes_back, NULL };

	return link_main("modes", tests, CONFIG, 120);
}
