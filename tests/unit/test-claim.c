/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sole right to write. */
#include "bed-attrs.h"

START_TEST(test_claims)
{
	Connecter second = { 0 };
	Reason reason;
	Attr *one, *two, *part;
	Bed bed;
	Link *link;

	bed_init_radio(&bed);
	link = bed_link_up(&bed, 5, bed.a, true);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &second), 0);
	one = bed_attr(link, ATTR_CHARACTERISTIC, 3, NULL, "write");
	two = bed_attr(link, ATTR_CHARACTERISTIC, 6, NULL, "write");
	part = bed_attr(link, ATTR_DESCRIPTOR, 4, one, "");
	ck_assert_int_eq(claim_take(link, one, bed.a, &reason), 0);
	ck_assert_int_eq(claim_take(link, one, bed.a, &reason), 0);
	ck_assert_int_eq(claim_take(link, one, bed.b, &reason), E_BUSY);
	ck_assert_int_eq(claim_take(link, NULL, bed.b, &reason), E_BUSY);
	ck_assert_int_eq(claim_take(link, two, bed.b, &reason), 0);
	ck_assert(!claim_allows(link, part, bed.b) && claim_allows(link, part, bed.a));
	ck_assert(!claim_allows(link, two, bed.a));
	ck_assert_int_eq(claim_take(link, NULL, bed.a, &reason), E_BUSY);
	claim_release(link, bed.b);
	ck_assert_int_eq(claim_take(link, NULL, bed.a, &reason), 0);
	ck_assert(!claim_allows(link, two, bed.b));
	claim_release(link, bed.a);
	ck_assert(claim_allows(link, one, bed.b));

	/* a claim stands over a lost link whose holder wants it back, whatever BlueZ shows meanwhile */
	ck_assert_int_eq(claim_take(link, one, bed.a, &reason), 0);
	bed_device(&bed, 5, false, false);
	attr_vanished(part);
	attr_vanished(one);
	attr_vanished(two);
	ck_assert_ptr_eq(attr_find(link, ATTR_CHARACTERISTIC, 3), one);
	ck_assert_ptr_null(attr_find(link, ATTR_CHARACTERISTIC, 6));
	one = bed_attr(link, ATTR_CHARACTERISTIC, 3, NULL, "write");
	bed_device(&bed, 5, true, true);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &second), 0);
	ck_assert_int_eq(claim_take(link, one, bed.b, &reason), E_BUSY);
	sessions_drop(bed.a, bed.now);
	ck_assert_int_eq(claim_take(link, NULL, bed.b, &reason), 0);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("claim", test_claims)
