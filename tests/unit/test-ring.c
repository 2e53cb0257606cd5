/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session's FIFO: order, both overflow policies, and that a gap in the numbers is a loss and nothing
 * else. */
#include "core/ring.h"
#include "mistake.h"
#include "reports.h"
#include "unit.h"

static bool push(Ring *ring, uint16_t number)
{
	ReportInfo info = report_info(number, "\x02\x01\x06", number % 4);

	return report_push(ring, &info);
}

/* Takes one out and says which it was; *sequence gets its number. */
static int pop(Ring *ring, uint64_t *sequence)
{
	RingEntry entry;
	int number;

	if (!ring_pop(ring, &entry))
		return -1;
	number = entry.report->addr.bytes[4] << 8 | entry.report->addr.bytes[5];
	*sequence = entry.sequence;
	must(entry.report->refs == 1);
	report_unref(entry.report);
	return number;
}

static void make_empty(void)
{
	ring_new(0, true);
}

static void make_huge(void)
{
	ring_new(SIZE_MAX, true);
}

static void make_larger_than_memory(void)
{
	ring_new(SIZE_MAX / sizeof(RingEntry), true);
}

START_TEST(test_mistakes_abort)
{
	expect_abort(make_empty);
	expect_abort(make_huge);
	expect_abort(make_larger_than_memory);
}
END_TEST

START_TEST(test_new)
{
	Ring *ring = ring_new(16, true);

	ck_assert_uint_eq(ring_depth(ring), 16);
	ck_assert_uint_eq(ring_count(ring), 0);
	ck_assert_uint_eq(ring_dropped(ring), 0);
	ck_assert_uint_eq(ring_held_size(ring), 0);
	ck_assert(ring_drops_oldest(ring));
	ck_assert_ptr_null(ring_free(ring));
	ck_assert_ptr_null(ring_free(NULL));
	ck_assert_uint_eq(ring_fixed_size(17) - ring_fixed_size(16), sizeof(RingEntry));
}
END_TEST

START_TEST(test_drop_oldest)
{
	uint64_t sequence;
	Ring *ring;

	ring = ring_new(3, true);
	for (uint16_t i = 0; i < 3; i++)
		ck_assert(push(ring, i));
	for (uint16_t i = 3; i < 10; i++)
		ck_assert(!push(ring, i));
	ck_assert_uint_eq(ring_count(ring), 3);
	ck_assert_uint_eq(ring_dropped(ring), 7);
	for (int i = 7; i < 10; i++) {
		ck_assert_int_eq(pop(ring, &sequence), i);
		ck_assert_uint_eq(sequence, i);
	}
	ck_assert_int_eq(pop(ring, &sequence), -1);
	ring_free(ring);
}
END_TEST

START_TEST(test_drop_newest)
{
	uint64_t sequence;
	Ring *ring;

	ring = ring_new(3, false);
	ck_assert(!ring_drops_oldest(ring));
	for (uint16_t i = 0; i < 3; i++)
		ck_assert(push(ring, i));
	for (uint16_t i = 3; i < 10; i++)
		ck_assert(!push(ring, i));
	ck_assert_uint_eq(ring_dropped(ring), 7);
	ck_assert_int_eq(pop(ring, &sequence), 0);
	ck_assert(push(ring, 10));
	for (int i = 1; i < 3; i++) {
		ck_assert_int_eq(pop(ring, &sequence), i);
		ck_assert_uint_eq(sequence, i);
	}
	ck_assert_int_eq(pop(ring, &sequence), 10);
	ck_assert_uint_eq(sequence, 10);
	ring_free(ring);
}
END_TEST

