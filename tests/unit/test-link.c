/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a link comes and goes, and who has it: sharing, losses. */
#include <errno.h>

#include "link-place.h"

START_TEST(test_shared_and_counted)
{
	Connecter first = { 0 }, together = { 0 }, later = { 0 };
	Place p;
	Link *link;

	place_init(&p);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &first), 1);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &together), 1);
	world_expect(&p.world, "connect5");
	link = world_link(p.radio, 5);
	link_connect_done(link, 0, NULL, p.world.now);
	world_device(&p.world, p.radio, 5, true, false);
	ck_assert_uint_eq(first.called, 0);
	ck_assert(!link->exposed);
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(together.called, 1);
	ck_assert_int_eq(first.error, 0);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.c, &later), 0);
	ck_assert_uint_eq(link->holds->len, 3);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.c, &later), 0);
	ck_assert_uint_eq(link->holds->len, 3);
	ck_assert_uint_eq(later.called, 0);
	world_expect(&p.world, "+link5");
	ck_assert_uint_eq(p.world.link_changes & LINK_HOLDERS, LINK_HOLDERS);

	ck_assert_int_eq(link_release(link, p.b, p.world.now), 0);
	ck_assert_int_eq(link_release(link, p.b, p.world.now), E_NOT_CONNECTED);
	session_drop(p.c, p.world.now);
	ck_assert(link_is_held(link, p.a) && !link_is_held(link, p.b));
	world_expect(&p.world, "");
	ck_assert_int_eq(link_release(link, p.a, p.world.now), 0);
	world_expect(&p.world, "disconnect5");

	/* BlueZ's answer comes long before the link is down */
	link_disconnect_done(link, 0, p.world.now);
	ck_assert_ptr_nonnull(world_link(p.radio, 5));
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "-link5");
	ck_assert_ptr_null(world_link(p.radio, 5));
	world_end(&p.world);
}
END_TEST

START_TEST(test_linger)
{
	Connecter again = { 0 };
	Place p;
	Link *link;

	place_init(&p);
	p.world.broker->config.link_linger_seconds = 10;
	link = world_link_up(&p.world, p.radio, 5, p.a, false);
	link_release(link, p.a, p.world.now);
	world_pass(&p.world, 9 * USEC_PER_SEC);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &again), 0);
	world_pass(&p.world, 60 * USEC_PER_SEC);
	world_expect(&p.world, "");
	link_release(link, p.b, p.world.now);
	world_pass(&p.world, 10 * USEC_PER_SEC - 1);
	world_expect(&p.world, "");
	world_pass(&p.world, 1);
	world_expect(&p.world, "disconnect5");

	/* nothing comes back at all: it is given up */
	world_pass(&p.world, 10 * USEC_PER_SEC);
	world_expect(&p.world, "-link5");
	ck_assert_uint_eq(p.radio->links->len, 0);
	world_end(&p.world);
}
END_TEST

START_TEST(test_links_of_others)
{
	Connecter first = { 0 }, second = { 0 };
	Place p;

	place_init(&p);
	/* up already: held at once */
	p.world.devices[5] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &first), 0);
	ck_assert_uint_eq(first.called, 0);
	world_expect(&p.world, "+link5");
	link_release(world_link(p.radio, 5), p.a, p.world.now);
	world_expect(&p.world, "-link5");
	ck_assert_uint_eq(p.radio->links->len, 0);

	/* its services are not known yet; the wait for them holds up nobody */
	p.world.devices[5].resolved = false;
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &first), 1);
	world_device(&p.world, p.radio, 6, false, false);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 6, p.b, &second), 1);
	world_expect(&p.world, "connect6");
	connect_wait_cancel(&second.wait, p.world.now);
	world_expect(&p.world, "disconnect6");
	link_disconnect_done(world_link(p.radio, 6), 0, p.world.now);
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_uint_eq(first.called, 1);
	world_expect(&p.world, "+link5");
	session_drop(p.a, p.world.now);
	world_expect(&p.world, "-link5");

	/* never known: the waiter is told, the link is not cut (op_link_disconnect would say) */
	p.world.devices[5].resolved = false;
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 5, p.b, &second, 100, 0, false), 1);
	world_pass(&p.world, 40 * USEC_PER_SEC);
	ck_assert_uint_eq(second.called, 1);
	ck_assert_int_eq(second.error, E_TIMED_OUT);
	ck_assert_uint_eq(p.radio->links->len, 0);

	/* the other one cuts it before that: now it is ours to open */
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &second), 1);
	world_device(&p.world, p.radio, 5, false, false);
	world_pass(&p.world, 250 * USEC_PER_MSEC);
	world_expect(&p.world, "connect5");
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_uint_eq(second.called, 2);
	ck_assert_int_eq(second.error, 0);
	world_end(&p.world);
}
END_TEST

