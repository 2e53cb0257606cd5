/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bonds: whose they are, who may undo them, and what is remembered. */
#include "core/bonds.h"

#include <errno.h>
#include <stdio.h>

#include "bed-attrs.h"
#include "bed-locals.h"
#include "core/pairing.h"

#define PLACE5 "/dev5"

typedef struct Forgetter {
	ForgetWait wait;
	unsigned called;
	int error;
} Forgetter;

static void on_forgetter(Wait *wait, int error, const Reason *reason UNUSED)
{
	Forgetter *forgetter = CONTAINER_OF(wait, Forgetter, wait.wait);

	ck_assert(!wait_is_on(wait));
	forgetter->called++;
	forgetter->error = error;
}

static int forget(Session *session, uid_t uid, uint8_t last, Forgetter *forgetter)
{
	const Addr addr = device_addr(last);
	Reason reason;
	int r;

	*forgetter = (Forgetter){ 0 };
	wait_init(&forgetter->wait.wait, &session->broker->agenda, on_forgetter);
	r = bond_forget(session, uid, &addr, &forgetter->wait, &reason);
	bed_settle(session->broker->userdata);
	return r;
}

static void on_pair(Wait *wait UNUSED, int error UNUSED, const Reason *reason UNUSED)
{
}

static void on_pair_asked(PairWait *wait UNUSED, const Link *link UNUSED, uint32_t id UNUSED, PairingKind kind UNUSED,
			  uint32_t passkey UNUSED)
{
}

/* The device of the bed's link is paired, by session's Pair or, without one, by itself. */
static void become_bonded(Bed *bed, Session *session)
{
	PairWait wait = { .asked = on_pair_asked, .has_passkey = true };
	const Addr addr = device_addr(5);
	Reason reason;

	bed->broker->config.just_works = true;
	wait_init(&wait.wait, &bed->broker->agenda, on_pair);
	wait.wait.session = session;
	if (session)
		ck_assert_int_eq(pairing_begin(bed->link, &wait, &reason), 0);
	bed_settle(bed);
	bonds_device(bed->radio, PLACE5, &addr, "five", true, true);
	if (session)
		pairing_done(bed->link, 0, NULL, bed->now);
	bed_settle(bed);
	bed_forget(bed);
}

static bool may_forget(const Bed *bed, uid_t uid)
{
	ck_assert_uint_eq(bed->radio->bonds->len, 1);
	return bond_is_of(bed->radio, &((const Bond *)g_ptr_array_index(bed->radio->bonds, 0))->addr, uid);
}

/* a is uid 1's, b uid 2's. */
static void init(Bed *bed)
{
	bed_init_link(bed);
	sessions_drop(bed->b, bed->now);
	bed_settle(bed);
	bed->b = bed_session(bed, bed->radio, 2, ":1.2");
	bed_forget(bed);
}

static void hold_too(Bed *bed)
{
	Connecter second = { 0 };

	ck_assert_int_eq(bed_connect(bed, 5, bed->b, &second), 0);
}

START_TEST(test_who_paired)
{
	Bed bed;

	init(&bed);
	hold_too(&bed);
	become_bonded(&bed, bed.b);
	ck_assert(may_forget(&bed, 2) && may_forget(&bed, 0));
	ck_assert(!may_forget(&bed, 1) && !may_forget(&bed, 3));
	ck_assert_uint_ge(bed.bonds_changed, 1);
	bed_end(&bed);
}
END_TEST

/* Nobody called Pair: those who use the link had it paired. */
START_TEST(test_who_used_it)
{
	Bed bed;

	init(&bed);
	hold_too(&bed);
	become_bonded(&bed, NULL);
	ck_assert(may_forget(&bed, 1) && may_forget(&bed, 2) && !may_forget(&bed, 3));
	bed_end(&bed);
}
END_TEST

/* A central pairs with those who serve it, not with one whose service nobody sees. */
START_TEST(test_who_serves)
{
	const Addr addr = device_addr(7);
	Bed bed;

	bed_init_radio(&bed);
	sessions_drop(bed.b, bed.now);
	bed_settle(&bed);
	bed.b = bed_session(&bed, bed.radio, 2, ":1.2");
	(void)bed_visible(&bed, bed.a, "");
	bed_service(bed.b, 1, false);
	bed_friend(&bed, 7, true);
	bonds_device(bed.radio, "/dev7", &addr, "seven", true, true);
	ck_assert(may_forget(&bed, 1) && !may_forget(&bed, 2));
	bed_end(&bed);
}
END_TEST

