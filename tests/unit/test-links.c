/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets a link, and when: slots, the queue, seeking, retries; and those who, being told, ask for more. */
#include <errno.h>

#include "link-place.h"

START_TEST(test_linger_gives_way)
{
	Connecter next = { 0 };
	Place p;

	place_init(&p);
	p.world.broker->config.link_linger_seconds = 600;
	p.world.broker->config.max_links = 2;
	link_release(world_link_up(&p.world, p.radio, 1, p.a, false), p.a, p.world.now);
	world_pass(&p.world, 1 * USEC_PER_SEC);
	link_release(world_link_up(&p.world, p.radio, 2, p.a, false), p.a, p.world.now);
	world_device(&p.world, p.radio, 3, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 3, p.b, &next), 1);
	/* one slot is needed, so one link is closed */
	world_expect(&p.world, "disconnect1");
	world_device(&p.world, p.radio, 1, false, false);
	world_expect(&p.world, "-link1 connect3");
	world_device(&p.world, p.radio, 3, true, true);
	ck_assert_uint_eq(next.called, 1);
	world_end(&p.world);
}
END_TEST

START_TEST(test_slots_and_queue)
{
	Connecter old = { 0 }, young = { 0 }, urgent = { 0 }, brief = { 0 };
	Place p;

	place_init(&p);
	p.world.broker->config.max_links = 2;
	world_link_up(&p.world, p.radio, 1, p.a, false);
	world_link_up(&p.world, p.radio, 2, p.a, false);
	for (uint8_t i = 3; i <= 6; i++)
		world_device(&p.world, p.radio, i, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 3, p.b, &old), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 4, p.b, &young), 1);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 5, p.c, &urgent, 30, 7, false), 1);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 6, p.c, &brief, 2, 9, false), 1);
	world_expect(&p.world, "");
	world_pass(&p.world, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(brief.called, 1);
	ck_assert_int_eq(brief.error, E_LIMIT_REACHED);
	ck_assert_str_eq(brief.text, "all 2 link slots of hci0 are taken (MaxLinks)");

	link_release(world_link(p.radio, 1), p.a, p.world.now);
	world_expect(&p.world, "disconnect1");
	/* one that comes back while its link is closing stands at the end, however old the link is */
	ck_assert_int_eq(world_connect(&p.world, p.radio, 1, p.a, &brief), 1);
	world_device(&p.world, p.radio, 1, false, false);
	world_expect(&p.world, "connect5");
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_uint_eq(urgent.called, 1);
	link_release(world_link(p.radio, 5), p.c, p.world.now);
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "+link5 disconnect5 -link5 connect3");
	world_device(&p.world, p.radio, 3, true, true);
	session_drop(p.b, p.world.now);
	world_device(&p.world, p.radio, 3, false, false);
	ck_assert_uint_eq(young.called, 1);
	ck_assert_int_eq(young.error, E_NOT_READY);
	world_expect(&p.world, "+link3 disconnect3 -link3 connect1");
	world_end(&p.world);
}
END_TEST

START_TEST(test_one_connect_at_a_time)
{
	Connecter slow = { 0 }, quick = { 0 }, brief = { 0 };
	Place p;

	place_init(&p);
	for (uint8_t i = 1; i <= 3; i++)
		world_device(&p.world, p.radio, i, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 1, p.a, &slow), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.b, &quick), 1);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 3, p.b, &brief, 1, 0, false), 1);
	world_expect(&p.world, "connect1");
	/* slots are free: it was no want of slots */
	world_pass(&p.world, 1 * USEC_PER_SEC);
	ck_assert_int_eq(brief.error, E_TIMED_OUT);
	ck_assert_str_eq(brief.text, "hci0 was busy connecting to another device");
	world_device(&p.world, p.radio, 1, true, true);
	world_expect(&p.world, "+link1 connect2");
	/* the first one's time is over, and the second one's */
	world_pass(&p.world, 30 * USEC_PER_SEC);
	ck_assert_int_eq(quick.error, E_TIMED_OUT);
	ck_assert_str_eq(quick.text, "C0:00:00:00:00:02 did not answer in time");
	world_expect(&p.world, "disconnect2");
	world_end(&p.world);
}
END_TEST

