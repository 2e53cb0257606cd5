/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of several users on one radio, on the real stack: Debian's bus with our policy, the
 * daemon as its own system user, programs and shell scripts as others. Only in the guest: see
 * meson.build for what it has to have. */
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "program.h"
#include "reports.h"
#include "run.h"

#define STORM_ADVERTISERS 30 /* RSSI -40 - N, N from 0 */
#define STORM_RATE 150
#define REPEATERS 10 /* each: sensors at D0:…, lamps at E0:… */
#define REPEAT_MS 200
#define RSSI_LIMIT (-60)
#define SCRIPT_SECONDS 10

static World *world;
static Air *air;
static Client *root;

static void setup(void)
{
	ck_assert_msg(g_strcmp0(g_getenv("BLUEBROKER_WORLD"), "vm") == 0,
		      "this is a test for the guest");
	world = world_new(0);
	air = world_air(world);
	root = client_new(world_address(world));
}

static void teardown(void)
{
	root = client_free(root);
	world = world_free(world);
}

static uid_t uid_of(const char *user)
{
	const struct passwd *entry = getpwnam(user);

	ck_assert_msg(entry != NULL, "the guest has no user %s: see BT_USERS", user);
	return entry->pw_uid;
}

/* --- the air --- */

static void add_repeater(const char *kind, unsigned int first, unsigned int number,
			 unsigned int type, const char *more)
{
	g_autofree char *name = g_strdup_printf("%s %02u", kind, number);
	g_autoptr(GString) hex = g_string_new("020106");

	g_string_append_printf(hex, "%02zx09", strlen(name) + 1);
	for (const char *c = name; *c; c++)
		g_string_append_printf(hex, "%02x", (unsigned int)*c);
	air_do(air, "repeat * %s-%u %02X:00:00:00:00:%02X random %u -80 %s %u 0%s", kind, number,
	       first, number, type, hex->str, REPEAT_MS, more);
}

/* Fifty advertisers. */
static void fill_air(void)
{
	air_do(air, "storm * %u %u 3600", STORM_ADVERTISERS, STORM_RATE);
	for (unsigned int i = 0; i < REPEATERS; i++) {
		add_repeater("Sensor", 0xd0, i, 0, " rsp -");
		add_repeater("Lamp", 0xe0, i, 3, "");
	}
}

/* What each program's filter is to let through. */
static bool is_near(const char *address)
{
	return report_is_of_storm(address) &&
	       -40 - (int)strtol(address + 15, NULL, 16) >= RSSI_LIMIT;
}

static bool is_sensor(const char *address)
{
	return g_str_has_prefix(address, "D0:");
}

/* --- reports --- */

/* Takes what is in the session's FIFO; returns how many it has lost so far. */
static uint64_t read_session(const char *session, GPtrArray *reports)
{
	g_autoptr(GVariant) reply = client_expect(root, session, "Session1", "ReadAdvertisements",
						  g_variant_new("(u)", 0), "(a(tsyynaya{sv})t)");
	g_autoptr(GVariantIter) each = NULL;
	GVariant *data, *extras;
	const char *address;
	guint64 when, dropped;
	guint8 address_type, type;
	gint16 rssi;

	g_variant_get(reply, "(a(tsyynaya{sv})t)", &each, &dropped);
	while (g_variant_iter_loop(each, "(t&syyn@ay@a{sv})", &when, &address, &address_type, &type,
				   &rssi, &data, &extras)) {
		gsize n;
		const uint8_t *bytes = g_variant_get_fixed_array(data, &n, 1);
		GString *report = g_string_new(NULL);

		g_string_append_printf(report, "%" G_GUINT64_FORMAT " %s ", when, address);
		for (gsize i = 0; i < n; i++)
			g_string_append_printf(report, "%02x", bytes[i]);
		g_ptr_array_add(reports, g_string_free(report, FALSE));
	}
	return dropped;
}

/* --- what is waited for --- */

