/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: one table of options says what each command takes, and is what --help prints. */
#include "ctl/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build-config.h"
#include "ctl/fail.h"
#include "ctl/text.h"

/* Which commands take an option. */
enum {
	FOR_ALL = 1 << 0,
	FOR_SCAN = 1 << 1,
	FOR_DEVICES = 1 << 2,
	FOR_ADVERTS = FOR_SCAN | FOR_DEVICES,
};

typedef struct Option {
	const char *name;
	const char *value;	/* what it takes, for the help; NULL: nothing */
	unsigned commands;
	int (*set)(Options *options, const char *text, Reason *reason);
	const char *help;
} Option;

static int set_json(Options *options, const char *text UNUSED, Reason *reason UNUSED)
{
	options->json = true;
	return 0;
}

static int set_no_color(Options *options, const char *text UNUSED, Reason *reason UNUSED)
{
	options->colour = false;
	return 0;
}

static int set_raw(Options *options, const char *text UNUSED, Reason *reason UNUSED)
{
	options->raw = true;
	return 0;
}

static int set_bus(Options *options, const char *text, Reason *reason)
{
	if (*text == '\0')
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "is empty; say system, session, or an address such as unix:path=/run/dbus/bus");
	g_free(options->bus);
	options->bus = g_strdup(text);
	return 0;
}

static int set_adapter(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!g_str_has_prefix(text, "hci") || !g_ascii_isdigit(text[3]) || !parse_number(text + 3, 0, 65535, &number))
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "\"%.40s\" is not a radio (hci0, hci1 …; bluebrokerctl status lists them)", text);
	options->adapter = (int)number;
	return 0;
}

static int set_timeout(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!parse_number(text, 1, INT32_MAX, &number))
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "\"%.40s\" is not a number of seconds (1 to 2147483647)", text);
	options->timeout = (int)number;
	return 0;
}

static int set_count(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!parse_number(text, 1, INT64_MAX, &number))
		return reason_set(reason, E_INVALID_ARGUMENTS, "\"%.40s\" is not a count (1 or more)", text);
	options->count = (uint64_t)number;
	return 0;
}

static int set_dedup(Options *options, const char *text, Reason *reason)
{
	int64_t number;

	if (!parse_number(text, 0, UINT32_MAX, &number))
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "\"%.40s\" is not a number of milliseconds (0 to 4294967295)", text);
	options->dedup_ms = (uint32_t)number;
	return 0;
}

static int add_address(Options *options, const char *text, Reason *reason)
{
	return wanted_add_address(&options->wanted, text, reason);
}

static int add_uuid(Options *options, const char *text, Reason *reason)
{
	return wanted_add_uuid(&options->wanted, text, reason);
}

static int add_manufacturer(Options *options, const char *text, Reason *reason)
{
	return wanted_add_manufacturer(&options->wanted, text, reason);
}

static int set_name(Options *options, const char *text, Reason *reason)
{
	return wanted_set_name(&options->wanted, text, reason);
}

static int set_rssi(Options *options, const char *text, Reason *reason)
{
	return wanted_set_rssi(&options->wanted, text, reason);
}

static const Option table[] = {
	{ "timeout", "SECONDS", FOR_SCAN, set_timeout, "stop after that time" },
	{ "count", "N", FOR_ADVERTS, set_count, "stop after N reports; devices: list the latest N" },
	{ "dedup", "MS", FOR_SCAN, set_dedup, "the same bytes of the same device at most once in MS milliseconds" },
	{ "raw", NULL, FOR_ADVERTS, set_raw, "bytes in hex instead of what they mean" },
	{ "adapter", "hciN", FOR_ADVERTS, set_adapter, "the radio (default: the first)" },
	{ "name", "GLOB", FOR_ADVERTS, set_name, "devices whose name matches (* ? [a-z])" },
	{ "rssi", "DBM", FOR_ADVERTS, set_rssi, "at least that strong" },
	{ "uuid", "UUID", FOR_ADVERTS, add_uuid, "advertises this service; may be repeated" },
	{ "manufacturer", "ID", FOR_ADVERTS, add_manufacturer, "manufacturer data of this company; may be repeated" },
	{ "address", "ADDR", FOR_ADVERTS, add_address, "this device; may be repeated" },
	{ "json", NULL, FOR_ALL, set_json, "JSON; scan and devices: one object a line" },
	{ "no-color", NULL, FOR_ALL, set_no_color, "no colours (NO_COLOR in the environment does the same)" },
	{ "bus", "ADDRESS", FOR_ALL, set_bus, "the message bus: system (default), session, or an address" },
};

enum {
	KEY_TABLE = 0x100,
	KEY_HELP = 'h',
	KEY_VERSION = 'V',
};

static unsigned bit_of(const Command *command)
{
	if (strcmp(command->name, "scan") == 0)
		return FOR_SCAN;
	if (strcmp(command->name, "devices") == 0)
		return FOR_DEVICES;
	return 0;
}

static void print_option(const char *name, const char *value, const char *help)
{
	g_autofree char *left = g_strdup_printf("--%s%s%s", name, value ? " " : "", value ? value : "");

	printf("  %-22s %s\n", left, help);
}

static void print_options(unsigned mask)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].commands & mask)
			print_option(table[i].name, table[i].value, table[i].help);
}

