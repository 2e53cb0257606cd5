/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets a link, and when: slots, the queue, seeking, retries; and those who, being told, ask for more. */
#include <errno.h>
#include <string.h>

#include "bed-links.h"
#include "core/slots.h"

START_TEST(test_linger_gives_way)
{
	Connecter next = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed.broker->config.link_linger_seconds = 600;
	bed.broker->config.max_links = 2;
	bed_release(&bed, bed_link_up(&bed, 1, bed.a, false), bed.a);
	bed_pass(&bed, 1 * USEC_PER_SEC);
	bed_release(&bed, bed_link_up(&bed, 2, bed.a, false), bed.a);
	bed_device(&bed, 3, false, false);
	ck_assert_int_eq(bed_connect(&bed, 3, bed.b, &next), 1);
	/* one slot is needed, so one link is closed */
	bed_expect(&bed, "disconnect1");
	bed_device(&bed, 1, false, false);
	bed_expect(&bed, "-link1 connect3");
	bed_device(&bed, 3, true, true);
	ck_assert_uint_eq(next.called, 1);
	bed_end(&bed);
}
END_TEST

START_TEST(test_slots_and_queue)
{
	Connecter old = { 0 }, young = { 0 }, urgent = { 0 }, brief = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed.broker->config.max_links = 2;
	bed_link_up(&bed, 1, bed.a, false);
	bed_link_up(&bed, 2, bed.a, false);
	for (uint8_t i = 3; i <= 6; i++)
		bed_device(&bed, i, false, false);
	ck_assert_int_eq(bed_connect(&bed, 3, bed.b, &old), 1);
	ck_assert_int_eq(bed_connect(&bed, 4, bed.b, &young), 1);
	ck_assert_int_eq(bed_connect_as(&bed, 5, bed.c, &urgent, 30, 7, false), 1);
	ck_assert_int_eq(bed_connect_as(&bed, 6, bed.c, &brief, 2, 9, false), 1);
	bed_expect(&bed, "");
	bed_pass(&bed, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(brief.called, 1);
	ck_assert_int_eq(brief.error, E_LIMIT_REACHED);
	ck_assert_str_eq(brief.text, "all 2 link slots of hci0 are taken (MaxLinks)");

	bed_release(&bed, bed_link(&bed, 1), bed.a);
	bed_expect(&bed, "disconnect1");
	/* one that comes back while its link is closing stands at the end, however old the link is */
	ck_assert_int_eq(bed_connect(&bed, 1, bed.a, &brief), 1);
	bed_device(&bed, 1, false, false);
	bed_expect(&bed, "connect5");
	bed_device(&bed, 5, true, true);
	ck_assert_uint_eq(urgent.called, 1);
	bed_release(&bed, bed_link(&bed, 5), bed.c);
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "+link5 disconnect5 -link5 connect3");
	bed_device(&bed, 3, true, true);
	sessions_drop(bed.b, bed.now);
	bed_settle(&bed);
	bed_device(&bed, 3, false, false);
	ck_assert_uint_eq(young.called, 1);
	ck_assert_int_eq(young.error, E_NOT_READY);
	bed_expect(&bed, "+link3 disconnect3 -link3 connect1");
	bed_end(&bed);
}
END_TEST

START_TEST(test_one_connect_at_a_time)
{
	Connecter slow = { 0 }, quick = { 0 }, brief = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	for (uint8_t i = 1; i <= 3; i++)
		bed_device(&bed, i, false, false);
	ck_assert_int_eq(bed_connect(&bed, 1, bed.a, &slow), 1);
	ck_assert_int_eq(bed_connect(&bed, 2, bed.b, &quick), 1);
	ck_assert_int_eq(bed_connect_as(&bed, 3, bed.b, &brief, 1, 0, false), 1);
	bed_expect(&bed, "connect1");
	/* slots are free: it was no want of slots */
	bed_pass(&bed, 1 * USEC_PER_SEC);
	ck_assert_int_eq(brief.error, E_TIMED_OUT);
	ck_assert_str_eq(brief.text, "hci0 was busy connecting to another device");
	bed_device(&bed, 1, true, true);
	bed_expect(&bed, "+link1 connect2");
	/* the first one's time is over, and the second one's */
	bed_pass(&bed, 30 * USEC_PER_SEC);
	ck_assert_int_eq(quick.error, E_TIMED_OUT);
	ck_assert_str_eq(quick.text, "C0:00:00:00:00:02 did not answer in time");
	bed_expect(&bed, "disconnect2");
	bed_end(&bed);
}
END_TEST

