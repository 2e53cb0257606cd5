/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hostile programs: calls with any arguments on any object, from a seeded generator (BLUEBROKER_SEED for
 * another seed, BLUEBROKER_SECONDS for longer). The daemon answers each, and goes on serving others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan-fixture.h"

#define SEED 20
#define SECONDS 4
#define CALLS_MIN 100 /* however long they take */
#define DEPTH_MAX 4
#define ANSWER_MS 10000

static const char *const members[] = {
	"OpenSession", "GetStats", "GetDevices", "Init", "Deinit", "StartScan", "StopScan", "IsScanning",
	"GetAdv", "GetAdvertisements", "ReadAdvertisements", "AcquireAdvertisements", "ResolveAdvData",
	"Callback", "Events", "SetScanFilter", "Close", "Connect", "Get", "GetAll", "Set", "Introspect",
	"GetManagedObjects", "Ping", "Nonsense",
};

static const char *const interfaces[] = {
	WORLD_NAME ".Manager1", WORLD_NAME ".Adapter1", WORLD_NAME ".Session1", WORLD_NAME ".Nonsense",
	"org.freedesktop.DBus.Properties", "org.freedesktop.DBus.Introspectable",
	"org.freedesktop.DBus.ObjectManager", "org.freedesktop.DBus.Peer",
};

static const char *const paths[] = {
	"/", "/com/example/Bluetooth", "/com/example/Bluetooth/hci0", "/com/example/Bluetooth/hci1",
	"/com/example/Bluetooth/hci99999999999999999999", "/com/example/Bluetooth/hci",
	"/com/example/Bluetooth/hci0/session", "/com/example/Bluetooth/hci0/session/uid0",
	"/com/example/Bluetooth/hci0/session/uid4294967296", "/com/example/Bluetooth/hci0/session/uid1",
	"/com/example/Bluetooth/hci0/session/9999999",
	"/com/example/Bluetooth/hci0/session/18446744073709551616",
	"/com/example/Bluetooth/hci0/device/C0_00_00_00_00_00", "/com/example/Bluetoothhci0",
};

/* Of the contract, and what is nearly so. */
static const char *const signatures[] = {
	"(a{sv})", "(ua{sv})", "(i)", "(u)", "(ayy)", "()", "(ss)", "(s)", "(ssv)", "(a{sv}a{sv})", "(a{ss})",
	"(v)", "(x)",
};

/* What a dictionary's keys and strings are made of. */
static const char *const words[] = {
	"addresses", "uuids", "manufacturers", "name", "rssi", "pathloss", "patterns", "adv_types", "dedup",
	"active", "scan_responses", "delivery", "batch_ms", "batch_max", "mode", "antenna", "pin", "secure",
	"privacy", "mtu", "fifo", "overflow", "", "signal", "drop-newest", "C0:00:00:00:00:01", "180d",
	"1234567890123456", "[", "[!", "\\", "***?*", "%s%n%x", "\303\251\360\237\246\267",
	WORLD_NAME ".Session1", "Limits",
};

static const char *const option_types[] = {
	"as", "av", "aq", "s", "n", "q", "a(yyay)", "ay", "u", "b", "i", "y", "x", "d", "v", "aav", "(ss)",
	"o", "g",
};

static const char *const leaf_types[] = { "y", "b", "n", "q", "i", "u", "x", "t", "d", "s", "o", "g" };

static GRand *dice;

static unsigned int roll(unsigned int sides)
{
	return g_rand_int(dice) % sides;
}

#define ONE_OF(table) ((table)[roll(G_N_ELEMENTS(table))])

