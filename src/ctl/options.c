/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#include "ctl/options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build-config.h"
#include "client/fail.h"
#include "ctl/capture-file.h"
#include "ctl/help.h"
#include "ctl/option.h"

/* The command line while it is being read. */
typedef struct Line {
	Options *options;
	char **words;
	bool named;			/* a word for the command has been seen */
	const Command *command;		/* NULL: not seen yet, or no such command */
	char *unknown;			/* the first word that looks like an option and is none */
	bool given[OPTIONS_MAX];	/* by index in option_table */
} Line;

static void line_clear(Line *line)
{
	g_strfreev(line->words);
	g_free(line->unknown);
}

static void note_unknown(Line *line, const char *word)
{
	if (!line->unknown)
		line->unknown = g_strdup(word);
}

/* Replaces a shortened option name by the whole name. Returns whether the option's value is the next word. */
static bool complete_word(Line *line, char **word)
{
	const char *name = *word + 2;
	size_t length = strcspn(name, "=");
	const Option *option = option_complete(name, length, line->command);
	char *whole;

	if (!option || (name[length] == '=' && !option->value)) {
		note_unknown(line, *word);
		return false;
	}
	whole = g_strconcat("--", option->name, name + length, NULL);
	g_free(*word);
	*word = whole;
	return option->value && !strchr(whole, '=');
}

/* Notes the command: the first word that is neither an option nor an option's value. */
static void name_command(Line *line, const char *name)
{
	if (!line->named)
		line->command = command_find(name);
	line->named = true;
}

/* Prepares the words for GOption, which knows no shortened names, takes "--json=x" for --json, and does
 * not say which word it did not know. It also finds the command first, for the options depend on it. */
static void prepare_words(Line *line)
{
	char **word = line->words + 1;

	for (; *word && strcmp(*word, "--") != 0; word++) {
		if ((*word)[0] != '-' || (*word)[1] == '\0') {
			name_command(line, *word);
		} else if ((*word)[1] == '-') {
			if (complete_word(line, word) && word[1])
				word++;
		} else if (strspn(*word + 1, "hV") < strlen(*word + 1)) {
			note_unknown(line, *word);
		}
	}
	if (*word && word[1])
		name_command(line, word[1]);
}

static gboolean on_option(const char *name, const char *value, void *userdata, GError **error)
{
	Line *line = userdata;
	const char *whole = g_str_equal(name, "-h") ? "help" : g_str_equal(name, "-V") ? "version" : name + 2;
	const Option *option = option_find(whole, line->command);
	Reason reason = { 0 };

	line->given[option - option_table] = true;
	if (option_set(option, line->options, value, &reason) == 0 && !line->options->version)
		return TRUE;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s: %s", name, reason.text);
	return FALSE;
}

/* The options for GOption, one for each name: the command's own, or else the first. check_options()
 * refuses those of other commands, with a better message. */
static GOptionGroup *make_group(Line *line)
{
	GOptionGroup *group = g_option_group_new(NULL, NULL, NULL, line, NULL);
	GOptionEntry entries[OPTIONS_MAX + 2] = { 0 };
	GOptionEntry *end = entries;

	for (size_t i = 0; i < option_count; i++) {
		const Option *option = &option_table[i];
		char letter = g_str_equal(option->name, "help")	     ? 'h'
			      : g_str_equal(option->name, "version") ? 'V'
								     : 0;

		if (option_find(option->name, line->command) != option)
			continue;
		*end++ = (GOptionEntry){
			.long_name = option->name,
			.short_name = letter,
			/* FILENAME, because values may be any bytes, not only UTF-8 */
			.flags = option->value ? G_OPTION_FLAG_FILENAME : G_OPTION_FLAG_NO_ARG,
			.arg = G_OPTION_ARG_CALLBACK,
			.arg_data = __extension__(void *)on_option,
		};
	}
	*end = (GOptionEntry){
		.long_name = G_OPTION_REMAINING,
		.arg = G_OPTION_ARG_FILENAME_ARRAY,
		.arg_data = &line->options->words,
	};
	g_option_group_add_entries(group, entries);
	return group;
}

static bool refuse_unknown(const Line *line)
{
	bool runs = line->command && line->command->options & FOR_RUN;

	fail_line("%s: no such option; see bluebrokerctl --help%s", line->unknown,
		  runs				     ? " (-- goes before the command)"
		  : g_ascii_isdigit(line->unknown[1]) ? " (-- goes before a negative value)"
						     : "");
	return false;
}

