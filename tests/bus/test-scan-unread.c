/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that do not read what they are sent: it stays in the daemon, bounded, and costs nobody
 * anything. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "child.h"
#include "scan-fixture.h"

/* bytes that may lie in the bus for it: more reports than that are heard meanwhile */
#define UNREAD_MAX (256 * 1024)
#define HEARD 6000
#define ROWS 2000

typedef struct SignalReader {
	Child child;
	char *log;
	char *name, *session;
	uint64_t reports, dropped;
} SignalReader;

static bool reader_is_ready(void *data)
{
	SignalReader *reader = data;
	g_autofree char *text = NULL;
	g_auto(GStrv) said = NULL;

	ck_assert_msg(child_is_running(&reader->child), "it has ended; see %s", reader->log);
	if (!g_file_get_contents(reader->log, &text, NULL, NULL) || !strstr(text, "ready\n"))
		return false;
	said = g_strsplit_set(text, " \n", -1);
	reader->name = g_strdup(said[1]);
	reader->session = g_strdup(said[3]);
	return true;
}

static SignalReader reader_start(const char *half)
{
	const char *const argv[] = { SIGNAL_READER, world_address(world), half, NULL };
	SignalReader reader = { .log = g_build_filename(world_dir(world), "signal-reader.log", NULL) };

	child_start(&reader.child, argv, NULL, reader.log);
	ck_assert_msg(wait_until(reader_is_ready, &reader, world_patience(world)), "it does not start");
	return reader;
}

static void reader_free(SignalReader *reader)
{
	g_free(reader->log);
	g_free(reader->name);
	g_free(reader->session);
}

static void reader_end(SignalReader *reader)
{
	g_autofree char *text = NULL;
	const char *at;

	ck_assert(child_end(&reader->child, SIGTERM, world_patience(world)));
	ck_assert(g_file_get_contents(reader->log, &text, NULL, NULL));
	at = strstr(text, "\nreports ");
	ck_assert_msg(at && sscanf(at, "\nreports %" SCNu64 " dropped %" SCNu64, &reader->reports,
				   &reader->dropped) == 2,
		      "%s", text);
	reader_free(reader);
}

static bool are_heard(void *data)
{
	return stats_of(client, data, "Reports") >= HEARD;
}

static bool has_all(void *data)
{
	return stats_of(client, data, "Fifo") == 0;
}

/* What it does not read stays in its FIFO, and does not gather in the bus; when it reads again, it has all
 * but what was counted as lost. */
START_TEST(stopped_reader)
{
	SignalReader reader = reader_start(NULL);
	uint64_t reports, dropped;

	wait_radio(true);
	hear_count(1);
	ck_assert_int_eq(kill(reader.child.pid, SIGSTOP), 0);
	air_do(air, "storm * 20 2000 60");
	ck_assert_msg(wait_until(are_heard, reader.session, world_patience(world) * 2),
		      "too little is heard");
	air_do(air, "quiet *");
	ck_assert_uint_le(client_bytes_in_bus(client, reader.name), UNREAD_MAX);
	world_daemon_expect_idle(world);
	ck_assert_uint_gt(stats_of(client, reader.session, "Dropped"), 0);

	ck_assert_int_eq(kill(reader.child.pid, SIGCONT), 0);
	ck_assert_msg(wait_until(has_all, reader.session, world_patience(world)),
		      "it reads again, and does not get the rest");
	hear_count(2);
	ck_assert(wait_until(has_all, reader.session, world_patience(world)));
	reports = stats_of(client, reader.session, "Reports");
	dropped = stats_of(client, reader.session, "Dropped");
	client_sync(client);
	reader_end(&reader);
	ck_assert_uint_eq(reader.reports + reader.dropped, reports);
	ck_assert_uint_eq(reader.dropped, dropped);
}
END_TEST

static bool is_told(void *data)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(((SignalReader *)data)->log, &text, NULL, NULL) && strstr(text, "told\n");
}

/* Rows are told, or it is told how many were not. */
START_TEST(stopped_watcher)
{
	SignalReader reader = reader_start("rows");

	ck_assert_int_eq(kill(reader.child.pid, SIGSTOP), 0);
	for (unsigned int i = 0; i < ROWS / 2; i++) {
		g_autofree char *path = open_session(client, 0);

		client_do(client, path, SESSION, "Close", NULL);
	}
	ck_assert_uint_le(client_bytes_in_bus(client, reader.name), UNREAD_MAX);
	ck_assert_int_eq(kill(reader.child.pid, SIGCONT), 0);
	ck_assert_msg(wait_until(is_told, &reader, world_patience(world)), "it is not told that it missed some");
	reader_end(&reader);
	ck_assert_uint_gt(reader.reports, 0);
	ck_assert_uint_gt(reader.dropped, 0);
	ck_assert_uint_eq(reader.reports + reader.dropped, ROWS);
}
END_TEST

static bool has_no_row(void *row)
{
	return !has_row(client, row);
}

/* The bus lets one go that sends no more, and so do we. */
START_TEST(half_closed_for_writing)
{
	SignalReader reader = reader_start("write");

	ck_assert_msg(wait_until(has_no_row, reader.session, world_patience(world)),
		      "what it held is there still");
	wait_radio(false);
	world_daemon_expect_idle(world);
	ck_assert(child_is_running(&reader.child));
	ck_assert(child_end(&reader.child, SIGTERM, world_patience(world)));
	reader_free(&reader);
}
END_TEST

/* One that takes no more the bus does not let go: it is one that does not read, until it ends. Till then
 * dbus-daemon (1.14) tries to send to it without a pause. */
START_TEST(half_closed_for_reading)
{
	SignalReader reader;

	if (world_is_real(world)) {
		printf("left out: half_closed_for_reading (dbus-daemon takes all of the guest's only CPU)\n");
		return;
	}
	reader = reader_start("read");
	wait_radio(true);
	air_do(air, "storm * 20 2000 60");
	ck_assert_msg(wait_until(are_heard, reader.session, world_patience(world) * 2),
		      "too little is heard");
	air_do(air, "quiet *");
	ck_assert_uint_le(client_bytes_in_bus(client, reader.name), UNREAD_MAX);
	world_daemon_expect_idle(world);
	ck_assert(child_end(&reader.child, SIGTERM, world_patience(world)));
	ck_assert_msg(wait_until(has_no_row, reader.session, world_patience(world)),
		      "what it held is there still");
	wait_radio(false);
	reader_free(&reader);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { stopped_reader, stopped_watcher, half_closed_for_writing,
				       half_closed_for_reading, NULL };

	return run_tests("scan-unread", tests, scan_setup, scan_teardown, 120);
}
