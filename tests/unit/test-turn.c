/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose turn it is: attempts that give way, devices that keep failing. */
#include <errno.h>

#include "link-place.h"

/* The edge has taken an attempt back. */
static void called_off(Place *p, uint8_t last)
{
	link_disconnect_done(world_link(p->radio, last), 0, p->world.now);
}

START_TEST(test_gives_way_and_comes_again)
{
	Connecter slow = { 0 }, quick = { 0 };
	Place p;

	place_init(&p);
	world_device(&p.world, p.radio, 1, false, false);
	world_device(&p.world, p.radio, 2, false, false);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 1, p.a, &slow, 600, 9, false), 1);
	/* nobody waits */
	world_pass(&p.world, 10 * USEC_PER_SEC);
	world_expect(&p.world, "connect1");
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.b, &quick), 1);
	world_expect(&p.world, "disconnect1");
	called_off(&p, 1);
	world_expect(&p.world, "connect2");
	ck_assert_uint_eq(slow.called, 0);
	/* its time is the same as the other's */
	world_pass(&p.world, 4 * USEC_PER_SEC - 1);
	world_expect(&p.world, "");
	world_device(&p.world, p.radio, 2, true, true);
	ck_assert_uint_eq(quick.called, 1);
	world_expect(&p.world, "+link2 connect1");
	world_device(&p.world, p.radio, 1, true, true);
	ck_assert_uint_eq(slow.called, 1);
	ck_assert_int_eq(slow.error, 0);
	world_end(&p.world);
}
END_TEST

/* With a link, it is not in anybody's way any more: its services may take as long as they like. */
START_TEST(test_services_are_in_nobodys_way)
{
	Connecter first = { 0 }, second = { 0 };
	Place p;

	place_init(&p);
	world_device(&p.world, p.radio, 1, false, false);
	world_device(&p.world, p.radio, 2, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 1, p.a, &first), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.b, &second), 1);
	world_expect(&p.world, "connect1");
	world_device(&p.world, p.radio, 1, true, false);
	world_expect(&p.world, "connect2");
	world_device(&p.world, p.radio, 2, true, true);
	world_pass(&p.world, 20 * USEC_PER_SEC);
	world_device(&p.world, p.radio, 1, true, true);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(first.called + second.called, 2);
	world_expect(&p.world, "+link2 +link1");
	world_end(&p.world);
}
END_TEST

/* Unless they take the slot that somebody waits for. */
START_TEST(test_services_give_up_their_slot)
{
	Connecter silent = { 0 }, next = { 0 };
	Place p;

	place_init(&p);
	p.world.broker->config.max_links = 1;
	world_device(&p.world, p.radio, 1, false, false);
	world_device(&p.world, p.radio, 2, false, false);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 1, p.a, &silent, 60, 0, false), 1);
	world_device(&p.world, p.radio, 1, true, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.b, &next), 1);
	world_pass(&p.world, 15 * USEC_PER_SEC - 1);
	world_expect(&p.world, "connect1");
	world_pass(&p.world, 1);
	world_expect(&p.world, "disconnect1");
	world_device(&p.world, p.radio, 1, false, false);
	world_expect(&p.world, "connect2");
	ck_assert_uint_eq(silent.called, 0);
	world_device(&p.world, p.radio, 2, true, true);
	ck_assert_int_eq(next.error, 0);
	world_end(&p.world);
}
END_TEST

/* However many do not answer, who is there is reached in time; and each has its turn again. */
START_TEST(test_round)
{
	Connecter absent[9] = { 0 }, present = { 0 };
	Place p;

	place_init(&p);
	for (uint8_t i = 0; i < ARRAY_SIZE(absent); i++) {
		world_device(&p.world, p.radio, 10 + i, false, false);
		ck_assert_int_eq(world_connect_as(&p.world, p.radio, 10 + i, p.a, &absent[i], 600, 255, i % 2), 1);
	}
	world_device(&p.world, p.radio, 1, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 1, p.b, &present), 1);
	for (unsigned seconds = 0; present.called == 0 && seconds < 30; seconds++) {
		world_pass(&p.world, 1 * USEC_PER_SEC);
		for (uint8_t i = 0; i < ARRAY_SIZE(absent); i++)
			called_off(&p, 10 + i);
		if (world_link(p.radio, 1)->state == LINK_CONNECTING)
			world_device(&p.world, p.radio, 1, true, true);
	}
	ck_assert_uint_eq(present.called, 1);
	ck_assert_int_eq(present.error, 0);

	/* one that comes now waits for no more than the one that is at it, whatever its priority */
	world_device(&p.world, p.radio, 2, false, false);
	present.called = 0;
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.b, &present), 1);
	for (unsigned seconds = 0; world_link(p.radio, 2)->state != LINK_CONNECTING && seconds < 4; seconds++) {
		world_pass(&p.world, 1 * USEC_PER_SEC);
		for (uint8_t i = 0; i < ARRAY_SIZE(absent); i++)
			called_off(&p, 10 + i);
	}
	ck_assert_int_eq(world_link(p.radio, 2)->state, LINK_CONNECTING);
	world_device(&p.world, p.radio, 2, true, true);
	ck_assert_int_eq(present.error, 0);
	world_end(&p.world);
}
END_TEST

