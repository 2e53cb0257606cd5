/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps a program in its main loop. */
#include "client/until.h"

#include <glib-unix.h>
#include <unistd.h>

#include "client/signals.h"
#include "util/macros.h"

void until_end(Until *until, ExitCode code)
{
	if (until->ended)
		return;
	until->ended = true;
	until->exit = code;
	if (until->loop)
		g_main_loop_quit(until->loop);
}

static gboolean on_signals(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	while (signals_read() != 0)
		until_end(userdata, EXIT_DONE);
	return G_SOURCE_CONTINUE;
}

static gboolean on_reader_gone(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	until_end(userdata, EXIT_DONE);
	return G_SOURCE_REMOVE;
}

static gboolean on_time(gpointer userdata)
{
	until_end(userdata, EXIT_DONE);
	return G_SOURCE_REMOVE;
}

void until_watch(Until *until, bool output, unsigned timeout_ms)
{
	g_unix_fd_add(signals_open(false), G_IO_IN, on_signals, until);
	if (output)
		g_unix_fd_add(STDOUT_FILENO, G_IO_ERR | G_IO_HUP, on_reader_gone, until);
	if (timeout_ms > 0)
		g_timeout_add(timeout_ms, on_time, until);
}

/* The main context is not run again afterwards, so its sources are left in place. */
ExitCode until_run(Until *until)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);

	until->loop = loop;
	if (!until->ended)
		g_main_loop_run(loop);
	until->loop = NULL;
	return until->exit;
}