START_TEST(test_forget)
{
	const Addr addr = device_addr(5);
	Forgetter first, second;
	Reason reason = { "" };
	Bed bed;

	init(&bed);
	become_bonded(&bed, bed.a);
	ck_assert_int_eq(forget(bed.a, 1, 6, &first), E_DOES_NOT_EXIST);
	ck_assert_int_eq(forget(bed.b, 2, 5, &first), E_ACCESS_DENIED);
	ck_assert_int_eq(forget(bed.b, 0, 5, &first), E_BUSY); /* a holds it */
	ck_assert_int_eq(forget(bed.a, 1, 5, &first), 0);
	ck_assert_int_eq(forget(bed.a, 1, 5, &second), 0);
	bed_expect(&bed, "forgetdevice5 forgetdevice5");
	wait_cancel(&second.wait.wait);
	wait_cancel(&second.wait.wait);
	bonds_vanished(bed.radio, PLACE5);
	bonds_forgotten(bed.radio, &addr, 0, &reason);
	bed_settle(&bed);
	ck_assert(first.called == 1 && first.error == 0 && second.called == 0);
	ck_assert_int_eq(forget(bed.a, 1, 5, &first), E_DOES_NOT_EXIST);

	/* one that somebody else makes is theirs */
	bonds_device(bed.radio, PLACE5, &addr, NULL, true, false);
	ck_assert(!may_forget(&bed, 1));
	bed_end(&bed);
}
END_TEST

START_TEST(test_forget_fails)
{
	const Addr addr = device_addr(5);
	Reason reason = { "" };
	Forgetter forgetter;
	Bed bed;

	init(&bed);
	become_bonded(&bed, bed.a);
	ck_assert_int_eq(forget(bed.a, 1, 5, &forgetter), 0);
	bonds_forgotten(bed.radio, &addr, E_FAILED, &reason);
	bed_settle(&bed);
	ck_assert(forgetter.called == 1 && forgetter.error == E_FAILED);
	ck_assert(may_forget(&bed, 1));
	/* the radio is unplugged meanwhile */
	ck_assert_int_eq(forget(bed.a, 1, 5, &forgetter), 0);
	radios_vanished(bed.radio, bed.now);
	bed_settle(&bed);
	ck_assert(forgetter.called == 1 && forgetter.error != 0);
	ck_assert_uint_eq(bed.radio->bonds->len, 0);
	bed_end(&bed);
}
END_TEST

/* While it is connected to, nobody pulls it away from under bluetoothd; while somebody waits for it, neither. */
START_TEST(test_busy)
{
	const Addr addr = device_addr(5);
	Connecter waits = { 0 };
	Reason reason = { "" };
	Forgetter forgetter;
	Bed bed;

	init(&bed);
	become_bonded(&bed, bed.a);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(bed.link->state, LINK_CONNECTING); /* a wants it back */
	ck_assert_int_eq(forget(bed.a, 1, 5, &forgetter), E_BUSY);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &waits), 1);
	bed_fail_connect(&bed, 5, -EAGAIN);
	ck_assert_int_eq(bed.link->state, LINK_QUEUED);
	ck_assert_int_eq(forget(bed.a, 1, 5, &forgetter), E_BUSY);
	bed_give_up(&bed, &waits);
	ck_assert_int_eq(forget(bed.a, 1, 5, &forgetter), 0);
	bonds_forgotten(bed.radio, &addr, 0, &reason);
	bed_end(&bed);
}
END_TEST