START_TEST(test_seeking)
{
	Connecter heard = { 0 }, unheard = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &heard), 1);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 6, p.a, &unheard, 5, 0, false), 1);
	world_expect(&p.world, "scan0");
	ck_assert_uint_eq(links_seeking(p.radio), 2);
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "connect5");
	/* it vanishes again before its turn, and is sought again */
	world_pass(&p.world, 5 * USEC_PER_SEC);
	ck_assert_int_eq(unheard.error, E_TIMED_OUT);
	ck_assert_ptr_nonnull(strstr(unheard.text, "not heard"));
	world_expect(&p.world, "noscan0");
	fail_connect(&p, 5, -EAGAIN);
	world_no_device(&p.world, p.radio, 5);
	world_expect(&p.world, "scan0");
	world_device(&p.world, p.radio, 5, false, false);
	world_pass(&p.world, 1 * USEC_PER_SEC);
	world_expect(&p.world, "noscan0 connect5");
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_int_eq(heard.error, 0);

	/* a session's own scan goes on */
	ck_assert_int_eq(world_start(&p.world, p.b, -1), 0);
	world_expect(&p.world, "+link5 scan0");
	ck_assert_int_eq(world_connect(&p.world, p.radio, 6, p.a, &unheard), 1);
	connect_wait_cancel(&unheard.wait, p.world.now);
	world_expect(&p.world, "");
	ck_assert(radio_is_scanning(p.radio));
	world_end(&p.world);
}
END_TEST

START_TEST(test_retries)
{
	static const unsigned backoff[] = { 250, 500, 1000 };
	Connecter waiter = { 0 };
	Place p;

	place_init(&p);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &waiter), 1);
	for (size_t i = 0; i < ARRAY_SIZE(backoff); i++) {
		world_expect(&p.world, "connect5");
		fail_connect(&p, 5, -EAGAIN);
		world_pass(&p.world, backoff[i] * USEC_PER_MSEC - 1);
		world_expect(&p.world, "");
		world_pass(&p.world, 1);
	}
	world_expect(&p.world, "connect5");
	ck_assert_uint_eq(waiter.called, 0);
	fail_connect(&p, 5, -EAGAIN);
	ck_assert_uint_eq(waiter.called, 1);
	ck_assert_int_eq(waiter.error, E_CONNECTION_REFUSED);
	ck_assert_str_eq(waiter.text, "said the edge");
	ck_assert_uint_eq(p.radio->links->len, 0);

	/* what is no accident is not tried again */
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &waiter), 1);
	fail_connect(&p, 5, E_CONNECTION_REFUSED);
	ck_assert_int_eq(waiter.error, E_CONNECTION_REFUSED);
	ck_assert_uint_eq(p.radio->links->len, 0);

	/* lost in the middle of the services */
	g_string_truncate(p.world.log, 0);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &waiter), 1);
	link_connect_done(world_link(p.radio, 5), 0, NULL, p.world.now);
	world_device(&p.world, p.radio, 5, true, false);
	world_device(&p.world, p.radio, 5, false, false);
	world_pass(&p.world, 250 * USEC_PER_MSEC);
	world_expect(&p.world, "connect5 connect5");

	/* no answer at all: the attempt is taken back, and those who wait hear of it */
	waiter.wait.deadline = USEC_NEVER;
	world_pass(&p.world, 40 * USEC_PER_SEC);
	world_expect(&p.world, "disconnect5");
	ck_assert_int_eq(waiter.error, E_TIMED_OUT);
	/* the late answer is nobody's */
	fail_connect(&p, 5, E_FAILED);
	link_disconnect_done(world_link(p.radio, 5), 0, p.world.now);
	ck_assert_uint_eq(p.radio->links->len, 0);
	ck_assert_uint_eq(waiter.called, 3);
	world_end(&p.world);
}
END_TEST