/* A user session is not idle while it holds a link or waits for one. */
START_TEST(test_user_session_stays)
{
	Connecter waiter = { 0 };
	Session *user = NULL;
	Reason reason;
	Place p;

	place_init(&p);
	ck_assert_int_eq(session_get_user(p.radio, 7, p.world.now, &user, &reason), 0);
	ck_assert_int_eq(session_init(user, &(InitOptions){ 0 }, p.world.now, &reason), 0);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 5, user, &waiter, 3000, 0, false), 1);
	world_pass(&p.world, 2000 * USEC_PER_SEC);
	ck_assert_ptr_eq(session_find_user(p.radio, 7), user);
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_int_eq(waiter.called, 1);
	world_pass(&p.world, 2000 * USEC_PER_SEC);
	ck_assert_ptr_eq(session_find_user(p.radio, 7), user);
	world_device(&p.world, p.radio, 5, false, false);
	/* its time runs from the last call, and is over long since: nothing else wakes the broker */
	world_pass(&p.world, 0);
	ck_assert_ptr_null(session_find_user(p.radio, 7));

	/* nor does anything where it gives up waiting, or lets go */
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(session_get_user(p.radio, 7, p.world.now, &user, &reason), 0);
		ck_assert_int_eq(session_init(user, &(InitOptions){ 0 }, p.world.now, &reason), 0);
		ck_assert_int_eq(world_connect_as(&p.world, p.radio, 5, user, &waiter, 3000, 0, false), 1);
		if (i == 1)
			world_device(&p.world, p.radio, 5, true, true);
		world_pass(&p.world, 30 * USEC_PER_SEC);
		user->last_used -= 3000 * USEC_PER_SEC;
		ck_assert_ptr_eq(session_find_user(p.radio, 7), user);
		connect_wait_cancel(&waiter.wait, p.world.now);
		if (i == 1)
			ck_assert_int_eq(link_release(world_link(p.radio, 5), user, p.world.now), 0);
		world_pass(&p.world, 0);
		ck_assert_ptr_null(session_find_user(p.radio, 7));
		if (i == 0)
			link_disconnect_done(world_link(p.radio, 5), 0, p.world.now);
	}
	world_end(&p.world);
}
END_TEST

/* BlueZ does not take it down: nobody holds it, so it is no more than a link of others. */
START_TEST(test_disconnect_fails)
{
	Connecter again = { 0 };
	Place p;
	Link *link;

	place_init(&p);
	link = world_link_up(&p.world, p.radio, 5, p.a, false);
	link_release(link, p.a, p.world.now);
	world_expect(&p.world, "disconnect5");
	link_disconnect_done(link, E_FAILED, p.world.now);
	world_expect(&p.world, "-link5");
	ck_assert_uint_eq(p.radio->links->len, 0);

	/* who asked for it meanwhile has it as it is, and it is not cut (op_link_disconnect would say) */
	link = world_link_up(&p.world, p.radio, 6, p.a, false);
	link_release(link, p.a, p.world.now);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 6, p.b, &again), 1);
	link_disconnect_done(link, E_FAILED, p.world.now);
	ck_assert_uint_eq(again.called, 1);
	ck_assert_int_eq(again.error, 0);
	link_release(link, p.b, p.world.now);
	world_expect(&p.world, "disconnect6 -link6");
	world_end(&p.world);
}
END_TEST

START_TEST(test_lost_for_good)
{
	Place p;
	Link *link;

	place_init(&p);
	link = world_link_up(&p.world, p.radio, 5, p.a, false);
	world_attr(link, ATTR_SERVICE, 1, NULL, "");
	world_expect(&p.world, "+1");
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "lost5(disconnected) -link5");
	ck_assert_uint_eq(p.radio->links->len, 0);
	ck_assert(!links_hold_session(p.radio, p.a));
	world_end(&p.world);
}
END_TEST

START_TEST(test_lost_and_wanted_back)
{
	Connecter impatient = { 0 }, other = { 0 };
	Place p;
	Link *link;

	place_init(&p);
	link = world_link_up(&p.world, p.radio, 5, p.a, true);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &other), 0);
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "lost5(disconnected) connect5");
	ck_assert(link_is_held(link, p.a) && !link_is_held(link, p.b));
	ck_assert(link->exposed);
	ck_assert(links_hold_session(p.radio, p.a));
	fail_connect(&p, 5, -EAGAIN);
	broker_tick(p.world.broker, p.world.now);
	world_pass(&p.world, 5 * USEC_PER_SEC - 1);
	world_expect(&p.world, "");
	world_pass(&p.world, 1);
	world_expect(&p.world, "connect5");
	fail_connect(&p, 5, E_TIMED_OUT);
	/* one who comes now need not wait for the next try, and has all tries before him */
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &impatient), 1);
	world_expect(&p.world, "connect5");
	fail_connect(&p, 5, -EAGAIN);
	world_pass(&p.world, 250 * USEC_PER_MSEC);
	world_expect(&p.world, "connect5");
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "");
	ck_assert_uint_eq(impatient.called, 1);
	ck_assert_uint_eq(link->holds->len, 2);

	/* let go while it is being opened again */
	link_release(link, p.b, p.world.now);
	world_device(&p.world, p.radio, 5, false, false);
	link_release(link, p.a, p.world.now);
	world_expect(&p.world, "lost5(disconnected) connect5 disconnect5");
	link_disconnect_done(link, 0, p.world.now);
	world_expect(&p.world, "-link5");
	world_end(&p.world);
}
END_TEST