/* A bond that tells who the device is takes its owners along; one that was undone has none. */
START_TEST(test_address_and_undone)
{
	const Addr former = device_addr(5), identity = device_addr(9);
	Bed bed;

	init(&bed);
	become_bonded(&bed, bed.a);
	bonds_device(bed.radio, PLACE5, &identity, "five", true, false);
	ck_assert(may_forget(&bed, 1));
	ck_assert(addr_equal(&((const Bond *)g_ptr_array_index(bed.radio->bonds, 0))->addr, &identity));
	/* what has its former address is somebody else */
	bonds_device(bed.radio, "/other", &former, NULL, false, false);
	ck_assert(may_forget(&bed, 1));
	/* bluetoothd restarts */
	bonds_vanished(bed.radio, PLACE5);
	bonds_device(bed.radio, "/dev9", &identity, "five", true, false);
	ck_assert(may_forget(&bed, 1));
	bonds_device(bed.radio, "/dev9", &identity, "five", false, false);
	bonds_device(bed.radio, "/dev9", &identity, "five", true, false);
	ck_assert(!may_forget(&bed, 1));
	bed_end(&bed);
}
END_TEST

START_TEST(test_stored)
{
	static const char wrong[] = "\n00:00:00:00:00:01 C0:00:00:00:00:07\nx y 3\n00:00:00:00:00:01 zz 4\n";
	const Addr addr = device_addr(5);
	char *text, *again;
	Bed bed, later;

	init(&bed);
	become_bonded(&bed, bed.a);
	text = bonds_store(bed.broker);
	bed_end(&bed);

	init(&later);
	bonds_restore(later.broker, wrong);
	bonds_restore(later.broker, text);
	bonds_restore(later.broker, "");
	again = bonds_store(later.broker);
	ck_assert_str_eq(text, again);
	bonds_device(later.radio, PLACE5, &addr, NULL, true, false);
	ck_assert(may_forget(&later, 1) && !may_forget(&later, 2));
	bed_end(&later);
	g_free(text);
	g_free(again);
}
END_TEST

/* However often somebody pairs. */
START_TEST(test_bounded)
{
	Addr addr = device_addr(5);
	Bed bed;

	init(&bed);
	for (unsigned i = 0; i < 3000; i++) {
		char line[64];

		snprintf(line, sizeof(line), "00:00:00:00:00:01 C0:00:00:00:%02X:%02X 7\n", i >> 8, i & 0xff);
		bonds_restore(bed.broker, line);
	}
	ck_assert_uint_le(bed.broker->owners->len, 1024);
	bonds_device(bed.radio, PLACE5, &addr, NULL, true, false);
	bed_end(&bed);
}
END_TEST

/* Everybody is told of bonds, and told again where they are another's now. */
START_TEST(test_rows)
{
	const Addr former = device_addr(5), identity = device_addr(9);
	Reason reason = { "" };
	Bed bed;

	init(&bed);
	bed_forget(&bed);
	bonds_device(bed.radio, PLACE5, &former, NULL, true, false);
	bonds_device(bed.radio, PLACE5, &former, NULL, true, false);
	bed_settle(&bed);
	bed_expect_rows(&bed, "+bond5():all");
	bonds_device(bed.radio, PLACE5, &former, "five", true, false);
	bonds_device(bed.radio, PLACE5, &identity, "five", true, false);
	bed_settle(&bed);
	bed_expect_rows(&bed, "+bond5(five):all -bond5(five):all +bond9(five):all");
	/* a new one is the session's that holds the link */
	bonds_device(bed.radio, "/five", &former, "five", true, true);
	bed_settle(&bed);
	bed_expect_rows(&bed, "+bond5(five):all +bond5(five):all");
	bonds_vanished(bed.radio, PLACE5);
	bonds_vanished(bed.radio, PLACE5);
	bonds_forgotten(bed.radio, &former, 0, &reason);
	bonds_forgotten(bed.radio, &former, 0, &reason);
	bed_settle(&bed);
	bed_expect_rows(&bed, "-bond9(five):all -bond5(five):all");
	bonds_device(bed.radio, PLACE5, &former, NULL, true, false);
	bed_settle(&bed);
	bed_expect_rows(&bed, "+bond5():all");
	radios_vanished(bed.radio, bed.now);
	bed_settle(&bed);
	bed_expect_rows(&bed, "-bond5():all");
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("bonds", test_who_paired, test_who_used_it, test_who_serves, test_forget, test_forget_fails, test_busy,
	  test_address_and_undone, test_stored, test_bounded, test_rows)
