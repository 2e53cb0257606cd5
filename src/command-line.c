/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of bluebrokerd, and the configuration file that it names. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#include "build-config.h"
#include "command-line.h"
#include "config-file.h"
#include "util/error.h"
#include "util/log.h"

#define CONFIG_FILE SYSCONFDIR "/bluebrokerd.conf"

#define KEYS_SOCKET "/run/bluebrokerd-keys.socket"	/* ListenStream of bluebrokerd-keys.socket */

#define EXIT_USAGE 2

static void print_help(void)
{
	printf("Usage: bluebrokerd [OPTION]...\n"
	       "Shares the machine's Bluetooth radios among many programs, over D-Bus (%s).\n\n"
	       "  -c, --config=FILE   read FILE instead of " CONFIG_FILE "\n"
	       "      --check-config  read the configuration, say whether it is good, and exit\n"
	       "      --list-config   print every configuration key and exit\n"
	       "      --bus=ADDRESS   use the D-Bus bus at ADDRESS instead of the system bus\n"
	       "      --bluez-socket=SOCKET  where programs find a BlueZ of their own (BlueZFace, Socket)\n"
	       "      --keys=SOCKET   where to ask for the keys of bonded devices (" KEYS_SOCKET ")\n"
	       "      --runtime-dir=DIR  keep in DIR which links are open, for the next daemon\n"
	       "  -d, --debug         log each step\n"
	       "  -h, --help          print this help and exit\n"
	       "      --version       print the version and exit\n\n"
	       "Exit status: 0 ended by a signal or check passed, 1 failure, 2 wrong usage or "
	       "configuration.\n"
	       "See bluebrokerd(8), bluebrokerd.conf(5), com.example.Bluetooth(5).\n", BUS_NAME);
}

/* The default file may be missing, which means the defaults; one named with --config, or to be checked, may
 * not. */
static int read_config(Config *config, const char *file, bool check)
{
	Reason reason = { "" };
	int r;

	r = config_file_load(config, file ? file : CONFIG_FILE, &reason);
	if (r == E_DOES_NOT_EXIST && !file && !check) {
		config_init(config);
		r = 0;
	}
	if (r != 0)
		log_error("%s", reason.text[0] ? reason.text : error_text(r));
	return r;
}

enum { OPT_CHECK = 256, OPT_LIST, OPT_BUS, OPT_BLUEZ_SOCKET, OPT_KEYS, OPT_RUNTIME_DIR, OPT_VERSION };

typedef struct Parsing {
	CommandLine line;
	const char *config_file;
	bool check;
} Parsing;

/* Takes one option. True: nothing else is to be done, and the daemon exits with *ret_status. */
static bool take_option(Parsing *parsing, int option, int *ret_status)
{
	switch (option) {
	case 'c':
		parsing->config_file = optarg;
		return false;
	case OPT_CHECK:
		parsing->check = true;
		return false;
	case OPT_BUS:
		parsing->line.address = optarg;
		return false;
	case OPT_BLUEZ_SOCKET:
		parsing->line.bluez_socket = optarg;
		return false;
	case OPT_KEYS:
		parsing->line.keys = optarg;
		return false;
	case OPT_RUNTIME_DIR:
		parsing->line.directory = optarg;
		return false;
	case 'd':
		log_set_level(LOG_DEBUG);
		return false;
	case OPT_LIST:
		settings_print(config_keys);
		return true;
	case 'h':
		print_help();
		return true;
	case OPT_VERSION:
		printf("bluebrokerd %s\n", VERSION);
		return true;
	default:
		fprintf(stderr, "Try 'bluebrokerd --help'.\n");
		*ret_status = EXIT_USAGE;
		return true;
	}
}

bool command_line_parse(int argc, char *argv[], Config *ret_config, CommandLine *ret, int *ret_status)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, OPT_CHECK },
		{ "list-config", no_argument, NULL, OPT_LIST },
		{ "bus", required_argument, NULL, OPT_BUS },
		{ "bluez-socket", required_argument, NULL, OPT_BLUEZ_SOCKET },
		{ "keys", required_argument, NULL, OPT_KEYS },
		{ "runtime-dir", required_argument, NULL, OPT_RUNTIME_DIR },
		{ "debug", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ 0 }
	};
	Parsing parsing = { .line.keys = KEYS_SOCKET };
	int option;

	*ret_status = EXIT_SUCCESS;
	while ((option = getopt_long(argc, argv, "c:dh", options, NULL)) != -1)
		if (take_option(&parsing, option, ret_status))
			return false;
	if (optind < argc) {
		fprintf(stderr, "bluebrokerd: '%s' is not expected; try 'bluebrokerd --help'.\n",
			argv[optind]);
		*ret_status = EXIT_USAGE;
		return false;
	}
	if (read_config(ret_config, parsing.config_file, parsing.check) != 0) {
		*ret_status = EXIT_USAGE;
		return false;
	}
	if (parsing.check) {
		printf("%s: good\n", parsing.config_file ? parsing.config_file : CONFIG_FILE);
		return false;
	}
	*ret = parsing.line;
	return true;
}
