/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a link comes and goes, and who has it: sharing, losses. */
#include <errno.h>
#include <string.h>

#include "bed-attrs.h"
#include "core/pairing.h"

START_TEST(test_shared_and_counted)
{
	Connecter first = { 0 }, together = { 0 }, later = { 0 };
	Bed bed;
	Link *link;

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &first), 1);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &together), 1);
	bed_expect(&bed, "connect5");
	link = bed_link(&bed, 5);
	link_connect_done(link, 0, NULL, bed.now);
	bed_settle(&bed);
	bed_device(&bed, 5, true, false);
	ck_assert_uint_eq(first.called, 0);
	ck_assert(!link->exposed);
	bed_device(&bed, 5, true, true);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(together.called, 1);
	ck_assert_int_eq(first.error, 0);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.c, &later), 0);
	ck_assert_uint_eq(link->holds->len, 3);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.c, &later), 0);
	ck_assert_uint_eq(link->holds->len, 3);
	ck_assert_uint_eq(later.called, 0);
	bed_expect(&bed, "+link5");
	ck_assert_uint_eq(bed.link_changes & LINK_HOLDERS, LINK_HOLDERS);

	ck_assert_int_eq(hold_release(link, bed.b, bed.now), 0);
	ck_assert_int_eq(hold_release(link, bed.b, bed.now), E_NOT_CONNECTED);
	sessions_drop(bed.c, bed.now);
	ck_assert(hold_is_there(link, bed.a) && !hold_is_there(link, bed.b));
	bed_expect(&bed, "");
	ck_assert_int_eq(hold_release(link, bed.a, bed.now), 0);
	bed_expect(&bed, "disconnect5");

	/* BlueZ's answer comes long before the link is down */
	bed_disconnected(&bed, 5, 0);
	ck_assert_ptr_nonnull(bed_link(&bed, 5));
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "-link5");
	ck_assert_ptr_null(bed_link(&bed, 5));
	bed_end(&bed);
}
END_TEST

START_TEST(test_linger)
{
	Connecter again = { 0 };
	Bed bed;
	Link *link;

	bed_init_radio(&bed);
	bed.broker->config.link_linger_seconds = 10;
	link = bed_link_up(&bed, 5, bed.a, false);
	bed_release(&bed, link, bed.a);
	bed_pass(&bed, 9 * USEC_PER_SEC);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &again), 0);
	bed_pass(&bed, 60 * USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_release(&bed, link, bed.b);
	bed_pass(&bed, 10 * USEC_PER_SEC - 1);
	bed_expect(&bed, "");
	bed_pass(&bed, 1);
	bed_expect(&bed, "disconnect5");

	/* nothing comes back at all: it is given up */
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "-link5");
	ck_assert_uint_eq(bed.radio->links->len, 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_links_of_others)
{
	Connecter first = { 0 }, second = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	/* up already: held at once */
	bed.devices[5] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &first), 0);
	ck_assert_uint_eq(first.called, 0);
	bed_expect(&bed, "+link5");
	bed_release(&bed, bed_link(&bed, 5), bed.a);
	bed_expect(&bed, "-link5");
	ck_assert_uint_eq(bed.radio->links->len, 0);

	/* its services are not known yet; the wait for them holds up nobody */
	bed.devices[5].resolved = false;
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &first), 1);
	bed_device(&bed, 6, false, false);
	ck_assert_int_eq(bed_connect(&bed, 6, bed.b, &second), 1);
	bed_expect(&bed, "connect6");
	bed_give_up(&bed, &second);
	bed_expect(&bed, "disconnect6");
	bed_disconnected(&bed, 6, 0);
	bed_device(&bed, 5, true, true);
	ck_assert_uint_eq(first.called, 1);
	bed_expect(&bed, "+link5");
	sessions_drop(bed.a, bed.now);
	bed_expect(&bed, "-link5");

	/* never known: the waiter is told, the link is not cut (op_link_disconnect would say) */
	bed.devices[5].resolved = false;
	ck_assert_int_eq(bed_connect_as(&bed, 5, bed.b, &second, 100, 0, false), 1);
	bed_pass(&bed, 40 * USEC_PER_SEC);
	ck_assert_uint_eq(second.called, 1);
	ck_assert_int_eq(second.error, E_TIMED_OUT);
	ck_assert_uint_eq(bed.radio->links->len, 0);

	/* the other one cuts it before that: now it is ours to open */
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &second), 1);
	bed_device(&bed, 5, false, false);
	bed_pass(&bed, 250 * USEC_PER_MSEC);
	bed_expect(&bed, "connect5");
	bed_device(&bed, 5, true, true);
	ck_assert_uint_eq(second.called, 2);
	ck_assert_int_eq(second.error, 0);
	bed_end(&bed);
}
END_TEST

