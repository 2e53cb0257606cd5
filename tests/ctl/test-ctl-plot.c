/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plot of signal strengths: it fits every window, shows what was heard when and how strong it was, and
 * joins nothing that is apart. */
#include <string.h>

#include "client/canvas.h"
#include "client/plot.h"
#include "client/text.h"
#include "meaning/constants.h"
#include "unit.h"

#define SECOND USEC_PER_SEC
#define ONE "00:00:00:00:00:01"
#define TWO "00:00:00:00:00:02"

static void note(Plot *plot, const char *address, uint64_t time, int16_t rssi, const char *name)
{
	g_autofree char *data = g_strdup_printf("%c\x09%s", (int)strlen(name) + 1, name);
	Heard heard = { .time = time, .rssi = rssi, .data = (const uint8_t *)data, .length = strlen(data) };

	g_strlcpy(heard.address, address, sizeof(heard.address));
	plot_note(plot, &heard);
}

static char *draw(const Plot *plot, const PlotView *view)
{
	GString *out = g_string_new(NULL);

	plot_draw(out, plot, view);
	return g_string_free(out, FALSE);
}

START_TEST(test_canvas)
{
	static const CanvasInk inks[] = { { NULL, '*' }, { "31", 'o' } };
	g_autoptr(Canvas) dots = canvas_new(2, 1, true), marks = canvas_new(3, 2, false);
	g_autoptr(GString) out = g_string_new(NULL);

	ck_assert_uint_eq(canvas_width(dots), 4);
	ck_assert_uint_eq(canvas_height(dots), 4);
	canvas_line(dots, 0, 0, 0, 3, 0);
	canvas_line(dots, 2, 0, 3, 0, 1);
	canvas_line(dots, -5, -5, -1, 9, 1);
	canvas_append_row(out, dots, 0, inks);
	ck_assert_str_eq(out->str, "⡇\033[0m\033[31m⠉\033[0m");

	g_string_truncate(out, 0);
	canvas_line(marks, 0, 0, 2, 1, 0);
	canvas_line(marks, 2, 0, 2, 0, 1);
	canvas_append_row(out, marks, 0, &(const CanvasInk[]){ { NULL, '*' }, { NULL, 'o' } }[0]);
	g_string_append_c(out, '\n');
	canvas_append_row(out, marks, 1, inks);
	ck_assert(strcmp(out->str, "* o\n **") == 0 || strcmp(out->str, "**o\n  *") == 0);
}
END_TEST

START_TEST(test_drawn)
{
	g_autoptr(Plot) plot = plot_new(60);
	PlotView view = { .columns = 36, .rows = 12, .now = 100 * SECOND };
	g_autofree char *out = NULL;

	ck_assert(plot_add(plot, ONE) && plot_add(plot, TWO));
	ck_assert(!plot_add(plot, ONE));
	note(plot, ONE, 10 * SECOND, -10, "old");	/* out of the window */
	note(plot, ONE, 40 * SECOND, -40, "Hi");
	note(plot, ONE, 70 * SECOND, -70, "Hi");	/* too far from that one to be joined */
	note(plot, ONE, 74 * SECOND, -70, "Hi");
	note(plot, TWO, 100 * SECOND, -55, "a\033");
	note(plot, TWO, 100 * SECOND, RSSI_UNKNOWN, "");
	note(plot, "00:00:00:00:00:03", 100 * SECOND, -1, "other");
	text_set_utf8(false);
	out = draw(plot, &view);
	text_set_utf8(true);
	ck_assert_str_eq(out,
		" -40 +*                             \n"
		"     |                              \n"
		" -50 +                              \n"
		"     |                             o\n"
		" -60 +                              \n"
		"     |                              \n"
		" -70 +               **             \n"
		"     +------------------------------\n"
		"      -60s           -30s        now\n"
		"  ADDRESS            NOW  MIN  MEAN\n"
		"* 00:00:00:00:00:01  -70  -70 -60.0\n"
		"o 00:00:00:00:00:02  -55  -55 -55.0\n");
}
END_TEST

