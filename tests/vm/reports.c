/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports as text. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "reports.h"

bool report_is_of_storm(const char *address)
{
	return g_str_has_prefix(address, "C0:00:00:00:00:");
}

static uint64_t report_time(const char *report)
{
	return g_ascii_strtoull(report, NULL, 10);
}

const char *report_address(const char *report)
{
	return strchr(report, ' ') + 1;
}

/* A storm's data end with LE32 index and LE32 running number; -1: not of the storm. */
static int64_t report_counter(const char *report)
{
	size_t length = strlen(report);
	uint32_t number = 0;

	if (!report_is_of_storm(report_address(report)))
		return -1;
	ck_assert_uint_gt(length, 8);
	for (int i = 3; i >= 0; i--) {
		const char *digits = report + length - 8 + 2 * i;

		number = number << 8 | (uint32_t)g_ascii_xdigit_value(digits[0]) << 4 |
			 (uint32_t)g_ascii_xdigit_value(digits[1]);
	}
	return number;
}

void reports_check_counters(const GPtrArray *reports, unsigned int n_advertisers)
{
	g_autofree int64_t *last = g_new(int64_t, n_advertisers);

	for (unsigned int i = 0; i < n_advertisers; i++)
		last[i] = -1;
	for (unsigned int i = 0; i < reports->len; i++) {
		const char *report = g_ptr_array_index(reports, i);
		int64_t counter = report_counter(report);
		unsigned int advertiser;

		if (counter < 0)
			continue;
		advertiser = (unsigned int)(counter % n_advertisers);
		ck_assert_uint_eq(strtoul(report_address(report) + 15, NULL, 16), advertiser);
		ck_assert_int_gt(counter, last[advertiser]);
		last[advertiser] = counter;
	}
}

unsigned int reports_count_advertisers(const GPtrArray *reports)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned int i = 0; i < reports->len; i++)
		g_hash_table_add(seen,
				 g_strndup(report_address(g_ptr_array_index(reports, i)), 17));
	return g_hash_table_size(seen);
}

unsigned int reports_count_since(const GPtrArray *reports, uint64_t when)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < reports->len; i++)
		n += report_time(g_ptr_array_index(reports, i)) > when;
	return n;
}
