/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebroker-mqtt: what the daemon hears, for MQTT. */
#include <errno.h>
#include <getopt.h>
#include <mosquitto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "build-config.h"
#include "mqtt/bus.h"
#include "mqtt/config.h"
#include "mqtt/gateway.h"
#include "util/file.h"
#include "util/log.h"

#define CONFIG_FILE SYSCONFDIR "/bluebroker-mqtt.conf"
#define CONFIG_BYTES_MAX (1024 * 1024)
#define EXIT_USAGE 2

/* bytes that we may have beside the queue: stacks of threads are most of it */
#define MEMORY_MAX ((rlim_t)64 * 1024 * 1024)

typedef struct CommandLine {
	const char *file;	/* NULL: the usual one, which may be missing */
	const char *bus;	/* NULL: the system's */
	bool check;
} CommandLine;

static void print_help(void)
{
	printf("Usage: bluebroker-mqtt [OPTION]...\n"
	       "Publishes what bluebrokerd hears to an MQTT broker, and carries out commands from there.\n\n"
	       "  -c, --config=FILE   read FILE instead of " CONFIG_FILE "\n"
	       "      --check-config  read the configuration, say whether it is good, and exit\n"
	       "      --list-config   print every configuration key and exit\n"
	       "      --bus=ADDRESS   use the D-Bus bus at ADDRESS instead of the system bus\n"
	       "  -d, --debug         log each step\n"
	       "  -h, --help          print this help and exit\n"
	       "      --version       print the version and exit\n\n"
	       "Exit status: 0 ended by a signal or check passed, 1 failure, 2 wrong usage or "
	       "configuration.\n"
	       "See bluebroker-mqtt(8), bluebroker-mqtt.conf(5).\n");
}

enum { OPT_CHECK = 256, OPT_LIST, OPT_BUS, OPT_VERSION };

/* True: nothing else is to be done, and the program exits with *ret_status. */
static bool take_option(CommandLine *line, int option, int *ret_status)
{
	*ret_status = EXIT_SUCCESS;
	switch (option) {
	case 'c':
		line->file = optarg;
		return false;
	case OPT_CHECK:
		line->check = true;
		return false;
	case OPT_BUS:
		line->bus = optarg;
		return false;
	case 'd':
		log_set_level(LOG_DEBUG);
		return false;
	case 'h':
		print_help();
		return true;
	case OPT_LIST:
		settings_print(config_keys);
		return true;
	case OPT_VERSION:
		printf("bluebroker-mqtt %s\n", VERSION);
		return true;
	default:
		fprintf(stderr, "Try: bluebroker-mqtt --help\n");
		*ret_status = EXIT_USAGE;
		return true;
	}
}

static bool parse_command_line(CommandLine *line, int argc, char **argv, int *ret_status)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, OPT_CHECK },
		{ "list-config", no_argument, NULL, OPT_LIST },
		{ "bus", required_argument, NULL, OPT_BUS },
		{ "debug", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:dh", options, NULL)) >= 0)
		if (take_option(line, option, ret_status))
			return false;
	if (optind < argc) {
		fprintf(stderr, "bluebroker-mqtt: '%s' is not expected; try 'bluebroker-mqtt --help'.\n",
			argv[optind]);
		*ret_status = EXIT_USAGE;
		return false;
	}
	return true;
}

/* One that is named, or to be checked, may not be missing. */
static bool read_config(const CommandLine *line, Config *config)
{
	const char *file = line->file ? line->file : CONFIG_FILE;
	g_autofree char *text = NULL;
	Reason reason = { "" };
	size_t length = 0;
	int r = file_read(file, CONFIG_BYTES_MAX, &text, &length);

	if (r == -ENOENT && !line->file && !line->check)
		r = 0;
	if (r < 0)
		log_error("%s: %s", file, strerror(-r));
	else if ((r = config_parse(config, file, text ? text : "", length, &reason)) != 0)
		log_error("%s", reason.text);
	return r == 0;
}

static int on_signal(sd_event_source *source UNUSED, const struct signalfd_siginfo *info, void *userdata)
{
	log_info("ending on signal %s", strsignal((int)info->ssi_signo));
	(void)sd_notify(false, "STOPPING=1");
	gateway_end(userdata);
	return 0;
}

static int add_signals(sd_event *event, Gateway *gateway)
{
	int r = sd_event_add_signal(event, NULL, SIGTERM, on_signal, gateway);

	return r < 0 ? r : sd_event_add_signal(event, NULL, SIGINT, on_signal, gateway);
}

/* Before any thread begins. */
static void block_signals(void)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &mask, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/*
 * With MQTT 3.1.1 nobody can tell a broker how long a message may be, and libmosquitto makes room for up to
 * 256 MiB. Beyond this limit it gets none, and hangs up. What is ours is bounded, and far less than that.
 */
static void limit_memory(const Config *config)
{
#ifndef __SANITIZE_ADDRESS__	/* which reserves more than any machine has */
	struct rlimit limit;

	if (getrlimit(RLIMIT_DATA, &limit) < 0)
		return;
	limit.rlim_cur = config->queue_bytes + MEMORY_MAX;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_cur < limit.rlim_max)
		(void)setrlimit(RLIMIT_DATA, &limit);
#else
	(void)config;
#endif
}

static int run(const CommandLine *line, const Config *config)
{
	CLEANUP(sd_event_unrefp) sd_event *event = NULL;
	CLEANUP(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	Gateway *gateway = NULL;
	int r;

	block_signals();
	r = sd_event_default(&event);
	if (r >= 0)
		r = sd_event_set_watchdog(event, true);
	if (r < 0) {
		log_error("cannot set up the event loop: %s", strerror(-r));
		return r;
	}
	r = bus_open(&bus, event, line->bus);
	if (r >= 0)
		r = sd_bus_set_exit_on_disconnect(bus, true);
	if (r < 0) {
		log_error("cannot connect to %s: %s", line->bus ? line->bus : "the system bus", strerror(-r));
		return r;
	}
	r = gateway_new(&gateway, event, bus, config);
	if (r >= 0)
		r = add_signals(event, gateway);
	if (r >= 0) {
		(void)sd_notify(false, "READY=1\nSTATUS=Looking for the daemon");
		r = sd_event_loop(event);
	}
	if (r < 0)
		log_error("cannot go on: %s", strerror(-r));
	if (gateway)
		gateway_free(gateway);
	return r;
}

int main(int argc, char **argv)
{
	CommandLine line = { NULL, NULL, false };
	static Config config;
	int status;

	if (!parse_command_line(&line, argc, argv, &status))
		return status;
	config_init(&config);
	if (!read_config(&line, &config))
		return EXIT_USAGE;
	if (line.check) {
		printf("%s: good\n", line.file ? line.file : CONFIG_FILE);
		return EXIT_SUCCESS;
	}
	limit_memory(&config);
	(void)mosquitto_lib_init();
	status = run(&line, &config) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	(void)mosquitto_lib_cleanup();
	return status;
}