START_TEST(test_seeking)
{
	Connecter heard = { 0 }, unheard = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &heard), 1);
	ck_assert_int_eq(bed_connect_as(&bed, 6, bed.a, &unheard, 5, 0, false), 1);
	bed_expect(&bed, "scan0");
	ck_assert_uint_eq(slots_seeking(bed.radio), 2);
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "connect5");
	/* it vanishes again before its turn, and is sought again */
	bed_pass(&bed, 5 * USEC_PER_SEC);
	ck_assert_int_eq(unheard.error, E_TIMED_OUT);
	ck_assert_ptr_nonnull(strstr(unheard.text, "not heard"));
	bed_expect(&bed, "noscan0");
	bed_fail_connect(&bed, 5, -EAGAIN);
	bed_no_device(&bed, 5);
	bed_expect(&bed, "scan0");
	bed_device(&bed, 5, false, false);
	bed_pass(&bed, 1 * USEC_PER_SEC);
	bed_expect(&bed, "noscan0 connect5");
	bed_device(&bed, 5, true, true);
	ck_assert_int_eq(heard.error, 0);

	/* a session's own scan goes on */
	ck_assert_int_eq(bed_start(&bed, bed.b, -1), 0);
	bed_expect(&bed, "+link5 scan0");
	ck_assert_int_eq(bed_connect(&bed, 6, bed.a, &unheard), 1);
	bed_give_up(&bed, &unheard);
	bed_expect(&bed, "");
	ck_assert(radio_is_scanning(bed.radio));
	bed_end(&bed);
}
END_TEST

START_TEST(test_retries)
{
	static const unsigned backoff[] = { 250, 500, 1000 };
	Connecter waiter = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &waiter), 1);
	for (size_t i = 0; i < ARRAY_SIZE(backoff); i++) {
		bed_expect(&bed, "connect5");
		bed_fail_connect(&bed, 5, -EAGAIN);
		bed_pass(&bed, backoff[i] * USEC_PER_MSEC - 1);
		bed_expect(&bed, "");
		bed_pass(&bed, 1);
	}
	bed_expect(&bed, "connect5");
	ck_assert_uint_eq(waiter.called, 0);
	bed_fail_connect(&bed, 5, -EAGAIN);
	ck_assert_uint_eq(waiter.called, 1);
	ck_assert_int_eq(waiter.error, E_CONNECTION_REFUSED);
	ck_assert_str_eq(waiter.text, "said the edge");
	ck_assert_uint_eq(bed.radio->links->len, 0);

	/* what is no accident is not tried again */
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &waiter), 1);
	bed_fail_connect(&bed, 5, E_CONNECTION_REFUSED);
	ck_assert_int_eq(waiter.error, E_CONNECTION_REFUSED);
	ck_assert_uint_eq(bed.radio->links->len, 0);

	/* lost in the middle of the services */
	bed_forget(&bed);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &waiter), 1);
	link_connect_done(bed_link(&bed, 5), 0, NULL, bed.now);
	bed_settle(&bed);
	bed_device(&bed, 5, true, false);
	bed_device(&bed, 5, false, false);
	bed_pass(&bed, 250 * USEC_PER_MSEC);
	bed_expect(&bed, "connect5 connect5");

	/* no answer at all: the attempt is taken back, and those who wait hear of it */
	waiter.wait.deadline = USEC_NEVER;
	bed_pass(&bed, 40 * USEC_PER_SEC);
	bed_expect(&bed, "disconnect5");
	ck_assert_int_eq(waiter.error, E_TIMED_OUT);
	/* the late answer is nobody's */
	bed_fail_connect(&bed, 5, E_FAILED);
	bed_disconnected(&bed, 5, 0);
	ck_assert_uint_eq(bed.radio->links->len, 0);
	ck_assert_uint_eq(waiter.called, 3);
	bed_end(&bed);
}
END_TEST

/* It was slow to answer, but it has: that is no timeout. */
START_TEST(test_broken_late)
{
	Connecter waiter = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &waiter), 1);
	waiter.wait.deadline = USEC_NEVER;
	for (unsigned tries = 0; tries < 4; tries++) {
		ck_assert_uint_eq(waiter.called, 0);
		bed_expect(&bed, "connect5");
		bed_pass(&bed, 20 * USEC_PER_SEC);
		link_connect_done(bed_link(&bed, 5), 0, NULL, bed.now);
		bed_settle(&bed);
		bed_device(&bed, 5, true, false);
		bed_device(&bed, 5, false, false);
		bed_pass(&bed, USEC_PER_SEC);
	}
	ck_assert_uint_eq(waiter.called, 1);
	ck_assert_int_eq(waiter.error, E_CONNECTION_REFUSED);
	ck_assert_ptr_nonnull(strstr(waiter.text, "services"));
	bed_end(&bed);
}
END_TEST

