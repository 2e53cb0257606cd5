/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerd: reads the configuration, builds the layers, and wires what core wants to what the edges can do. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "bluez/agent.h"
#include "bluez/bluez.h"
#include "bluez/gatt.h"
#include "bluez/link.h"
#include "build-config.h"
#include "core/broker.h"
#include "core/config.h"
#include "service/service.h"
#include "util/log.h"

#define CONFIG_FILE SYSCONFDIR "/bluebrokerd.conf"

/* How long we wait to hear of bluetoothd before we take our name without it. */
#define SETTLE_MAX (1 * USEC_PER_SEC)

/* A program's call is answered before the next signal of bluetoothd is looked at. */
#define PRIORITY_SERVICE (-10)
#define PRIORITY_TIMER (-5)
#define PRIORITY_BLUEZ 0

typedef struct Daemon {
	Config config;
	sd_event *event;
	sd_bus *hot;
	sd_bus *svc;
	sd_event_source *timer;
	sd_event_source *settle;
	Broker *broker;
	Bluez *bluez;
	Service *service;
	bool named;
} Daemon;

/* --- wiring --- */

static void radio_scan(void *userdata, Radio *radio, bool on)
{
	bluez_scan(((Daemon *)userdata)->bluez, radio, on);
}

static void radio_scan_restart(void *userdata, Radio *radio)
{
	bluez_scan_restart(((Daemon *)userdata)->bluez, radio);
}

static void radio_power(void *userdata, Radio *radio, bool on)
{
	bluez_power(((Daemon *)userdata)->bluez, radio, on);
}

static void radio_added(void *userdata, Radio *radio)
{
	service_radio_added(((Daemon *)userdata)->service, radio);
}

static void radio_removed(void *userdata, Radio *radio)
{
	service_radio_removed(((Daemon *)userdata)->service, radio);
}

static void on_radio_changed(void *userdata, Radio *radio, unsigned changes)
{
	service_radio_changed(((Daemon *)userdata)->service, radio, changes);
}

static void session_event(void *userdata, Session *session, const char *connection, uint32_t events)
{
	service_session_event(((Daemon *)userdata)->service, session, connection, events);
}

static bool session_batch(void *userdata, Session *session)
{
	return service_session_batch(((Daemon *)userdata)->service, session);
}

static void session_scan_stopped(void *userdata, Session *session, const char *reason)
{
	service_session_scan_stopped(((Daemon *)userdata)->service, session, reason);
}

static bool link_look(void *userdata, Radio *radio, const Addr *addr, LinkMirror *ret)
{
	return bluez_link_look(((Daemon *)userdata)->bluez, radio, addr, ret);
}

static void on_link_connect(void *userdata, Link *link)
{
	bluez_link_connect(((Daemon *)userdata)->bluez, link);
}

static void on_link_disconnect(void *userdata, Link *link)
{
	bluez_link_disconnect(((Daemon *)userdata)->bluez, link);
}

static void on_link_pair(void *userdata, Link *link)
{
	bluez_link_pair(((Daemon *)userdata)->bluez, link);
}

static void on_link_cancel_pair(void *userdata, Link *link)
{
	bluez_link_cancel_pair(((Daemon *)userdata)->bluez, link);
}

static void on_link_unpair(void *userdata, Link *link)
{
	bluez_link_unpair(((Daemon *)userdata)->bluez, link);
}

static void attr_start(void *userdata, AttrOp *op)
{
	gatt_start(((Daemon *)userdata)->bluez, op);
}

static void attr_forget(void *userdata UNUSED, AttrOp *op)
{
	gatt_forget(op);
}

static void link_added(void *userdata, Link *link)
{
	service_link_added(((Daemon *)userdata)->service, link);
}

static void link_removed(void *userdata, Link *link)
{
	service_link_removed(((Daemon *)userdata)->service, link);
}

static void on_link_changed(void *userdata, Link *link, unsigned changes)
{
	service_link_changed(((Daemon *)userdata)->service, link, changes);
}

static void on_link_lost(void *userdata, Link *link, const char *reason)
{
	service_link_lost(((Daemon *)userdata)->service, link, reason);
}

