/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of a scan: it fits every window, keeps its order, forgets nothing that is new, and lets nothing
 * through. */
#include <string.h>

#include "client/table.h"
#include "client/text.h"
#include "core/report.h"
#include "unit.h"

#define SECOND USEC_PER_SEC

typedef struct Sent {
	const char *address;
	int16_t rssi;
	uint64_t time;
	uint8_t adv_type;
	const char *data;
	size_t length;
} Sent;

static void note(Seen *seen, const Sent *sent)
{
	Heard heard = {
		.time = sent->time,
		.addr_type = ADDR_RANDOM,
		.adv_type = sent->adv_type,
		.rssi = sent->rssi,
		.data = (const uint8_t *)sent->data,
		.length = sent->length,
	};

	g_strlcpy(heard.address, sent->address, sizeof(heard.address));
	seen_note(seen, &heard);
}

static void note_simple(Seen *seen, const char *address, int16_t rssi, uint64_t time)
{
	note(seen,
	     &(Sent){ .address = address, .rssi = rssi, .time = time, .data = "\x02\x01\x06", .length = 3 });
}

static const char *address_at(Seen *seen, unsigned i, uint64_t now)
{
	const SeenRow *row = g_ptr_array_index(seen_sorted(seen, now), i);

	return row->address;
}

START_TEST(test_order)
{
	Seen *seen = seen_new();

	note_simple(seen, "00:00:00:00:00:01", -80, SECOND);
	note_simple(seen, "00:00:00:00:00:02", -40, SECOND);
	note_simple(seen, "00:00:00:00:00:03", RSSI_UNKNOWN, SECOND);
	note_simple(seen, "00:00:00:00:00:04", -60, SECOND);
	ck_assert_str_eq(address_at(seen, 0, SECOND), "00:00:00:00:00:02");
	ck_assert_str_eq(address_at(seen, 1, SECOND), "00:00:00:00:00:04");
	ck_assert_str_eq(address_at(seen, 2, SECOND), "00:00:00:00:00:01");
	ck_assert_str_eq(address_at(seen, 3, SECOND), "00:00:00:00:00:03");

	/* a few dB do not move a row */
	note_simple(seen, "00:00:00:00:00:04", -57, 2 * SECOND);
	note_simple(seen, "00:00:00:00:00:02", -44, 2 * SECOND);
	ck_assert_str_eq(address_at(seen, 0, 2 * SECOND), "00:00:00:00:00:02");

	/* one that was heard for a long time no more sinks */
	note_simple(seen, "00:00:00:00:00:01", -80, 11 * SECOND);
	ck_assert_str_eq(address_at(seen, 0, 12 * SECOND), "00:00:00:00:00:01");
	ck_assert_uint_eq(seen_devices(seen), 4);
	seen_free(seen);
}
END_TEST

START_TEST(test_merge)
{
	Seen *seen = seen_new();
	const SeenRow *row;

	note(seen, &(Sent){ "00:00:00:00:00:01", -50, 1, ADV_CONNECTABLE, "\x02\x01\x06", 3 });
	note(seen, &(Sent){ "00:00:00:00:00:01", -52, 2, ADV_SCAN_RESPONSE, "\x03\x09Hi", 4 });
	note(seen, &(Sent){ "00:00:00:00:00:01", 127, 3, ADV_CONNECTABLE, "\x02\x01\x04", 3 });
	row = g_ptr_array_index(seen_sorted(seen, 4), 0);
	ck_assert_uint_eq(row->count, 3);
	ck_assert_uint_eq(row->last, 3);
	ck_assert_str_eq(row->name, "Hi");
	ck_assert_int_eq(row->rssi, 127);
	ck_assert_uint_eq(row->data->len, 3);
	ck_assert_uint_eq(row->data->data[2], 4);
	ck_assert_uint_eq(row->response->len, 4);
	seen_free(seen);
}
END_TEST

START_TEST(test_bounded)
{
	uint64_t oldest = UINT64_MAX;
	Seen *seen = seen_new();
	GPtrArray *rows;

	for (unsigned i = 0; i < 3 * SEEN_MAX; i++) {
		char address[ADDR_STRING_SIZE];

		g_snprintf(address, sizeof(address), "00:00:00:%02X:%02X:%02X", i >> 16, i >> 8 & 0xff,
			   i & 0xff);
		note_simple(seen, address, -50, i + 1);
	}
	ck_assert_uint_eq(seen_devices(seen), 3 * SEEN_MAX);
	ck_assert_uint_le(seen_sorted(seen, 3 * SEEN_MAX)->len, SEEN_MAX);

	/* none of the first ones is left, all of the last ones are there */
	rows = seen_sorted(seen, 1);
	for (unsigned i = 0; i < rows->len; i++) {
		const SeenRow *row = g_ptr_array_index(rows, i);

		oldest = MIN(oldest, row->last);
	}
	ck_assert_uint_eq(oldest, 3 * SEEN_MAX - rows->len + 1);
	seen_free(seen);
}
END_TEST