/* A user session is not idle while it holds a link or waits for one. */
START_TEST(test_user_session_stays)
{
	Connecter waiter = { 0 };
	Session *user = NULL;
	Reason reason;
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(sessions_get_user(bed.radio, &bed.face, 7, bed.now, &user, &reason), 0);
	ck_assert_int_eq(sessions_init(user, &(InitOptions){ 0 }, bed.now, &reason), 0);
	ck_assert_int_eq(bed_connect_as(&bed, 5, user, &waiter, 3000, 0, false), 1);
	bed_pass(&bed, 2000 * USEC_PER_SEC);
	ck_assert_ptr_eq(sessions_find_user(bed.radio, 7), user);
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 5, true, true);
	ck_assert_int_eq(waiter.called, 1);
	bed_pass(&bed, 2000 * USEC_PER_SEC);
	ck_assert_ptr_eq(sessions_find_user(bed.radio, 7), user);
	bed_device(&bed, 5, false, false);
	/* its time runs from the last call, and is over long since: nothing else wakes the broker */
	bed_pass(&bed, 0);
	ck_assert_ptr_null(sessions_find_user(bed.radio, 7));

	/* nor does anything where it gives up waiting, or lets go */
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(sessions_get_user(bed.radio, &bed.face, 7, bed.now, &user, &reason), 0);
		ck_assert_int_eq(sessions_init(user, &(InitOptions){ 0 }, bed.now, &reason), 0);
		ck_assert_int_eq(bed_connect_as(&bed, 5, user, &waiter, 3000, 0, false), 1);
		if (i == 1)
			bed_device(&bed, 5, true, true);
		bed_pass(&bed, 30 * USEC_PER_SEC);
		user->last_used -= 3000 * USEC_PER_SEC;
		ck_assert_ptr_eq(sessions_find_user(bed.radio, 7), user);
		bed_give_up(&bed, &waiter);
		if (i == 1)
			ck_assert_int_eq(hold_release(bed_link(&bed, 5), user, bed.now), 0);
		bed_pass(&bed, 0);
		ck_assert_ptr_null(sessions_find_user(bed.radio, 7));
		if (i == 0)
			bed_disconnected(&bed, 5, 0);
	}

	/* nor where what it waited for goes with its settings */
	ck_assert_int_eq(sessions_get_user(bed.radio, &bed.face, 7, bed.now, &user, &reason), 0);
	ck_assert_int_eq(sessions_init(user, &(InitOptions){ 0 }, bed.now, &reason), 0);
	ck_assert_int_eq(bed_connect_as(&bed, 9, user, &waiter, 3000, 0, false), 1);
	bed_pass(&bed, 1 * USEC_PER_SEC);
	ck_assert_int_eq(sessions_init(user, &(InitOptions){ 0 }, bed.now, &reason), 0);
	ck_assert_ptr_eq(sessions_find_user(bed.radio, 7), user);
	bed_pass(&bed, 2000 * USEC_PER_SEC);
	ck_assert_ptr_null(sessions_find_user(bed.radio, 7));
	bed_end(&bed);
}
END_TEST

