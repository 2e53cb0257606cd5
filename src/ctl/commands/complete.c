/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl complete: what may stand next in a command line, for the shells. It takes the line apart as
 * options.c does, but one that is not finished, and says nothing of what is wrong in it. */
#include <string.h>

#include "client/fail.h"
#include "client/output.h"
#include "ctl/commands.h"
#include "ctl/complete/values.h"
#include "meaning/number.h"

typedef struct Line {
	const Command *command;		/* NULL: not named yet, or there is none */
	bool named;
	bool only_arguments;		/* after -- */
	const Option *pending;		/* its value comes next */
	GPtrArray *arguments;		/* of the command; NULL-terminated when the line has been read */
	unsigned program;		/* of run: where its command begins; 0: nowhere yet */
	const char *bus;
	int adapter;
} Line;

static void take_value(Line *line, const Option *option, const char *value)
{
	int64_t number;

	if (strcmp(option->name, "bus") == 0)
		line->bus = value;
	else if (strcmp(option->name, "adapter") == 0 && g_str_has_prefix(value, "hci") &&
		 number_parse(value + 3, 0, UINT16_MAX, &number))
		line->adapter = (int)number;
}

static void take_argument(Line *line, char *word, unsigned index)
{
	if (!line->named) {
		line->named = true;
		line->command = command_find(word);
	} else {
		g_ptr_array_add(line->arguments, word);
		if (line->program == 0)
			line->program = index;
	}
}

static void take_word(Line *line, char *word, unsigned index)
{
	const char *value;

	if (line->pending) {
		take_value(line, line->pending, word);
		line->pending = NULL;
	} else if (line->only_arguments || word[0] != '-' || word[1] == '\0') {
		take_argument(line, word, index);
	} else if (strcmp(word, "--") == 0) {
		line->only_arguments = true;
	} else if (word[1] == '-') {
		const Option *option = option_complete(word + 2, strcspn(word + 2, "="), line->command);

		value = strchr(word, '=');
		if (option && option->value && value)
			take_value(line, option, value + 1);
		else if (option && option->value)
			line->pending = option;
	}
}

static void add_commands(Candidates *candidates)
{
	for (const Command *command = commands; command->name; command++)
		if (command->run != command_complete)
			candidates_add(candidates, command->name, command->summary);
}

static void add_options(Candidates *candidates, const Command *command)
{
	unsigned mask = option_mask(command);

	for (size_t i = 0; i < option_count; i++) {
		g_autofree char *word = g_strconcat("--", option_table[i].name, NULL);

		if (option_table[i].commands & mask)
			candidates_add(candidates, word, option_table[i].help);
	}
}

/* --option=value, of which the value is not finished. */
static void add_values_behind(Candidates *candidates, const Line *line, const char *word, Ask *ask)
{
	const char *value = strchr(word, '=') + 1;
	const Option *option = option_complete(word + 2, strcspn(word + 2, "="), line->command);
	g_autofree char *head = g_strndup(word, (size_t)(value - word));

	if (!option || !option->value)
		return;
	candidates->head = head;
	candidates->start = value;
	values_of_option(option, ask, candidates);
	candidates->head = NULL;
}

static void add_arguments(Candidates *candidates, const Line *line, Ask *ask)
{
	g_autofree char *command = NULL;

	if (line->command->options & FOR_RUN && line->program > 0) {
		command = g_strdup_printf("command %u", line->program);
		candidates_delegate(candidates, command);
		return;
	}
	if (line->command->options & FOR_RUN)
		candidates_delegate(candidates, "commands");
	else if (line->command->run == command_help && !line->arguments->pdata[0])
		add_commands(candidates);
	else
		values_of_argument(line->command, (char **)line->arguments->pdata, ask, candidates);
	if (candidates->count == 0 && *candidates->start == '\0' && !line->only_arguments)
		add_options(candidates, line->command);
}

static void add_all(Candidates *candidates, const Line *line, int timeout)
{
	g_autoptr(Ask) ask = ask_new(line->bus, line->adapter, timeout);
	const char *word = candidates->start;

	if (line->pending)
		values_of_option(line->pending, ask, candidates);
	else if (!line->only_arguments && word[0] == '-' && strchr(word, '='))
		add_values_behind(candidates, line, word, ask);
	else if (!line->only_arguments && word[0] == '-')
		add_options(candidates, line->command);
	else if (!line->named)
		add_commands(candidates);
	else if (line->command)
		add_arguments(candidates, line, ask);
}

ExitCode command_complete(const Options *options)
{
	bool bash = strcmp(options->arguments[0], "bash") == 0;
	g_auto(GStrv) words = g_strdupv(options->arguments + 1);
	g_autoptr(GPtrArray) arguments = g_ptr_array_new();
	g_autoptr(GString) out = g_string_new(NULL);
	Line line = { .arguments = arguments, .bus = options->session.bus, .adapter = -1 };
	Candidates candidates = { .out = out, .bash = bash, .start = "" };
	unsigned n = g_strv_length(words);

	if (!bash && strcmp(options->arguments[0], "zsh") != 0) {
		fail_line("complete: \"%s\" is neither bash nor zsh", options->arguments[0]);
		return EXIT_USAGE;
	}
	for (unsigned i = 0; i < n; i++) {
		char *plain = bash ? words_unquote(words[i], &candidates.quoting) : NULL;

		if (plain) {
			g_free(words[i]);
			words[i] = plain;
		}
		if (i + 1 < n)
			take_word(&line, words[i], i);
		else
			candidates.start = words[i];
	}
	g_ptr_array_add(arguments, NULL);
	add_all(&candidates, &line, options->session.timeout);
	output_puts(out->str);
	return EXIT_DONE;
}