static uint64_t boot_time(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * G_USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

static bool session_is_gone(void *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		client_call(root, path, "Session1", "IsScanning", NULL, "(b)", &error);
	g_autofree char *name = NULL;

	if (reply)
		return false;
	name = g_dbus_error_get_remote_error(error);
	ck_assert_str_eq(name, "com.example.Bluetooth.Error.DoesNotExist");
	return true;
}

static void kill_program(Program *program)
{
	uint64_t killed;

	ck_assert(!session_is_gone(program->session));
	killed = boot_time();
	ck_assert_int_eq(kill(program->child.pid, SIGKILL), 0);
	ck_assert_msg(wait_until(session_is_gone, program->session, world_patience(world)),
		      "the session of a killed program stays");
	printf("a killed program's session was gone after %u ms\n",
	       (unsigned int)((boot_time() - killed) / 1000));
	ck_assert(child_end(&program->child, 0, world_patience(world)));
}

static bool radio_is_idle(void *data)
{
	(void)data;
	return !air_status(air, WORLD_RADIO, "scanning");
}

static bool script_scans(void *data)
{
	const Program *program = data;
	g_autofree char *text = NULL;

	return g_file_get_contents(program->log, &text, NULL, NULL) &&
	       g_str_has_prefix(text, "scanning\n");
}

/* The script's scan ends by itself, not before its time; what it printed are the names that it asked for. */
static void check_script(Program *script, uint64_t started, const char *session)
{
	g_autofree char *path = NULL, *text = NULL;
	g_autoptr(GVariant) stopped =
		client_wait_signal(root, "ScanStopped", (SCRIPT_SECONDS + 5) * 1000, &path);
	g_auto(GStrv) lines = NULL;
	unsigned int n = 0, lamps = 0;
	const char *reason;
	uint64_t took;

	ck_assert_msg(stopped != NULL, "the script's scan does not end by itself");
	took = (boot_time() - started) / 1000;
	g_variant_get(stopped, "(&s)", &reason);
	ck_assert_str_eq(reason, "timeout");
	printf("the script's scan of %u s ended %u ms after its start; signal from %s (%s)\n", SCRIPT_SECONDS,
	       (unsigned int)took, path, session);
	ck_assert_uint_ge(took, SCRIPT_SECONDS * 1000);

	ck_assert_msg(wait_until(program_has_ended, script, world_patience(world)),
		      "the script does not end");
	ck_assert_int_eq(script->child.status, 0);
	ck_assert(g_file_get_contents(script->log, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	n = g_strv_length(lines);
	ck_assert_uint_ge(n, 3);
	ck_assert_str_eq(lines[0], "scanning");
	ck_assert_str_eq(lines[n - 2], "stopped");
	for (unsigned int i = 1; i + 2 < n; i++, lamps++)
		ck_assert_msg(g_str_has_prefix(lines[i], "av 1 s \"Lamp "), "the script got: %s",
			      lines[i]);
	printf("the script got %u reports\n", lamps);
	ck_assert_uint_ge(lamps, 1); /* a busy machine is slow to start processes */
}

/* --- tests --- */

START_TEST(test_three_programs_and_a_script)
{
	static const char *const script_argv[] = { "script-program", "Lamp*", NULL };
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *script_session =
		g_strdup_printf("hci0/session/uid%u", (unsigned int)uid_of("bob"));
	g_autofree char *limit = g_strdup_printf("%d", RSSI_LIMIT);
	g_autofree char *session = NULL;
	g_autoptr(GVariant) opened = NULL;
	Program *near, *sensors, *storm, *script;
	uint64_t started, killed;
	unsigned int sent;
	GVariantBuilder options;

	/* the yardstick: all that the daemon hears */
	g_variant_builder_init(&options, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&options, "{sv}", "fifo", g_variant_new_uint32(4096));
	opened = client_expect(root, NULL, "Manager1", "OpenSession",
			       g_variant_new("(ua{sv})", 0, &options), "(o)");
	g_variant_get(opened, "(o)", &session);
	client_do(root, session, "Session1", "StartScan", g_variant_new("(i)", -1));
	client_subscribe(root, NULL, "Session1", "ScanStopped", NULL);
	fill_air();

	near = program_start_scanner(world, "alice", "fifo", "rssi", limit);
	sensors = program_start_scanner(world, "alice", "fifo", "name", "Sensor*");
	storm = program_start_scanner(world, "bob", "signal", "manufacturers", "65535");
	started = boot_time();
	script = program_start(world, "bob", script_argv);

	ck_assert_msg(wait_until(script_scans, script, world_patience(world)),
		      "the script does not scan");
	client_do(root, script_session, "Session1", "Callback", g_variant_new("(u)", 1));
	ck_assert_msg(wait_until(program_hears, near, world_patience(world)),
		      "alice's first program hears nothing");
	ck_assert_msg(wait_until(program_hears, sensors, world_patience(world)),
		      "alice's second program hears nothing");
	ck_assert_msg(wait_until(program_hears, storm, world_patience(world)),
		      "bob's program hears nothing");
	ck_assert_uint_eq(read_session(session, all), 0);

	wait_ms(2000);
	kill_program(sensors);
	killed = boot_time();
	ck_assert_uint_eq(read_session(session, all), 0);

	check_script(script, started, script_session);
	program_end(near, world_patience(world));
	program_end(storm, world_patience(world));
	ck_assert_uint_eq(read_session(session, all), 0);
	client_do(root, session, "Session1", "Close", NULL);
	ck_assert_msg(wait_until(radio_is_idle, NULL, world_patience(world)),
		      "the radio goes on scanning");
	sent = air_status(air, WORLD_RADIO, "sent");

	program_read(sensors);
	printf("sent %u, heard %u of %u advertisers; near %u, sensors %u, storm %u\n", sent,
	       all->len, reports_count_advertisers(all), near->reports->len, sensors->reports->len,
	       storm->reports->len);
	/* not of all that was sent: on a busy machine bluetoothd merges reports, and many of them */
	ck_assert_uint_eq(reports_count_advertisers(all), STORM_ADVERTISERS + 2 * REPEATERS);
	program_check_reports(near, all, is_near);
	program_check_reports(storm, all, report_is_of_storm);
	program_check_reports(sensors, all, is_sensor);
	reports_check_counters(near->reports, STORM_ADVERTISERS);
	reports_check_counters(storm->reports, STORM_ADVERTISERS);
	ck_assert_uint_eq(reports_count_advertisers(near->reports), -40 - RSSI_LIMIT + 1);
	ck_assert_uint_eq(reports_count_advertisers(storm->reports), STORM_ADVERTISERS);
	ck_assert_uint_eq(near->dropped, 0);
	ck_assert_uint_eq(storm->dropped, 0);
	/* both went on after the death of the third */
	ck_assert_uint_gt(reports_count_since(near->reports, killed), 0);
	ck_assert_uint_gt(reports_count_since(storm->reports, killed), 0);

	program_free(near);
	program_free(sensors);
	program_free(storm);
	program_free(script);
}
END_TEST

START_TEST(test_the_last_one_is_killed)
{
	Program *program;

	fill_air();
	program = program_start_scanner(world, "bob", "fifo", "name", "Sensor*");
	ck_assert_msg(wait_until(program_hears, program, world_patience(world)),
		      "it hears nothing");
	ck_assert_uint_eq(air_status(air, WORLD_RADIO, "scanning"), 1);
	kill_program(program);
	ck_assert_msg(wait_until(radio_is_idle, NULL, world_patience(world)),
		      "the radio goes on scanning for nobody");
	program_free(program);
}
END_TEST

/* Not by the daemon, which does not even hear of it. */
START_TEST(test_the_bus_refuses_others)
{
	static const char denied[] = "org.freedesktop.DBus.Error.AccessDenied";
	Client *mallory = client_new_as(world_address(world), uid_of("mallory"));
	Client *alice = client_new_as(world_address(world), uid_of("alice"));

	client_expect_error(mallory, "hci0", "Session1", "StartScan", g_variant_new("(i)", 10),
			    denied);
	client_expect_error(mallory, NULL, "Manager1", "GetStats", NULL, denied);
	client_expect_error(mallory, NULL, "org.freedesktop.DBus.Introspectable", "Introspect",
			    NULL, denied);
	client_do(alice, NULL, "Manager1", "GetStats", NULL);
	/* nor may a member of the group be the daemon */
	client_direct(alice, "org.freedesktop.DBus");
	client_expect_error(alice, "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
			    g_variant_new("(su)", "com.example.Bluetooth", 4), denied);
	client_free(alice);
	client_free(mallory);
}
END_TEST

START_TEST(test_the_daemon_has_no_power)
{
	g_autofree char *file = g_strdup_printf("/proc/%d/status", (int)world_daemon_pid(world));
	g_autofree char *ids = g_strdup_printf("Uid:\t%u\t", (unsigned int)uid_of("bluebroker"));
	g_autofree char *text = NULL;

	ck_assert(g_file_get_contents(file, &text, NULL, NULL));
	ck_assert_ptr_nonnull(strstr(text, "Name:\tbluebrokerd\n"));
	ck_assert_ptr_nonnull(strstr(text, ids));
	ck_assert_ptr_nonnull(strstr(text, "CapEff:\t0000000000000000\n"));
	ck_assert_ptr_nonnull(strstr(text, "CapPrm:\t0000000000000000\n"));
	ck_assert_ptr_nonnull(strstr(text, "CapBnd:\t0000000000000000\n"));
	ck_assert_ptr_nonnull(strstr(text, "NoNewPrivs:\t1\n"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_the_daemon_has_no_power, test_the_bus_refuses_others, test_three_programs_and_a_script,
		test_the_last_one_is_killed, NULL
	};

	return run_tests("programs", tests, setup, teardown, 120);
}