/* False: the error has been printed, or only the version is asked for. */
static bool read_options(Line *line)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autofree char *last = g_strdup(line->words[g_strv_length(line->words) - 1]);
	g_autoptr(GError) error = NULL;

	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_set_main_group(context, make_group(line));
	if (g_option_context_parse_strv(context, &line->words, &error))
		return line->unknown ? refuse_unknown(line) : true;
	if (line->options->version)
		return false;
	if (g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
		return refuse_unknown(line);
	if (g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE))
		fail_line("%s: its value is missing; see bluebrokerctl --help", last);
	else
		fail_line("%s", error->message);
	return false;
}

/* The first word that is neither an option nor an option's value names the command. */
static bool choose_command(Options *options)
{
	const Command *command;
	unsigned arguments;
	const char *here;

	if (!options->words || !options->words[0]) {
		if (!options->help)
			fail_line("no command given; bluebrokerctl --help lists them");
		return options->help;
	}
	command = command_find(options->words[0]);
	if (!command) {
		here = command_elsewhere(options->words[0]);
		fail_line("%s: no such command%s%s; bluebrokerctl --help lists them", options->words[0],
			  here ? ", here it is " : "", here ? here : "");
		return false;
	}
	options->command = command;
	options->arguments = options->words + 1;
	arguments = g_strv_length(options->arguments);
	if (options->help || (arguments >= command->min_arguments && arguments <= command->max_arguments))
		return true;
	fail_line("%s: %s; usage: bluebrokerctl %s %s", command->name,
		  arguments < command->min_arguments ? "an argument is missing"
						     : "too many arguments (quote those with blanks)",
		  command->name, command->arguments);
	return false;
}

/* What is left out would be taken for missed. */
static bool check_stats(const Options *options)
{
	if (!options->stats || options->wanted.dedup_ms == 0)
		return true;
	fail_line("--dedup: leaves reports out, which --stats counts; leave out one of the two");
	return false;
}

/* If a capture goes to standard output, nothing else may. */
static bool check_captures(const Options *options)
{
	bool pcap = capture_file_is_stdout(options->pcap), btsnoop = capture_file_is_stdout(options->btsnoop);

	if (pcap && btsnoop)
		fail_line("--pcap and --btsnoop: only one of them can go to standard output");
	else if ((pcap || btsnoop) && options->json)
		fail_line("--json: standard output is for the capture; give that a file");
	else
		return true;
	return false;
}

/* Whether the option says which reports are meant; bonds are no reports. */
static bool is_filter(const Option *option)
{
	return option->sets && strstr(option->sets, "GetDevices.");
}

/* Refuses options that the command does not take, and those that do not go together. */
static bool check_options(const Options *options, const bool given[static OPTIONS_MAX])
{
	unsigned allowed = option_mask(options->command);
	Reason reason = { 0 };

	for (size_t i = 0; i < option_count; i++) {
		if (given[i] && options->bonded && is_filter(&option_table[i])) {
			fail_line("--%s: not with --bonded", option_table[i].name);
			return false;
		}
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
	return check_stats(options) && check_captures(options);
}

static void options_init(Options *options)
{
	const char *no_color = g_getenv("NO_COLOR");

	*options = (Options){
		.session = { .bus = g_strdup("system"), .adapter = -1, .timeout = -1 },
		.window = 60,
	};
	options->colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	wanted_init(&options->wanted);
}

/* False: the error has been printed, or the version is asked for. */
static bool read_line(Options *options, char **argv)
{
	CLEANUP(line_clear) Line line = { .options = options, .words = g_strdupv(argv) };

	options_init(options);
	prepare_words(&line);
	return read_options(&line) && choose_command(options) &&
	       (options->help || check_options(options, line.given));
}

bool options_parse_line(Options *options, char **argv)
{
	bool good = read_line(options, argv);

	if (options->version || options->help)
		fail_line("--%s: is no command to run", options->version ? "version" : "help");
	return good && !options->help;
}

bool options_parse(Options *options, char **argv, ExitCode *ret_exit)
{
	bool good = read_line(options, argv);

	*ret_exit = EXIT_DONE;
	if (options->version)
		printf("bluebrokerctl %s\n", VERSION);
	else if (!good)
		*ret_exit = EXIT_USAGE;
	else if (options->help)
		help_print(options->command);
	else
		return true;
	return false;
}

void options_clear(Options *options)
{
	wanted_clear(&options->wanted);
	announcement_clear(&options->announcement);
	session_request_clear(&options->session);
	g_clear_pointer(&options->words, g_strfreev);
	g_clear_pointer(&options->pcap, g_free);
	g_clear_pointer(&options->btsnoop, g_free);
	g_clear_pointer(&options->exec, g_free);
	g_clear_pointer(&options->socket, g_free);
}