static void attr_added(void *userdata, Attr *attr)
{
	service_attr_added(((Daemon *)userdata)->service, attr);
}

static void attr_removed(void *userdata, Attr *attr)
{
	service_attr_removed(((Daemon *)userdata)->service, attr);
}

static void attr_notification(void *userdata, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now)
{
	service_attr_notification(((Daemon *)userdata)->service, attr, sub, value, now);
}

static int antenna(void *userdata, bool external)
{
	Daemon *d = userdata;
	int fd, r = 0;

	fd = open(d->config.antenna_switch, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (write(fd, external ? "1" : "0", 1) != 1)
		r = -errno;
	close(fd);
	return r;
}

static void wake_at(void *userdata, uint64_t when)
{
	Daemon *d = userdata;

	if (when == USEC_NEVER) {
		(void)sd_event_source_set_enabled(d->timer, SD_EVENT_OFF);
		return;
	}
	(void)sd_event_source_set_time(d->timer, when);
	(void)sd_event_source_set_enabled(d->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	Daemon *d = userdata;
	uint64_t now = 0;

	(void)sd_event_now(d->event, CLOCK_BOOTTIME, &now);
	broker_tick(d->broker, now);
	return 0;
}

static const BrokerOps broker_ops = {
	.radio_scan = radio_scan,
	.radio_scan_restart = radio_scan_restart,
	.radio_power = radio_power,
	.radio_added = radio_added,
	.radio_removed = radio_removed,
	.radio_changed = on_radio_changed,
	.session_event = session_event,
	.session_batch = session_batch,
	.session_scan_stopped = session_scan_stopped,
	.link_look = link_look,
	.link_connect = on_link_connect,
	.link_disconnect = on_link_disconnect,
	.link_pair = on_link_pair,
	.link_cancel_pair = on_link_cancel_pair,
	.link_unpair = on_link_unpair,
	.attr_start = attr_start,
	.attr_forget = attr_forget,
	.link_added = link_added,
	.link_removed = link_removed,
	.link_changed = on_link_changed,
	.link_lost = on_link_lost,
	.attr_added = attr_added,
	.attr_removed = attr_removed,
	.attr_notification = attr_notification,
	.antenna = antenna,
	.wake_at = wake_at,
};

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
	r = service_own_name(d->service, BUS_NAME, on_named, d);
	if (r < 0) {
		log_error("cannot ask for the name %s: %s", BUS_NAME, strerror(-r));
		(void)sd_event_exit(d->event, EXIT_FAILURE);
	}
}

static void on_settled(void *userdata)
{
	own_name(userdata);
}

static int on_settle_timeout(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	own_name(userdata);
	return 0;
}

/* Sessions end while the buses still stand, so that what they asked of the radios is undone. */
static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	Daemon *d = userdata;
	uint64_t now = 0;

	log_info("ending on signal %s", strsignal((int)info->ssi_signo));
	(void)sd_notify(false, "STOPPING=1");
	(void)sd_event_now(d->event, CLOCK_BOOTTIME, &now);
	if (d->broker)
		broker_drop_sessions(d->broker, now);
	return sd_event_exit(sd_event_source_get_event(source), EXIT_SUCCESS);
}

static int open_bus(Daemon *d, sd_bus **ret, const char *address, const char *description, int64_t priority)
{
	sd_bus *bus = NULL;
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
		sd_bus_unref(bus);
		return r;
	}
	*ret = bus;
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

static int daemon_start(Daemon *d, const char *address)
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
		r = sd_event_source_set_priority(d->timer, PRIORITY_TIMER);
	if (r >= 0)
		r = sd_event_source_set_enabled(d->timer, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(d->event, &d->settle, CLOCK_BOOTTIME, SETTLE_MAX, 0, on_settle_timeout, d);
	if (r < 0) {
		log_error("cannot set up the event loop: %s", strerror(-r));
		return r;
	}

	r = open_bus(d, &d->svc, address, "svc", PRIORITY_SERVICE);
	if (r < 0)
		return r;
	r = open_bus(d, &d->hot, address, "hot", PRIORITY_BLUEZ);
	if (r < 0)
		return r;

	r = broker_new(&d->broker, &d->config, &broker_ops, d);
	if (r >= 0)
		r = service_new(&d->service, d->event, d->svc, d->broker);
	if (r >= 0)
		r = bluez_new(&d->bluez, d->event, d->hot, d->broker, on_settled, d);
	if (r < 0)
		log_error("cannot start: %s", strerror(-r));
	return r;
}

