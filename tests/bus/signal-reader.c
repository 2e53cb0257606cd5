/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that has its reports signalled, calls nothing once it has begun, and can be stopped:
 * signal-reader ADDRESS. Prints its bus name and its session, and at SIGTERM how many reports came, and how
 * many the daemon says that it lost. signal-reader ADDRESS read|write: it shuts that half of its connection,
 * and does nothing more. signal-reader ADDRESS rows: it watches the daemon's rows instead, and counts them. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#define NAME "com.example.Bluetooth"
#define ROOT "/com/example/Bluetooth"
#define SESSION NAME ".Session1"
#define REPORT "tsyynaya{sv}"

typedef struct Count {
	uint64_t reports, dropped;
} Count;

static int check(int r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "signal-reader: %s: %s\n", what, strerror(-r));
		exit(1);
	}
	return r;
}

static int on_reports(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Count *count = userdata;

	(void)error;
	check(sd_bus_message_enter_container(m, 'a', "(" REPORT ")"), "reports");
	while (check(sd_bus_message_at_end(m, false), "report") == 0) {
		check(sd_bus_message_skip(m, "(" REPORT ")"), "report");
		count->reports++;
	}
	check(sd_bus_message_exit_container(m), "reports");
	check(sd_bus_message_read(m, "t", &count->dropped), "dropped");
	return 0;
}

static int on_row(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	(void)m, (void)error;
	((Count *)userdata)->reports++;
	return 0;
}

static int on_rows_lost(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	Count *count = userdata;
	uint64_t lost;

	(void)error;
	check(sd_bus_message_read(m, "t", &lost), "lost");
	count->dropped += lost;
	printf("told\n");
	fflush(stdout);
	return 0;
}

/* Takes what was sent before this is answered. */
static int on_term(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	sd_bus *bus = userdata;

	(void)info;
	check(sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
				 "GetId", NULL, NULL, NULL),
	      "GetId");
	while (check(sd_bus_process(bus, NULL), "process") > 0)
		;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

static void shut_half(sd_bus *bus, const char *half, const sigset_t *mask)
{
	int caught;

	if (shutdown(check(sd_bus_get_fd(bus), "socket"), strcmp(half, "read") == 0 ? SHUT_RD : SHUT_WR) < 0)
		check(-errno, "shutdown");
	sigwait(mask, &caught);
}

static void watch_rows(sd_bus *bus, Count *count)
{
	check(sd_bus_match_signal(bus, NULL, NAME, ROOT, NAME ".Manager1", "RowChanged", on_row, count),
	      "match");
	check(sd_bus_match_signal(bus, NULL, NAME, ROOT, NAME ".Manager1", "RowsLost", on_rows_lost, count),
	      "match");
	check(sd_bus_call_method(bus, NAME, ROOT, NAME ".Manager1", "WatchRows", NULL, NULL, "b", 1),
	      "WatchRows");
}

/* Returns the session. */
static const char *scan(sd_bus *bus, Count *count, sd_bus_message **reply)
{
	const char *session;

	check(sd_bus_call_method(bus, NAME, ROOT, NAME ".Manager1", "OpenSession", NULL, reply, "ua{sv}", 0, 1,
				 "fifo", "u", 1024),
	      "OpenSession");
	check(sd_bus_message_read(*reply, "o", &session), "session");
	check(sd_bus_match_signal(bus, NULL, NAME, session, SESSION, "Advertisements", on_reports, count),
	      "match");
	check(sd_bus_call_method(bus, NAME, session, SESSION, "SetScanFilter", NULL, NULL, "a{sv}", 1,
				 "delivery", "s", "signal"),
	      "SetScanFilter");
	check(sd_bus_call_method(bus, NAME, session, SESSION, "Callback", NULL, NULL, "u", 1), "Callback");
	check(sd_bus_call_method(bus, NAME, session, SESSION, "StartScan", NULL, NULL, "i", -1), "StartScan");
	return session;
}

int main(int argc, char *argv[])
{
	sd_bus_message *reply = NULL;
	sd_event *event = NULL;
	Count count = { 0 };
	sd_bus *bus = NULL;
	const char *session = "none", *name;
	sigset_t mask;

	if (argc < 2)
		return 2;
	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	check(sd_event_default(&event), "event");
	check(sd_bus_new(&bus), "bus");
	check(sd_bus_set_address(bus, argv[1]), "address");
	check(sd_bus_set_bus_client(bus, true), "client");
	check(sd_bus_start(bus), "start");
	check(sd_bus_get_unique_name(bus, &name), "name");
	if (argc > 2 && strcmp(argv[2], "rows") == 0)
		watch_rows(bus, &count);
	else
		session = scan(bus, &count, &reply);
	printf("name %s session %s ready\n", name, session);
	fflush(stdout);
	if (argc > 2 && strcmp(argv[2], "rows") != 0) {
		shut_half(bus, argv[2], &mask);
		return 0;
	}
	check(sd_bus_attach_event(bus, event, 0), "attach");
	check(sd_event_add_signal(event, NULL, SIGTERM, on_term, bus), "signal");
	check(sd_event_loop(event), "loop");
	printf("reports %" PRIu64 " dropped %" PRIu64 " end\n", count.reports, count.dropped);
	sd_bus_message_unref(reply);
	sd_bus_flush_close_unref(bus);
	sd_event_unref(event);
	return 0;
}