static void add_type(GString *type, unsigned int depth)
{
	static const char *const keys[] = { "s", "u", "q" };
	unsigned int members_left;

	switch (depth >= DEPTH_MAX ? 0 : roll(9)) {
	case 5:
		g_string_append_c(type, 'a');
		add_type(type, depth + 1);
		break;
	case 6:
		g_string_append(type, "a{");
		g_string_append(type, ONE_OF(keys));
		add_type(type, depth + 1);
		g_string_append_c(type, '}');
		break;
	case 7:
		g_string_append_c(type, '(');
		for (members_left = 1 + roll(3); members_left > 0; members_left--)
			add_type(type, depth + 1);
		g_string_append_c(type, ')');
		break;
	case 8:
		g_string_append_c(type, 'v');
		break;
	default:
		g_string_append(type, ONE_OF(leaf_types));
	}
}

static uint64_t number(void)
{
	static const uint64_t edges[] = {
		0, 1, 2, 15, 16, 22, 23, 31, 127, 128, 255, 256, 517, 1650, 32767, 32768, 65535, 65536,
		999999, 1000000, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_C(0x7fffffffffffffff), UINT64_MAX,
	};

	return roll(3) > 0 ? ONE_OF(edges) : (uint64_t)g_rand_int(dice) << 32 | g_rand_int(dice);
}

static char *string(void)
{
	if (roll(8) > 0)
		return g_strdup(ONE_OF(words));
	return g_strnfill(roll(2000), (char)(' ' + roll(95)));
}

static GVariant *value(const GVariantType *type, unsigned int depth);

static GVariant *container(const GVariantType *type, unsigned int depth)
{
	GVariantBuilder builder;
	unsigned int left = roll(depth > 2 ? 3 : 8);

	g_variant_builder_init(&builder, type);
	if (g_variant_type_is_array(type)) {
		if (g_variant_type_equal(type, G_VARIANT_TYPE_BYTESTRING) && roll(4) == 0)
			left = roll(3000);
		for (; left > 0; left--)
			g_variant_builder_add_value(&builder, value(g_variant_type_element(type), depth + 1));
	} else {
		for (const GVariantType *item = g_variant_type_first(type); item;
		     item = g_variant_type_next(item))
			g_variant_builder_add_value(&builder, value(item, depth + 1));
	}
	return g_variant_builder_end(&builder);
}

static GVariant *value(const GVariantType *type, unsigned int depth)
{
	g_autoptr(GString) inner = NULL;
	g_autofree char *text = NULL;

	if (g_variant_type_is_container(type) && !g_variant_type_is_variant(type))
		return container(type, depth);

	switch (g_variant_type_peek_string(type)[0]) {
	case 'y':
		return g_variant_new_byte((uint8_t)number());
	case 'b':
		return g_variant_new_boolean(roll(2) == 0);
	case 'n':
		return g_variant_new_int16((int16_t)number());
	case 'q':
		return g_variant_new_uint16((uint16_t)number());
	case 'i':
		return g_variant_new_int32((int32_t)number());
	case 'u':
		return g_variant_new_uint32((uint32_t)number());
	case 'x':
		return g_variant_new_int64((int64_t)number());
	case 't':
		return g_variant_new_uint64(number());
	case 'd':
		return g_variant_new_double((double)number() / 3);
	case 'o':
		return g_variant_new_object_path(ONE_OF(paths));
	case 'g':
		return g_variant_new_signature(ONE_OF(option_types));
	case 'v':
		inner = g_string_new(NULL);
		if (roll(3) > 0)
			g_string_append(inner, ONE_OF(option_types));
		else
			add_type(inner, depth + 1);
		return g_variant_new_variant(value(G_VARIANT_TYPE(inner->str), depth + 1));
	default:
		text = string();
		return g_variant_new_string(text);
	}
}

static GVariant *arguments(void)
{
	g_autoptr(GString) type = g_string_new(NULL);

	if (roll(4) > 0) {
		g_string_append(type, ONE_OF(signatures));
	} else {
		g_string_append_c(type, '(');
		for (unsigned int left = roll(4); left > 0; left--)
			add_type(type, 0);
		g_string_append_c(type, ')');
	}
	return g_variant_ref_sink(container(G_VARIANT_TYPE(type->str), 0));
}

