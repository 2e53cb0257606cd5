/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Four programs, processes of two users, on one link: what each of them sees, and what is on air. Only in the guest. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>

#include "att-monitor.h"
#include "link-fixture.h"
#include "program.h"

#define PROGRAMS 4
#define NOTIFICATIONS 1000
#define NOTIFY_MS 1

/* ATT PDUs on PLAIN's and RATE's values, handles 0x0022 and 0x0012 */
#define READ_OF_PLAIN "0a2200"
#define WRITE_OF_PLAIN "122200"
#define CONFIG_OF_RATE "121300"
#define VALUE_OF_RATE "1b1200"

static char **self; /* main's arguments */
static AttMonitor *monitor;
static Program *programs[PROGRAMS];

/* --- a program: holds the link and listens; SIGUSR1: reads, SIGUSR2: writes, SIGTERM: leaves --- */

static gboolean note(gpointer flag)
{
	*(bool *)flag = true;
	return G_SOURCE_CONTINUE;
}

static void program_read_value(Client *me, const char *link)
{
	g_autofree char *hex = finish_read(begin_read(me, link, PLAIN));

	g_print("read %s\n", hex);
}

static void program_write_value(Client *me, const char *link, const char *value)
{
	ClientCall *call = begin_write(me, link, PLAIN, value, "{}");

	client_sync(me); /* the bus has it */
	g_print("writing\n");
	finish_write(call);
	g_print("written\n");
}

/* A test case only in that it may use what test cases use. */
START_TEST(one_program)
{
	const char *address = self[2], *mac = self[3], *value = self[4];
	Client *me = client_new(address);
	g_autofree char *session = open_session(me, 0), *link = NULL;
	g_autoptr(GVariant) connected = NULL;
	bool read = false, write = false, leave = false;

	(void)g_unix_signal_add(SIGUSR1, note, &read);
	(void)g_unix_signal_add(SIGUSR2, note, &write);
	(void)g_unix_signal_add(SIGTERM, note, &leave);
	connected = client_expect(me, session, "Session1", "Connect", g_variant_new("(sa{sv})", mac, NULL), "(o)");
	g_variant_get(connected, "(o)", &link);
	client_subscribe(me, NULL, CONNECTION, "Disconnected", NULL);
	notify_from(me, link, RATE);
	g_print("ready\n");
	while (!leave) {
		g_autofree char *hex = next_notification(me, 20);

		if (hex)
			g_print("value %s\n", hex);
		if (read)
			program_read_value(me, link);
		if (write)
			program_write_value(me, link, value);
		read = write = false;
		ck_assert_uint_eq(client_count_signals(me, "Disconnected"), 0);
	}
	client_free(me);
}
END_TEST

static void nothing(void)
{
}

static int be_program(void)
{
	const TTest *const tests[] = { one_program, NULL };

	(void)setenv("CK_FORK", "no", 1);
	return run_tests("program", tests, nothing, nothing, 0);
}

/* --- what programs say --- */