typedef struct Pairer {
	PairWait wait;
	unsigned called;
	int error;
} Pairer;

static void on_pairer(PairWait *wait, int error, const Reason *reason UNUSED)
{
	((Pairer *)wait)->called++;
	((Pairer *)wait)->error = error;
}

START_TEST(test_lost_while_pairing)
{
	Pairer pairer = { .wait.done = on_pairer };
	LinkMirror paired;
	Reason reason;
	Addr addr = link_addr(5);
	Place p;
	Link *link;

	place_init(&p);
	link = world_link_up(&p.world, p.radio, 5, p.a, true);
	pairer.wait.session = p.a;
	ck_assert_int_eq(link_pair(link, &pairer.wait, &reason), 0);
	world_device(&p.world, p.radio, 5, false, false);
	/* it may be the pairing's fault: BlueZ tells */
	world_expect(&p.world, "pair5 connect5");
	ck_assert_uint_eq(pairer.called, 0);
	reason_set(&reason, E_FAILED, "wrong");
	link_pair_done(link, E_FAILED, &reason, p.world.now);
	ck_assert_uint_eq(pairer.called, 1);
	ck_assert_int_eq(pairer.error, E_FAILED);

	p.world.link_changes = 0;
	paired = p.world.devices[5];
	paired.paired = true;
	link_mirror(p.radio, &addr, &paired, p.world.now);
	ck_assert_uint_eq(p.world.link_changes, LINK_PAIRED);
	world_end(&p.world);
}
END_TEST

START_TEST(test_radio_goes)
{
	static const struct {
		const char *lost;
		int error;
		bool unplugged, no_bluez;
	} cases[] = {
		{ "lost1(radio-off)", E_NOT_READY, false, false },
		{ "lost1(radio-gone)", E_NOT_READY, true, false },
		{ "lost1(bluez-gone)", E_BLUEZ_UNAVAILABLE, true, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Connecter seeking = { 0 }, connecting = { 0 }, after = { 0 };
		Place p;
		Link *link;

		place_init(&p);
		link = world_link_up(&p.world, p.radio, 1, p.a, true);
		world_device(&p.world, p.radio, 2, false, false);
		ck_assert_int_eq(world_connect(&p.world, p.radio, 2, p.b, &connecting), 1);
		ck_assert_int_eq(world_connect(&p.world, p.radio, 3, p.b, &seeking), 1);
		g_string_truncate(p.world.log, 0);
		p.world.link_changes = 0;
		if (cases[i].no_bluez)
			broker_bluez_changed(p.world.broker, false);
		if (cases[i].unplugged)
			radio_vanished(p.radio, p.world.now);
		else
			world_power(&p.world, p.radio, false);
		ck_assert_msg(strstr(p.world.log->str, cases[i].lost), "%s", p.world.log->str);
		ck_assert_int_eq(seeking.error, cases[i].error);
		ck_assert_int_eq(connecting.error, cases[i].error);
		ck_assert_int_eq(world_connect(&p.world, p.radio, 3, p.b, &after), cases[i].error);
		ck_assert_uint_eq(p.world.link_changes & LINK_CONNECTED, LINK_CONNECTED);
		ck_assert_uint_eq(p.radio->links->len, 1);
		ck_assert_int_eq(link->exposed, !cases[i].unplugged);
		world_pass(&p.world, 100 * USEC_PER_SEC);

		/* it is back, and with it the link of the one who wants it back */
		g_string_truncate(p.world.log, 0);
		if (cases[i].unplugged)
			ck_assert_ptr_eq(world_radio(&p.world, 1, 4, true), p.radio);
		else
			world_power(&p.world, p.radio, true);
		world_device(&p.world, p.radio, 1, false, false);
		ck_assert_ptr_nonnull(strstr(p.world.log->str, "connect1"));
		world_device(&p.world, p.radio, 1, true, true);
		ck_assert(link->exposed && link->state == LINK_UP);
		world_end(&p.world);
	}
}
END_TEST

UNIT_MAIN("link", test_shared_and_counted, test_linger, test_links_of_others, test_user_session_stays,
	  test_disconnect_fails, test_lost_for_good, test_lost_and_wanted_back, test_lost_while_pairing, test_radio_goes)