static void call_anything(Client *by)
{
	const char *path = roll(3) > 0 ? session : ONE_OF(paths), *member = ONE_OF(members);
	const char *interface = roll(2) > 0 ? interfaces[2] : ONE_OF(interfaces);
	g_autoptr(GVariant) params = arguments(), reply = NULL;
	g_autoptr(GError) error = NULL;

	reply = client_call(by, path, interface, member, params, NULL, &error);
	if (!reply && !g_dbus_error_is_remote_error(error)) {
		g_autofree char *text = g_variant_print(params, TRUE);

		ck_abort_msg("%s %s.%s%s: no answer: %s", path, interface, member, text, error->message);
	}
}

static unsigned int from_environment(const char *name, unsigned int fallback)
{
	const char *text = g_getenv(name);

	return text && text[0] != '\0' ? (unsigned int)strtoul(text, NULL, 10) : fallback;
}

START_TEST(any_arguments)
{
	unsigned int seed = from_environment("BLUEBROKER_SEED", SEED), n = 0;
	uint64_t end =
		now_usec() + from_environment("BLUEBROKER_SECONDS", SECONDS) * (uint64_t)G_USEC_PER_SEC;
	g_autoptr(Client) hostile = client_can_be_others() ? new_client_as(SOME_UID) : new_client();
	g_autoptr(Client) honest = new_client();
	g_autofree char *mine = open_session_with(honest, "{'fifo': <uint32 64>}");
	pid_t pid = world_daemon_pid(world);
	uint64_t heard;

	dice = g_rand_new_with_seed(seed);
	client_set_timeout(hostile, ANSWER_MS);
	start_scan(honest, mine, -1);
	wait_radio(true);
	/* an odd device is on the air all the while */
	air_do(air, "repeat * odd %s random 3 -60 0409c3ff28ff 50 0", device(9));
	while (now_usec() < end || n < CALLS_MIN) {
		g_autofree char *old = NULL;

		/* its session may have been closed by itself */
		if (n % 50 == 0 && !has_row(client, session)) {
			old = session;
			session = open_session(client, 0);
		}
		call_anything(roll(4) > 0 ? client : hostile);
		n++;
	}
	air_do(air, "quiet *");
	/* what is still on its way */
	do {
		heard = stats_total(client, "Reports");
		wait_ms(300);
	} while (stats_total(client, "Reports") != heard);

	ck_assert_int_eq(world_daemon_pid(world), pid);
	ck_assert(client_sees(honest, WORLD_NAME));
	/* the honest program has lost nothing but what its FIFO could not hold */
	ck_assert(is_scanning(honest, mine));
	ck_assert_uint_ge(stats_of(client, mine, "Reports"), 10);
	g_variant_unref(read_reports(honest, mine, 0, NULL));
	hear_count(42);
	expect_read(honest, mine, "42", stats_of(client, mine, "Dropped"));
	g_rand_free(dice);
}
END_TEST

/* Nested as deep as the bus lets it, long, and wide. */
START_TEST(big_arguments)
{
	g_autofree char *long_name = g_strnfill(1000000, '*'), *many = NULL;
	GVariant *nested = g_variant_new_byte(1), *addresses;
	GVariantBuilder builder;

	for (unsigned int i = 0; i < 30; i++)
		nested = g_variant_new_variant(nested);
	g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&builder, "{s@v}", "uuids", nested);
	client_expect_error(client, session, SESSION, "SetScanFilter", g_variant_new("(a{sv})", &builder),
			    "InvalidArguments");

	g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(long_name));
	client_expect_error(client, session, SESSION, "SetScanFilter", g_variant_new("(a{sv})", &builder),
			    "InvalidArguments");

	g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&builder, "{sv}", long_name, g_variant_new_string("x"));
	client_expect_error(client, session, SESSION, "Init", g_variant_new("(a{sv})", &builder),
			    "InvalidArguments");

	g_variant_builder_init(&builder, G_VARIANT_TYPE("as"));
	for (unsigned int i = 0; i < 100000; i++)
		g_variant_builder_add(&builder, "s", "c00000000000");
	addresses = g_variant_builder_end(&builder);
	g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&builder, "{sv}", "addresses", addresses);
	client_expect_error(client, session, SESSION, "SetScanFilter", g_variant_new("(a{sv})", &builder),
			    "LimitReached");

	/* a glob that backtracks */
	many = g_strnfill(200, '*');
	for (unsigned int i = 0; i < 200; i += 2)
		many[i] = 'a';
	g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&builder, "{sv}", "name", g_variant_new_string(many));
	client_do(client, session, SESSION, "SetScanFilter", g_variant_new("(a{sv})", &builder));
	start_scan(client, session, -1);
	hear(1, -60, "1c09616161616161616161616161616161616161616161616161616162");
	ck_assert_uint_eq(stats_of(client, session, "Filtered"), 1);
}
END_TEST

