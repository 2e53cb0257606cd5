/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of a radio, and when: scan arbitration, power, coming and going, silence. */
#include <errno.h>
#include <string.h>

#include "bed.h"
#include "meaning/constants.h"

#include "core/radio-use.h"
#include "core/subscriber.h"

START_TEST(test_first_and_last)
{
	Bed bed;
	Radio *radio;
	Session *a, *b;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	a = bed_session(&bed, radio, 1, ":1.1");
	b = bed_session(&bed, radio, 2, ":1.2");
	subscriber_add(a, ":1.1", EVENT_CLIENT_CONNECTED);
	subscriber_add(b, ":1.2", EVENT_CLIENT_CONNECTED);
	subscriber_add(b, ":1.3", EVENT_CLIENT_CONNECTED);
	bed_expect(&bed, "added0");

	ck_assert_int_eq(bed_start(&bed, a, -1), 0);
	bed_expect(&bed, "scan0");
	ck_assert_int_eq(bed_start(&bed, b, -1), 0);
	ck_assert(radio_is_scanning(radio));
	sessions_stop_scan(a, "stopped");
	bed_expect(&bed, "stopped(:1.1,stopped)");
	sessions_drop(b, bed.now);
	/* those who had subscribed are told, though they are not subscribed any more by then */
	bed_expect(&bed, "noscan0 stopped(:1.2,stopped) stopped(:1.3,stopped)");
	ck_assert(!radio_is_scanning(radio));
	bed_end(&bed);
}
END_TEST

START_TEST(test_radios_are_apart)
{
	Bed bed;
	Radio *first, *second;

	bed_init(&bed);
	first = bed_radio(&bed, 1, 0, true);
	second = bed_radio(&bed, 2, 1, true);
	bed_expect(&bed, "added0 added1");
	ck_assert_int_eq(bed_start(&bed, bed_session(&bed, second, 1, ":1.1"), -1), 0);
	bed_expect(&bed, "scan1");
	ck_assert(!radio_is_scanning(first));
	ck_assert_ptr_eq(broker_radio(bed.broker, 1), second);
	ck_assert_ptr_null(broker_radio(bed.broker, 2));
	bed_end(&bed);
}
END_TEST

static Radio *twin(Bed *bed, const Addr *addr, unsigned index)
{
	RadioState state = { .name = "radio", .powered = true };
	Radio *radio = NULL;

	bed->broker->bluez_up = true;
	radio = radios_appeared(bed->broker, addr, index, &state, bed->now);
	bed_settle(bed);
	return radio;
}

/* Two of one address, or of none yet: whichever goes or comes back, each is itself. */
START_TEST(test_twins)
{
	static const Addr addresses[] = { { .bytes = { 0, 0xaa, 1, 0, 0, 1 } }, { .bytes = { 0 } } };

	for (unsigned n = 0; n < 16; n++) {
		const Addr *addr = &addresses[n & 1];
		const bool first_goes = n & 2, first_is_used = n & 4, first_comes = n & 8;
		Session *sessions[2];
		Radio *radios[2];
		Bed bed;
		unsigned at;

		bed_init(&bed);
		radios[0] = twin(&bed, addr, 0);
		radios[1] = twin(&bed, addr, 1);
		ck_assert_ptr_ne(radios[0], radios[1]);
		ck_assert_uint_ne(radios[0]->id, radios[1]->id);
		for (unsigned i = 0; i < 2; i++)
			sessions[i] = bed_session(&bed, radios[i], 1, i ? ":1.2" : ":1.1");
		if (!first_is_used)
			sessions_drop(sessions[0], bed.now);
		ck_assert_int_eq(bed_start(&bed, sessions[1], -1), 0);

		/* one, and then the other */
		at = first_goes ? 0 : 1;
		radios_vanished(radios[at], bed.now);
		ck_assert_ptr_eq(broker_radio(bed.broker, !at), radios[!at]);
		ck_assert(radios[!at]->present);
		ck_assert_uint_eq(radio_is_scanning(radios[1]), first_goes);
		bed_hear(&bed, radios[!at], 1);
		radios_vanished(radios[!at], bed.now);
		ck_assert_uint_eq(bed.broker->radios->len, first_is_used ? 2 : 1);

		/* back in either order: the sessions find theirs, or the only one of that address that there
		 * is then */
		at = first_comes ? 0 : 1;
		for (unsigned i = 0; i < 2; i++, at = !at) {
			Radio *radio = twin(&bed, addr, at);

			if (first_is_used)
				ck_assert_ptr_eq(radio, radios[at]);
			radios[at] = radio;
		}
		ck_assert_ptr_ne(radios[0], radios[1]);
		at = sessions[1]->radio == radios[0] ? 0 : 1;
		ck_assert_uint_eq(at, first_is_used || !first_comes || (n & 1) ? 1 : 0);
		ck_assert_ptr_eq(sessions[1]->radio, radios[at]);
		ck_assert(radio_is_scanning(radios[at]) && !radio_is_scanning(radios[!at]));
		radios_vanished(radios[!at], bed.now);
		sessions_drop(sessions[1], bed.now);
		radios_vanished(radios[at], bed.now);
		ck_assert_uint_eq(bed.broker->radios->len, first_is_used ? 1 : 0);
		bed_end(&bed);
	}
}
END_TEST