/* BlueZ does not take it down: nobody holds it, so it is no more than a link of others. */
START_TEST(test_disconnect_fails)
{
	Connecter again = { 0 };
	Bed bed;
	Link *link;

	bed_init_radio(&bed);
	link = bed_link_up(&bed, 5, bed.a, false);
	bed_release(&bed, link, bed.a);
	bed_expect(&bed, "disconnect5");
	bed_disconnected(&bed, 5, E_FAILED);
	bed_expect(&bed, "-link5");
	ck_assert_uint_eq(bed.radio->links->len, 0);

	/* who asked for it meanwhile has it as it is, and it is not cut (op_link_disconnect would say) */
	link = bed_link_up(&bed, 6, bed.a, false);
	bed_release(&bed, link, bed.a);
	ck_assert_int_eq(bed_connect(&bed, 6, bed.b, &again), 1);
	bed_disconnected(&bed, 6, E_FAILED);
	ck_assert_uint_eq(again.called, 1);
	ck_assert_int_eq(again.error, 0);
	bed_release(&bed, link, bed.b);
	bed_expect(&bed, "disconnect6 -link6");
	bed_end(&bed);
}
END_TEST

START_TEST(test_lost_for_good)
{
	Bed bed;
	Link *link;

	bed_init_radio(&bed);
	link = bed_link_up(&bed, 5, bed.a, false);
	bed_attr(link, ATTR_SERVICE, 1, NULL, "");
	bed_expect(&bed, "+1");
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "lost5(1,disconnected) -1 -link5");
	ck_assert_uint_eq(bed.radio->links->len, 0);
	ck_assert(!links_hold_session(bed.radio, bed.a));
	bed_end(&bed);
}
END_TEST

START_TEST(test_lost_and_wanted_back)
{
	Connecter impatient = { 0 }, other = { 0 };
	Bed bed;
	Link *link;

	bed_init_radio(&bed);
	link = bed_link_up(&bed, 5, bed.a, true);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &other), 0);
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "lost5(1,disconnected) lost5(2,disconnected) connect5");
	ck_assert(hold_is_there(link, bed.a) && !hold_is_there(link, bed.b));
	ck_assert(link->exposed);
	ck_assert(links_hold_session(bed.radio, bed.a));
	bed_fail_connect(&bed, 5, -EAGAIN);
	bed_tick(&bed);
	bed_pass(&bed, 5 * USEC_PER_SEC - 1);
	bed_expect(&bed, "");
	bed_pass(&bed, 1);
	bed_expect(&bed, "connect5");
	bed_fail_connect(&bed, 5, E_TIMED_OUT);
	/* one who comes now need not wait for the next try, and has all tries before him */
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &impatient), 1);
	bed_expect(&bed, "connect5");
	bed_fail_connect(&bed, 5, -EAGAIN);
	bed_pass(&bed, 250 * USEC_PER_MSEC);
	bed_expect(&bed, "connect5");
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "");
	ck_assert_uint_eq(impatient.called, 1);
	ck_assert_uint_eq(link->holds->len, 2);

	/* let go while it is being opened again */
	bed_release(&bed, link, bed.b);
	bed_device(&bed, 5, false, false);
	bed_release(&bed, link, bed.a);
	bed_expect(&bed, "lost5(1,disconnected) connect5 disconnect5");
	bed_disconnected(&bed, 5, 0);
	bed_expect(&bed, "-link5");
	bed_end(&bed);
}
END_TEST

typedef struct Pairer {
	PairWait wait;
	unsigned called;
	int error;
} Pairer;

static void on_pairer(Wait *wait, int error, const Reason *reason UNUSED)
{
	Pairer *pairer = CONTAINER_OF(wait, Pairer, wait.wait);

	pairer->called++;
	pairer->error = error;
}

