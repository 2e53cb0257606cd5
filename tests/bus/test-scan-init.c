/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Init and OpenSession: what their options may be, Deinit, and what becomes of the radio. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scan-fixture.h"

static GVariant *opening(unsigned int id, const char *text)
{
	g_autoptr(GVariant) value = options(text);

	return g_variant_new("(u@a{sv})", id, value);
}

START_TEST(refused)
{
	static const struct {
		const char *options, *error, *word;
	} rows[] = {
		{ "{'nonsense': <1>}", "InvalidArguments", "nonsense" },
		{ "{'fifo': <uint32 4>, 'Fifo': <uint32 4>}", "InvalidArguments", "Fifo" },
		{ "{'fifo': <uint32 4>, 'fifo': <uint32 5>}", "InvalidArguments", "fifo" },
		{ "{'mode': <uint32 1>}", "NotSupported", "mode" },
		{ "{'mode': <uint32 4294967295>}", "NotSupported", "mode" },
		{ "{'mode': <0>}", "InvalidArguments", "mode" },
		{ "{'antenna': <uint32 1>}", "NotSupported", "AntennaSwitch" },
		{ "{'antenna': <uint32 2>}", "NotSupported", "antenna" },
		{ "{'antenna': <uint32 3>}", "InvalidArguments", "antenna" },
		{ "{'antenna': <'EXT_ANT'>}", "InvalidArguments", "antenna" },
		{ "{'pin': <uint32 1000000>}", "InvalidArguments", "pin" },
		{ "{'pin': <123456>}", "InvalidArguments", "pin" },
		{ "{'secure': <uint32 1>}", "InvalidArguments", "secure" },
		{ "{'privacy': <'on'>}", "InvalidArguments", "privacy" },
		{ "{'mtu': <uint16 22>}", "InvalidArguments", "mtu" },
		{ "{'mtu': <uint16 518>}", "InvalidArguments", "mtu" },
		{ "{'mtu': <uint32 100>}", "InvalidArguments", "mtu" },
		{ "{'fifo': <uint32 0>}", "InvalidArguments", "fifo" },
		{ "{'fifo': <uint32 4097>}", "LimitReached", "MaxFifoDepth" },
		{ "{'fifo': <uint32 4294967295>}", "LimitReached", "MaxFifoDepth" },
		{ "{'fifo': <16>}", "InvalidArguments", "fifo" },
		{ "{'overflow': <'drop'>}", "InvalidArguments", "overflow" },
		{ "{'overflow': <''>}", "InvalidArguments", "overflow" },
		{ "{'overflow': <true>}", "InvalidArguments", "overflow" },
	};

	init(client, session, "{'fifo': <uint32 7>}");
	start_scan(client, session, -1);
	hear_count(1);
	for (unsigned int i = 0; i < G_N_ELEMENTS(rows); i++) {
		expect_refusal(client, session, SESSION, "Init", dictionary(rows[i].options), rows[i].error,
			       rows[i].word);
		expect_refusal(client, NULL, "Manager1", "OpenSession", opening(0, rows[i].options),
			       rows[i].error, rows[i].word);
	}
	client_expect_error(client, session, SESSION, "Init", NULL, "org.freedesktop.DBus.Error.InvalidArgs");
	/* the session is as it was, and none was opened */
	ck_assert(is_scanning(client, session));
	ck_assert_uint_eq(stats_of(client, session, "FifoDepth"), 7);
	expect_read(client, session, "1", 0);
	{
		g_autoptr(GVariant) table = stats(client);
		g_autoptr(GVariant) sessions =
			g_variant_lookup_value(table, "Sessions", G_VARIANT_TYPE("aa{sv}"));

		ck_assert_uint_eq(g_variant_n_children(sessions), 1);
	}
}
END_TEST

