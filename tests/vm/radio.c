/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebroker-radio: emulated Bluetooth LE controllers on /dev/vhci, and the air around them. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/timerfd.h>
#include <glib-unix.h>

#include "commands.h"
#include "control.h"
#include "radio-ask.h"
#include "radio-backend.h"

typedef struct Options {
	char *control, *ask;
	char **plug;
	gboolean filter_duplicates;
	int sets;
} Options;

static bool options_read(Options *options, int *argc, char ***argv)
{
	const GOptionEntry entries[] = {
		{ "control", 'c', 0, G_OPTION_ARG_FILENAME, &options->control, "The control socket", "PATH" },
		{ "plug", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &options->plug,
		  "Plug in a radio before the socket is there; may be given again", "ADDR" },
		{ "filter-duplicates", 'f', 0, G_OPTION_ARG_NONE, &options->filter_duplicates,
		  "Obey the host when it asks for the controller's duplicate filter", NULL },
		{ "sets", 's', 0, G_OPTION_ARG_INT, &options->sets,
		  "Radios have N extended advertising sets, not just legacy advertising", "N" },
		{ "ask", 'a', 0, G_OPTION_ARG_STRING, &options->ask,
		  "Send LINE to whoever listens at PATH, and print the reply", "LINE" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	g_autoptr(GOptionContext) context =
		g_option_context_new("- Bluetooth LE controllers on /dev/vhci, and the air");
	g_autofree char *help = g_strconcat(commands_help, radio_help, NULL);
	g_autoptr(GError) error = NULL;

	g_option_context_set_description(context, help);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, &error)) {
		g_printerr("bluebroker-radio: %s\n", error->message);
		return false;
	}
	if (!options->control || *argc > 1 || options->sets < 0 || options->sets > ADVERT_SETS_MAX) {
		g_printerr("bluebroker-radio: a --control, and up to %d --sets. See --help\n",
			   ADVERT_SETS_MAX);
		return false;
	}
	return true;
}

static void timer_set(int fd, uint64_t when)
{
	struct itimerspec timer = { .it_value.tv_sec = 0 };

	if (when != NEVER) {
		timer.it_value.tv_sec = (time_t)(when / SECOND);
		timer.it_value.tv_nsec = (long)(when % SECOND);
	}
	timerfd_settime(fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

/* What is due is sent at the beginning of each turn. */
static int on_timer(int fd, GIOCondition condition, void *data)
{
	uint64_t ticks;

	(void)condition;
	(void)data;
	(void)!read(fd, &ticks, sizeof(ticks));
	return G_SOURCE_CONTINUE;
}

static void on_quit(void *data)
{
	*(bool *)data = true;
}

/* Waits for time, hosts and clients until told to quit. Negative errno on failure. */
static int radio_run(Backend *backend, Language *language, const char *path)
{
	Control *control;
	bool quit = false;
	guint source;
	int timer;

	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer < 0)
		return -errno;
	source = g_unix_fd_add(timer, G_IO_IN, on_timer, NULL);
	control = control_new(path, language, on_quit, &quit);
	while (control && !quit) {
		timer_set(timer, backend_run(backend, clock_now()));
		g_main_context_iteration(NULL, TRUE);
	}
	g_source_remove(source);
	close(timer);
	if (!control)
		return -EADDRNOTAVAIL;
	control_free(control);
	return 0;
}

static const Verb *const radio_language[] = {
	air_verbs, peer_verbs, attribute_verbs, central_verbs, radio_verbs, NULL,
};

int main(int argc, char **argv)
{
	Options options = { NULL };
	Backend backend = { .supervised = 0 };
	Language language = { .air = &backend.air, .verbs = radio_language };
	int r = -EINVAL;

	if (!options_read(&options, &argc, &argv))
		return EXIT_FAILURE;
	if (options.ask) {
		r = control_ask(options.control, options.ask);
	} else {
		backend_init(&backend);
		backend.filter_duplicates = options.filter_duplicates;
		backend.air.others_sets = (unsigned int)options.sets;
		if (language_plug(&language, options.plug))
			r = radio_run(&backend, &language, options.control);
		if (backend.air.held_back > 0)
			g_printerr("bluebroker-radio: the host was full %" G_GUINT64_FORMAT " times\n",
				   backend.air.held_back);
		backend_deinit(&backend);
	}
	if (r < 0)
		g_printerr("bluebroker-radio: %s: %s\n", options.control, g_strerror(-r));
	g_free(options.control);
	g_free(options.ask);
	g_strfreev(options.plug);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
