/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebroker-simbluez: BlueZ and its radios, simulated, for tests and for people without a radio.
 * Owns org.bluez on the system bus, which DBUS_SYSTEM_BUS_ADDRESS may place elsewhere. */
#include <signal.h>

#include <glib-unix.h>

#include "commands.h"
#include "control.h"
#include "demo.h"
#include "sim.h"

#define DEMO_RADIO "00:AA:01:00:00:00"

typedef struct Options {
	char *control;
	char **plug;
	gboolean demo;
	gboolean experimental;
	double temporary_timeout;
} Options;

static bool options_read(Options *options, int *argc, char ***argv)
{
	const GOptionEntry entries[] = {
		{ "control", 'c', 0, G_OPTION_ARG_FILENAME, &options->control,
		  "Listen for air control on this socket", "PATH" },
		{ "plug", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &options->plug,
		  "Plug a radio in; may be given again", "ADDR" },
		{ "demo", 'd', 0, G_OPTION_ARG_NONE, &options->demo,
		  "Plug hci0 and let a few advertisers send", NULL },
		{ "experimental", 'E', 0, G_OPTION_ARG_NONE, &options->experimental,
		  "Show experimental properties", NULL },
		{ "temporary-timeout", 0, 0, G_OPTION_ARG_DOUBLE, &options->temporary_timeout,
		  "How long a device that is not heard of stays (30)", "S" },
		{ NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
	};
	g_autoptr(GOptionContext)
		context = g_option_context_new("- BlueZ and its radios, simulated");
	g_autofree char *help = g_strconcat(commands_help, sim_help, NULL);
	g_autoptr(GError) error = NULL;

	g_option_context_set_description(context, help);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, &error)) {
		g_printerr("bluebroker-simbluez: %s\n", error->message);
		return false;
	}
	if (*argc > 1 || options->temporary_timeout < 0 || options->temporary_timeout > 86400) {
		g_printerr("bluebroker-simbluez: what is %s? See --help\n",
			   *argc > 1 ? (*argv)[1] : "that timeout");
		return false;
	}
	return true;
}

static void quit(void *data)
{
	g_main_loop_quit(data);
}

static int on_signal(void *data)
{
	quit(data);
	return G_SOURCE_CONTINUE;
}

static int on_crashed(void *data)
{
	Sim *sim = data;

	sim->stack = stack_free(sim->stack);
	return G_SOURCE_REMOVE;
}

/* Where bluetoothd 5.66 dies. "up" brings it back. */
static void on_crash(void *data)
{
	g_printerr("bluebroker-simbluez: bluetoothd dies, as the real one does\n");
	g_idle_add_full(G_PRIORITY_HIGH, on_crashed, data, NULL);
}

static bool sim_setup(Sim *sim, Language *language, const Options *options)
{
	static const char *const demo_radios[] = { DEMO_RADIO, NULL };

	if (!language_plug(language, options->plug))
		return false;
	if (options->demo) {
		if (!options->plug && !language_plug(language, (char **)demo_radios))
			return false;
		demo_start(language);
	}
	sim->stack = stack_new(&sim->air, sim->faults, &sim->options);
	if (!sim->stack)
		return false;
	stack_find(sim->stack);
	return true;
}

int main(int argc, char **argv)
{
	Options options = { .temporary_timeout = 30 };
	g_autoptr(GMainLoop) loop = NULL;
	Control *control = NULL;
	Language language = { .verbs = verbs };
	Sim sim = { 0 };
	bool ok = false;

	if (!options_read(&options, &argc, &argv))
		return 2;

	loop = g_main_loop_new(NULL, FALSE);
	signal(SIGPIPE, SIG_IGN);
	g_unix_signal_add(SIGTERM, on_signal, loop);
	g_unix_signal_add(SIGINT, on_signal, loop);

	sim_init(&sim);
	language.air = &sim.air;
	sim.options.experimental = options.experimental;
	sim.options.crash = on_crash;
	sim.options.crash_data = &sim;
	sim.options.temporary_ms = (unsigned int)(options.temporary_timeout * 1000);
	ok = sim_setup(&sim, &language, &options);
	if (ok && options.control)
		ok = (control = control_new(options.control, &language, quit, loop)) != NULL;
	if (ok) {
		g_print("ready\n");
		g_main_loop_run(loop);
	}

	control_free(control);
	sim_deinit(&sim);
	g_free(options.control);
	g_strfreev(options.plug);
	return ok ? 0 : 1;
}