/* A program that calls and calls, and does not read the answers. */
START_TEST(flood)
{
	ClientCall *calls[500];
	g_autoptr(Client) hostile = new_client();
	unsigned int answered = 0;
	uint64_t began;

	for (unsigned int i = 0; i < G_N_ELEMENTS(calls); i++)
		calls[i] = client_begin(hostile, NULL, "Manager1", "GetStats", NULL);
	began = now_usec();
	ck_assert(has_row(client, session));
	ck_assert_uint_lt(now_usec() - began, world_patience(world) * 1000);
	for (unsigned int i = 0; i < G_N_ELEMENTS(calls); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GVariant) reply = client_call_finish(calls[i], &error);

		/* there is a limit to what waits before the daemon knows whose connection it is, and one of
		 * the bus */
		ck_assert_msg(reply || strstr(error->message, "LimitReached") ||
				      strstr(error->message, "LimitsExceeded"),
			      "%s", reply ? "" : error->message);
		answered += reply ? 1 : 0;
	}
	ck_assert_uint_ge(answered, 64);
	g_variant_unref(client_expect(hostile, NULL, "Manager1", "GetStats", NULL, "(a{sv})"));
}
END_TEST

/* What only answers is not looked at where no answer is wanted: nothing else bounds how many of those
 * come. */
START_TEST(unanswered_questions)
{
	g_autoptr(Client) other = new_client_as(SOME_UID);

	for (unsigned int i = 0; i < 2000; i++)
		client_tell(other, USER_SESSION, SESSION, "IsScanning", NULL);
	/* behind them all */
	g_variant_unref(client_expect(other, NULL, "Manager1", "GetStats", NULL, "(a{sv})"));
	ck_assert(!has_row(client, SOME_SESSION));
	(void)is_scanning(other, USER_SESSION);
	ck_assert(has_row(client, SOME_SESSION));
}
END_TEST

/* 256 conditions: what is dearest to take apart. */
static GVariant *long_filter(void)
{
	GVariantBuilder uuids, filter;

	g_variant_builder_init(&uuids, G_VARIANT_TYPE("av"));
	for (unsigned int i = 0; i < 256; i++) {
		g_autofree char *uuid = g_strdup_printf("%08x-0000-1000-8000-00805f9b34fb", 0x10000 + i);

		g_variant_builder_add(&uuids, "v", g_variant_new_string(uuid));
	}
	g_variant_builder_init(&filter, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&filter, "{sv}", "uuids", g_variant_builder_end(&uuids));
	return g_variant_ref_sink(g_variant_new("(a{sv})", &filter));
}

static uint64_t dropped_calls(void)
{
	g_autoptr(GVariant) table = stats(client), dropped = g_variant_lookup_value(table, "Dropped", NULL);
	uint64_t calls = 0;

	ck_assert(g_variant_lookup(dropped, "calls", "t", &calls));
	return calls;
}

static bool scans(void *by)
{
	client_tell(by, USER_SESSION, SESSION, "StartScan", g_variant_new("(i)", -1));
	return is_scanning(by, USER_SESSION);
}

/* Of calls that do something and want no answer, those beyond a share of the time are not done; what wants an
 * answer is, and other users' are. */
