/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#include "ctl/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build-config.h"
#include "client/fail.h"
#include "ctl/capture-file.h"
#include "ctl/option-table.h"

enum {
	KEY_TABLE = 0x100,
	KEY_HELP = 'h',
	KEY_VERSION = 'V',
};

static void print_option(const char *name, const char *value, const char *help)
{
	g_autofree char *left = g_strdup_printf("--%s%s%s", name, value ? " " : "", value ? value : "");

	printf("  %-24s %s\n", left, help);
}

static void print_options(unsigned mask)
{
	for (size_t i = 0; i < option_count; i++)
		if (option_table[i].commands & mask)
			print_option(option_table[i].name, option_table[i].value, option_table[i].help);
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
		print_options(option_mask(command) & ~(unsigned)FOR_ALL);
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
		fail_line("%s: no such command; bluebrokerctl --help lists them", argv[optind]);
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

/* A capture on standard output leaves no place for anything else there. */
static bool check_captures(const Options *options)
{
	bool pcap = capture_is_stdout(options->pcap), btsnoop = capture_is_stdout(options->btsnoop);

	if (pcap && btsnoop)
		fail_line("--pcap and --btsnoop: only one of them can go to standard output");
	else if ((pcap || btsnoop) && options->json)
		fail_line("--json: standard output is for the capture; give that a file");
	else
		return true;
	return false;
}

/* Options that were given, but are not of the command, or do not go together. */
static bool check_options(const Options *options, const bool given[static OPTIONS_MAX])
{
	unsigned allowed = option_mask(options->command);
	Reason reason = { 0 };

	for (size_t i = 0; i < option_count; i++) {
		if (!given[i] || option_table[i].commands & allowed)
			continue;
		fail_line("--%s: not an option of \"%s\"; see bluebrokerctl %s --help", option_table[i].name,
			  options->command->name, options->command->name);
		return false;
	}
	if (announcement_check(&options->announcement, &reason) != 0) {
		fail_line("%s", reason.text);
		return false;
	}
	return check_captures(options);
}

/* Whether another of the same name goes before it: that of the command, or else the first. */
static bool is_shadowed(size_t index, unsigned mask)
{
	bool ours = option_table[index].commands & mask;

	for (size_t i = 0; i < option_count; i++) {
		bool theirs = option_table[i].commands & mask;

		if (i != index && strcmp(option_table[i].name, option_table[index].name) == 0 &&
		    (ours == theirs ? i < index : theirs))
			return true;
	}
	return false;
}

static void fill_getopt_table(struct option long_options[static OPTIONS_MAX + 3], unsigned mask)
{
	struct option *end = long_options;

	for (size_t i = 0; i < option_count; i++)
		if (!is_shadowed(i, mask))
			*end++ = (struct option){
				.name = option_table[i].name,
				.has_arg = option_table[i].value ? required_argument : no_argument,
				.val = KEY_TABLE + (int)i,
			};
	*end++ = (struct option){ "help", no_argument, NULL, KEY_HELP };
	*end++ = (struct option){ "version", no_argument, NULL, KEY_VERSION };
	*end = (struct option){ 0 };
}

/* The command decides what its options are, so it is looked for first; NULL: that is told later. */
static const Command *peek_command(int argc, char **argv)
{
	struct option long_options[OPTIONS_MAX + 3];

	fill_getopt_table(long_options, 0);
	optind = 0;	/* GNU: begin anew, also after an earlier line */
	while (getopt_long(argc, argv, "+:hV", long_options, NULL) != -1)
		;
	return optind < argc ? find_command(argv[optind]) : NULL;
}

static bool leave(ExitCode *ret_exit, ExitCode code)
{
	*ret_exit = code;
	return false;
}

bool options_parse(Options *options, int argc, char **argv, ExitCode *ret_exit)
{
	struct option long_options[OPTIONS_MAX + 3];
	bool given[OPTIONS_MAX] = { 0 };
	const char *no_color = g_getenv("NO_COLOR");
	const Command *command;
	bool help = false;
	int key;

	*options = (Options){ .request = { .bus = g_strdup("system"), .adapter = -1, .timeout = -1 } };
	options->colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	wanted_init(&options->wanted);

	opterr = 0;
	command = peek_command(argc, argv);
	fill_getopt_table(long_options, command ? option_mask(command) & ~(unsigned)FOR_ALL : 0);
	optind = 0;
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
		case '?':
			fail_line("%s: no such option; see bluebrokerctl --help%s", argv[optind - 1],
				  g_ascii_isdigit(argv[optind - 1][1]) ? " (-- goes before a negative value)" : "");
			return leave(ret_exit, EXIT_USAGE);
		}
		option = &option_table[key - KEY_TABLE];
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
	announcement_clear(&options->announcement);
	g_clear_pointer(&options->request.bus, g_free);
}