/* One with an address is known under another number; one without any is not. */
START_TEST(test_comes_back_with_another_number)
{
	static const Addr addresses[] = { { .bytes = { 0, 0xaa, 1, 0, 0, 1 } }, { .bytes = { 0 } } };

	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		Session *session;
		Radio *radio;
		Bed bed;

		bed_init(&bed);
		radio = twin(&bed, &addresses[i], 0);
		session = bed_session(&bed, radio, 1, ":1.1");
		radios_vanished(radio, bed.now);
		ck_assert_uint_eq(twin(&bed, &addresses[i], 3) == radio, i == 0);
		ck_assert_uint_eq(session->radio->present, i == 0);
		bed_end(&bed);
	}
}
END_TEST

/* What a face has pinned is remembered without a session, and forgotten with the last pin. */
START_TEST(test_pinned)
{
	static const Addr addr = { .bytes = { 0, 0xaa, 1, 0, 0, 1 } };
	Radio *radio;
	Bed bed;

	bed_init(&bed);
	radio = twin(&bed, &addr, 0);
	radios_pin(radio);
	radios_vanished(radio, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(bed.broker->radios->len, 1);
	sessions_drop(bed_session(&bed, radio, 1, ":1.1"), bed.now);
	ck_assert_ptr_eq(twin(&bed, &addr, 1), radio);
	radios_pin(radio);
	radios_unpin(radio);
	radios_vanished(radio, bed.now);
	ck_assert_uint_eq(bed.broker->radios->len, 1);
	radios_unpin(radio);
	ck_assert_uint_eq(bed.broker->radios->len, 0);
	bed_end(&bed);
}
END_TEST

typedef struct Waiter {
	Wait wait;
	int called;
	int error;
	char text[256];
} Waiter;

static void on_power(Wait *wait, int error, const Reason *reason)
{
	Waiter *waiter = CONTAINER_OF(wait, Waiter, wait);

	ck_assert(!wait_is_on(wait));
	waiter->called++;
	waiter->error = error;
	g_strlcpy(waiter->text, reason ? reason->text : "", sizeof(waiter->text));
}

static int ask_power(Bed *bed, Radio *radio, Waiter *waiter)
{
	Reason reason;
	int r;

	wait_init(&waiter->wait, &bed->broker->agenda, on_power);
	r = power_on(radio, &waiter->wait, &reason);
	bed_settle(bed);
	return r;
}

static void tell_power(Bed *bed, Radio *radio, int error, const char *text)
{
	Reason reason;

	reason_set(&reason, error, "%s", text);
	power_done(radio, error, text[0] ? &reason : NULL);
	bed_settle(bed);
}

START_TEST(test_power_on_and_off)
{
	Waiter first = { 0 }, second = { 0 }, gone = { 0 };
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, false);
	session = bed_session(&bed, radio, 1, ":1.1");
	ck_assert_int_eq(ask_power(&bed, radio, &first), 1);
	ck_assert_int_eq(ask_power(&bed, radio, &gone), 1);
	ck_assert_int_eq(ask_power(&bed, radio, &second), 1);
	bed_expect(&bed, "added0 power0");
	wait_cancel(&gone.wait);
	wait_cancel(&gone.wait);

	/* BlueZ's answer alone is not enough: Powered has to say so */
	tell_power(&bed, radio, 0, "");
	ck_assert_int_eq(first.called, 0);
	bed_power(&bed, radio, true);
	ck_assert_int_eq(first.called, 1);
	ck_assert_int_eq(second.called, 1);
	ck_assert_int_eq(second.error, 0);
	ck_assert_int_eq(gone.called, 0);
	ck_assert_int_eq(ask_power(&bed, radio, &first), 0);

	/* we powered it on: with the last session it goes off */
	sessions_drop(session, bed.now);
	bed_expect(&bed, "nopower0");
	bed_end(&bed);
}
END_TEST