/* What the window shows in words; names are the device's own, made safe. */
START_TEST(test_figures)
{
	g_autoptr(Plot) plot = plot_new(60);
	PlotView view = { .columns = 80, .rows = 3, .now = 100 * SECOND };
	g_autofree char *out = NULL;

	plot_add(plot, ONE);
	plot_add(plot, TWO);
	note(plot, ONE, 30 * SECOND, -10, "");
	note(plot, ONE, 50 * SECOND, -40, "a\033[2J");
	note(plot, ONE, 88 * SECOND, -51, "");
	note(plot, ONE, 88 * SECOND + 1, RSSI_UNKNOWN, "");
	out = draw(plot, &view);
	ck_assert_str_eq(out,
		"  ADDRESS            NOW  MIN  MEAN  MAX AGE NAME\n"
		"* 00:00:00:00:00:01  -51  -51 -45.5  -40 11s a\ufffd[2J\n"
		"o 00:00:00:00:00:02    ?    -     -    -   -\n");
}
END_TEST

/* Of one device everything is shown: it may be heard by another address of its own. */
START_TEST(test_one)
{
	g_autoptr(Plot) plot = plot_new(60);
	PlotView view = { .columns = 60, .rows = 12, .now = 100 * SECOND };
	g_autofree char *out = NULL;

	plot_add(plot, ONE);
	for (unsigned i = 0; i < 3 * PLOT_SAMPLES; i++)
		note(plot, TWO, 40 * SECOND + i * 60 * SECOND / (3 * PLOT_SAMPLES),
		     (int16_t)(-80 + (int)(i % 30)), "");
	out = draw(plot, &view);
	ck_assert(strstr(out, " -50 ┤") != NULL && strstr(out, " -80 ┤") != NULL);
	ck_assert(strstr(out, "⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿") != NULL);
	ck_assert(strstr(out, "\033") == NULL);
}
END_TEST

/* In every window, for every number of devices. */
START_TEST(test_fits)
{
	g_autoptr(GRegex) control = g_regex_new("\033\\[[0-9;?]*[A-Za-z]", 0, 0, NULL);

	for (unsigned n = 1; n <= PLOT_DEVICES_MAX; n++) {
		g_autoptr(Plot) plot = plot_new(60);

		for (unsigned i = 0; i < n; i++) {
			g_autofree char *address = g_strdup_printf("00:00:00:00:00:%02X", i);

			ck_assert(plot_add(plot, address));
			for (unsigned j = 0; j < 90; j++)
				note(plot, address, j * SECOND, (int16_t)(-127 + (int)(i * j % 147)),
				     "漢字漢字漢字");
		}
		for (unsigned columns = 1; columns < 130; columns += columns < 30 ? 1 : 33)
			for (unsigned rows = 1; rows < 60; rows += rows < 20 ? 1 : 13)
				for (unsigned style = 0; style < 4; style++) {
					PlotView view = {
						.columns = columns,
						.rows = rows,
						.now = 90 * SECOND,
						.live = true,
						.terminal = true,
						.colour = style & 1,
						.title = "hci0",
						.note = style & 2 ? "q" : NULL,
					};
					g_autofree char *out = draw(plot, &view);
					g_autofree char *plain =
						g_regex_replace_literal(control, out, -1, 0, "", 0, NULL);
					g_auto(GStrv) lines = g_strsplit(plain, "\n", -1);
					unsigned count = g_strv_length(lines);

					ck_assert(g_str_has_prefix(out, "\033[H"));
					/* the last newline goes before what erases the rest */
					count -= g_str_has_suffix(plain, "\n");
					ck_assert_uint_le(count, rows);
					for (char **line = lines; *line; line++)
						ck_assert_uint_le(text_width(*line), columns);
				}
		ck_assert(n < PLOT_DEVICES_MAX || !plot_add(plot, "00:00:00:00:00:FF"));
	}
}
END_TEST

UNIT_MAIN("ctl-plot", test_canvas, test_drawn, test_figures, test_one, test_fits)