/* What did not answer stands behind what was not tried, whoever asks for it next. */
START_TEST(test_remembered)
{
	Connecter busy = { 0 }, absent = { 0 }, fresh = { 0 };
	Place p;

	place_init(&p);
	for (uint8_t i = 1; i <= 3; i++)
		world_device(&p.world, p.radio, i, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.a, &absent), 1);
	fail_connect(&p, 2, E_TIMED_OUT);
	ck_assert_uint_eq(p.radio->links->len, 0);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 1, p.a, &busy), 1);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 2, p.a, &absent, 30, 9, false), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 3, p.b, &fresh), 1);
	world_device(&p.world, p.radio, 1, true, true);
	world_expect(&p.world, "connect2 connect1 +link1 connect3");
	world_device(&p.world, p.radio, 3, true, true);
	/* it is there after all: forgiven */
	world_device(&p.world, p.radio, 2, true, true);
	link_release(world_link(p.radio, 2), p.a, p.world.now);
	world_device(&p.world, p.radio, 2, false, false);
	world_expect(&p.world, "+link3 connect2 +link2 disconnect2 -link2");
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.a, &absent), 1);
	ck_assert_uint_eq(world_link(p.radio, 2)->failures, 0);
	world_end(&p.world);
}
END_TEST

/* A program can name as many devices as it likes. */
START_TEST(test_memory_is_bounded)
{
	Connecter absent = { 0 };
	Place p;

	place_init(&p);
	for (unsigned i = 0; i < 3 * ABSENT_MAX; i++) {
		world_device(&p.world, p.radio, (uint8_t)i, false, false);
		ck_assert_int_eq(world_connect(&p.world, p.radio, (uint8_t)i, p.a, &absent), 1);
		world_pass(&p.world, 1);
		fail_connect(&p, (uint8_t)i, E_TIMED_OUT);
	}
	for (unsigned i = 0; i < 3 * ABSENT_MAX; i++) {
		ck_assert_int_eq(world_connect(&p.world, p.radio, (uint8_t)i, p.a, &absent), 1);
		ck_assert_uint_eq(world_link(p.radio, (uint8_t)i)->failures, i < 2 * ABSENT_MAX ? 0 : 1);
		connect_wait_cancel(&absent.wait, p.world.now);
		called_off(&p, (uint8_t)i);
	}
	world_end(&p.world);
}
END_TEST

/* A lost link that does not come back is tried less and less often, and gives way at once. */
START_TEST(test_growing_pauses)
{
	static const unsigned pauses[] = { 5, 10, 20, 40, 60, 60 };
	Connecter other = { 0 };
	Place p;

	place_init(&p);
	world_link_up(&p.world, p.radio, 5, p.a, true);
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "lost5(disconnected) connect5");
	for (size_t i = 0; i < ARRAY_SIZE(pauses); i++) {
		world_pass(&p.world, 40 * USEC_PER_SEC);
		world_expect(&p.world, "disconnect5");
		called_off(&p, 5);
		world_pass(&p.world, pauses[i] * USEC_PER_SEC - 1);
		world_expect(&p.world, "");
		world_pass(&p.world, 1);
		world_expect(&p.world, "connect5");
	}
	world_pass(&p.world, 3 * USEC_PER_SEC);
	world_device(&p.world, p.radio, 6, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 6, p.b, &other), 1);
	world_pass(&p.world, 1 * USEC_PER_SEC);
	world_expect(&p.world, "disconnect5");
	called_off(&p, 5);
	world_device(&p.world, p.radio, 6, true, true);
	world_expect(&p.world, "connect6 +link6");
	world_pass(&p.world, 60 * USEC_PER_SEC);
	world_expect(&p.world, "connect5");
	/* back: as if nothing had been */
	world_device(&p.world, p.radio, 5, true, true);
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "lost5(disconnected) connect5");
	ck_assert_uint_eq(world_link(p.radio, 5)->failures, 0);
	world_end(&p.world);
}
END_TEST

/* A link that is to come back does not cut short whom somebody waits for, but once. */
START_TEST(test_callers_before_links_that_come_back)
{
	Connecter slow = { 0 };
	Place p;

	place_init(&p);
	world_link_up(&p.world, p.radio, 5, p.a, true);
	world_device(&p.world, p.radio, 6, false, false);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 6, p.b, &slow, 300, 0, false), 1);
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "connect6 lost5(disconnected)");
	world_pass(&p.world, 4 * USEC_PER_SEC);
	world_expect(&p.world, "disconnect6");
	called_off(&p, 6);
	world_expect(&p.world, "connect5");
	world_pass(&p.world, 4 * USEC_PER_SEC);
	called_off(&p, 5);
	world_expect(&p.world, "disconnect5 connect6");
	world_pass(&p.world, 39 * USEC_PER_SEC);
	world_expect(&p.world, "");
	world_end(&p.world);
}
END_TEST

UNIT_MAIN("turn", test_gives_way_and_comes_again, test_services_are_in_nobodys_way, test_services_give_up_their_slot,
	  test_round, test_remembered, test_memory_is_bounded, test_growing_pauses,
	  test_callers_before_links_that_come_back)
