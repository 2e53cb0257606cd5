/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The help, from the tables of commands and options. */
#include "ctl/help.h"

#include <stdio.h>

#include "client/fail.h"
#include "ctl/commands.h"
#include "ctl/option.h"

static void print_options(unsigned mask)
{
	for (size_t i = 0; i < option_count; i++) {
		const Option *option = &option_table[i];
		g_autofree char *left =
			g_strconcat("--", option->name, option->value ? " " : NULL, option->value, NULL);

		if (option->commands & mask)
			printf("  %-26s %s\n", left, option->help);
	}
}

static void print_command(const Command *command)
{
	printf("Usage: bluebrokerctl %s [OPTION...]%s%s\n\n%s.\n%s", command->name,
	       *command->arguments ? " " : "", command->arguments, command->summary,
	       command->help ? command->help : "");
	printf("\nOptions:\n");
	print_options(command->options);
}

static void print_commands(void)
{
	printf("Usage: bluebrokerctl COMMAND [OPTION...]\n\nUses the Bluetooth broker, bluebrokerd.\n"
	       "\nCommands:\n");
	for (const Command *command = commands; command->name; command++) {
		g_autofree char *left = g_strdup_printf("%s %s", command->name, command->arguments);

		printf("  %-22s %s\n", left, command->summary);
	}
	printf("\nOptions:\n");
}

ExitCode command_help(const Options *options)
{
	const char *name = options->arguments[0];
	const Command *command = name ? command_find(name) : NULL;

	if (name && !command) {
		fail_line("help: %s: no such command; bluebrokerctl help lists them", name);
		return EXIT_USAGE;
	}
	help_print(command);
	return EXIT_DONE;
}

void help_print(const Command *command)
{
	if (command)
		print_command(command);
	else
		print_commands();
	print_options(FOR_ALL);
	printf("\n" EXIT_CODES_HELP);
}