START_TEST(unanswered_work)
{
	g_autoptr(Client) other = new_client_as(SOME_UID);
	g_autoptr(GVariant) filter = long_filter();

	init(other, USER_SESSION, "{}");
	/* on a busy machine they come so slowly that the share is enough for many */
	for (unsigned int rounds = 0; rounds == 0 || (dropped_calls() < 1000 && rounds < 20); rounds++) {
		for (unsigned int i = 0; i < 4000; i++)
			client_tell(other, USER_SESSION, SESSION, "SetScanFilter", filter);
		ck_assert(!is_scanning(other, USER_SESSION)); /* behind them all */
	}
	ck_assert_uint_ge(dropped_calls(), 1000);
	ck_assert(wait_until(scans, other, world_patience(world)));
	client_tell(client, session, SESSION, "StartScan", g_variant_new("(i)", -1));
	ck_assert(is_scanning(client, session));
}
END_TEST

#define MANY 2000
#define CALLERS 2
/* of each: what the bus lets a connection have unanswered is not much more, nor what fits into a socket */
#define CALLS 100

static void setup_many(void)
{
	scan_setup_with("[Limits]\nSessionsPerUser=2100\n");
}

static bool tells_of(ClientCall *call, const char *path)
{
	g_autoptr(GVariant) reply = client_call_finish(call, NULL), table = NULL, rows = NULL;

	ck_assert_ptr_nonnull(reply);
	table = g_variant_get_child_value(reply, 0);
	rows = g_variant_lookup_value(table, "Sessions", NULL);
	ck_assert_uint_ge(g_variant_n_children(rows), MANY);
	for (gsize i = 0; i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
		const char *of;

		if (g_variant_lookup(row, "Path", "&o", &of) && g_str_equal(of, path))
			return true;
	}
	return false;
}

/* An answer that is long because there are many sessions is written bit by bit. Much is to be done meanwhile,
 * and a session that is opened behind all of that is still in it. */
START_TEST(many_sessions)
{
	Client *callers[CALLERS], *last = new_client();
	unsigned int calls = getenv("BLUEBROKERD_WRAPPER") ? 1 : CALLS;
	g_autoptr(GVariant) opened = NULL;
	ClientCall *stats_call, *open;
	const char *path;

	for (unsigned int i = 0; i < MANY; i++)
		g_free(open_session_with(client, "{'fifo': <uint32 1>}"));
	for (unsigned int i = 0; i < CALLERS; i++) {
		callers[i] = new_client();
		(void)is_scanning(callers[i], USER_SESSION);
	}
	(void)is_scanning(last, USER_SESSION);
	world_daemon_pause(world);
	stats_call = client_begin(client, NULL, "Manager1", "GetStats", NULL);
	client_sync(client);
	for (unsigned int i = 0; i < CALLERS; i++) {
		for (unsigned int n = 0; n < calls; n++)
			client_call_forget(
				client_begin(callers[i], USER_SESSION, SESSION, "IsScanning", NULL));
		client_sync(callers[i]);
	}
	open = client_begin(last, NULL, "Manager1", "OpenSession", g_variant_new("(u@a{sv})", 0,
			    g_variant_new_parsed("@a{sv} {}")));
	client_sync(last);
	wait_ms(200); /* until all of it is in the daemon's socket */
	world_daemon_resume(world);
	opened = client_call_finish(open, NULL);
	ck_assert_ptr_nonnull(opened);
	g_variant_get(opened, "(&o)", &path);
	ck_assert(tells_of(stats_call, path));
	for (unsigned int i = 0; i < CALLERS; i++)
		client_free(callers[i]);
	client_free(last);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		any_arguments, big_arguments, flood, unanswered_questions, unanswered_work, NULL
	};
	const TTest *const many[] = { many_sessions, NULL };
	int r = run_tests("scan-hostile", tests, scan_setup, scan_teardown, 120);

	return r | run_tests("scan-hostile-many", many, setup_many, scan_teardown, 120);
}
