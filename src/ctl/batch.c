/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a batch, and checking it before anything is done. */
#include "ctl/batch.h"

#include <string.h>

#include "client/fail.h"
#include "client/text.h"
#include "ctl/commands.h"
#include "ctl/option.h"

#define FILE_SIZE_MAX (1024 * 1024)

void batch_line_free(BatchLine *line)
{
	options_clear(&line->options);
	g_free(line->place);
	g_strfreev(line->words);
	g_free(line);
}

static bool takes(const Command *command, const char *name)
{
	return option_find(name, command)->commands & option_mask(command);
}

/* What batch itself was told, as far as the command takes it, and then the words of the line, which go before
 * that. */
static char **add_defaults(char *const *words, const Command *command, const Options *defaults)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new();

	g_ptr_array_add(all, g_strdup("--bus"));
	g_ptr_array_add(all, g_strdup(defaults->session.bus));
	if (defaults->json)
		g_ptr_array_add(all, g_strdup("--json"));
	if (!defaults->colour)
		g_ptr_array_add(all, g_strdup("--no-color"));
	if (defaults->session.adapter >= 0 && takes(command, "adapter")) {
		g_ptr_array_add(all, g_strdup("--adapter"));
		g_ptr_array_add(all, g_strdup_printf("hci%d", defaults->session.adapter));
	}
	if (defaults->session.timeout > 0 && takes(command, "timeout")) {
		g_ptr_array_add(all, g_strdup("--timeout"));
		g_ptr_array_add(all, g_strdup_printf("%d", defaults->session.timeout));
	}
	for (; *words; words++)
		g_ptr_array_add(all, g_strdup(*words));
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_steal(all, NULL);
}

static bool parse_words(Options *ret, char *const *words)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();

	g_ptr_array_add(argv, (void *)"bluebrokerctl");
	for (; *words; words++)
		g_ptr_array_add(argv, *words);
	g_ptr_array_add(argv, NULL);
	return options_parse_line(ret, (char **)argv->pdata);
}

/* What would not end, or would be something else than a step. */
static bool check_line(const Options *options)
{
	const Command *command = options->command;

	if (command->run == command_batch || command->run == command_run)
		fail_line("%s: not in a batch", command->name);
	else if (options->stay)
		fail_line("--stay: goes on until Ctrl-C; the batch keeps the link until its end anyway");
	else if (command->endless && options->session.timeout < 0 && options->count == 0)
		fail_line("%s: goes on until Ctrl-C; say --timeout%s", command->name,
			  takes(command, "count") ? " or --count" : "");
	else
		return true;
	return false;
}

/* Errors that are printed meanwhile begin with the place. */
static bool read_words(BatchLine *line, char *const *words, const Options *defaults)
{
	CLEANUP(options_clear) Options alone = { 0 };

	if (!parse_words(&alone, words))
		return false;
	line->words = add_defaults(words, alone.command, defaults);
	return parse_words(&line->options, line->words) && check_line(&line->options);
}

bool batch_line_read(const char *text, const char *file, unsigned number, const Options *defaults,
		     BatchLine **ret)
{
	g_autoptr(BatchLine) line = g_new0(BatchLine, 1);
	g_autofree char *clean = text_clean(file, -1);
	g_autofree char *program = g_strdup_printf("bluebrokerctl: %s:%u", clean, number);
	g_autofree char *stripped = g_strchomp(g_strdup(text));
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) error = NULL;
	bool good;

	*ret = NULL;
	line->place = g_strdup_printf("%s:%u", clean, number);
	good = g_shell_parse_argv(stripped, NULL, &words, &error);
	if (!good && g_error_matches(error, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
		return true;
	fail_set_program(program);
	if (!good)
		fail_line("%s", error->message);
	good = good && read_words(line, words, defaults);
	fail_set_program("bluebrokerctl");
	if (good)
		*ret = g_steal_pointer(&line);
	return good;
}

GPtrArray *batch_file_read(const char *file, const Options *defaults)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func((GDestroyNotify)batch_line_free);
	g_autofree char *contents = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) texts = NULL;
	bool good = true;
	size_t length;

	if (!g_file_get_contents(file, &contents, &length, &error)) {
		fail_line("%s", error->message);
		return NULL;
	}
	if (length > FILE_SIZE_MAX || strlen(contents) != length) {
		fail_line("%s: is %s", file,
			  length > FILE_SIZE_MAX ? "longer than 1 MiB" : "not a text file");
		return NULL;
	}
	texts = g_strsplit(contents, "\n", -1);
	for (unsigned i = 0; texts[i]; i++) {
		BatchLine *line;

		good &= batch_line_read(texts[i], file, i + 1, defaults, &line);
		if (line)
			g_ptr_array_add(lines, line);
	}
	return good ? g_steal_pointer(&lines) : NULL;
}