static void daemon_stop(Daemon *d)
{
	bluez_free(d->bluez);
	service_free(d->service);
	broker_free(d->broker);
	sd_event_source_disable_unref(d->timer);
	sd_event_source_disable_unref(d->settle);
	sd_bus_flush_close_unref(d->hot);
	sd_bus_flush_close_unref(d->svc);
	sd_event_unref(d->event);
}

/* --- command line --- */

static void print_help(void)
{
	printf("Usage: bluebrokerd [OPTION]...\n"
	       "Shares the machine's Bluetooth radios among many programs, over D-Bus (%s).\n\n"
	       "  -c, --config=FILE   read FILE instead of " CONFIG_FILE "\n"
	       "      --check-config  read the configuration, say whether it is good, and exit\n"
	       "      --list-config   print every configuration key and exit\n"
	       "      --bus=ADDRESS   use the D-Bus bus at ADDRESS instead of the system bus\n"
	       "  -d, --debug         log each step\n"
	       "  -h, --help          print this help and exit\n"
	       "      --version       print the version and exit\n\n"
	       "Exit status: 0 ended by a signal or check passed, 1 failure, 2 wrong usage or configuration.\n"
	       "See bluebrokerd(8), bluebrokerd.conf(5), com.example.Bluetooth(5).\n", BUS_NAME);
}

static void print_keys(void)
{
	for (const ConfigKey *key = config_keys; key->group; key++) {
		if (key->is_path)
			printf("%s %s %s\n", key->group, key->name, key->unit);
		else
			printf("%s %s %s %u %u %u\n", key->group, key->name, key->unit, key->min, key->max,
			       key->fallback);
	}
}

#define EXIT_USAGE 2

int main(int argc, char *argv[])
{
	enum { OPT_CHECK = 256, OPT_LIST, OPT_BUS, OPT_VERSION };
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, OPT_CHECK },
		{ "list-config", no_argument, NULL, OPT_LIST },
		{ "bus", required_argument, NULL, OPT_BUS },
		{ "debug", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ 0 }
	};
	const char *config_file = NULL, *address = NULL;
	bool check = false;
	Reason reason = { "" };
	Daemon d = { 0 };
	int option, r;

	while ((option = getopt_long(argc, argv, "c:dh", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			config_file = optarg;
			break;
		case OPT_CHECK:
			check = true;
			break;
		case OPT_LIST:
			print_keys();
			return EXIT_SUCCESS;
		case OPT_BUS:
			address = optarg;
			break;
		case 'd':
			log_set_level(LOG_DEBUG);
			break;
		case 'h':
			print_help();
			return EXIT_SUCCESS;
		case OPT_VERSION:
			printf("bluebrokerd %s\n", VERSION);
			return EXIT_SUCCESS;
		default:
			fprintf(stderr, "Try 'bluebrokerd --help'.\n");
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "bluebrokerd: '%s' is not expected; try 'bluebrokerd --help'.\n", argv[optind]);
		return EXIT_USAGE;
	}

	/* the file may be missing as long as nobody named it */
	r = config_load(&d.config, config_file ? config_file : CONFIG_FILE, &reason);
	if (r == E_DOES_NOT_EXIST && !config_file && !check) {
		config_init(&d.config);
		r = 0;
	}
	if (r != 0) {
		log_error("%s", reason.text[0] ? reason.text : error_text(r));
		return EXIT_USAGE;
	}
	if (check) {
		printf("%s: good\n", config_file ? config_file : CONFIG_FILE);
		return EXIT_SUCCESS;
	}

	r = daemon_start(&d, address);
	if (r >= 0)
		r = sd_event_loop(d.event);
	daemon_stop(&d);
	return r < 0 ? EXIT_FAILURE : r;
}
