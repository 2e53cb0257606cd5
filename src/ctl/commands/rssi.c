/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluebrokerctl rssi: signal strengths of some devices, as a live plot on a terminal, lines elsewhere. */
#include "client/boottime.h"
#include "client/device.h"
#include "client/fact.h"
#include "client/fail.h"
#include "client/listener.h"
#include "client/output.h"
#include "client/plot.h"
#include "ctl/commands.h"
#include "ctl/live.h"
#include "meaning/constants.h"

#define FINAL_ROWS_MAX 30	/* of what stays on the screen */

typedef struct Watch {
	Live live;
	const Options *options;
	Plot *plot;
	GString *buffer;
	int adapter;
	uint64_t started;	/* CLOCK_BOOTTIME, microseconds */
	uint64_t reports;
	uint64_t lost;
} Watch;

static void watch_clear(Watch *watch)
{
	live_clear(&watch->live);
	g_clear_pointer(&watch->plot, plot_free);
	g_string_free(watch->buffer, TRUE);
}

static bool draw_plot(Watch *watch, const PlotView *view)
{
	g_string_truncate(watch->buffer, 0);
	plot_draw(watch->buffer, watch->plot, view);
	return output_write(watch->buffer->str, watch->buffer->len);
}

static bool draw(Live *live)
{
	Watch *watch = CONTAINER_OF(live, Watch, live);
	uint64_t now = boottime_now();
	unsigned seconds = (unsigned)((now - watch->started) / USEC_PER_SEC);
	g_autofree char *title = g_strdup_printf("hci%d  %u:%02u  dBm  %" G_GUINT64_FORMAT " lost  %"
						 G_GUINT64_FORMAT " reports", watch->adapter, seconds / 60,
						 seconds % 60, watch->lost, watch->reports);
	PlotView view = {
		.now = now,
		.live = true,
		.terminal = true,
		.colour = watch->options->colour,
		.title = title,
		.note = live->note ? live->note : "q ends",
	};

	terminal_size(&view.columns, &view.rows);
	return draw_plot(watch, &view);
}

static void draw_final(Watch *watch)
{
	PlotView view = { .now = boottime_now(), .terminal = true, .colour = watch->options->colour };

	if (watch->reports == 0)
		return;
	terminal_size(&view.columns, &view.rows);
	view.rows = MIN(view.rows > 2 ? view.rows - 2 : 0, FINAL_ROWS_MAX);
	draw_plot(watch, &view);
}

static void append_report(Watch *watch, const Heard *heard, int64_t wall_offset)
{
	g_autofree char *utc = NULL;
	const FactWriter *writer;
	FactLine line;

	if (!watch->options->json) {
		boottime_append_local(watch->buffer, heard->time, wall_offset);
		g_string_append_printf(watch->buffer, " %s ", heard->address);
		if (heard->rssi == RSSI_UNKNOWN)
			g_string_append(watch->buffer, "   ? dBm\n");
		else
			g_string_append_printf(watch->buffer, "%4d dBm\n", heard->rssi);
		return;
	}
	utc = boottime_format_utc(heard->time, wall_offset);
	writer = fact_line_begin(&line, watch->buffer, true);
	fact_string(writer, "time", NULL, utc, -1);
	fact_int(writer, "boottime_us", NULL, (long long)heard->time);
	fact_string(writer, "address", NULL, heard->address, -1);
	if (heard->rssi == RSSI_UNKNOWN)
		fact_null(writer, "rssi", NULL);
	else
		fact_int(writer, "rssi", NULL, heard->rssi);
	fact_int(writer, "lost", NULL, (long long)watch->lost);
	fact_line_end(&line, watch->buffer);
}