static int ask_off(Bed *bed, Radio *radio, Waiter *waiter)
{
	Reason reason;
	int r;

	wait_init(&waiter->wait, &bed->broker->agenda, on_power);
	r = power_off(radio, &waiter->wait, &reason);
	bed_settle(bed);
	return r;
}

/* By hand: on without sessions, off in spite of them. */
START_TEST(test_power_by_hand)
{
	Waiter on = { 0 }, off = { 0 };
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, false);
	ck_assert_int_eq(ask_off(&bed, radio, &off), 0);
	power_keep(radio);
	ck_assert_int_eq(ask_power(&bed, radio, &on), 1);
	tell_power(&bed, radio, 0, "");
	bed_power(&bed, radio, true);
	ck_assert_int_eq(on.called, 1);
	session = bed_session(&bed, radio, 1, ":1.1");
	sessions_drop(session, bed.now);
	bed_expect(&bed, "added0 power0");

	session = bed_session(&bed, radio, 1, ":1.2");
	ck_assert_int_eq(ask_off(&bed, radio, &off), 1);
	bed_expect(&bed, "nopower0");
	/* who wants it on waits for that, and then it is on for the session, and goes with it */
	ck_assert_int_eq(ask_power(&bed, radio, &on), 1);
	tell_power(&bed, radio, 0, "");
	bed_power(&bed, radio, false);
	ck_assert_int_eq(off.called, 1);
	ck_assert_int_eq(off.error, 0);
	bed_expect(&bed, "power0");
	tell_power(&bed, radio, 0, "");
	bed_power(&bed, radio, true);
	ck_assert_int_eq(on.called, 2);
	sessions_drop(session, bed.now);
	bed_expect(&bed, "nopower0");
	tell_power(&bed, radio, 0, "");
	bed_power(&bed, radio, false);

	/* what could not be brought about is told, and not kept */
	power_keep(radio);
	ck_assert_int_eq(ask_power(&bed, radio, &on), 1);
	bed_expect(&bed, "power0");
	tell_power(&bed, radio, E_NOT_READY, "no");
	ck_assert_int_eq(on.error, E_NOT_READY);
	session = bed_session(&bed, radio, 1, ":1.3");
	ck_assert_int_eq(ask_power(&bed, radio, &on), 1);
	tell_power(&bed, radio, 0, "");
	bed_power(&bed, radio, true);
	sessions_drop(session, bed.now);
	bed_expect(&bed, "power0 nopower0");
	tell_power(&bed, radio, 0, "");
	bed_power(&bed, radio, false);
	session = bed_session(&bed, radio, 1, ":1.4");
	bed_power(&bed, radio, true);
	ck_assert_int_eq(ask_off(&bed, radio, &off), 1);
	tell_power(&bed, radio, E_NOT_READY, "stays on");
	ck_assert_int_eq(off.called, 2);
	ck_assert_int_eq(off.error, E_NOT_READY);
	bed_expect(&bed, "nopower0");
	/* and somebody else's radio is not ours to power off */
	sessions_drop(session, bed.now);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

static void expect_off(const Radio *radio, uid_t uid, bool force, int expected)
{
	Reason reason;

	ck_assert_int_eq(radio_use_check(radio, uid, force, &reason), expected);
}

