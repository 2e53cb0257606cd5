/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main loop while reports are heard. */
#include "ctl/live.h"

#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#include "client/boottime.h"
#include "client/fail.h"
#include "client/signals.h"

#define NOTE_SECONDS 2		/* a report this long after the note means that the radio is back */

void live_clear(Live *live)
{
	g_clear_pointer(&live->note, g_free);
}

void live_end(Live *live, ExitCode code)
{
	until_end(&live->until, code);
}

void live_end_well(Live *live)
{
	live_end(live, live->heard ? EXIT_DONE : EXIT_NOTHING);
}

void live_draw(Live *live)
{
	if (!live->draw(live))
		live_end_well(live);
}

/* --- what becomes of the radio --- */

void live_reports(Live *live)
{
	/* not at once, for reports from before it went may still come in */
	if (live->note && boottime_now() - live->noted > NOTE_SECONDS * USEC_PER_SEC)
		g_clear_pointer(&live->note, g_free);
}

static const char *explain_stop(const char *reason)
{
	if (g_str_equal(reason, "radio-off"))
		return "the radio was switched off";
	if (g_str_equal(reason, "radio-gone"))
		return "the radio is gone (unplugged, or bluetoothd ended)";
	if (g_str_equal(reason, "bluez-gone"))
		return "bluetoothd went away";
	return "the scan was stopped from outside";
}

void live_stopped(void *userdata, const char *reason, bool stands)
{
	Live *live = userdata;

	if (live->until.ended)
		return;
	if (g_str_equal(reason, "timeout")) {
		live_end_well(live);
		return;
	}
	if (!stands) {
		terminal_close();
		fail_line("%s, and the scan is over", explain_stop(reason));
		live_end(live, g_str_equal(reason, "stopped") ? EXIT_FAILED : EXIT_NO_RADIO);
		return;
	}
	g_free(live->note);
	live->noted = boottime_now();
	live->note = g_strdup_printf("%s; waiting for it to come back", explain_stop(reason));
	if (!live->on)
		fail_line("%s", live->note);
}

void live_back(void *userdata)
{
	Live *live = userdata;

	g_clear_pointer(&live->note, g_free);
	if (!live->on && !live->until.ended)
		fail_line("the radio is back");
}

void live_gone(void *userdata, const char *what)
{
	Live *live = userdata;

	if (live->until.ended)
		return;
	terminal_close();
	live_end(live, fail_gone(what));
}

void live_broken(void *userdata, const char *why)
{
	Live *live = userdata;

	if (live->until.ended)
		return;
	terminal_close();
	fail_line("%s", why);
	live_end(live, EXIT_FAILED);
}

/* --- the loop --- */

static void suspend(Live *live)
{
	terminal_close();
	raise(SIGSTOP);
	terminal_open();
	live_draw(live);
}

static gboolean on_signals(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	Live *live = userdata;

	for (int number = signals_read(); number != 0; number = signals_read()) {
		if (number == SIGWINCH)
			live_draw(live);
		else if (number == SIGTSTP)
			suspend(live);
		else
			live_end_well(live);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean on_frame(gpointer userdata)
{
	live_draw(userdata);
	return G_SOURCE_CONTINUE;
}

static gboolean on_key(gint fd, GIOCondition condition UNUSED, gpointer userdata)
{
	Live *live = userdata;
	TerminalKey key = terminal_key(fd);

	if (key == KEY_GONE)
		return G_SOURCE_REMOVE;
	if (key == KEY_QUIT) {
		live_end_well(live);
	} else if (live->key) {
		live->key(live, key);
		live_draw(live);
	}
	return G_SOURCE_CONTINUE;
}

/* The reader of our output is gone: there is nobody left to scan for. */
static gboolean on_reader_gone(gint fd UNUSED, GIOCondition condition UNUSED, gpointer userdata)
{
	live_end_well(userdata);
	return G_SOURCE_REMOVE;
}

void live_run(Live *live)
{
	g_unix_fd_add(signals_open(live->on), G_IO_IN, on_signals, live);
	g_unix_fd_add(STDOUT_FILENO, G_IO_ERR | G_IO_HUP, on_reader_gone, live);
	if (live->on) {
		terminal_open();
		live_draw(live);
		g_timeout_add(LIVE_FRAME_MS, on_frame, live);
		if (isatty(STDIN_FILENO))
			g_unix_fd_add(STDIN_FILENO, G_IO_IN, on_key, live);
	}
	until_run(&live->until);
}