START_TEST(test_leaving_while_waiting)
{
	Connecter seeking = { 0 }, connecting = { 0 }, queued = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &seeking), 1);
	ck_assert(links_hold_session(bed.radio, bed.a) && !links_hold_session(bed.radio, bed.b));
	bed_give_up(&bed, &seeking);
	bed_give_up(&bed, &seeking);
	bed_expect(&bed, "scan0 noscan0");
	bed_device(&bed, 1, false, false);
	bed_device(&bed, 2, false, false);
	ck_assert_int_eq(bed_connect(&bed, 1, bed.a, &connecting), 1);
	ck_assert_int_eq(bed_connect(&bed, 2, bed.a, &queued), 1);
	bed_give_up(&bed, &queued);
	ck_assert_ptr_null(bed_link(&bed, 2));
	bed_give_up(&bed, &connecting);
	bed_expect(&bed, "connect1 disconnect1");
	/* and one who comes while it is taken back gets a fresh attempt */
	ck_assert_int_eq(bed_connect(&bed, 1, bed.b, &queued), 1);
	bed_fail_connect(&bed, 1, E_FAILED);
	bed_disconnected(&bed, 1, 0);
	bed_expect(&bed, "connect1");
	sessions_drop(bed.b, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(queued.called, 1);
	ck_assert_int_eq(queued.error, E_NOT_READY);
	bed_expect(&bed, "disconnect1");
	ck_assert(!links_hold_session(bed.radio, bed.a));
	ck_assert_uint_eq(seeking.called + connecting.called, 0);
	bed_end(&bed);
}
END_TEST

static void cancel_other(Connecter *connecter)
{
	Connecter *other = connecter->other;

	wait_cancel(&other->wait.wait);
}

static void drop_session(Connecter *connecter)
{
	sessions_drop(connecter->other, connecter->bed->now);
}

static void connect_again(Connecter *connecter)
{
	Session *session = connecter->wait.wait.session;

	connecter->then = NULL;
	(void)bed_connect(connecter->bed, 5, session, connecter);
}

static void connect_to_next(Connecter *connecter)
{
	(void)bed_connect(connecter->bed, 6, connecter->wait.wait.session, connecter->other);
}

static void let_go(Connecter *connecter)
{
	(void)hold_release(bed_link(connecter->bed, 5), connecter->wait.wait.session, connecter->bed->now);
}

START_TEST(test_told_and_cancels)
{
	Connecter first = { .then = cancel_other }, second = { 0 }, third = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	first.other = &second;
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &first), 1);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &second), 1);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.c, &third), 1);
	bed_fail_connect(&bed, 5, E_FAILED);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 0);
	ck_assert_uint_eq(third.called, 1);

	/* the same where their time is over, and where it works: but its session has the link by then */
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &first), 1);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &second), 1);
	bed_pass(&bed, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(first.called, 2);
	ck_assert_uint_eq(second.called, 0);
	bed_disconnected(&bed, 5, 0);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &first), 1);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &second), 1);
	bed_device(&bed, 5, true, true);
	ck_assert_uint_eq(first.called, 3);
	ck_assert_uint_eq(second.called, 0);
	ck_assert(hold_is_there(bed_link(&bed, 5), bed.a) && hold_is_there(bed_link(&bed, 5), bed.b));
	ck_assert_uint_eq(bed_link(&bed, 5)->holds->len, 2);
	bed_end(&bed);
}
END_TEST

START_TEST(test_told_and_drops_sessions)
{
	Connecter first = { .then = drop_session }, second = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	first.other = bed.b;
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &first), 1);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &second), 1);
	bed_device(&bed, 5, true, true);
	/* it had the link before its session went, and is told so */
	ck_assert_uint_eq(second.called, 1);
	ck_assert_int_eq(second.error, 0);
	ck_assert_uint_eq(bed_link(&bed, 5)->holds->len, 1);

	/* itself, as it is told that its link is up: it goes again */
	bed_forget(&bed);
	bed_device(&bed, 6, false, false);
	first.other = bed.c;
	ck_assert_int_eq(bed_connect(&bed, 6, bed.c, &first), 1);
	bed_device(&bed, 6, true, true);
	bed_expect(&bed, "connect6 +link6 disconnect6");
	bed_end(&bed);
}
END_TEST