START_TEST(accepted)
{
	static const char *const rows[] = {
		"{}",
		"{'mode': <uint32 0>}",
		"{'antenna': <uint32 0>}",
		"{'pin': <uint32 0>}",
		"{'pin': <uint32 999999>}",
		"{'secure': <true>, 'privacy': <false>}",
		"{'secure': <false>, 'privacy': <true>}",
		"{'mtu': <uint16 23>}",
		"{'mtu': <uint16 517>}",
		"{'fifo': <uint32 1>}",
		"{'fifo': <uint32 4096>}",
		"{'overflow': <'drop-oldest'>}",
		"{'overflow': <'drop-newest'>}",
		"{'mode': <uint32 0>, 'antenna': <uint32 0>, 'pin': <uint32 123456>, 'secure': <true>, 'privacy': <true>, "
		"'mtu': <uint16 200>, 'fifo': <uint32 32>, 'overflow': <'drop-newest'>}",
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = open_session_with(client, rows[i]);

		init(client, path, rows[i]);
		init(client, USER_SESSION, rows[i]);
		client_do(client, path, SESSION, "Close", NULL);
	}
	ck_assert_uint_eq(stats_of(client, "hci0/session/uid0", "FifoDepth"), 32);
	init(client, USER_SESSION, "{}");
	ck_assert_uint_eq(stats_of(client, "hci0/session/uid0", "FifoDepth"), 16);
}
END_TEST

START_TEST(no_such_radio)
{
	expect_refusal(client, NULL, "Manager1", "OpenSession", opening(1, "{}"), "NoSuchAdapter", "hci1");
	expect_refusal(client, NULL, "Manager1", "OpenSession", opening(65536, "{}"), "NoSuchAdapter", "id");
	expect_refusal(client, NULL, "Manager1", "OpenSession", opening(G_MAXUINT32, "{}"), "NoSuchAdapter",
		       "id");
	expect_refusal(client, "hci1", SESSION, "Init", dictionary("{}"), "NoSuchAdapter", "hci1");
	expect_refusal(client, "hci1/session/uid0", SESSION, "Events", NULL, "NoSuchAdapter", "hci1");
	client_expect_error(client, NULL, "Manager1", "OpenSession", g_variant_new("(u)", 0),
			    "org.freedesktop.DBus.Error.InvalidArgs");
}
END_TEST

/* Nothing of the old state is kept. */
START_TEST(anew)
{
	client_subscribe(client, NULL, SESSION, "Event", NULL);
	client_do(client, session, SESSION, "Callback", g_variant_new("(u)", 1));
	init(client, session, "{'fifo': <uint32 2>}"); /* ends that subscription */
	start_scan(client, session, -1);
	hear_counts(0, 3);
	ck_assert_uint_eq(client_count_signals(client, "Event"), 0);
	init(client, session, "{}");
	ck_assert(!is_scanning(client, session));
	ck_assert_uint_eq(stats_of(client, session, "FifoDepth"), 16);
	expect_read(client, session, "", 0);
	client_expect_error(client, session, SESSION, "StartScan", g_variant_new("(i)", 0),
			    "InvalidArguments");
	{
		g_autoptr(GVariant) reply = client_expect(client, session, SESSION, "Events", NULL, "(u)");
		g_autofree char *text = g_variant_print(reply, FALSE);

		ck_assert_str_eq(text, "(0,)");
	}
	wait_radio(false);
}
END_TEST