/* Takes the control sequences out; counts lines and the widest of them. False if other control characters are
 * left. */
static bool measure(const GRegex *control, const char *frame, unsigned *ret_lines, unsigned *ret_width)
{
	g_autofree char *plain = g_regex_replace_literal(control, frame, -1, 0, "", 0, NULL);
	g_auto(GStrv) lines = g_strsplit(plain, "\n", -1);
	size_t filled = strlen(plain);

	*ret_lines = g_strv_length(lines) - (filled > 0 && plain[filled - 1] == '\n');
	*ret_width = 0;
	for (char **line = lines; *line; line++) {
		for (const char *at = *line; *at; at = g_utf8_next_char(at))
			if (g_unichar_iscntrl(g_utf8_get_char(at)))
				return false;
		*ret_width = MAX(*ret_width, text_width(*line));
	}
	return true;
}

static Seen *some_devices(void)
{
	Seen *seen = seen_new();

	seen_keep_pace(seen);
	for (unsigned i = 0; i < 50; i++) {
		char address[ADDR_STRING_SIZE];

		g_snprintf(address, sizeof(address), "00:00:00:00:00:%02X", i);
		note(seen, &(Sent){ address, (int16_t)(-40 - (int)i), SECOND, 0,
				    "\x1a\xff\x4c\x00\x02\x15" "0123456789abcdef\x00\x01\x00\x02\xc5"
				    "\x0d\x09" "a\033[2J\xe6\xbc\xa2\xe5\xad\x97\n", 27 + 14 });
	}
	return seen;
}

START_TEST(test_fits)
{
	g_autoptr(GRegex) control = g_regex_new("\033\\[[0-9;?]*[A-Za-z]", 0, 0, NULL);
	Seen *seen = some_devices();

	for (unsigned columns = 1; columns <= 250; columns += columns < 115 ? 1 : 23)
		for (unsigned rows = 1; rows <= 60; rows += rows < 5 ? 1 : 17)
			for (unsigned style = 0; style < 16; style++) {
				TableView view = {
					.columns = columns,
					.rows = rows,
					.now = 2 * SECOND,
					.live = true,
					.colour = style & 1,
					.terminal = true,
					.raw = style & 2,
					.paced = style & 8,
					.title = "hci0",
					.note = style & 4 ? "n" : NULL,
				};
				g_autoptr(GString) out = g_string_new(NULL);
				unsigned lines, width;

				table_draw(out, seen, &view);
				ck_assert_msg(g_str_has_prefix(out->str, "\033[H"), "begins at the corner");
				ck_assert(measure(control, out->str, &lines, &width));
				ck_assert_uint_le(lines, rows);
				ck_assert_uint_le(width, columns);
				if (rows > 50 + 3 && !view.note)
					ck_assert_uint_eq(lines, 50 + 2);
				else	/* the note is on the last line, always */
					ck_assert_uint_eq(lines, rows);
			}
	seen_free(seen);
}
END_TEST

/* A line that fills the window must not be followed by "erase to the end of the line": that takes its last
 * cell away. */
START_TEST(test_full_lines_stay)
{
	Seen *seen = some_devices();
	TableView view = { .columns = 80, .rows = 10, .now = SECOND, .live = true, .title = "hci0" };
	g_autoptr(GString) out = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	table_draw(out, seen, &view);
	lines = g_strsplit(out->str + strlen("\033[H"), "\n", -1);
	for (char **line = lines; *line; line++) {
		const char *erase = strstr(*line, "\033[");

		if (erase) {
			g_autofree char *before = g_strndup(*line, (size_t)(erase - *line));

			ck_assert_uint_lt(text_width(before), 80);
		}
	}
	seen_free(seen);
}
END_TEST