static void on_reports(void *userdata, const Reports *reports)
{
	Watch *watch = CONTAINER_OF(userdata, Watch, live);
	uint64_t limit = watch->options->count;
	int64_t wall_offset = boottime_to_wall();

	if (watch->live.until.ended)
		return;
	watch->lost = reports->lost;
	watch->live.heard |= reports->count > 0;
	live_reports(&watch->live);
	g_string_truncate(watch->buffer, 0);
	for (size_t i = 0; i < reports->count && (limit == 0 || watch->reports < limit); i++) {
		Heard heard;

		heard_init(&heard, &reports->list[i]);
		watch->reports++;
		plot_note(watch->plot, &heard);
		if (!watch->live.on)
			append_report(watch, &heard, wall_offset);
	}
	if (!watch->live.on && !output_write(watch->buffer->str, watch->buffer->len))
		live_end_well(&watch->live);
	if (limit > 0 && watch->reports >= limit)
		live_end_well(&watch->live);
}

/* Finds the devices that the command line names. NULL: the error has been printed. */
static GVariant *find_devices(Watch *watch, BrokerManager1 *manager)
{
	g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
	GVariantBuilder addresses;

	if (g_strv_length(watch->options->arguments) > PLOT_DEVICES_MAX) {
		fail_line("rssi: %u devices; at most %d can be told apart",
			  g_strv_length(watch->options->arguments), PLOT_DEVICES_MAX);
		watch->live.until.exit = EXIT_USAGE;
		return NULL;
	}
	g_variant_builder_init(&addresses, G_VARIANT_TYPE("as"));
	for (char **word = watch->options->arguments; *word; word++) {
		const DeviceQuery query = { *word, watch->adapter, DEVICE_LISTEN_SECONDS };
		Device device;

		if (!device_find(manager, &query, &device, &watch->live.until.exit)) {
			g_variant_builder_clear(&addresses);
			return NULL;
		}
		/* one that was given twice is drawn once */
		if (plot_add(watch->plot, device.address))
			g_variant_builder_add(&addresses, "s", device.address);
	}
	g_variant_dict_insert_value(&dict, "addresses", g_variant_builder_end(&addresses));
	if (watch->options->wanted.passive)
		g_variant_dict_insert(&dict, "active", "b", FALSE);
	return g_variant_ref_sink(g_variant_dict_end(&dict));
}

static void run(Watch *watch, BrokerManager1 *manager)
{
	static const ListenerEvents events = { on_reports, live_stopped, live_back, live_gone, live_broken };
	g_autoptr(GVariant) filter = find_devices(watch, manager);
	g_autoptr(GVariant) stream = wanted_stream(&watch->options->wanted,
						   watch->live.on ? LIVE_FRAME_MS / 2 : 0);
	const ListenerRequest request = {
		.adapter = watch->adapter,
		.init = watch->options->session.init,
		.filter = filter,
		.timeout = watch->options->session.timeout,
		.stream = stream,
	};
	g_autoptr(Listener) listener = NULL;

	if (filter)
		listener = listener_new(manager, &request, &events, &watch->live, &watch->live.until.exit);
	if (!listener)
		return;
	watch->started = boottime_now();
	live_run(&watch->live);
	listener_close(listener);
	watch->lost = listener_lost(listener);
	if (watch->live.on) {
		terminal_close();
		draw_final(watch);
	}
	fail_line("%" G_GUINT64_FORMAT " report%s in %.1f s, %" G_GUINT64_FORMAT " lost", watch->reports,
		  watch->reports == 1 ? "" : "s",
		  (double)(boottime_now() - watch->started) / USEC_PER_SEC, watch->lost);
}

ExitCode command_rssi(const Options *options)
{
	CLEANUP(watch_clear) Watch watch = {
		.live = { .until.exit = EXIT_FAILED, .draw = draw },
		.options = options,
		.plot = plot_new(options->window),
		.buffer = g_string_new(NULL),
	};
	g_autoptr(GDBusConnection) connection = bus_connect(options->session.bus, &watch.live.until.exit);
	g_autoptr(BrokerManager1) manager = connection ? bus_manager(connection, &watch.live.until.exit) : NULL;

	watch.adapter = -1;
	watch.live.on = !options->json && terminal_usable();
	if (manager)
		watch.adapter = bus_choose_adapter(manager, options->session.adapter, &watch.live.until.exit);
	if (watch.adapter >= 0)
		run(&watch, manager);
	return watch.live.until.exit;
}