/* The lines of its log that begin so, without that. */
static GStrv lines_of(const Program *program, const char *begin)
{
	g_autoptr(GStrvBuilder) found = g_strv_builder_new();
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	ck_assert(g_file_get_contents(program->log, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	/* after the last newline there is nothing, or half a line */
	for (char **line = lines; line[0] && line[1]; line++)
		if (g_str_has_prefix(*line, begin))
			g_strv_builder_add(found, *line + strlen(begin));
	return g_strv_builder_end(found);
}

static unsigned int count_lines(const Program *program, const char *begin)
{
	g_auto(GStrv) lines = lines_of(program, begin);

	return g_strv_length(lines);
}

static void expect_running(Program *program)
{
	g_autofree char *text = NULL, *end = NULL;

	if (!program_has_ended(program))
		return;
	end = child_describe_end(&program->child);
	ck_assert(g_file_get_contents(program->log, &text, NULL, NULL));
	ck_abort_msg("a program has ended with %s: %s", end, strlen(text) > 500 ? text + strlen(text) - 500 : text);
}

typedef struct Saying {
	Program *program;
	const char *begin;
	unsigned int count;
} Saying;

static bool has_said(void *data)
{
	const Saying *saying = data;

	return count_lines(saying->program, saying->begin) >= saying->count || program_has_ended(saying->program);
}

static void wait_said(Program *program, const char *begin, unsigned int count)
{
	Saying saying = { program, begin, count };

	(void)wait_until(has_said, &saying, world_patience(world));
	expect_running(program);
	ck_assert_msg(count_lines(program, begin) >= count, "a program says \"%s\" %u times, not %u", begin,
		      count_lines(program, begin), count);
}

/* Every one of them, from 0, in order, after the first so many lines. */
static void expect_values(Program *program, unsigned int after, unsigned int count)
{
	g_auto(GStrv) values = NULL;

	wait_said(program, "value ", after + count);
	values = lines_of(program, "value ");
	ck_assert_uint_eq(g_strv_length(values), after + count);
	for (unsigned int i = 0; i < count; i++) {
		g_autofree char *tail = g_strdup_printf("%08x", GUINT32_SWAP_LE_BE(i));

		ck_assert_msg(g_str_has_suffix(values[after + i], tail), "instead of notification %u came %s", i,
			      values[after + i]);
	}
}

/* --- the test --- */

static void setup_programs(void)
{
	const char *argv[] = { self[0], "--program", NULL, NULL, NULL, NULL };

	link_setup();
	peer_appear(0);
	monitor = att_monitor_new();
	ck_assert_msg(monitor != NULL, "no HCI monitor: %s", strerror(errno));
	argv[2] = world_address(world);
	argv[3] = peer_address(0);
	for (int i = 0; i < PROGRAMS; i++) {
		g_autofree char *value = g_strdup_printf("aa%02d", i);

		argv[4] = value;
		programs[i] = program_start(world, i % 2 ? "alice" : "bob", argv);
	}
	for (int i = 0; i < PROGRAMS; i++)
		wait_said(programs[i], "ready", 1);
}

static void teardown_programs(void)
{
	for (int i = 0; i < PROGRAMS; i++)
		programs[i] = program_free(programs[i]);
	monitor = att_monitor_free(monitor);
	teardown();
}

static void tell(const Program *program, int signal)
{
	ck_assert_int_eq(kill(program->child.pid, signal), 0);
}

static void two_read(void)
{
	g_autoptr(GPtrArray) before = att_monitor_take(monitor, true), sent = NULL;

	ck_assert_uint_eq(att_count(before, READ_OF_PLAIN), 0);
	air_do(air, "latency peer0 2000");
	tell(programs[0], SIGUSR1);
	tell(programs[1], SIGUSR1);
	wait_said(programs[0], "read 01020304", 1);
	wait_said(programs[1], "read 01020304", 1);
	sent = att_monitor_take(monitor, true);
	ck_assert_uint_eq(att_count(sent, READ_OF_PLAIN), 1);
	/* which is no wonder of the monitor's: a third one is seen */
	air_do(air, "latency peer0 0");
	tell(programs[2], SIGUSR1);
	wait_said(programs[2], "read 01020304", 1);
	g_ptr_array_unref(g_steal_pointer(&sent));
	sent = att_monitor_take(monitor, true);
	ck_assert_uint_eq(att_count(sent, READ_OF_PLAIN), 1);
}

static void two_write(void)
{
	static const int order[] = { 3, 1 };
	g_autoptr(GPtrArray) sent = NULL;
	unsigned int n = 0;

	air_do(air, "latency peer0 1000");
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
		tell(programs[order[i]], SIGUSR2);
		wait_said(programs[order[i]], "writing", 1);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		wait_said(programs[order[i]], "written", 1);
	air_do(air, "latency peer0 0");
	sent = att_monitor_take(monitor, true);
	for (guint i = 0; i < sent->len; i++) {
		const char *pdu = g_ptr_array_index(sent, i);
		g_autofree char *wanted = n < 2 ? g_strdup_printf(WRITE_OF_PLAIN "aa%02d", order[n]) : g_strdup("");

		if (!g_str_has_prefix(pdu, WRITE_OF_PLAIN))
			continue;
		ck_assert_str_eq(pdu, wanted);
		n++;
	}
	ck_assert_uint_eq(n, 2);
}

static void all_listen(void)
{
	g_autoptr(GPtrArray) received = att_monitor_take(monitor, false);

	air_do(air, "notify peer0 " RATE_HANDLE " 0000000000000000 %d %d", NOTIFICATIONS, NOTIFY_MS);
	for (int i = 0; i < PROGRAMS; i++)
		expect_values(programs[i], 0, NOTIFICATIONS);
	g_ptr_array_unref(g_steal_pointer(&received));
	received = att_monitor_take(monitor, false);
	ck_assert_uint_eq(att_count(received, VALUE_OF_RATE), NOTIFICATIONS);
}

static void one_is_killed(void)
{
	air_do(air, "notify peer0 " RATE_HANDLE " 0000000000000000 300 5");
	wait_said(programs[0], "value ", NOTIFICATIONS + 20);
	ck_assert(child_end(&programs[0]->child, SIGKILL, world_patience(world)));
	ck_assert_uint_lt(count_lines(programs[0], "value "), NOTIFICATIONS + 300); /* in the middle */
	for (int i = 1; i < PROGRAMS; i++)
		expect_values(programs[i], NOTIFICATIONS, 300);
	ck_assert_uint_eq(holders(peer_path(0)), PROGRAMS - 1);
	ck_assert(peer_is_subscribed(0, RATE_HANDLE));
}

START_TEST(from_first_to_last)
{
	g_autoptr(GPtrArray) sent = NULL;
	const char *peer = peer_path(0);

	ck_assert_uint_eq(holders(peer), PROGRAMS);
	sent = att_monitor_take(monitor, true);
	ck_assert_uint_eq(att_count(sent, CONFIG_OF_RATE), 1); /* one subscription for all */
	two_read();
	two_write();
	all_listen();
	one_is_killed();
	for (int i = 1; i < PROGRAMS; i++) {
		ck_assert(peer_is_linked(0));
		expect_running(programs[i]);
		ck_assert(child_end(&programs[i]->child, SIGTERM, world_patience(world)));
		ck_assert_int_eq(programs[i]->child.status, 0);
	}
	wait_linked(0, false);
	wait_gone(peer, CONNECTION);
}
END_TEST

int main(int argc, char **argv)
{
	const TTest *const tests[] = { from_first_to_last, NULL };

	self = argv;
	if (argc == 5 && strcmp(argv[1], "--program") == 0)
		return be_program();
	return run_tests("shared-link", tests, setup_programs, teardown_programs, 180);
}
