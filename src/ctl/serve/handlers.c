/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shell commands, run asynchronously and bounded. */
#include "ctl/serve/handlers.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/fail.h"

struct Handlers {
	const char *command;
	GPtrArray *running;	/* Handler */
	GQueue waiting;		/* Handler */
};

typedef struct Handler {
	Handlers *handlers;	/* NULL: freed, nobody wants the result */
	char **environment;
	HandlerDone done;
	void *userdata;
	GSubprocess *process;
	size_t length;
	char *output;		/* HANDLER_OUTPUT_MAX + 1 bytes, while it runs */
} Handler;

static void run_next(Handlers *handlers);

static void handler_free(Handler *handler)
{
	g_strfreev(handler->environment);
	g_clear_object(&handler->process);
	g_free(handler->output);
	g_free(handler->userdata);
	g_free(handler);
}

static void finish(Handler *handler, int status)
{
	Handlers *handlers = handler->handlers;

	if (handlers) {
		g_ptr_array_remove(handlers->running, handler);
		handler->done(handler->userdata, status, handler->output, handler->length);
		run_next(handlers);
	}
	handler_free(handler);
}

/* Runs in the child: a process group of its own, so that end_group() also ends what the shell starts. */
static void make_group(void *userdata UNUSED)
{
	setpgid(0, 0);
}

static void end_group(Handler *handler, int number)
{
	const char *pid = g_subprocess_get_identifier(handler->process);

	/* NULL: the process has ended already */
	if (pid)
		kill(-(pid_t)atol(pid), number);
}

static void on_ended(GObject *source, GAsyncResult *result, gpointer userdata)
{
	Handler *handler = userdata;
	GSubprocess *process = G_SUBPROCESS(source);
	int status;

	g_subprocess_wait_finish(process, result, NULL);
	status = g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process)
						     : 128 + g_subprocess_get_term_sig(process);
	if (handler->length > HANDLER_OUTPUT_MAX) {
		fail_line("--exec: printed more than %d bytes, and was ended", HANDLER_OUTPUT_MAX);
		handler->length = HANDLER_OUTPUT_MAX;
		status = -1;
	}
	handler->output[handler->length] = '\0';
	finish(handler, status);
}

static void on_output(GObject *source, GAsyncResult *result, gpointer userdata)
{
	Handler *handler = userdata;

	g_input_stream_read_all_finish(G_INPUT_STREAM(source), result, &handler->length, NULL);
	if (handler->length > HANDLER_OUTPUT_MAX)
		end_group(handler, SIGKILL);
	g_subprocess_wait_async(handler->process, NULL, on_ended, handler);
}

static void start(Handler *handler)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);
	g_autoptr(GError) error = NULL;

	handler->output = g_malloc0(HANDLER_OUTPUT_MAX + 1);
	g_subprocess_launcher_set_child_setup(launcher, make_group, NULL, NULL);
	g_subprocess_launcher_set_environ(launcher, handler->environment);
	handler->process =
		g_subprocess_launcher_spawn(launcher, &error, "sh", "-c", handler->handlers->command, NULL);
	g_ptr_array_add(handler->handlers->running, handler);
	if (!handler->process) {
		fail_line("--exec: %s", error->message);
		finish(handler, -1);
		return;
	}
	g_input_stream_read_all_async(g_subprocess_get_stdout_pipe(handler->process), handler->output,
				      HANDLER_OUTPUT_MAX + 1, G_PRIORITY_DEFAULT, NULL, on_output, handler);
}

static void run_next(Handlers *handlers)
{
	if (handlers->running->len < HANDLERS_MAX && !g_queue_is_empty(&handlers->waiting))
		start(g_queue_pop_head(&handlers->waiting));
}

Handlers *handlers_new(const char *command)
{
	Handlers *handlers = g_new0(Handlers, 1);

	handlers->command = command;
	handlers->running = g_ptr_array_new();
	g_queue_init(&handlers->waiting);
	return handlers;
}

void handlers_free(Handlers *handlers)
{
	if (!handlers)
		return;
	for (guint i = 0; i < handlers->running->len; i++) {
		Handler *handler = g_ptr_array_index(handlers->running, i);

		handler->handlers = NULL;
		end_group(handler, SIGTERM);
	}
	g_ptr_array_unref(handlers->running);
	g_queue_clear_full(&handlers->waiting, (GDestroyNotify)handler_free);
	g_free(handlers);
}

bool handlers_run(Handlers *handlers, const char *const *variables, bool now, HandlerDone done,
		  void *userdata)
{
	bool full = handlers->running->len >= HANDLERS_MAX || !g_queue_is_empty(&handlers->waiting);
	Handler *handler;

	if (full && (now || g_queue_get_length(&handlers->waiting) >= HANDLERS_WAITING_MAX)) {
		g_free(userdata);
		return false;
	}
	handler = g_new0(Handler, 1);
	handler->handlers = handlers;
	handler->done = done;
	handler->userdata = userdata;
	handler->environment = g_get_environ();
	for (; *variables; variables++) {
		g_auto(GStrv) pair = g_strsplit(*variables, "=", 2);

		handler->environment = g_environ_setenv(handler->environment, pair[0], pair[1], TRUE);
	}
	if (full)
		g_queue_push_tail(&handlers->waiting, handler);
	else
		start(handler);
	return true;
}