START_TEST(test_power_off_in_use)
{
	Session *alice, *bob;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	expect_off(radio, 1, false, 0);
	alice = bed_session(&bed, radio, 1, ":1.1");
	expect_off(radio, 1, false, E_BUSY);
	expect_off(radio, 1, true, 0);
	expect_off(radio, 2, false, E_BUSY);
	expect_off(radio, 2, true, E_ACCESS_DENIED);
	expect_off(radio, 0, false, E_BUSY);
	expect_off(radio, 0, true, 0);
	sessions_deinit(alice, bed.now);
	expect_off(radio, 2, false, 0);

	/* a user session that holds nothing needs no radio */
	bob = bed_session(&bed, radio, 2, NULL);
	expect_off(radio, 1, false, 0);
	ck_assert_int_eq(sessions_start_scan(bob, -1, bed.now, NULL), 0);
	expect_off(radio, 1, false, E_BUSY);
	expect_off(radio, 1, true, E_ACCESS_DENIED);
	expect_off(radio, 2, true, 0);
	sessions_drop(alice, bed.now);
	sessions_drop(bob, bed.now);

	/* a link that nobody here opened */
	radio->bluez.links = 1;
	expect_off(radio, 1, false, E_BUSY);
	expect_off(radio, 1, true, 0);
	radio->bluez.links = 0;
	bed_end(&bed);
}
END_TEST

/* Whoever comes while it is being powered off, by us and for want of sessions, finds it on. */
START_TEST(test_power_off_and_on_again)
{
	Waiter waiter = { 0 }, second = { 0 };
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, false);
	session = bed_session(&bed, radio, 1, ":1.1");
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	bed_power(&bed, radio, true);
	ck_assert_int_eq(waiter.called, 1);
	/* it leaves before BlueZ has answered, which would refuse another change */
	sessions_drop(session, bed.now);
	bed_expect(&bed, "added0 power0");
	tell_power(&bed, radio, 0, "");
	bed_expect(&bed, "nopower0");

	/* Powered says on, but not for long */
	session = bed_session(&bed, radio, 1, ":1.2");
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	bed_power(&bed, radio, false);
	ck_assert_int_eq(ask_power(&bed, radio, &second), 1);
	bed_expect(&bed, "");
	tell_power(&bed, radio, 0, "");
	bed_expect(&bed, "power0");
	tell_power(&bed, radio, 0, "");
	ck_assert_int_eq(waiter.called + second.called, 1);
	bed_power(&bed, radio, true);
	ck_assert_int_eq(waiter.called, 2);
	ck_assert_int_eq(second.called, 1);
	ck_assert_int_eq(waiter.error + second.error, 0);

	/* answer first, Powered then; and it is ours to power off all the time */
	sessions_drop(session, bed.now);
	bed_expect(&bed, "nopower0");
	tell_power(&bed, radio, 0, "");
	session = bed_session(&bed, radio, 1, ":1.3");
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	bed_power(&bed, radio, false);
	bed_expect(&bed, "power0");
	bed_power(&bed, radio, true);
	tell_power(&bed, radio, 0, "");
	ck_assert_int_eq(waiter.called, 3);

	/* who comes in the turn in which the last one leaves keeps it on */
	sessions_drop(session, bed.now);
	session = bed_session(&bed, radio, 1, ":1.7");
	bed_expect(&bed, "");

	/* it does not go off after all */
	sessions_drop(session, bed.now);
	bed_expect(&bed, "nopower0");
	session = bed_session(&bed, radio, 1, ":1.4");
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	tell_power(&bed, radio, E_NOT_READY, "broken");
	ck_assert_int_eq(waiter.called, 4);
	ck_assert_int_eq(waiter.error, 0);
	sessions_drop(session, bed.now);
	bed_expect(&bed, "nopower0");

	/* nothing is heard of it any more: who came was not lied to */
	session = bed_session(&bed, radio, 1, ":1.5");
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	bed_pass(&bed, bed.config.power_on_seconds * USEC_PER_SEC);
	ck_assert_int_eq(waiter.called, 5);
	ck_assert_int_eq(waiter.error, 0);

	/* who leaves while it is being powered off, and was waiting, leaves it off */
	sessions_drop(session, bed.now);
	bed_settle(&bed);
	session = bed_session(&bed, radio, 1, ":1.6");
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	wait_cancel(&waiter.wait);
	sessions_drop(session, bed.now);
	bed_forget(&bed);
	bed_power(&bed, radio, false);
	tell_power(&bed, radio, 0, "");
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

