/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose turn it is: attempts that give way, devices that keep failing. */
#include <errno.h>

#include "bed-links.h"

START_TEST(test_gives_way_and_comes_again)
{
	Connecter slow = { 0 }, quick = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 1, false, false);
	bed_device(&bed, 2, false, false);
	ck_assert_int_eq(bed_connect_as(&bed, 1, bed.a, &slow, 600, 9, false), 1);
	/* nobody waits */
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "connect1");
	ck_assert_int_eq(bed_connect(&bed, 2, bed.b, &quick), 1);
	bed_expect(&bed, "disconnect1");
	bed_disconnected(&bed, 1, 0);
	bed_expect(&bed, "connect2");
	ck_assert_uint_eq(slow.called, 0);
	/* its time is the same as the other's */
	bed_pass(&bed, 4 * USEC_PER_SEC - 1);
	bed_expect(&bed, "");
	bed_device(&bed, 2, true, true);
	ck_assert_uint_eq(quick.called, 1);
	bed_expect(&bed, "+link2 connect1");
	bed_device(&bed, 1, true, true);
	ck_assert_uint_eq(slow.called, 1);
	ck_assert_int_eq(slow.error, 0);
	bed_end(&bed);
}
END_TEST

/* With a link, it is not in anybody's way any more: its services may take as long as they like. */
START_TEST(test_services_are_in_nobodys_way)
{
	Connecter first = { 0 }, second = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 1, false, false);
	bed_device(&bed, 2, false, false);
	ck_assert_int_eq(bed_connect(&bed, 1, bed.a, &first), 1);
	ck_assert_int_eq(bed_connect(&bed, 2, bed.b, &second), 1);
	bed_expect(&bed, "connect1");
	bed_device(&bed, 1, true, false);
	bed_expect(&bed, "connect2");
	bed_device(&bed, 2, true, true);
	bed_pass(&bed, 20 * USEC_PER_SEC);
	bed_device(&bed, 1, true, true);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(first.called + second.called, 2);
	bed_expect(&bed, "+link2 +link1");
	bed_end(&bed);
}
END_TEST

/* Unless they take the slot that somebody waits for. */
START_TEST(test_services_give_up_their_slot)
{
	Connecter silent = { 0 }, next = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed.broker->config.max_links = 1;
	bed_device(&bed, 1, false, false);
	bed_device(&bed, 2, false, false);
	ck_assert_int_eq(bed_connect_as(&bed, 1, bed.a, &silent, 60, 0, false), 1);
	bed_device(&bed, 1, true, false);
	ck_assert_int_eq(bed_connect(&bed, 2, bed.b, &next), 1);
	bed_pass(&bed, 15 * USEC_PER_SEC - 1);
	bed_expect(&bed, "connect1");
	bed_pass(&bed, 1);
	bed_expect(&bed, "disconnect1");
	bed_device(&bed, 1, false, false);
	bed_expect(&bed, "connect2");
	ck_assert_uint_eq(silent.called, 0);
	bed_device(&bed, 2, true, true);
	ck_assert_int_eq(next.error, 0);
	bed_end(&bed);
}
END_TEST

/* However many do not answer, who is there is reached in time; and each has its turn again. */
START_TEST(test_round)
{
	Connecter absent[9] = { 0 }, present = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	for (uint8_t i = 0; i < ARRAY_SIZE(absent); i++) {
		bed_device(&bed, 10 + i, false, false);
		ck_assert_int_eq(bed_connect_as(&bed, 10 + i, bed.a, &absent[i], 600, 255, i % 2), 1);
	}
	bed_device(&bed, 1, false, false);
	ck_assert_int_eq(bed_connect(&bed, 1, bed.b, &present), 1);
	for (unsigned seconds = 0; present.called == 0 && seconds < 30; seconds++) {
		bed_pass(&bed, 1 * USEC_PER_SEC);
		for (uint8_t i = 0; i < ARRAY_SIZE(absent); i++)
			bed_disconnected(&bed, 10 + i, 0);
		if (bed_link(&bed, 1)->state == LINK_CONNECTING)
			bed_device(&bed, 1, true, true);
	}
	ck_assert_uint_eq(present.called, 1);
	ck_assert_int_eq(present.error, 0);

	/* one that comes now waits for no more than the one that is at it, whatever its priority */
	bed_device(&bed, 2, false, false);
	present.called = 0;
	ck_assert_int_eq(bed_connect(&bed, 2, bed.b, &present), 1);
	for (unsigned seconds = 0; bed_link(&bed, 2)->state != LINK_CONNECTING && seconds < 4; seconds++) {
		bed_pass(&bed, 1 * USEC_PER_SEC);
		for (uint8_t i = 0; i < ARRAY_SIZE(absent); i++)
			bed_disconnected(&bed, 10 + i, 0);
	}
	ck_assert_int_eq(bed_link(&bed, 2)->state, LINK_CONNECTING);
	bed_device(&bed, 2, true, true);
	ck_assert_int_eq(present.error, 0);
	bed_end(&bed);
}
END_TEST