START_TEST(test_final_list)
{
	Seen *seen = seen_new();
	TableView view = { .columns = 80, .now = 6 * SECOND };
	g_autoptr(GString) out = g_string_new(NULL);

	note(seen, &(Sent){ "00:00:00:00:00:01", -50, SECOND, 0, "\x03\x03\x0d\x18\x03\x09Hi", 8 });
	text_set_utf8(false);
	table_draw(out, seen, &view);
	text_set_utf8(true);
	ck_assert_str_eq(out->str,
		"ADDRESS           TYPE   RSSI           AGE  COUNT NAME           DATA\n"
		"00:00:00:00:00:01 random  -50 ======     5s      1 Hi             0x180d Heart ~\n");
	seen_free(seen);
}
END_TEST

/* Not all fit: those from a place on, never beyond the end. */
START_TEST(test_scrolled)
{
	Seen *seen = some_devices();
	TableView view = { .columns = 80, .rows = 12, .first = 45, .now = SECOND, .title = "t", .note = "n" };
	g_autoptr(GString) out = g_string_new(NULL);

	ck_assert_uint_eq(table_room(&view), 9);
	table_draw(out, seen, &view);
	ck_assert(strstr(out->str, "\n00:00:00:00:00:2D ") != NULL);
	ck_assert(strstr(out->str, "00:00:00:00:00:2C ") == NULL);
	ck_assert(g_str_has_suffix(out->str, "\nn\n"));
	view.first = 1000;
	g_string_truncate(out, 0);
	table_draw(out, seen, &view);
	ck_assert(strstr(out->str, "00:00:00:00:00:") == NULL);
	view.rows = 0;
	ck_assert_uint_eq(table_room(&view), UINT_MAX);
	view.rows = 2;
	ck_assert_uint_eq(table_room(&view), 0);
	seen_free(seen);
}
END_TEST

/* Where terminals do not agree how wide text is, the next column is gone to; numbers stay right of letters
 * that are written from the right. */