START_TEST(test_leaving_while_waiting)
{
	Connecter seeking = { 0 }, connecting = { 0 }, queued = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &seeking), 1);
	ck_assert(links_hold_session(p.radio, p.a) && !links_hold_session(p.radio, p.b));
	connect_wait_cancel(&seeking.wait, p.world.now);
	connect_wait_cancel(&seeking.wait, p.world.now);
	world_expect(&p.world, "scan0 noscan0");
	world_device(&p.world, p.radio, 1, false, false);
	world_device(&p.world, p.radio, 2, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 1, p.a, &connecting), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.a, &queued), 1);
	connect_wait_cancel(&queued.wait, p.world.now);
	ck_assert_ptr_null(world_link(p.radio, 2));
	connect_wait_cancel(&connecting.wait, p.world.now);
	world_expect(&p.world, "connect1 disconnect1");
	/* and one who comes while it is taken back gets a fresh attempt */
	ck_assert_int_eq(world_connect(&p.world, p.radio, 1, p.b, &queued), 1);
	fail_connect(&p, 1, E_FAILED);
	link_disconnect_done(world_link(p.radio, 1), 0, p.world.now);
	world_expect(&p.world, "connect1");
	session_drop(p.b, p.world.now);
	ck_assert_uint_eq(queued.called, 1);
	ck_assert_int_eq(queued.error, E_NOT_READY);
	world_expect(&p.world, "disconnect1");
	ck_assert(!links_hold_session(p.radio, p.a));
	ck_assert_uint_eq(seeking.called + connecting.called, 0);
	world_end(&p.world);
}
END_TEST

static void cancel_other(Connecter *connecter)
{
	Connecter *other = connecter->other;

	connect_wait_cancel(&other->wait, connecter->world->now);
}

static void drop_session(Connecter *connecter)
{
	session_drop(connecter->other, connecter->world->now);
}

static void connect_again(Connecter *connecter)
{
	Session *session = connecter->wait.session;

	connecter->then = NULL;
	(void)world_connect(connecter->world, connecter->radio, 5, session, connecter);
}

static void connect_to_next(Connecter *connecter)
{
	(void)world_connect(connecter->world, connecter->radio, 6, connecter->wait.session, connecter->other);
}

static void let_go(Connecter *connecter)
{
	(void)link_release(world_link(connecter->radio, 5), connecter->wait.session, connecter->world->now);
}

START_TEST(test_told_and_cancels)
{
	Connecter first = { .then = cancel_other }, second = { 0 }, third = { 0 };
	Place p;

	place_init(&p);
	first.other = &second;
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &first), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &second), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.c, &third), 1);
	fail_connect(&p, 5, E_FAILED);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 0);
	ck_assert_uint_eq(third.called, 1);

	/* the same where their time is over, and where it works */
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &second), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &first), 1);
	world_pass(&p.world, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(first.called, 2);
	ck_assert_uint_eq(second.called, 0);
	link_disconnect_done(world_link(p.radio, 5), 0, p.world.now);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &first), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &second), 1);
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_uint_eq(first.called, 3);
	ck_assert_uint_eq(second.called, 0);
	ck_assert_uint_eq(world_link(p.radio, 5)->holds->len, 1);
	world_end(&p.world);
}
END_TEST

START_TEST(test_told_and_drops_sessions)
{
	Connecter first = { .then = drop_session }, second = { 0 };
	Place p;

	place_init(&p);
	first.other = p.b;
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &first), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &second), 1);
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_uint_eq(second.called, 1);
	ck_assert_int_eq(second.error, E_NOT_READY);
	ck_assert_uint_eq(world_link(p.radio, 5)->holds->len, 1);

	/* itself, as it is told that its link is up: it goes again */
	g_string_truncate(p.world.log, 0);
	world_device(&p.world, p.radio, 6, false, false);
	first.other = p.c;
	ck_assert_int_eq(world_connect(&p.world, p.radio, 6, p.c, &first), 1);
	world_device(&p.world, p.radio, 6, true, true);
	world_expect(&p.world, "connect6 +link6 disconnect6");
	world_end(&p.world);
}
END_TEST