static void connect_absent(Bed *bed, uint8_t first, unsigned n, Session *session, Connecter *connecters)
{
	for (uint8_t i = 0; i < n; i++) {
		bed_device(bed, first + i, false, false);
		ck_assert_int_eq(bed_connect_as(bed, first + i, session, &connecters[i], 600, 255, false), 1);
	}
}

/* The link that is being connected has its time, and is taken back; the next begins. */
static void time_is_over(Bed *bed, uint8_t last)
{
	ck_assert_int_eq(bed_link(bed, last)->state, LINK_CONNECTING);
	bed_pass(bed, 4 * USEC_PER_SEC);
	bed_disconnected(bed, last, 0);
}

/* Of users who wait since the same turn, the more urgent link goes first. */
START_TEST(test_priority_among_users)
{
	Connecter at_it = { 0 }, idle = { 0 }, urgent = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	connect_absent(&bed, 9, 1, bed.a, &at_it);
	for (uint8_t last = 1; last <= 2; last++)
		bed_device(&bed, last, false, false);
	ck_assert_int_eq(bed_connect_as(&bed, 1, bed.c, &idle, 600, 0, false), 1);
	ck_assert_int_eq(bed_connect_as(&bed, 2, bed_session(&bed, bed.radio, 3, ":1.4"), &urgent, 600, 1, false),
			 1);
	time_is_over(&bed, 9);
	bed_expect(&bed, "connect9 disconnect9 connect2");
	time_is_over(&bed, 2);
	bed_expect(&bed, "disconnect2 connect1");
	bed_end(&bed);
}
END_TEST

/* However many links one user waits for, and however urgent they are: another's has every other turn. */
START_TEST(test_users_take_turns)
{
	Connecter many[40] = { 0 }, one = { 0 }, more = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	connect_absent(&bed, 10, ARRAY_SIZE(many), bed.a, many);
	connect_absent(&bed, 1, 1, bed.c, &one);
	bed_expect(&bed, "connect10");
	time_is_over(&bed, 10);
	bed_expect(&bed, "disconnect10 connect11");
	time_is_over(&bed, 11);
	bed_expect(&bed, "disconnect11 connect1");
	/* what was tried in vain goes behind the same user's only */
	for (uint8_t i = 12; i < 20; i++) {
		time_is_over(&bed, 1);
		time_is_over(&bed, i);
	}
	bed_forget(&bed);
	connect_absent(&bed, 2, 1, bed.c, &more);
	time_is_over(&bed, 1);
	time_is_over(&bed, 20);
	bed_expect(&bed, "disconnect1 connect20 disconnect20 connect2");
	bed_end(&bed);
}
END_TEST

/* A new session is no new user, and a user who is new comes behind those who wait: else one that ends its
 * session and opens another would always be first. */
START_TEST(test_new_sessions_have_no_new_turn)
{
	Connecter many[2] = { 0 }, one = { 0 }, fresh = { 0 }, stranger = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	connect_absent(&bed, 10, ARRAY_SIZE(many), bed.a, many);
	connect_absent(&bed, 1, 1, bed.c, &one);
	connect_absent(&bed, 20, 1, bed_session(&bed, bed.radio, 1, ":1.4"), &fresh);
	time_is_over(&bed, 10);
	time_is_over(&bed, 11);
	bed_expect(&bed, "connect10 disconnect10 connect11 disconnect11 connect1");
	time_is_over(&bed, 1);
	bed_expect(&bed, "disconnect1 connect20");
	connect_absent(&bed, 30, 1, bed_session(&bed, bed.radio, 3, ":1.5"), &stranger);
	time_is_over(&bed, 20);
	bed_expect(&bed, "disconnect20 connect1");
	bed_end(&bed);
}
END_TEST

/* The turn of a link that is to come back does not make an attempt last for whom somebody else waits. */
START_TEST(test_lost_link_between)
{
	Connecter absent[2] = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_link_up(&bed, 5, bed.c, true);
	bed_device(&bed, 5, false, false);
	bed_pass(&bed, 40 * USEC_PER_SEC);
	bed_disconnected(&bed, 5, 0);
	bed_expect(&bed, "lost5(3,disconnected) connect5 disconnect5");
	connect_absent(&bed, 10, ARRAY_SIZE(absent), bed.a, absent);
	bed_pass(&bed, 3 * USEC_PER_SEC);
	/* from now on, the lost link is the next */
	bed_link(&bed, 5)->retry_at = bed.now;
	time_is_over(&bed, 10);
	bed_expect(&bed, "connect10 disconnect10 connect5");
	time_is_over(&bed, 5);
	bed_expect(&bed, "disconnect5 connect11");
	bed_end(&bed);
}
END_TEST