START_TEST(test_columns_stay)
{
	static const struct {
		const char *name;
		const char *shown;	/* with the columns of a terminal 80 wide */
	} rows[] = {
		{ "plain", "\033[1mplain         \033[0m 0x180d" },
		{ "Größe Ω Ж", "\033[1mGröße Ω Ж     \033[0m 0x180d" },
		{ "漢字", "\033[K\033[1m漢字          \033[0m\033[66G 0x180d" },
		{ "\xe2\x9d\xa4\xef\xb8\x8f",
		  "\033[K\033[1m\xe2\x9d\xa4             \033[0m\033[66G 0x180d" },
		{ "שלום", "\033[K\033[1mשלום\xe2\x80\x8e          \033[0m\033[66G 0x180d" },
		{ "e\u0301\u0301\u0301\u0301\u0301\u0301",
		  "\033[K\033[1me\u0301\u0301\u0301\u0301             \033[0m\033[66G 0x180d" },
		{ "a\u202eb", "\033[K\033[1ma\ufffdb           \033[0m\033[66G 0x180d" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		Seen *seen = seen_new();
		TableView view = { .columns = 80, .now = SECOND, .terminal = true, .colour = true };
		g_autofree char *data = g_strdup_printf("\x03\x03\x0d\x18%c\x09%s",
							(int)strlen(rows[i].name) + 1, rows[i].name);
		g_autoptr(GString) out = g_string_new(NULL);

		note(seen, &(Sent){ "00:00:00:00:00:01", -50, SECOND, 0, data, strlen(data) });
		table_draw(out, seen, &view);
		ck_assert_msg(strstr(out->str, rows[i].shown) != NULL, "%s: %s", rows[i].name, out->str);
		seen_free(seen);
	}
}
END_TEST

static void pace_every(Pace *pace, uint64_t *time, uint64_t interval, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		pace_note(pace, *time += interval, true);
}

/* Intervals are what was measured; of a gap it is estimated how many were missed. */
START_TEST(test_pace)
{
	Pace pace = { 0 };
	uint64_t time = SECOND;

	ck_assert_double_lt(pace_mean_ms(&pace), 0);
	ck_assert_double_lt(pace_median_ms(&pace), 0);
	pace_every(&pace, &time, 100000, 1 + PACE_ENOUGH);
	ck_assert_double_eq_tol(pace_mean_ms(&pace), 100, 1e-9);
	ck_assert_double_lt(pace_missed(&pace), 0);

	/* 100 ms with the delay that a device adds at random: none is missed */
	for (unsigned i = 0; i < 100; i++)
		pace_every(&pace, &time, 100000 + i * 7919 % 10000, 1);
	ck_assert_double_eq(pace_missed(&pace), 0);
	ck_assert_double_eq_tol(pace_median_ms(&pace), 105, 5);

	/* three in ten are not heard */
	pace = (Pace){ 0 };
	pace_every(&pace, &time, 100000, 20);
	for (unsigned i = 0; i < 50; i++) {
		pace_every(&pace, &time, 100000, 6);
		pace_every(&pace, &time, 400000, 1);
	}
	ck_assert_uint_eq(pace.missed, 150);
	ck_assert_double_eq_tol(pace_missed(&pace), 0.3, 0.02);
	ck_assert_double_eq(pace_longest_ms(&pace), 400);
	ck_assert_double_eq(pace_median_ms(&pace), 100);
}
END_TEST

/* What says nothing about the device: a time in which it was away, in which the daemon lost reports, in which
 * the radio was off; and reports of which BlueZ leaves some out. */
START_TEST(test_pace_interrupted)
{
	Pace pace = { 0 };
	uint64_t time = SECOND;

	pace_every(&pace, &time, 100000, 20);
	pace_every(&pace, &time, 60 * SECOND, 1);
	pace_every(&pace, &time, 100000, 1);
	pace_interrupt(&pace);
	pace_every(&pace, &time, SECOND, 1);
	pace_every(&pace, &time, 100000, 1);
	ck_assert_uint_eq(pace.intervals, 21);
	ck_assert_double_eq(pace_longest_ms(&pace), 100);
	ck_assert_double_eq(pace_missed(&pace), 0);
	ck_assert_uint_eq(pace.advertisements, 24);

	/* a slow one is not away */
	pace = (Pace){ 0 };
	pace_every(&pace, &time, 11 * SECOND, 3);
	ck_assert_uint_eq(pace.intervals, 2);

	pace = (Pace){ 0 };
	for (unsigned i = 0; i < 40; i++)
		pace_note(&pace, time += 100000, false);
	ck_assert_double_lt(pace_missed(&pace), 0);
	ck_assert_double_eq(pace_mean_ms(&pace), 100);
}
END_TEST

static void note_paced(Seen *seen, uint64_t sequence, uint64_t time, uint8_t adv_type, uint8_t flags)
{
	Heard heard = { .time = time, .sequence = sequence, .adv_type = adv_type, .rssi = -50,
			.data = (const uint8_t *)"", .flags = flags };

	g_strlcpy(heard.address, "00:00:00:00:00:01", sizeof(heard.address));
	seen_note(seen, &heard);
}

START_TEST(test_pace_of_reports)
{
	Seen *seen = seen_new();
	const SeenRow *row;
	g_autoptr(GString) out = g_string_new(NULL);

	seen_keep_pace(seen);
	for (unsigned i = 0; i < 20; i++) {
		note_paced(seen, 2 * i + 1, SECOND + i * 100000, ADV_CONNECTABLE, 0);
		note_paced(seen, 2 * i + 2, SECOND + i * 100000 + 300, ADV_SCAN_RESPONSE, 0);
	}
	row = g_ptr_array_index(seen_sorted(seen, 3 * SECOND), 0);
	ck_assert_uint_eq(row->pace->responses, 20);
	ck_assert_uint_eq(row->pace->intervals, 19);

	/* the daemon lost some: the gap is not the device's */
	note_paced(seen, 100, 5 * SECOND, ADV_CONNECTABLE, 0);
	note_paced(seen, 101, 5 * SECOND + 100000, ADV_CONNECTABLE, 0);
	seen_interrupt(seen);
	note_paced(seen, 102, 9 * SECOND, ADV_CONNECTABLE, 0);
	ck_assert_uint_eq(row->pace->intervals, 20);
	seen_row_append_json(out, row, 59);
	ck_assert_str_eq(out->str,
		"{\"address\":\"00:00:00:00:00:01\",\"address_type\":\"public\",\"name\":null,\"rssi\":-50,"
		"\"reports\":43,\"scan_responses\":20,\"intervals\":20,\"interval_median_ms\":100,"
		"\"interval_mean_ms\":100,\"interval_max_ms\":100,\"estimated_missed\":0,"
		"\"estimated_missed_share\":0,\"lost\":59}\n");
	seen_free(seen);
}
END_TEST

UNIT_MAIN("ctl-table", test_order, test_merge, test_bounded, test_fits, test_full_lines_stay, test_final_list,
	  test_scrolled, test_columns_stay, test_pace, test_pace_interrupted, test_pace_of_reports)