START_TEST(test_power_of_others_is_left_alone)
{
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	sessions_drop(session, bed.now);
	bed_expect(&bed, "added0");

	/* and where somebody powered it off while it was ours */
	session = bed_session(&bed, radio, 1, ":1.1");
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	bed_power(&bed, radio, false);
	bed_pass(&bed, 30 * USEC_PER_SEC);
	bed_expect(&bed, "scan0 noscan0");
	ck_assert(session->scanning);
	bed_power(&bed, radio, true);
	bed_expect(&bed, "scan0");
	bed_end(&bed);
}
END_TEST

START_TEST(test_power_fails)
{
	Waiter waiter = { 0 };
	Reason reason = { "" };
	RadioState state;
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, false);
	session = bed_session(&bed, radio, 1, ":1.1");

	/* no answer at all */
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	bed_pass(&bed, bed.config.power_on_seconds * USEC_PER_SEC);
	ck_assert_int_eq(waiter.called, 1);
	ck_assert_int_eq(waiter.error, E_NOT_READY);
	ck_assert_str_eq(waiter.text, "hci0 did not power on within 10 s");

	/* an error */
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	tell_power(&bed, radio, E_NOT_READY, "broken");
	ck_assert_int_eq(waiter.called, 2);
	ck_assert_str_eq(waiter.text, "broken");

	/* rfkill: the session stands without the radio */
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	tell_power(&bed, radio, -ERFKILL, "");
	ck_assert_int_eq(waiter.called, 3);
	ck_assert_int_eq(waiter.error, 0);

	/* known to be blocked: not even asked */
	bed_forget(&bed);
	state = radio->bluez;
	state.blocked = true;
	radios_update(radio, &state, bed.now);
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 0);
	ck_assert_int_eq(radio_ready(radio, &reason), E_NOT_READY);
	ck_assert_ptr_nonnull(strstr(reason.text, "rfkill"));
	bed_expect(&bed, "");

	/* unplugged while somebody waits */
	state.blocked = false;
	radios_update(radio, &state, bed.now);
	ck_assert_int_eq(ask_power(&bed, radio, &waiter), 1);
	radios_vanished(radio, bed.now);
	bed_settle(&bed);
	ck_assert_int_eq(waiter.called, 4);
	ck_assert_int_eq(waiter.error, E_NOT_READY);

	/* none of this is ours to power off */
	sessions_drop(session, bed.now);
	bed_expect(&bed, "power0 removed0");
	ck_assert_uint_eq(bed.broker->radios->len, 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_replug_with_another_number)
{
	Reason reason = { "" };
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	bed_hear(&bed, radio, 7);
	bed_expect(&bed, "added0 scan0");

	/* it is said to be off just before it goes, which is nobody's desired */
	bed_power(&bed, radio, false);
	radios_vanished(radio, bed.now);
	bed_expect(&bed, "noscan0 removed0");
	ck_assert_int_eq(bed_start(&bed, session, -1), E_NOT_READY);
	ck_assert_ptr_eq(broker_radio(bed.broker, 0), radio);
	ck_assert(session->scanning);

	bed_radio(&bed, 2, 0, true);
	ck_assert_ptr_eq(bed_radio(&bed, 1, 3, false), radio);
	bed_expect(&bed, "added0 added3 power3");
	bed_power(&bed, radio, true);
	bed_expect(&bed, "scan3");
	ck_assert_uint_eq(ring_count(session->ring), 1);
	ck_assert_uint_eq(session->path_index, 0);
	ck_assert_ptr_eq(broker_radio(bed.broker, 3), radio);
	ck_assert_ptr_ne(broker_radio(bed.broker, 0), radio);
	ck_assert_int_eq(radio_ready(radio, &reason), 0);

	/* who knows it by the old number finds it where nobody else has that */
	radios_vanished(broker_radio(bed.broker, 0), bed.now);
	ck_assert_ptr_eq(broker_radio(bed.broker, 0), radio);
	bed_end(&bed);
}
END_TEST

START_TEST(test_off_by_hand_stays_off)
{
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	bed_power(&bed, radio, false);
	bed_pass(&bed, 60 * USEC_PER_SEC);
	radios_vanished(radio, bed.now);
	bed_expect(&bed, "added0 scan0 noscan0 removed0");
	ck_assert_ptr_eq(bed_radio(&bed, 1, 0, false), radio);
	bed_expect(&bed, "added0");
	bed_end(&bed);
}
END_TEST