START_TEST(deinit)
{
	static const struct {
		const char *method, *arguments;
	} calls[] = {
		{ "StartScan", "(-1,)" }, { "StopScan", NULL }, { "IsScanning", NULL }, { "GetAdv", NULL },
		{ "GetAdvertisements", NULL }, { "ReadAdvertisements", "(uint32 0,)" },
		{ "Callback", "(uint32 1,)" }, { "Events", NULL }, { "SetScanFilter", "(@a{sv} {},)" },
		{ "AcquireAdvertisements", "(@a{sv} {},)" },
	};

	start_scan(client, session, -1);
	hear_count(1);
	client_do(client, session, SESSION, "Deinit", NULL);
	wait_radio(false);
	for (unsigned int i = 0; i < G_N_ELEMENTS(calls); i++) {
		g_autoptr(GVariant) arguments =
			calls[i].arguments ? g_variant_parse(NULL, calls[i].arguments, NULL, NULL, NULL) :
					     NULL;

		expect_refusal(client, session, SESSION, calls[i].method, arguments, "NotReady", "Init");
	}
	client_do(client, session, SESSION, "Deinit", NULL);
	init(client, session, "{}");
	expect_read(client, session, "", 0);
	client_do(client, session, SESSION, "Deinit", NULL);
	client_do(client, session, SESSION, "Close", NULL);
	expect_refusal(client, session, SESSION, "Init", dictionary("{}"), "DoesNotExist", "session");

	/* a user session inits itself, with the defaults */
	init(client, USER_SESSION, "{'fifo': <uint32 3>}");
	start_scan(client, USER_SESSION, -1);
	hear_count(1);
	client_do(client, USER_SESSION, SESSION, "Deinit", NULL);
	wait_radio(false);
	expect_read(client, USER_SESSION, "", 0);
	ck_assert(!is_scanning(client, USER_SESSION));
	ck_assert_uint_eq(stats_of(client, "hci0/session/uid0", "FifoDepth"), 16);
}
END_TEST

START_TEST(power)
{
	g_autofree char *second = NULL;

	/* it was on before anybody came: it stays on */
	client_do(client, session, SESSION, "Close", NULL);
	wait_ms(300);
	world_wait_powered(world, "hci0", true);

	world_power(world, "hci0", false);
	g_free(session);
	session = open_session(client, 0);
	world_wait_powered(world, "hci0", true);
	ck_assert(client_get_boolean(client, "hci0", "Adapter1", "Powered"));
	second = open_session(client, 0);
	client_do(client, session, SESSION, "Deinit", NULL);
	wait_ms(300);
	world_wait_powered(world, "hci0", true);
	/* the last one turns off the light, for the daemon turned it on */
	client_do(client, second, SESSION, "Close", NULL);
	world_wait_powered(world, "hci0", false);

	/* a user session that inits itself, by a scan */
	expect_empty(client, USER_SESSION);
	client_do(client, USER_SESSION, SESSION, "Deinit", NULL);
	world_wait_powered(world, "hci0", false);
	start_scan(client, USER_SESSION, -1);
	wait_radio(true);
	client_do(client, USER_SESSION, SESSION, "Deinit", NULL);
	world_wait_powered(world, "hci0", false);
}
END_TEST

static void switch_power(Client *by, bool on, const char *options)
{
	GVariant *dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);

	client_do(by, "hci0", "Adapter1", "SetPower", g_variant_new("(b@a{sv})", on, dict));
}

static void switch_fails(Client *by, const char *arguments, const char *error, const char *word)
{
	expect_refusal(by, "hci0", "Adapter1", "SetPower", g_variant_new_parsed(arguments), error, word);
}

