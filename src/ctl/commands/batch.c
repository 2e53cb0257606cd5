/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl batch: commands from a file, each a process of its own; the links stay here until the end. */
#include "ctl/batch.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "client/fail.h"
#include "ctl/commands.h"
#include "ctl/holds.h"
#include "ctl/option.h"

typedef struct Batch {
	const Options *options;
	Holds *holds;
	unsigned commands;	/* begun so far */
	unsigned failed;	/* the number of the first that failed; 0: none */
	bool interrupted;	/* by a signal that ends programs */
} Batch;

/* A signal that ends programs is for the command that runs, and no other begins. Between two it ends us. */
typedef struct Passing {
	Batch *batch;
	GSubprocess *to;
	int number;
	unsigned source;
} Passing;

static gboolean on_signal(gpointer userdata)
{
	const Passing *passing = userdata;

	passing->batch->interrupted = true;
	g_subprocess_send_signal(passing->to, passing->number);
	return G_SOURCE_CONTINUE;
}

/* This program, also when its file has been replaced meanwhile. */
static char *find_program(void)
{
	g_autofree char *path = g_file_read_link("/proc/self/exe", NULL);

	return path && access(path, X_OK) == 0 ? g_steal_pointer(&path) : g_strdup("/proc/self/exe");
}

static void on_ended(GObject *source, GAsyncResult *result, gpointer userdata)
{
	g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
	*(bool *)userdata = true;
}

static void wait_for(Batch *batch, GSubprocess *process)
{
	Passing passings[] = { { .number = SIGINT }, { .number = SIGTERM }, { .number = SIGHUP } };
	bool ended = false;

	for (size_t i = 0; i < ARRAY_SIZE(passings); i++) {
		passings[i].batch = batch;
		passings[i].to = process;
		passings[i].source = g_unix_signal_add(passings[i].number, on_signal, &passings[i]);
	}
	g_subprocess_wait_async(process, NULL, on_ended, &ended);
	while (!ended)
		g_main_context_iteration(NULL, TRUE);
	for (size_t i = 0; i < ARRAY_SIZE(passings); i++)
		g_source_remove(passings[i].source);
}

/* Runs the command to its end. Returns its exit status, or 128 + N for signal N. */
static int run_command(Batch *batch, const BatchLine *line)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GSubprocess) process = NULL;
	g_autoptr(GError) error = NULL;

	g_ptr_array_add(argv, find_program());
	for (char **word = line->words; *word; word++)
		g_ptr_array_add(argv, g_strdup(*word));
	g_ptr_array_add(argv, NULL);
	process = g_subprocess_newv((const char *const *)argv->pdata, G_SUBPROCESS_FLAGS_NONE, &error);
	if (!process) {
		fail_line("%s: %s", line->place, error->message);
		return EXIT_FAILED;
	}
	wait_for(batch, process);
	return g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process)
						   : 128 + g_subprocess_get_term_sig(process);
}

static bool has_link(const Command *command)
{
	return command->options & FOR_LINK;
}

static void run_line(Batch *batch, const BatchLine *line)
{
	ExitCode code = EXIT_DONE;
	int status = EXIT_DONE;

	batch->commands++;
	/* a bond cannot be removed while we hold the link */
	if (line->options.command->run == command_forget)
		holds_drop(batch->holds);
	if (has_link(line->options.command) && !holds_take(batch->holds, &line->options, &code))
		status = (int)code;
	if (status == EXIT_DONE && !batch->interrupted)
		status = run_command(batch, line);
	if (status == EXIT_DONE && !batch->interrupted)
		return;
	if (batch->failed == 0)
		batch->failed = batch->commands;
	if (batch->interrupted)
		fail_line("%s: interrupted; what follows is not run", line->place);
	else
		fail_line("%s: %s failed with exit status %d", line->place,
			  line->options.command->name, status);
}

static bool is_over(const Batch *batch)
{
	return batch->interrupted || (batch->failed > 0 && !batch->options->keep_going);
}

/* --- standard input --- */

typedef struct Input {
	char *text;	/* the line; NULL: the end of the input */
	bool done;
} Input;

static void on_read(GObject *source, GAsyncResult *result, gpointer userdata)
{
	Input *input = userdata;

	input->text =
		g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result, NULL, NULL);
	input->done = true;
}

/* The next line, as it comes; NULL: there is none. Meanwhile it is told when a link is lost. */
static char *next_line(GDataInputStream *stream)
{
	Input input = { 0 };

	g_data_input_stream_read_line_async(stream, G_PRIORITY_DEFAULT, NULL, on_read, &input);
	while (!input.done)
		g_main_context_iteration(NULL, TRUE);
	return input.text;
}

static ExitCode run_input(Batch *batch)
{
	g_autoptr(GInputStream) raw = g_unix_input_stream_new(STDIN_FILENO, FALSE);
	g_autoptr(GDataInputStream) stream = g_data_input_stream_new(raw);

	for (unsigned number = 1; !is_over(batch); number++) {
		g_autofree char *text = next_line(stream);
		g_autoptr(BatchLine) line = NULL;

		if (!text)
			break;
		if (!batch_line_read(text, "-", number, batch->options, &line))
			return EXIT_USAGE;
		if (line)
			run_line(batch, line);
	}
	return EXIT_DONE;
}

static ExitCode run_file(Batch *batch, const char *file)
{
	g_autoptr(GPtrArray) lines = batch_file_read(file, batch->options);

	if (!lines)
		return EXIT_USAGE;
	for (guint i = 0; i < lines->len && !is_over(batch); i++)
		run_line(batch, g_ptr_array_index(lines, i));
	return EXIT_DONE;
}

ExitCode command_batch(const Options *options)
{
	g_autoptr(Holds) holds = holds_new();
	Batch batch = { .options = options, .holds = holds };
	const char *file = options->arguments[0];
	ExitCode code;

	code = strcmp(file, "-") == 0 ? run_input(&batch) : run_file(&batch, file);
	if (code != EXIT_DONE || batch.failed == 0)
		return code;
	return (ExitCode)MIN(EXIT_BATCH + batch.failed, EXIT_BATCH_MAX);
}
