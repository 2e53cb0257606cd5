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

	for (unsigned columns = 1; columns <= 250; columns += columns < 90 ? 1 : 23)
		for (unsigned rows = 1; rows <= 60; rows += rows < 5 ? 1 : 17)
			for (unsigned style = 0; style < 8; style++) {
				TableView view = {
					.columns = columns,
					.rows = rows,
					.now = 2 * SECOND,
					.live = true,
					.colour = style & 1,
					.raw = style & 2,
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
				if (rows > 50 + 3)
					ck_assert_uint_eq(lines, 50 + 2 + (view.note != NULL));
				else
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
		"ADDRESS           TYPE   RSSI         AGE  COUNT NAME         DATA\n"
		"00:00:00:00:00:01 random  -50 #####    5s      1 Hi           0x180d Heart Rate\n");
	seen_free(seen);
}
END_TEST

UNIT_MAIN("ctl-table", test_order, test_merge, test_bounded, test_fits, test_full_lines_stay, test_final_list)
