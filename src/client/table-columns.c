/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in the table of a scan. */
#include "client/table-columns.h"

#include "client/describe.h"
#include "client/text.h"
#include "meaning/constants.h"
#include "meaning/names.h"

/* Signal strengths at the ends of the bar, and from where on it is green, and no longer red. */
#define BAR_MIN (-100.0)
#define BAR_MAX (-35.0)
#define STRONG (-65.0)
#define WEAK (-85.0)

#define COLOUR_STRONG "32"
#define COLOUR_WEAK "31"

static void text_address(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	g_string_append(out, row->address);
}

static void text_type(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	g_string_append(out, name_of_addr_type(row->addr_type));
}

static void text_rssi(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	if (row->rssi == RSSI_UNKNOWN)
		g_string_append(out, "   ?");
	else
		g_string_append_printf(out, "%4d", row->rssi);
}

/* A line of half cells: it leaves room between the bars of two rows. */
static void text_bar(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	double share = CLAMP((row->level - BAR_MIN) / (BAR_MAX - BAR_MIN), 0.0, 1.0);
	unsigned halves = (unsigned)(share * TABLE_BAR_CELLS * 2 + 0.5);

	for (unsigned i = 0; i < halves / 2; i++)
		g_string_append(out, text_is_utf8() ? "━" : "=");
	if (halves % 2)
		g_string_append(out, text_is_utf8() ? "╸" : "-");
}

/* No colour between strong and weak: there is none that can be read on black and on white. */
static const char *colour_bar(const SeenRow *row)
{
	return row->level >= STRONG ? COLOUR_STRONG : row->level >= WEAK ? NULL : COLOUR_WEAK;
}

static void text_age(GString *out, const SeenRow *row, const TableView *view)
{
	unsigned seconds = view->now > row->last ? (unsigned)((view->now - row->last) / USEC_PER_SEC) : 0;

	if (seconds < 1)
		g_string_append(out, " now");
	else if (seconds < 100)
		g_string_append_printf(out, "%3us", seconds);
	else if (seconds < 6000)
		g_string_append_printf(out, "%3um", seconds / 60);
	else
		g_string_append_printf(out, "%3uh", MIN(seconds / 3600, 999U));
}

static void text_count(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	if (row->count < 1000000)
		g_string_append_printf(out, "%6" G_GUINT64_FORMAT, row->count);
	else if (row->count < 1000 * 99999ULL)
		g_string_append_printf(out, "%5" G_GUINT64_FORMAT "k", row->count / 1000);
	else
		g_string_append_printf(out, "%5" G_GUINT64_FORMAT "M", MIN(row->count / 1000000, 99999));
}

static void text_name(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	if (row->name)
		g_string_append(out, row->name);
}

static const char *colour_name(const SeenRow *row UNUSED)
{
	return TABLE_BOLD;
}

static void text_data(GString *out, const SeenRow *row, const TableView *view)
{
	g_autoptr(GString) more = g_string_new(NULL);

	if (view->raw) {
		text_append_hex(out, row->data->data, row->data->len);
		if (row->response->len > 0)
			g_string_append(out, " + ");
		text_append_hex(out, row->response->data, row->response->len);
		return;
	}
	describe_summary(out, row->data->data, row->data->len);
	describe_summary(more, row->response->data, row->response->len);
	if (out->len > 0 && more->len > 0)
		g_string_append(out, "; ");
	g_string_append(out, more->str);
}

static void append_ms(GString *out, double ms)
{
	if (ms < 0)
		g_string_append(out, "        -");
	else
		g_string_append_printf(out, "%9.1f", ms);
}

static void text_median(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	append_ms(out, pace_median_ms(row->pace));
}

static void text_mean(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	append_ms(out, pace_mean_ms(row->pace));
}

static void text_longest(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	append_ms(out, pace_longest_ms(row->pace));
}

static void text_missed(GString *out, const SeenRow *row, const TableView *view UNUSED)
{
	double missed = pace_missed(row->pace);
	g_autofree char *text = missed < 0 ? NULL : g_strdup_printf("~%.0f%%", missed * 100);

	g_string_append_printf(out, "%6s", text ? text : "-");
}

static const Column columns[] = {
	{ "ADDRESS", 17, 0, text_address, NULL },
	{ "TYPE", 6, 80, text_type, NULL },
	{ "RSSI", 4, 0, text_rssi, NULL },
	{ "", TABLE_BAR_CELLS, 70, text_bar, colour_bar },
	{ " AGE", 4, 0, text_age, NULL },
	{ " COUNT", 6, 60, text_count, NULL },
	{ "NAME", 0, 0, text_name, colour_name },
	{ "DATA", 0, 0, text_data, NULL },
	{ NULL, 0, 0, NULL, NULL },
};

static const Column paced_columns[] = {
	{ "ADDRESS", 17, 0, text_address, NULL },
	{ "TYPE", 6, 100, text_type, NULL },
	{ "RSSI", 4, 0, text_rssi, NULL },
	{ " COUNT", 6, 50, text_count, NULL },
	{ "MEDIAN MS", 9, 0, text_median, NULL },
	{ "  MEAN MS", 9, 60, text_mean, NULL },
	{ "   MAX MS", 9, 90, text_longest, NULL },
	{ "MISSED", 6, 40, text_missed, NULL },
	{ "NAME", 0, 0, text_name, colour_name },
	{ NULL, 0, 0, NULL, NULL },
};

const Column *table_columns(const TableView *view)
{
	return view->paced ? paced_columns : columns;
}
