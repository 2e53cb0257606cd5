/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerd: builds the layers. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "bond-store.h"
#include "build-config.h"
#include "bus/array.h"
#include "command-line.h"
#include "core/broker.h"
#include "core/config.h"
#include "util/log.h"
#include "wiring.h"

#include "core/broker-events.h"

/* How long we wait to hear of bluetoothd before we take our name without it. */
#define SETTLE_MAX (1 * USEC_PER_SEC)

/* All event sources have the same priority and take turns (some calls, one batch of reports, one signal of
 * bluetoothd), so that a flood of one kind does not keep the others waiting. */
#define PRIORITY SD_EVENT_PRIORITY_NORMAL

typedef struct Daemon {
	Config config;
	sd_event *event;
	sd_bus *hot;
	sd_bus *svc;
	sd_event_source *settle;
	sd_event_source *timer;	/* of the agenda */
	uint64_t armed;		/* when the timer fires; USEC_NEVER: it is off */
	Broker *broker;
	Edges edges;
	bool named;
} Daemon;

/* Only wakes the loop: daemon_end_turn runs what is due. */
static int on_timer(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	((Daemon *)userdata)->armed = USEC_NEVER;
	return 0;
}

/* The agenda runs right after each event, before any other: it is the end of that event's turn. */
static void daemon_end_turn(Daemon *d)
{
	uint64_t now = 0, next;

	service_finish_turn(d->edges.service);
	(void)sd_event_now(d->event, CLOCK_BOOTTIME, &now);
	agenda_run(&d->broker->agenda, now);
	array_end_turn();
	next = agenda_next(&d->broker->agenda);
	if (next == d->armed)
		return;
	d->armed = next;
	if (next != USEC_NEVER)
		(void)sd_event_source_set_time(d->timer, next);
	(void)sd_event_source_set_enabled(d->timer, next == USEC_NEVER ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

/* As sd_event_loop, with the ends of turns. An event source for them (sd_event_add_post) would have the loop
 * ask the kernel twice for each event. */
static int daemon_run(Daemon *d)
{
	int status = 0, r;

	while ((r = sd_event_run(d->event, UINT64_MAX)) >= 0 &&
	       sd_event_get_state(d->event) != SD_EVENT_FINISHED)
		if (sd_event_get_exit_code(d->event, &status) < 0)
			daemon_end_turn(d);
	return r < 0 ? r : status;
}

/* --- start and end --- */

static void on_named(void *userdata, int error)
{
	Daemon *d = userdata;

	if (error < 0) {
		if (error == -EEXIST)
			log_error("%s is taken: another bluebrokerd is running", BUS_NAME);
		(void)sd_event_exit(d->event, EXIT_FAILURE);
		return;
	}
	log_info("ready as %s", BUS_NAME);
	(void)sd_notify(false, "READY=1\nSTATUS=Serving programs");
}

static void own_name(Daemon *d)
{
	int r;

	if (d->named)
		return;
	d->named = true;
	d->settle = sd_event_source_disable_unref(d->settle);
	r = service_own_name(d->edges.service, BUS_NAME, on_named, d);
	if (r < 0) {
		log_error("cannot ask for the name %s: %s", BUS_NAME, strerror(-r));
		(void)sd_event_exit(d->event, EXIT_FAILURE);
	}
}

static void on_settled(void *userdata)
{
	Daemon *d = userdata;

	ledger_file_settled(&d->edges.ledger);
	own_name(d);
}

static int on_settle_timeout(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	own_name(userdata);
	return 0;
}

/* Sessions are dropped while both bus connections are still open, so that what they asked of the radios is
 * undone. */
static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	Daemon *d = userdata;
	uint64_t now = 0;

	log_info("ending on signal %s", strsignal((int)info->ssi_signo));
	(void)sd_notify(false, "STOPPING=1");
	(void)sd_event_now(d->event, CLOCK_BOOTTIME, &now);
	programs_end(d->edges.programs);
	if (d->broker)
		broker_drop_sessions(d->broker, now);
	if (d->broker)
		agenda_run(&d->broker->agenda, now);
	if (d->edges.bluez)
		bluez_end(d->edges.bluez);
	ledger_file_clear(&d->edges.ledger);
	return sd_event_exit(sd_event_source_get_event(source), EXIT_SUCCESS);
}

static int open_bus(Daemon *d, sd_bus **ret, const char *address, const char *description, int64_t priority)
{
	CLEANUP(sd_bus_unrefp) sd_bus *bus = NULL;
	int r;

	if (address) {
		r = sd_bus_new(&bus);
		if (r >= 0)
			r = sd_bus_set_address(bus, address);
		if (r >= 0)
			r = sd_bus_set_bus_client(bus, true);
		if (r >= 0)
			r = sd_bus_start(bus);
	} else {
		r = sd_bus_open_system_with_description(&bus, description);
	}
	if (r >= 0)
		r = sd_bus_set_exit_on_disconnect(bus, true);
	if (r >= 0)
		r = sd_bus_attach_event(bus, d->event, (int)priority);
	if (r < 0) {
		log_error("cannot connect to %s: %s", address ? address : "the system bus", strerror(-r));
		return r;
	}
	*ret = bus;
	bus = NULL;
	return 0;
}

static int add_signals(Daemon *d)
{
	static const int signals[] = { SIGTERM, SIGINT };
	sigset_t mask;
	int r;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&mask, signals[i]);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		r = sd_event_add_signal(d->event, NULL, signals[i], on_signal, d);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Raises the limit of open files as far as it may be: each program's socket takes a descriptor, and the bus
 * cuts off a connection that has no room for a descriptor it is sent. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int daemon_start(Daemon *d, const CommandLine *line)
{
	int r;

	r = sd_event_default(&d->event);
	if (r >= 0)
		r = add_signals(d);
	if (r >= 0)
		r = sd_event_set_watchdog(d->event, true);
	if (r >= 0)
		r = sd_event_add_time(d->event, &d->timer, CLOCK_BOOTTIME, 0, 1 * USEC_PER_MSEC, on_timer, d);
	if (r >= 0)
		r = sd_event_source_set_enabled(d->timer, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(d->event, &d->settle, CLOCK_BOOTTIME, SETTLE_MAX, 0,
					       on_settle_timeout, d);
	if (r < 0) {
		log_error("cannot set up the event loop: %s", strerror(-r));
		return r;
	}

	r = open_bus(d, &d->svc, line->address, "svc", PRIORITY);
	if (r < 0)
		return r;
	r = open_bus(d, &d->hot, line->address, "hot", PRIORITY);
	if (r < 0)
		return r;

	ledger_file_open(&d->edges.ledger, line->directory);
	d->broker = broker_new(&d->config);
	d->edges.broker = d->broker;
	bond_store_load(d->broker);
	r = service_new(&d->edges.service, d->event, d->svc, d->broker);
	if (r >= 0)
		r = programs_new(&d->edges.programs, d->event, d->broker, line->bluez_socket);
	if (r >= 0)
		r = bluez_new(&d->edges.bluez, d->event, d->hot, d->broker, line->keys, on_settled, d);
	if (r >= 0)
		r = source_open(&d->edges.source, d->event, PRIORITY, &d->config, d->broker);
	if (r >= 0)
		edges_listen(&d->edges);
	if (r < 0)
		log_error("cannot start: %s", strerror(-r));
	return r;
}

static void daemon_stop(Daemon *d)
{
	/* core's news that the radios are gone is sent while the service is still there */
	programs_end(d->edges.programs);
	if (d->broker)
		broker_drop_sessions(d->broker, 0);
	if (d->edges.bluez)
		bluez_forget_radios(d->edges.bluez);
	if (d->broker)
		agenda_run(&d->broker->agenda, 0);
	bluez_free(d->edges.bluez);
	programs_free(d->edges.programs);
	service_free(d->edges.service);
	source_close(&d->edges.source);
	broker_free(d->broker);
	ledger_file_close(&d->edges.ledger);
	sd_event_source_disable_unref(d->timer);
	sd_event_source_disable_unref(d->settle);
	sd_bus_flush_close_unref(d->hot);
	sd_bus_flush_close_unref(d->svc);
	sd_event_unref(d->event);
}

int main(int argc, char *argv[])
{
	CommandLine line;
	Daemon d = { .armed = USEC_NEVER };
	int r;

	if (!command_line_parse(argc, argv, &d.config, &line, &r))
		return r;
	raise_file_limit();
	r = daemon_start(&d, &line);
	if (r >= 0)
		r = daemon_run(&d);
	daemon_stop(&d);
	return r < 0 ? EXIT_FAILURE : r;
}