START_TEST(test_lost_while_pairing)
{
	Pairer pairer = { 0 };
	LinkMirror paired;
	Reason reason;
	Addr addr = device_addr(5);
	Bed bed;
	Link *link;

	bed_init_radio(&bed);
	link = bed_link_up(&bed, 5, bed.a, true);
	wait_init(&pairer.wait.wait, &bed.broker->agenda, on_pairer);
	pairer.wait.wait.session = bed.a;
	ck_assert_int_eq(pairing_begin(link, &pairer.wait, &reason), 0);
	bed_settle(&bed);
	bed_device(&bed, 5, false, false);
	/* it may be the pairing's fault: BlueZ tells */
	bed_expect(&bed, "pair5 connect5");
	ck_assert_uint_eq(pairer.called, 0);
	reason_set(&reason, E_FAILED, "wrong");
	pairing_done(link, E_FAILED, &reason, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(pairer.called, 1);
	ck_assert_int_eq(pairer.error, E_FAILED);

	bed.link_changes = 0;
	paired = bed.devices[5];
	paired.paired = true;
	link_mirror(bed.radio, &addr, &paired, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(bed.link_changes, LINK_PAIRED);
	bed.link_changes = 0;
	strcpy(paired.name, "five");
	link_mirror(bed.radio, &addr, &paired, bed.now);
	link_mirror(bed.radio, &addr, &paired, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(bed.link_changes, LINK_NAME);
	ck_assert_str_eq(link->bluez.name, "five");
	bed_end(&bed);
}
END_TEST

START_TEST(test_radio_goes)
{
	static const struct {
		const char *lost;
		int error;
		bool unplugged, no_bluez;
	} cases[] = {
		{ "lost1(1,radio-off)", E_NOT_READY, false, false },
		{ "lost1(1,radio-gone)", E_NOT_READY, true, false },
		{ "lost1(1,bluez-gone)", E_BLUEZ_UNAVAILABLE, true, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Connecter seeking = { 0 }, connecting = { 0 }, after = { 0 };
		Bed bed;
		Link *link;

		bed_init_radio(&bed);
		link = bed_link_up(&bed, 1, bed.a, true);
		bed_device(&bed, 2, false, false);
		ck_assert_int_eq(bed_connect(&bed, 2, bed.b, &connecting), 1);
		ck_assert_int_eq(bed_connect(&bed, 3, bed.b, &seeking), 1);
		bed_forget(&bed);
		bed.link_changes = 0;
		if (cases[i].no_bluez)
			broker_bluez_changed(bed.broker, false);
		if (cases[i].unplugged)
			radios_vanished(bed.radio, bed.now);
		else
			bed_power(&bed, bed.radio, false);
		bed_settle(&bed);
		ck_assert_msg(strstr(bed.log->str, cases[i].lost), "%s", bed.log->str);
		ck_assert_int_eq(seeking.error, cases[i].error);
		ck_assert_int_eq(connecting.error, cases[i].error);
		ck_assert_int_eq(bed_connect(&bed, 3, bed.b, &after), cases[i].error);
		ck_assert_uint_eq(bed.link_changes & LINK_CONNECTED, LINK_CONNECTED);
		ck_assert_uint_eq(bed.radio->links->len, 1);
		ck_assert_int_eq(link->exposed, !cases[i].unplugged);
		bed_pass(&bed, 100 * USEC_PER_SEC);

		/* it is back, and with it the link of the one who wants it back */
		bed_forget(&bed);
		if (cases[i].unplugged)
			ck_assert_ptr_eq(bed_radio(&bed, 1, 4, true), bed.radio);
		else
			bed_power(&bed, bed.radio, true);
		bed_device(&bed, 1, false, false);
		ck_assert_ptr_nonnull(strstr(bed.log->str, "connect1"));
		bed_device(&bed, 1, true, true);
		ck_assert(link->exposed && link->state == LINK_UP);
		bed_end(&bed);
	}
}
END_TEST

UNIT_MAIN("link", test_shared_and_counted, test_linger, test_links_of_others, test_user_session_stays,
	  test_disconnect_fails, test_lost_for_good, test_lost_and_wanted_back, test_lost_while_pairing, test_radio_goes)