START_TEST(test_lose_and_clear)
{
	uint64_t sequence;
	Ring *ring;

	ring = ring_new(8, true);
	push(ring, 0);
	push(ring, 1);
	ck_assert_int_eq(pop(ring, &sequence), 0);
	ring_lose(ring);
	push(ring, 2);
	ck_assert_uint_eq(ring_dropped(ring), 1);

	/* 0 was taken, one was lost, two are cleared: the next number shows the one loss. */
	ring_clear(ring);
	ck_assert_uint_eq(ring_count(ring), 0);
	ck_assert_uint_eq(ring_held_size(ring), 0);
	ck_assert_uint_eq(ring_dropped(ring), 1);
	push(ring, 3);
	ck_assert_int_eq(pop(ring, &sequence), 3);
	ck_assert_uint_eq(sequence, 2);
	ring_clear(ring);
	ring_free(ring);
}
END_TEST

/* Against a plain model: whatever happens, numbers rise, and gaps are exactly the losses. */
START_TEST(test_random_walk)
{
	static const size_t depths[] = { 1, 2, 3, 7, 16, 100 };
	unsigned seed = 1;

	for (size_t d = 0; d < 2 * ARRAY_SIZE(depths); d++) {
		uint64_t taken = 0, cleared = 0, offered = 0, last = 0, sequence;
		bool any = false;
		Ring *ring;

		ring = ring_new(depths[d / 2], d % 2);
		for (unsigned step = 0; step < 20000; step++) {
			seed = seed * 1103515245 + 12345;
			switch (seed >> 16 & 15) {
			default:
				push(ring, (uint16_t)offered++);
				break;
			case 8: case 9: case 10: case 11: case 12:
				if (pop(ring, &sequence) >= 0) {
					must(!any || sequence > last);
					last = sequence;
					any = true;
					taken++;
				}
				break;
			case 13:
				ring_lose(ring);
				offered++;
				break;
			case 14:
				if ((seed >> 24) == 0) {
					cleared += ring_count(ring);
					ring_clear(ring);
				}
				break;
			}
			must(ring_count(ring) <= ring_depth(ring));
			must(offered == taken + cleared + ring_dropped(ring) + ring_count(ring));
			if (any)
				must(last + 1 <= taken + ring_dropped(ring));
		}

		/* With drop-oldest, and when it is empty, all that was lost is before the next report. */
		while (pop(ring, &sequence) >= 0)
			taken++;
		push(ring, 0);
		ck_assert_int_eq(pop(ring, &sequence), 0);
		ck_assert_uint_eq(sequence, taken + ring_dropped(ring));
		ring_free(ring);
	}
}
END_TEST

START_TEST(test_sizes)
{
	size_t expected = 0;
	uint64_t sequence;
	Ring *ring;

	ring = ring_new(4, true);
	for (uint16_t i = 0; i < 20; i++) {
		uint8_t data[400] = { 0 };
		ReportInfo info = report_info(i, data, i * 20u);
		Report *report = report_make(&info);
		size_t before = ring_held_size(ring);

		ck_assert_uint_eq(before, expected);
		ring_push(ring, report);
		ck_assert_uint_eq(report->refs, 2);
		expected += report_size(report);
		if (i >= 4) {	/* the one that fell out */
			ReportInfo old = report_info(0, data, (i - 4) * 20u);
			Report *gone = report_make(&old);

			expected -= report_size(gone);
			report_unref(gone);
		}
		report_unref(report);
	}
	ck_assert_uint_eq(ring_held_size(ring), expected);
	while (pop(ring, &sequence) >= 0)
		;
	ck_assert_uint_eq(ring_held_size(ring), 0);
	ring_free(ring);
}
END_TEST

START_TEST(test_free_drops_references)
{
	ReportInfo info = report_info(1, NULL, 0);
	Report *report = report_make(&info);
	Ring *ring;

	ring = ring_new(4, true);
	for (unsigned i = 0; i < 6; i++)
		ring_push(ring, report);
	ck_assert_uint_eq(report->refs, 5);
	ring_free(ring);
	ck_assert_uint_eq(report->refs, 1);
	report_unref(report);
}
END_TEST

UNIT_MAIN("ring", test_new, test_mistakes_abort, test_drop_oldest, test_drop_newest, test_lose_and_clear, test_random_walk,
	  test_sizes, test_free_drops_references)