START_TEST(test_told_and_connects_again)
{
	Connecter first = { .then = connect_again }, second = { .then = connect_again };
	Place p;

	place_init(&p);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &first), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &second), 1);
	fail_connect(&p, 5, E_FAILED);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 1);
	world_pass(&p.world, 0);
	world_expect(&p.world, "connect5 connect5");
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_uint_eq(first.called, 2);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(world_link(p.radio, 5)->holds->len, 2);

	/* while the radio goes there is nothing to be had */
	first.then = connect_again;
	ck_assert_int_eq(world_connect(&p.world, p.radio, 7, p.a, &first), 1);
	radio_vanished(p.radio, p.world.now);
	ck_assert_uint_eq(first.called, 3);
	ck_assert_int_eq(first.error, E_NOT_READY);
	world_end(&p.world);
}
END_TEST

START_TEST(test_told_and_lets_go)
{
	Connecter first = { .then = let_go }, next = { 0 }, chain = { .then = connect_to_next };
	Place p;

	place_init(&p);
	/* a link of others is dropped on the spot */
	p.world.devices[5] = (LinkMirror){ .known = true, .connected = true };
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &first), 1);
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_uint_eq(first.called, 1);
	world_expect(&p.world, "+link5 -link5");
	ck_assert_uint_eq(p.radio->links->len, 0);

	/* what is asked for while others are being told is not forgotten */
	world_device(&p.world, p.radio, 6, false, false);
	world_device(&p.world, p.radio, 5, false, false);
	chain.other = &next;
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &chain), 1);
	fail_connect(&p, 5, E_FAILED);
	world_expect(&p.world, "connect5 connect6");
	connect_wait_cancel(&next.wait, p.world.now);
	link_disconnect_done(world_link(p.radio, 6), 0, p.world.now);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 5, p.a, &chain, 3, 0, false), 1);
	world_pass(&p.world, 3 * USEC_PER_SEC);
	link_disconnect_done(world_link(p.radio, 5), 0, p.world.now);
	world_expect(&p.world, "disconnect6 connect5 disconnect5 connect6");
	world_end(&p.world);
}
END_TEST

/* bluetoothd does not answer for an hour: nothing is begun, and nothing is late. */
START_TEST(test_stall)
{
	Connecter first = { 0 }, next = { 0 };
	Place p;

	place_init(&p);
	world_device(&p.world, p.radio, 1, false, false);
	world_device(&p.world, p.radio, 2, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 1, p.a, &first), 1);
	world_expect(&p.world, "connect1");
	broker_bluez_stalled(p.world.broker, true, p.world.now);
	world_expect(&p.world, "stalled");
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.b, &next), E_BLUEZ_UNAVAILABLE);
	world_pass(&p.world, 3600 * USEC_PER_SEC);
	/* whoever waited was told, and goes */
	connect_wait_cancel(&first.wait, p.world.now);
	world_expect(&p.world, "disconnect1");
	world_pass(&p.world, 3600 * USEC_PER_SEC);
	world_expect(&p.world, "");
	ck_assert_ptr_nonnull(world_link(p.radio, 1));

	broker_bluez_stalled(p.world.broker, false, p.world.now);
	link_disconnect_done(world_link(p.radio, 1), 0, p.world.now);
	ck_assert_ptr_null(world_link(p.radio, 1));
	ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.b, &next), 1);
	world_expect(&p.world, "connect2");
	world_device(&p.world, p.radio, 2, true, true);
	ck_assert_uint_eq(next.called, 1);
	ck_assert_int_eq(next.error, 0);
	world_end(&p.world);
}
END_TEST

UNIT_MAIN("links", test_linger_gives_way, test_slots_and_queue, test_one_connect_at_a_time, test_seeking,
	  test_retries, test_leaving_while_waiting, test_told_and_cancels, test_told_and_drops_sessions,
	  test_told_and_connects_again, test_told_and_lets_go, test_stall)
