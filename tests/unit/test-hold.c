/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a hold costs. */
#include <string.h>

#include "bed-attrs.h"

/* Who waits for a link, or holds it, pays for it, and no longer than that. */
START_TEST(test_charged)
{
	Connecter one = { 0 }, other = { 0 }, third = { 0 };
	uint64_t before, share;
	Bed bed;

	bed_init_radio(&bed);
	before = bed_charged(&bed);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &one), 1);
	share = bed_charged(&bed) - before;
	ck_assert_uint_ge(share, sizeof(Link));
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &other), 1);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.c, &third), 1);
	ck_assert_uint_eq(bed_charged(&bed), before + 2 * share);
	bed_give_up(&bed, &other);
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 5, true, true);
	ck_assert_uint_eq(bed_charged(&bed), before + share);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &one), 0);
	ck_assert_uint_eq(bed_charged(&bed), before + share);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &other), 0);
	ck_assert_uint_eq(bed_charged(&bed), before + 2 * share);
	/* the link stays, for another user */
	bed_release(&bed, bed_link(&bed, 5), bed.a);
	sessions_drop(bed.b, bed.now);
	bed_settle(&bed);
	ck_assert_ptr_nonnull(bed_link(&bed, 5));
	ck_assert_uint_eq(bed_charged(&bed), before);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &one), 0);
	bed_device(&bed, 5, false, false);
	ck_assert_uint_eq(bed_charged(&bed), before);

	/* no link comes of it: it fails, takes too long, goes with its session */
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &one), 1);
	bed_fail_connect(&bed, 5, E_FAILED);
	ck_assert_uint_eq(bed_charged(&bed), before);
	ck_assert_int_eq(bed_connect(&bed, 6, bed.a, &one), 1);
	bed_pass(&bed, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(bed_charged(&bed), before);
	ck_assert_int_eq(bed_connect(&bed, 6, bed.a, &one), 1);
	ck_assert_int_eq(sessions_init(bed.a, &(InitOptions){ 0 }, bed.now, &(Reason){ "" }), 0);
	ck_assert_uint_eq(bed_charged(&bed), before);
	bed_end(&bed);
}
END_TEST

START_TEST(test_limit)
{
	Connecter one = { 0 }, other = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	bed_spend(&bed);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &one), E_LIMIT_REACHED);
	ck_assert_ptr_nonnull(strstr(one.text, "BytesPerUser"));
	ck_assert_ptr_null(bed_link(&bed, 5));
	bed_expect(&bed, "");
	ck_assert_int_eq(bed_connect(&bed, 5, bed.c, &other), 1);
	bed_device(&bed, 5, true, true);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &one), E_LIMIT_REACHED);
	ck_assert(!hold_is_there(bed_link(&bed, 5), bed.a));
	bed_earn(&bed);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &one), 0);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("hold", test_charged, test_limit)