static void print_global_options(void)
{
	print_options(FOR_ALL);
	print_option("help", NULL, "this text; after a command: about that command");
	print_option("version", NULL, "the version of bluebrokerctl");
}

static void print_help(const Command *command)
{
	if (command) {
		printf("Usage: bluebrokerctl %s [OPTION...]%s%s\n\n%s.\n%s", command->name,
		       *command->arguments ? " " : "", command->arguments, command->summary,
		       command->help ? command->help : "");
		printf("\nOptions:\n");
		print_options(bit_of(command));
	} else {
		printf("Usage: bluebrokerctl COMMAND [OPTION...]\n\nUses the Bluetooth broker, bluebrokerd.\n\nCommands:\n");
		for (const Command *each = commands; each->name; each++) {
			g_autofree char *left = g_strdup_printf("%s %s", each->name, each->arguments);

			printf("  %-22s %s\n", left, each->summary);
		}
		printf("\nOptions:\n");
	}
	print_global_options();
	printf("\n" EXIT_CODES_HELP);
}

static const Command *find_command(const char *name)
{
	for (const Command *command = commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

/* The first word that is neither an option nor an option's value names the command. */
static bool choose_command(Options *options, int argc, char **argv, bool help)
{
	int arguments;

	if (optind >= argc) {
		if (!help)
			fail_line("no command given; bluebrokerctl --help lists them");
		return help;
	}
	options->command = find_command(argv[optind]);
	if (!options->command) {
		g_autofree char *clean = text_clean(argv[optind], -1);

		fail_line("%s: no such command; bluebrokerctl --help lists them", clean);
		return false;
	}
	options->arguments = argv + optind + 1;
	arguments = argc - optind - 1;
	if (!help && (arguments < options->command->min_arguments || arguments > options->command->max_arguments)) {
		fail_line("%s: %s; usage: bluebrokerctl %s %s", options->command->name,
			  arguments < options->command->min_arguments ? "an argument is missing"
								      : "too many arguments (quote those with blanks)",
			  options->command->name, options->command->arguments);
		return false;
	}
	return true;
}

/* Options that were given, but are not of the command. */
static bool check_options(const Options *options, const bool given[static ARRAY_SIZE(table)])
{
	unsigned allowed = FOR_ALL | bit_of(options->command);

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (!given[i] || table[i].commands & allowed)
			continue;
		fail_line("--%s: not an option of \"%s\"; see bluebrokerctl %s --help", table[i].name,
			  options->command->name, options->command->name);
		return false;
	}
	return true;
}

static void fill_getopt_table(struct option long_options[static ARRAY_SIZE(table) + 3])
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		long_options[i] = (struct option){
			.name = table[i].name,
			.has_arg = table[i].value ? required_argument : no_argument,
			.val = KEY_TABLE + (int)i,
		};
	long_options[ARRAY_SIZE(table)] = (struct option){ "help", no_argument, NULL, KEY_HELP };
	long_options[ARRAY_SIZE(table) + 1] = (struct option){ "version", no_argument, NULL, KEY_VERSION };
}

static bool leave(ExitCode *ret_exit, ExitCode code)
{
	*ret_exit = code;
	return false;
}

bool options_parse(Options *options, int argc, char **argv, ExitCode *ret_exit)
{
	struct option long_options[ARRAY_SIZE(table) + 3] = { { 0 } };
	bool given[ARRAY_SIZE(table)] = { 0 };
	const char *no_color = g_getenv("NO_COLOR");
	bool help = false;
	int key;

	*options = (Options){ .adapter = -1, .timeout = -1, .bus = g_strdup("system") };
	options->colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	wanted_init(&options->wanted);
	fill_getopt_table(long_options);

	opterr = 0;
	optind = 0;	/* GNU: begin anew, also after an earlier line */
	while ((key = getopt_long(argc, argv, ":hV", long_options, NULL)) != -1) {
		const Option *option;
		Reason reason = { 0 };

		switch (key) {
		case KEY_HELP:
			help = true;
			continue;
		case KEY_VERSION:
			printf("bluebrokerctl %s\n", VERSION);
			return leave(ret_exit, EXIT_DONE);
		case ':':
			fail_line("%s: its value is missing; see bluebrokerctl --help", argv[optind - 1]);
			return leave(ret_exit, EXIT_USAGE);
		case '?': {
			g_autofree char *clean = text_clean(argv[optind - 1], -1);

			fail_line("%s: no such option; see bluebrokerctl --help", clean);
			return leave(ret_exit, EXIT_USAGE);
		}
		}
		option = &table[key - KEY_TABLE];
		given[key - KEY_TABLE] = true;
		if (option->set(options, optarg, &reason) != 0) {
			fail_line("--%s: %s", option->name, reason.text);
			return leave(ret_exit, EXIT_USAGE);
		}
	}

	if (!choose_command(options, argc, argv, help))
		return leave(ret_exit, EXIT_USAGE);
	if (help) {
		print_help(options->command);
		return leave(ret_exit, EXIT_DONE);
	}
	if (!check_options(options, given))
		return leave(ret_exit, EXIT_USAGE);
	return true;
}

void options_clear(Options *options)
{
	wanted_clear(&options->wanted);
	g_clear_pointer(&options->bus, g_free);
}
