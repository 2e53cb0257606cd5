/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices that a scan has met. */
#include "client/seen.h"

#include <math.h>
#include <string.h>

#include "client/fact.h"
#include "meaning/constants.h"
#include "meaning/names.h"

#define LEVEL_SHARE 0.3		/* weight of a new report in the smoothed level */
#define RANK_STEP 5.0		/* dB that the level must move before the row may change its place */
#define LEVEL_UNKNOWN (-128.0)

struct Seen {
	GTree *by_address;	/* a tree: devices choose their addresses, and could make a hash table slow */
	GPtrArray *rows;	/* owns the rows; in the order of the last sorting */
	uint64_t forgotten;
	uint64_t now;		/* the time for the sorting under way */
	bool paced;
	unsigned run;		/* counts runs of reports of which none is missing */
	uint64_t sequence;	/* of the last report */
};

static void row_free(gpointer pointer)
{
	SeenRow *row = pointer;

	g_free(row->name);
	g_free(row->pace);
	g_byte_array_unref(row->data);
	g_byte_array_unref(row->response);
	g_free(row);
}

Seen *seen_new(void)
{
	Seen *seen = g_new0(Seen, 1);

	seen->by_address = g_tree_new((GCompareFunc)strcmp);
	seen->rows = g_ptr_array_new_with_free_func(row_free);
	return seen;
}

void seen_free(Seen *seen)
{
	if (!seen)
		return;
	g_tree_unref(seen->by_address);
	g_ptr_array_unref(seen->rows);
	g_free(seen);
}

static int compare_last(gconstpointer a, gconstpointer b)
{
	const SeenRow *x = *(const SeenRow *const *)a, *y = *(const SeenRow *const *)b;

	return (x->last < y->last) - (x->last > y->last);
}

/* Forgets a tenth of the rows at once, so that a storm of new addresses does not sort at each of them. */
static void forget_oldest(Seen *seen)
{
	unsigned keep = SEEN_MAX - SEEN_MAX / 10;

	g_ptr_array_sort(seen->rows, compare_last);
	for (unsigned i = keep; i < seen->rows->len; i++) {
		SeenRow *row = seen->rows->pdata[i];

		g_tree_remove(seen->by_address, row->address);
	}
	seen->forgotten += seen->rows->len - keep;
	g_ptr_array_set_size(seen->rows, (int)keep);
}

static SeenRow *find_row(Seen *seen, const Heard *heard)
{
	SeenRow *row = g_tree_lookup(seen->by_address, heard->address);

	if (row)
		return row;
	if (seen->rows->len >= SEEN_MAX)
		forget_oldest(seen);

	row = g_new0(SeenRow, 1);
	g_strlcpy(row->address, heard->address, sizeof(row->address));
	row->level = row->rank = LEVEL_UNKNOWN;
	row->pace = seen->paced ? g_new0(Pace, 1) : NULL;
	row->data = g_byte_array_new();
	row->response = g_byte_array_new();
	g_ptr_array_add(seen->rows, row);
	g_tree_insert(seen->by_address, row->address, row);
	return row;
}

static void note_level(SeenRow *row, int16_t rssi)
{
	row->rssi = rssi;
	if (rssi == RSSI_UNKNOWN)
		return;
	if (row->level <= LEVEL_UNKNOWN)
		row->level = rssi;
	else
		row->level += (rssi - row->level) * LEVEL_SHARE;
	if (fabs(row->level - row->rank) >= RANK_STEP)
		row->rank = row->level;
}

static void note_data(SeenRow *row, const Heard *heard)
{
	GByteArray *data = heard->adv_type == ADV_SCAN_RESPONSE ? row->response : row->data;

	if (data->len == heard->length &&
	    (heard->length == 0 || memcmp(data->data, heard->data, heard->length) == 0))
		return;
	g_byte_array_set_size(data, 0);
	g_byte_array_append(data, heard->data, (guint)heard->length);
}

void seen_keep_pace(Seen *seen)
{
	seen->paced = true;
}

void seen_interrupt(Seen *seen)
{
	seen->run++;
}

