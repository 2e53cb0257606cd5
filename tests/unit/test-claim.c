/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sole right to write. */
#include "link-place.h"

START_TEST(test_claims)
{
	Connecter second = { 0 };
	Reason reason;
	Attr *one, *two, *part;
	Place p;
	Link *link;

	place_init(&p);
	link = world_link_up(&p.world, p.radio, 5, p.a, true);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &second), 0);
	one = world_attr(link, ATTR_CHARACTERISTIC, 3, NULL, "write");
	two = world_attr(link, ATTR_CHARACTERISTIC, 6, NULL, "write");
	part = world_attr(link, ATTR_DESCRIPTOR, 4, one, "");
	ck_assert_int_eq(link_claim(link, one, p.a, &reason), 0);
	ck_assert_int_eq(link_claim(link, one, p.a, &reason), 0);
	ck_assert_int_eq(link_claim(link, one, p.b, &reason), E_BUSY);
	ck_assert_int_eq(link_claim(link, NULL, p.b, &reason), E_BUSY);
	ck_assert_int_eq(link_claim(link, two, p.b, &reason), 0);
	ck_assert(!link_may_write(link, part, p.b) && link_may_write(link, part, p.a));
	ck_assert(!link_may_write(link, two, p.a));
	ck_assert_int_eq(link_claim(link, NULL, p.a, &reason), E_BUSY);
	link_unclaim(link, p.b);
	ck_assert_int_eq(link_claim(link, NULL, p.a, &reason), 0);
	ck_assert(!link_may_write(link, two, p.b));
	link_unclaim(link, p.a);
	ck_assert(link_may_write(link, one, p.b));

	/* a claim stands over a lost link whose holder wants it back, whatever BlueZ shows meanwhile */
	ck_assert_int_eq(link_claim(link, one, p.a, &reason), 0);
	world_device(&p.world, p.radio, 5, false, false);
	attr_vanished(part);
	attr_vanished(one);
	attr_vanished(two);
	ck_assert_ptr_eq(attr_find(link, ATTR_CHARACTERISTIC, 3), one);
	ck_assert_ptr_null(attr_find(link, ATTR_CHARACTERISTIC, 6));
	one = world_attr(link, ATTR_CHARACTERISTIC, 3, NULL, "write");
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &second), 0);
	ck_assert_int_eq(link_claim(link, one, p.b, &reason), E_BUSY);
	session_drop(p.a, p.world.now);
	ck_assert_int_eq(link_claim(link, NULL, p.b, &reason), 0);
	world_end(&p.world);
}
END_TEST

UNIT_MAIN("claim", test_claims)