/* What did not answer stands behind what was not tried, whoever asks for it next. */
START_TEST(test_remembered)
{
	Connecter busy = { 0 }, absent = { 0 }, fresh = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	for (uint8_t i = 1; i <= 3; i++)
		bed_device(&bed, i, false, false);
	ck_assert_int_eq(bed_connect(&bed, 2, bed.a, &absent), 1);
	bed_fail_connect(&bed, 2, E_TIMED_OUT);
	ck_assert_uint_eq(bed.radio->links->len, 0);
	ck_assert_int_eq(bed_connect(&bed, 1, bed.a, &busy), 1);
	ck_assert_int_eq(bed_connect_as(&bed, 2, bed.a, &absent, 30, 9, false), 1);
	ck_assert_int_eq(bed_connect(&bed, 3, bed.b, &fresh), 1);
	bed_device(&bed, 1, true, true);
	bed_expect(&bed, "connect2 connect1 +link1 connect3");
	bed_device(&bed, 3, true, true);
	/* it is there after all: forgiven */
	bed_device(&bed, 2, true, true);
	bed_release(&bed, bed_link(&bed, 2), bed.a);
	bed_device(&bed, 2, false, false);
	bed_expect(&bed, "+link3 connect2 +link2 disconnect2 -link2");
	ck_assert_int_eq(bed_connect(&bed, 2, bed.a, &absent), 1);
	ck_assert_uint_eq(bed_link(&bed, 2)->failures, 0);
	bed_end(&bed);
}
END_TEST

/* A program can name as many devices as it likes. */
START_TEST(test_memory_is_bounded)
{
	Connecter absent = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	for (unsigned i = 0; i < 3 * ABSENT_MAX; i++) {
		bed_device(&bed, (uint8_t)i, false, false);
		ck_assert_int_eq(bed_connect(&bed, (uint8_t)i, bed.a, &absent), 1);
		bed_pass(&bed, 1);
		bed_fail_connect(&bed, (uint8_t)i, E_TIMED_OUT);
	}
	for (unsigned i = 0; i < 3 * ABSENT_MAX; i++) {
		ck_assert_int_eq(bed_connect(&bed, (uint8_t)i, bed.a, &absent), 1);
		ck_assert_uint_eq(bed_link(&bed, (uint8_t)i)->failures, i < 2 * ABSENT_MAX ? 0 : 1);
		bed_give_up(&bed, &absent);
		bed_disconnected(&bed, (uint8_t)i, 0);
	}
	bed_end(&bed);
}
END_TEST

/* A lost link that does not come back is tried less and less often, and gives way at once. */
START_TEST(test_growing_pauses)
{
	static const unsigned pauses[] = { 5, 10, 20, 40, 60, 60 };
	Connecter other = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_link_up(&bed, 5, bed.a, true);
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "lost5(1,disconnected) connect5");
	for (size_t i = 0; i < ARRAY_SIZE(pauses); i++) {
		bed_pass(&bed, 40 * USEC_PER_SEC);
		bed_expect(&bed, "disconnect5");
		bed_disconnected(&bed, 5, 0);
		bed_pass(&bed, pauses[i] * USEC_PER_SEC - 1);
		bed_expect(&bed, "");
		bed_pass(&bed, 1);
		bed_expect(&bed, "connect5");
	}
	bed_pass(&bed, 3 * USEC_PER_SEC);
	bed_device(&bed, 6, false, false);
	ck_assert_int_eq(bed_connect(&bed, 6, bed.b, &other), 1);
	bed_pass(&bed, 1 * USEC_PER_SEC);
	bed_expect(&bed, "disconnect5");
	bed_disconnected(&bed, 5, 0);
	bed_device(&bed, 6, true, true);
	bed_expect(&bed, "connect6 +link6");
	bed_pass(&bed, 60 * USEC_PER_SEC);
	bed_expect(&bed, "connect5");
	/* back: as if nothing had been */
	bed_device(&bed, 5, true, true);
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "lost5(1,disconnected) connect5");
	ck_assert_uint_eq(bed_link(&bed, 5)->failures, 0);
	bed_end(&bed);
}
END_TEST

/* A link that is to come back does not cut short whom somebody waits for, but once. */
START_TEST(test_callers_before_links_that_come_back)
{
	Connecter slow = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_link_up(&bed, 5, bed.a, true);
	bed_device(&bed, 6, false, false);
	ck_assert_int_eq(bed_connect_as(&bed, 6, bed.b, &slow, 300, 0, false), 1);
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "connect6 lost5(1,disconnected)");
	bed_pass(&bed, 4 * USEC_PER_SEC);
	bed_expect(&bed, "disconnect6");
	bed_disconnected(&bed, 6, 0);
	bed_expect(&bed, "connect5");
	bed_pass(&bed, 4 * USEC_PER_SEC);
	bed_disconnected(&bed, 5, 0);
	bed_expect(&bed, "disconnect5 connect6");
	bed_pass(&bed, 39 * USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("turn", test_gives_way_and_comes_again, test_services_are_in_nobodys_way,
	  test_services_give_up_their_slot, test_round, test_priority_among_users, test_users_take_turns,
	  test_new_sessions_have_no_new_turn, test_lost_link_between, test_remembered, test_memory_is_bounded,
	  test_growing_pauses, test_callers_before_links_that_come_back)