static void note_pace(SeenRow *row, const Heard *heard, unsigned run)
{
	if (row->run != run)
		pace_interrupt(row->pace);
	row->run = run;
	if (heard->adv_type == ADV_SCAN_RESPONSE)
		row->pace->responses++;
	else
		pace_note(row->pace, heard->time, !(heard->flags & BB_STREAM_SYNTHESIZED));
}

void seen_note(Seen *seen, const Heard *heard)
{
	SeenRow *row = find_row(seen, heard);
	g_autoptr(GString) name = g_string_new(NULL);

	/* what the daemon lost may have been of any device */
	if (heard->sequence != seen->sequence + 1)
		seen_interrupt(seen);
	seen->sequence = heard->sequence;
	if (row->pace)
		note_pace(row, heard, seen->run);

	row->addr_type = heard->addr_type;
	row->last = heard->time;
	row->count++;
	note_level(row, heard->rssi);
	note_data(row, heard);
	heard_append_name(name, heard);
	if (name->len > 0 && g_strcmp0(name->str, row->name) != 0) {
		g_free(row->name);
		row->name = g_strdup(name->str);
	}
}

unsigned seen_rows(const Seen *seen)
{
	return seen->rows->len;
}

static void tell_ms(const FactWriter *writer, const char *key, double ms)
{
	if (ms < 0)
		fact_null(writer, key, NULL);
	else
		fact_double(writer, key, NULL, ms);
}

void seen_row_append_json(GString *out, const SeenRow *row, uint64_t lost)
{
	const Pace *pace = row->pace;
	FactLine line;
	const FactWriter *writer = fact_line_begin(&line, out, true);

	fact_string(writer, "address", NULL, row->address, -1);
	fact_string(writer, "address_type", NULL, name_of_addr_type(row->addr_type), -1);
	if (row->name)
		fact_string(writer, "name", NULL, row->name, -1);
	else
		fact_null(writer, "name", NULL);
	if (row->rssi == RSSI_UNKNOWN)
		fact_null(writer, "rssi", NULL);
	else
		fact_int(writer, "rssi", NULL, row->rssi);
	fact_int(writer, "reports", NULL, (long long)row->count);
	fact_int(writer, "scan_responses", NULL, (long long)pace->responses);
	fact_int(writer, "intervals", NULL, (long long)pace->intervals);
	tell_ms(writer, "interval_median_ms", pace_median_ms(pace));
	tell_ms(writer, "interval_mean_ms", pace_mean_ms(pace));
	tell_ms(writer, "interval_max_ms", pace_longest_ms(pace));
	/* estimates, and named so */
	if (pace_missed(pace) < 0) {
		fact_null(writer, "estimated_missed", NULL);
		fact_null(writer, "estimated_missed_share", NULL);
	} else {
		fact_int(writer, "estimated_missed", NULL, (long long)pace->missed);
		fact_double(writer, "estimated_missed_share", NULL, pace_missed(pace));
	}
	fact_int(writer, "lost", NULL, (long long)lost);
	fact_line_end(&line, out);
}

uint64_t seen_devices(const Seen *seen)
{
	return seen->rows->len + seen->forgotten;
}

bool seen_row_stale(const SeenRow *row, uint64_t now)
{
	return now > row->last && now - row->last >= SEEN_STALE_SECONDS * USEC_PER_SEC;
}

static int compare_rows(gconstpointer a, gconstpointer b, gpointer userdata)
{
	const SeenRow *x = *(const SeenRow *const *)a, *y = *(const SeenRow *const *)b;
	const Seen *seen = userdata;
	bool x_stale = seen_row_stale(x, seen->now), y_stale = seen_row_stale(y, seen->now);

	if (x_stale != y_stale)
		return x_stale - y_stale;
	if (x_stale && x->last != y->last)
		return x->last < y->last ? 1 : -1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? 1 : -1;
	return strcmp(x->address, y->address);
}

GPtrArray *seen_sorted(Seen *seen, uint64_t now)
{
	seen->now = now;
	g_ptr_array_sort_with_data(seen->rows, compare_rows, seen);
	return seen->rows;
}
