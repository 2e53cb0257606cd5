/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deduplication: the window's edges, a full table, and that nothing new is ever held back. */
#include "core/dedup.h"
#include "mistake.h"
#include "unit.h"
#include "util/siphash.h"

#define SECOND USEC_PER_SEC

static uint64_t digest(uint64_t number)
{
	return siphash_process(&number, sizeof(number));
}

static void make_huge(void)
{
	dedup_new(SIZE_MAX);
}

START_TEST(test_sizes)
{
	static const struct {
		size_t asked;
		size_t entries;
	} table[] = {
		{ 0, 16 }, { 1, 16 }, { 16, 16 }, { 17, 32 }, { 4096, 4096 }, { 4097, 8192 },
		{ 1048576, 1048576 },
	};
	Dedup *dedup;
	size_t base;

	dedup = dedup_new(16);
	base = dedup_size(16) - 16 * 16;
	dedup_free(dedup);

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		dedup = dedup_new(table[i].asked);
		ck_assert_uint_eq(dedup_size(table[i].asked), base + 16 * table[i].entries);
		ck_assert_ptr_null(dedup_free(dedup));
	}
	expect_abort(make_huge);
	ck_assert_ptr_null(dedup_free(NULL));
}
END_TEST

START_TEST(test_window)
{
	static const struct {
		uint64_t now;
		bool seen;
	} table[] = {
		{ 10 * SECOND, false },
		{ 10 * SECOND, true },
		{ 10 * SECOND + 1, true },
		{ 11 * SECOND - 1, true },
		{ 11 * SECOND, false },		/* the window counts from what was let through, */
		{ 11 * SECOND + 5, true },
		{ 12 * SECOND - 1, true },
		{ 12 * SECOND, false },		/* so a steady advertiser passes once a window */
		{ 12 * SECOND - 10, true },	/* a little out of order */
		{ 500 * SECOND, false },
	};
	Dedup *dedup;

	dedup = dedup_new(16);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		ck_assert_msg(dedup_seen(dedup, 42, table[i].now, SECOND) == table[i].seen, "row %zu", i);
	dedup_free(dedup);
}
END_TEST

/* Time and digest may be anything, 0 and the largest included. */
START_TEST(test_extremes)
{
	static const uint64_t values[] = { 0, 1, UINT64_MAX - 1, UINT64_MAX };

	for (size_t d = 0; d < ARRAY_SIZE(values); d++) {
		for (size_t t = 0; t < ARRAY_SIZE(values) - 1; t++) {
			Dedup *dedup;

			dedup = dedup_new(16);
			ck_assert(!dedup_seen(dedup, values[d], values[t], SECOND));
			ck_assert(dedup_seen(dedup, values[d], values[t], SECOND));
			ck_assert(!dedup_seen(dedup, values[d], values[t], 0));
			ck_assert(!dedup_seen(dedup, values[d] ^ 16, values[t], UINT64_MAX));
			dedup_free(dedup);
		}
	}
}
END_TEST

START_TEST(test_remembers_what_fits)
{
	Dedup *dedup;
	unsigned early = 0;

	/* Half full: four ways take nearly all of it. */
	dedup = dedup_new(4096);
	for (uint64_t i = 0; i < 2048; i++)
		must(!dedup_seen(dedup, digest(i), 1000 + i, 60 * SECOND));
	for (uint64_t i = 2048; i-- > 0;)
		early += !dedup_seen(dedup, digest(i), SECOND, 60 * SECOND);
	must(early < 512);
	dedup_free(dedup);
}
END_TEST

START_TEST(test_never_holds_back_new)
{
	Dedup *dedup;

	dedup = dedup_new(64);
	for (uint64_t i = 0; i < 200000; i++)
		must(!dedup_seen(dedup, digest(i), i, UINT64_MAX));
	dedup_free(dedup);
}
END_TEST

/* One neighbourhood: the entry that was let through first makes room. */
START_TEST(test_oldest_goes)
{
	Dedup *dedup;

	dedup = dedup_new(16);
	for (uint64_t i = 1; i <= 4; i++)
		ck_assert(!dedup_seen(dedup, i << 32, 100 * i, SECOND));
	ck_assert(!dedup_seen(dedup, UINT64_C(5) << 32, 500, SECOND));
	for (uint64_t i = 2; i <= 5; i++)
		ck_assert(dedup_seen(dedup, i << 32, 600, SECOND));
	ck_assert(!dedup_seen(dedup, UINT64_C(1) << 32, 600, SECOND));
	ck_assert(!dedup_seen(dedup, UINT64_C(2) << 32, 700, SECOND));
	ck_assert(dedup_seen(dedup, UINT64_C(4) << 32, 700, SECOND));
	dedup_free(dedup);
}
END_TEST

UNIT_MAIN("dedup", test_sizes, test_window, test_extremes, test_remembers_what_fits,
	  test_never_holds_back_new, test_oldest_goes)