/* The switch: on for good, off unless somebody uses it. */
START_TEST(power_by_hand)
{
	g_autoptr(Client) other = new_client_as(SOME_UID), nobody = new_client_as(OTHER_UID);
	g_autofree char *theirs = NULL;

	switch_fails(client, "(false, @a{sv} {})", "Busy", "sessions: 1 (of other users: 0)");
	switch_fails(other, "(false, @a{sv} {})", "Busy", "of other users: 1");
	switch_fails(other, "(false, {'force': <true>})", "AccessDenied", "force");
	switch_fails(client, "(false, {'fork': <true>})", "InvalidArguments", "fork");
	switch_fails(client, "(false, {'force': <1>})", "InvalidArguments", "force");
	world_wait_powered(world, "hci0", true);

	/* off by force: the scan stands, and finds the radio off */
	theirs = open_session(other, 0);
	start_scan(other, theirs, -1);
	client_do(client, session, SESSION, "Close", NULL);
	switch_power(other, true, "{}");
	switch_power(other, false, "{'force': <true>}");
	ck_assert(!client_get_boolean(client, "hci0", "Adapter1", "Powered"));
	world_wait_powered(world, "hci0", false);
	ck_assert(is_scanning(other, theirs));
	switch_power(nobody, false, "{}");

	switch_power(nobody, true, "{}");
	ck_assert(client_get_boolean(client, "hci0", "Adapter1", "Powered"));
	wait_radio(true);
	/* the last one leaves, and it stays on */
	client_do(other, theirs, SESSION, "Close", NULL);
	wait_radio(false);
	switch_power(nobody, true, "{}");
	world_wait_powered(world, "hci0", true);
	expect_empty(nobody, USER_SESSION);
	switch_power(other, false, "{}");
	world_wait_powered(world, "hci0", false);

	/* on for a session, then for good: it outlives the session */
	g_free(session);
	session = open_session(client, 0);
	world_wait_powered(world, "hci0", true);
	switch_power(other, true, "{}");
	client_do(client, session, SESSION, "Close", NULL);
	wait_ms(300);
	world_wait_powered(world, "hci0", true);
}
END_TEST

static char *antenna_path;
static int antenna_file = -1;

static void setup_antenna(void)
{
	g_autofree char *config = NULL;

	antenna_file = g_file_open_tmp("bluebroker-antenna.XXXXXX", &antenna_path, NULL);
	ck_assert_int_ge(antenna_file, 0);
	ck_assert_int_eq(fchmod(antenna_file, 0666), 0); /* the daemon may be another user */
	config = g_strdup_printf("[Radio]\nAntennaSwitch=%s\n", antenna_path);
	scan_setup_with(config);
}

static void expect_antenna(const char *contents)
{
	char buffer[8] = "";

	ck_assert_int_eq(pread(antenna_file, buffer, sizeof(buffer) - 1, 0), (ssize_t)strlen(contents));
	ck_assert_str_eq(buffer, contents);
}

START_TEST(antenna)
{
	g_autofree char *path = NULL;

	expect_antenna(""); /* nobody has said */
	init(client, session, "{'antenna': <uint32 1>}");
	expect_antenna("1");
	init(client, session, "{}");
	expect_antenna("1");
	init(client, session, "{'antenna': <uint32 0>}");
	expect_antenna("0");
	path = open_session_with(client, "{'antenna': <uint32 1>}");
	expect_antenna("1");
	expect_refusal(client, session, SESSION, "Init", dictionary("{'antenna': <uint32 2>}"),
		       "NotSupported", "antenna");
	expect_antenna("1");
	ck_assert_int_eq(unlink(antenna_path), 0);
	g_clear_pointer(&antenna_path, g_free);
}
END_TEST

static void setup_no_antenna(void)
{
	scan_setup_with("[Radio]\nAntennaSwitch=/nonexistent/antenna\n");
}

START_TEST(antenna_fails)
{
	init(client, session, "{'fifo': <uint32 7>}");
	expect_refusal(client, session, SESSION, "Init", dictionary("{'antenna': <uint32 1>}"), "Failed",
		       "antenna");
	ck_assert_uint_eq(stats_of(client, session, "FifoDepth"), 7);
}
END_TEST

int main(void)
{
	const TTest *const plain[] = { refused, accepted, no_such_radio, anew, deinit, power,
					power_by_hand, NULL };
	const TTest *const switched[] = { antenna, NULL };
	const TTest *const broken[] = { antenna_fails, NULL };
	int r = run_tests("scan-init", plain, scan_setup, scan_teardown, 120);

	r |= run_tests("scan-init-antenna", switched, setup_antenna, scan_teardown, 120);
	return r | run_tests("scan-init-no-antenna", broken, setup_no_antenna, scan_teardown, 120);
}