START_TEST(test_told_and_connects_again)
{
	Connecter first = { .then = connect_again }, second = { .then = connect_again };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &first), 1);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &second), 1);
	bed_fail_connect(&bed, 5, E_FAILED);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 1);
	bed_pass(&bed, 0);
	bed_expect(&bed, "connect5 connect5");
	bed_device(&bed, 5, true, true);
	ck_assert_uint_eq(first.called, 2);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(bed_link(&bed, 5)->holds->len, 2);

	/* while the radio goes there is nothing to be had */
	first.then = connect_again;
	ck_assert_int_eq(bed_connect(&bed, 7, bed.a, &first), 1);
	radios_vanished(bed.radio, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called, 3);
	ck_assert_int_eq(first.error, E_NOT_READY);
	bed_end(&bed);
}
END_TEST

START_TEST(test_told_and_lets_go)
{
	Connecter first = { .then = let_go }, next = { 0 }, chain = { .then = connect_to_next };
	Bed bed;

	bed_init_radio(&bed);
	/* a link of others is dropped on the spot */
	bed.devices[5] = (LinkMirror){ .known = true, .connected = true };
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &first), 1);
	bed_device(&bed, 5, true, true);
	ck_assert_uint_eq(first.called, 1);
	bed_expect(&bed, "+link5 -link5");
	ck_assert_uint_eq(bed.radio->links->len, 0);

	/* what is asked for while others are being told is not forgotten */
	bed_device(&bed, 6, false, false);
	bed_device(&bed, 5, false, false);
	chain.other = &next;
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &chain), 1);
	bed_fail_connect(&bed, 5, E_FAILED);
	bed_expect(&bed, "connect5 connect6");
	bed_give_up(&bed, &next);
	bed_disconnected(&bed, 6, 0);
	ck_assert_int_eq(bed_connect_as(&bed, 5, bed.a, &chain, 3, 0, false), 1);
	bed_pass(&bed, 3 * USEC_PER_SEC);
	bed_disconnected(&bed, 5, 0);
	bed_expect(&bed, "disconnect6 connect5 disconnect5 connect6");
	bed_end(&bed);
}
END_TEST

/* bluetoothd does not answer for an hour: nothing is begun, and nothing is late. */
START_TEST(test_stall)
{
	Connecter first = { 0 }, next = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 1, false, false);
	bed_device(&bed, 2, false, false);
	ck_assert_int_eq(bed_connect(&bed, 1, bed.a, &first), 1);
	bed_expect(&bed, "connect1");
	broker_bluez_stalled(bed.broker, true, bed.now);
	bed_expect(&bed, "stalled");
	ck_assert_int_eq(bed_connect(&bed, 2, bed.b, &next), E_BLUEZ_UNAVAILABLE);
	bed_pass(&bed, 3600 * USEC_PER_SEC);
	/* whoever waited was told, and goes */
	bed_give_up(&bed, &first);
	bed_expect(&bed, "disconnect1");
	bed_pass(&bed, 3600 * USEC_PER_SEC);
	bed_expect(&bed, "");
	ck_assert_ptr_nonnull(bed_link(&bed, 1));

	broker_bluez_stalled(bed.broker, false, bed.now);
	bed_settle(&bed);
	bed_disconnected(&bed, 1, 0);
	ck_assert_ptr_null(bed_link(&bed, 1));
	ck_assert_int_eq(bed_connect(&bed, 2, bed.b, &next), 1);
	bed_expect(&bed, "connect2");
	bed_device(&bed, 2, true, true);
	ck_assert_uint_eq(next.called, 1);
	ck_assert_int_eq(next.error, 0);
	bed_end(&bed);
}
END_TEST

/* An attempt takes its whole time and ends those who wait for it; when another's time is over is not forgotten over
 * that. */
START_TEST(test_time_of_others)
{
	Connecter sought = { 0 }, other = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_connect_as(&bed, 6, bed.a, &sought, 45, 0, false), 1);
	bed.devices[5] = (LinkMirror){ .known = true, .connected = true };
	ck_assert_int_eq(bed_connect_as(&bed, 5, bed.b, &other, 42, 0, false), 1);
	bed_pass(&bed, 40 * USEC_PER_SEC);
	ck_assert(other.called == 1 && other.error == E_TIMED_OUT);
	ck_assert_uint_eq(sought.called, 0);
	bed_pass(&bed, 5 * USEC_PER_SEC);
	ck_assert(sought.called == 1 && sought.error == E_TIMED_OUT);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("links", test_linger_gives_way, test_slots_and_queue, test_one_connect_at_a_time, test_seeking,
	  test_retries, test_broken_late, test_leaving_while_waiting, test_told_and_cancels, test_told_and_drops_sessions,
	  test_told_and_connects_again, test_told_and_lets_go, test_stall, test_time_of_others)