START_TEST(test_bluez_gone)
{
	Reason reason = { "" };
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	subscriber_add(session, ":1.1", EVENT_CLIENT_CONNECTED);
	ck_assert_int_eq(bed_start(&bed, session, 5), 0);
	broker_bluez_changed(bed.broker, false);
	radios_vanished(radio, bed.now);
	bed_settle(&bed);
	ck_assert_int_eq(radio_ready(radio, &reason), E_BLUEZ_UNAVAILABLE);
	ck_assert_int_eq(bed_start(&bed, session, 5), E_BLUEZ_UNAVAILABLE);
	bed_forget(&bed);
	bed_pass(&bed, 5 * USEC_PER_SEC);
	bed_expect(&bed, "stopped(:1.1,bluez-gone)");
	ck_assert_int_eq(bed_start(&bed, session, 5), E_BLUEZ_UNAVAILABLE);
	bed_end(&bed);
}
END_TEST

START_TEST(test_silence)
{
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	ck_assert_int_eq(bed_start(&bed, bed_session(&bed, radio, 1, ":1.1"), -1), 0);
	bed_expect(&bed, "added0 scan0");
	bed_pass(&bed, 89 * USEC_PER_SEC);
	bed_hear(&bed, radio, 1);
	bed_pass(&bed, 89 * USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_pass(&bed, 1 * USEC_PER_SEC);
	bed_expect(&bed, "restart0");
	/* less and less eager where there is nothing to hear, but back to normal when there was */
	bed_pass(&bed, 179 * USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_pass(&bed, 1 * USEC_PER_SEC);
	bed_expect(&bed, "restart0");
	bed_hear(&bed, radio, 1);
	bed_pass(&bed, 90 * USEC_PER_SEC);
	bed_expect(&bed, "restart0");
	bed_end(&bed);
}
END_TEST

/* The time for which it was not there is no silence. */
START_TEST(test_silence_begins_anew)
{
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	ck_assert_int_eq(bed_start(&bed, bed_session(&bed, radio, 1, ":1.1"), -1), 0);
	bed_pass(&bed, 60 * USEC_PER_SEC);
	radios_vanished(radio, bed.now);
	bed_pass(&bed, 60 * USEC_PER_SEC);
	ck_assert_ptr_eq(bed_radio(&bed, 1, 0, true), radio);
	bed_pass(&bed, 89 * USEC_PER_SEC);
	bed_expect(&bed, "added0 scan0 removed0 added0 scan0");
	bed_pass(&bed, 1 * USEC_PER_SEC);
	bed_expect(&bed, "restart0");

	bed_power(&bed, radio, false);
	bed_pass(&bed, 600 * USEC_PER_SEC);
	bed_power(&bed, radio, true);
	bed_pass(&bed, 89 * USEC_PER_SEC);
	bed_expect(&bed, "noscan0 scan0");
	bed_end(&bed);
}
END_TEST

START_TEST(test_changes_are_told)
{
	RadioState state;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	bed.radio_changes = 0;
	state = radio->bluez;
	radio_set_addr_type(radio, ADDR_PUBLIC);
	radios_update(radio, &state, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(bed.radio_changes, 0);
	radio_set_addr_type(radio, ADDR_RANDOM);
	bed_settle(&bed);
	ck_assert_uint_eq(bed.radio_changes, RADIO_ADDRESS_TYPE);
	ck_assert_uint_eq(radio->addr.type, ADDR_RANDOM);
	bed.radio_changes = 0;
	state.links = 1;
	state.instances_free = 4;
	g_strlcpy(state.name, "other", sizeof(state.name));
	radios_update(radio, &state, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(bed.radio_changes, RADIO_NAME | RADIO_LINKS | RADIO_INSTANCES_FREE);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("radio", test_first_and_last, test_radios_are_apart, test_twins,
	  test_comes_back_with_another_number, test_pinned, test_power_by_hand, test_power_off_in_use,
		test_power_on_and_off,
	  test_power_off_and_on_again, test_power_of_others_is_left_alone, test_power_fails,
	  test_replug_with_another_number, test_off_by_hand_stays_off, test_bluez_gone, test_silence,
	  test_silence_begins_anew, test_changes_are_told)
