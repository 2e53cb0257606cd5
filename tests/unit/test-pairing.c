/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairing as the one who asks for it: questions, Just Works, reads that need it, and links that are lost over it. */
#include <errno.h>

#include "attr-place.h"

typedef struct Pairer {
	PairWait wait;
	unsigned called, asked;
	int error;
	uint32_t id, passkey;
	PairingKind kind;
} Pairer;

static void on_pairer(PairWait *wait, int error, const Reason *reason UNUSED)
{
	Pairer *pairer = (Pairer *)wait;

	ck_assert_ptr_null(wait->link);
	pairer->called++;
	pairer->error = error;
}

static void on_pairer_asked(PairWait *wait, uint32_t id, PairingKind kind, uint32_t passkey)
{
	Pairer *pairer = (Pairer *)wait;

	pairer->asked++;
	pairer->id = id;
	pairer->kind = kind;
	pairer->passkey = passkey;
}

static int begin(Place *p, Pairer *pairer)
{
	Reason reason;

	pairer->wait.done = on_pairer;
	pairer->wait.asked = on_pairer_asked;
	pairer->wait.session = p->a;
	return link_pair(p->link, &pairer->wait, &reason);
}

/* bluetoothd's answer to Pair. */
static void done(Place *p, int error)
{
	Reason reason;

	reason_set(&reason, E_FAILED, "said the edge");
	link_pair_done(p->link, error, &reason, p->world.now);
}

/* What the edge is told. */
typedef struct Answer {
	unsigned called;
	bool accept;
	uint32_t passkey;
} Answer;

static void on_answer(void *edge, bool accept, uint32_t passkey)
{
	Answer *answer = edge;

	answer->called++;
	answer->accept = accept;
	answer->passkey = passkey;
}

static int respond(Place *p, uint32_t id, bool accept, uint32_t passkey)
{
	Reason reason;

	return link_respond_pairing(p->link, id, accept, passkey, &reason);
}

static void set_paired(Place *p)
{
	const Addr addr = link_addr(5);

	p->world.devices[5].paired = true;
	link_mirror(p->radio, &addr, &p->world.devices[5], p->world.now);
}

START_TEST(test_questions)
{
	Pairer pairer = { 0 }, second = { 0 };
	Answer first = { 0 }, answer = { 0 };
	Place p;

	place_init(&p);
	ck_assert(!link_pairing_asked(p.link, PAIRING_ENTER, 0, on_answer, &answer));
	ck_assert_int_eq(begin(&p, &pairer), 0);
	ck_assert_int_eq(begin(&p, &second), E_IN_PROGRESS);
	world_expect(&p.world, "pair5");
	ck_assert(link_pairing_asked(p.link, PAIRING_ENTER, 0, on_answer, &first));
	ck_assert_uint_eq(pairer.asked, 1);
	ck_assert_int_eq(pairer.kind, PAIRING_ENTER);
	ck_assert_int_eq(respond(&p, pairer.id + 1, true, 1), E_DOES_NOT_EXIST);
	ck_assert_int_eq(respond(&p, pairer.id, true, PASSKEY_MAX + 1), E_INVALID_ARGUMENTS);
	ck_assert_uint_eq(first.called, 0);

	/* the next question ends the one before */
	ck_assert(link_pairing_asked(p.link, PAIRING_CONFIRM, 4711, on_answer, &answer));
	ck_assert(first.called == 1 && !first.accept);
	ck_assert_uint_eq(pairer.passkey, 4711);
	ck_assert_int_eq(respond(&p, pairer.id, true, 7), 0);
	ck_assert(answer.called == 1 && answer.accept && answer.passkey == 7);
	ck_assert_int_eq(respond(&p, pairer.id, true, 7), E_DOES_NOT_EXIST);
	done(&p, 0);
	ck_assert(pairer.called == 1 && pairer.error == 0);
	set_paired(&p);
	ck_assert_int_eq(begin(&p, &second), -EALREADY);
	world_expect(&p.world, "");
	world_end(&p.world);
}
END_TEST

START_TEST(test_known_passkey)
{
	Pairer pairer = { .wait.has_passkey = true, .wait.passkey = 42 };
	Answer answer = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(begin(&p, &pairer), 0);
	ck_assert(link_pairing_asked(p.link, PAIRING_ENTER, 0, on_answer, &answer));
	ck_assert(answer.called == 1 && answer.accept && answer.passkey == 42);
	ck_assert(link_pairing_asked(p.link, PAIRING_CONFIRM, 43, on_answer, &answer));
	ck_assert(answer.called == 2 && !answer.accept);
	ck_assert(link_pairing_asked(p.link, PAIRING_CONFIRM, 42, on_answer, &answer));
	ck_assert(answer.called == 3 && answer.accept);
	ck_assert_uint_eq(pairer.asked, 0);
	done(&p, 0);
	ck_assert(pairer.called == 1 && pairer.error == 0);
	world_expect(&p.world, "pair5");
	world_end(&p.world);
}
END_TEST

START_TEST(test_just_works)
{
	Pairer pairer = { 0 }, before = { 0 }, allowed = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(begin(&p, &pairer), 0);
	ck_assert(link_is_pairing(p.link));
	done(&p, 0);
	ck_assert(pairer.called == 1 && pairer.error == E_NOT_PERMITTED);
	ck_assert(!link_is_pairing(p.link) && link_is_recovering(p.link));
	world_expect(&p.world, "pair5 unpair5");
	/* the link goes over that, and its holders are not told */
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "connect5");

	/* it was paired already: nobody says how */
	ck_assert_int_eq(begin(&p, &before), 0);
	done(&p, -EALREADY);
	ck_assert(before.called == 1 && before.error == 0);
	world_expect(&p.world, "pair5");

	p.world.broker->config.just_works = true;
	ck_assert_int_eq(begin(&p, &allowed), 0);
	done(&p, 0);
	ck_assert(allowed.called == 1 && allowed.error == 0);
	world_expect(&p.world, "pair5");
	world_end(&p.world);
}
END_TEST

START_TEST(test_caller_leaves)
{
	Pairer pairer = { 0 }, next = { 0 };
	Answer answer = { 0 };
	Place p;

	place_init(&p);
	pair_wait_cancel(&pairer.wait, p.world.now);
	ck_assert_int_eq(begin(&p, &pairer), 0);
	ck_assert(link_pairing_asked(p.link, PAIRING_ENTER, 0, on_answer, &answer));
	pair_wait_cancel(&pairer.wait, p.world.now);
	world_expect(&p.world, "pair5 nopair5");
	ck_assert(answer.called == 1 && !answer.accept);
	/* bluetoothd is at it until it answers: the next one waits for that, and is asked nothing that is not its own */
	ck_assert_int_eq(begin(&p, &next), 0);
	ck_assert_int_eq(link_pairing_unasked(p.link, true, p.world.now), PAIRING_REFUSE);
	ck_assert(!link_pairing_asked(p.link, PAIRING_ENTER, 0, on_answer, &answer));
	world_expect(&p.world, "");
	done(&p, E_FAILED);
	world_expect(&p.world, "pair5");
	ck_assert(pairer.called == 0 && next.called == 0 && next.asked == 0);
	ck_assert(link_pairing_asked(p.link, PAIRING_ENTER, 0, on_answer, &answer));
	ck_assert_uint_eq(next.asked, 1);
	done(&p, E_FAILED);
	ck_assert(next.called == 1 && next.error == E_FAILED);
	world_end(&p.world);
}
END_TEST

/* It was too late to cancel it. */
START_TEST(test_abandoned_but_paired)
{
	Pairer pairer = { 0 }, next = { 0 };
	Answer answer = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(begin(&p, &pairer), 0);
	ck_assert(link_pairing_asked(p.link, PAIRING_ENTER, 0, on_answer, &answer));
	pair_wait_cancel(&pairer.wait, p.world.now);
	ck_assert_int_eq(begin(&p, &next), 0);
	done(&p, 0);
	ck_assert(next.called == 1 && next.error == 0);
	world_expect(&p.world, "pair5 nopair5");
	world_end(&p.world);
}
END_TEST

typedef enum Way {
	BY_DISCONNECT,
	BY_CLOSE,
	BY_DEINIT,
	BY_INIT,
	_WAY_MAX,
} Way;

static void let_go(Place *p, Way way)
{
	const InitOptions options = { 0 };
	Reason reason;

	switch (way) {
	case BY_DISCONNECT:
		ck_assert_int_eq(link_release(p->link, p->a, p->world.now), 0);
		break;
	case BY_CLOSE:
		session_drop(p->a, p->world.now);
		break;
	case BY_DEINIT:
		session_deinit(p->a, p->world.now);
		break;
	case BY_INIT:
		ck_assert_int_eq(session_init(p->a, &options, p->world.now, &reason), 0);
		break;
	case _WAY_MAX:
		break;
	}
}

/* Whoever lets go of the link lets go of the pairing, too; those who hold it may pair at once. */
START_TEST(test_session_lets_go)
{
	for (Way way = 0; way < _WAY_MAX; way++) {
		Pairer pairer = { 0 }, next = { 0 };
		Answer answer = { 0 };
		Place p;

		place_init(&p);
		ck_assert_int_eq(begin(&p, &pairer), 0);
		ck_assert(link_pairing_asked(p.link, PAIRING_ENTER, 0, on_answer, &answer));
		let_go(&p, way);
		world_expect(&p.world, "pair5 nopair5");
		ck_assert(answer.called == 1 && !answer.accept);
		ck_assert(pairer.called == 1 && pairer.error == E_NOT_CONNECTED);
		ck_assert_ptr_null(p.link->pairing);

		p.a = p.b;
		ck_assert_int_eq(begin(&p, &next), 0);
		done(&p, E_FAILED);
		world_expect(&p.world, "pair5");
		done(&p, 0);
		ck_assert_uint_eq(pairer.called, 1);
		ck_assert_uint_eq(next.called, 1);
		world_end(&p.world);
	}
}
END_TEST

/* Another session's letting go is none of its business. */
START_TEST(test_other_session_lets_go)
{
	Pairer pairer = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(begin(&p, &pairer), 0);
	session_drop(p.b, p.world.now);
	world_expect(&p.world, "pair5");
	ck_assert(pairer.called == 0 && p.link->pairing == &pairer.wait);
	done(&p, E_FAILED);
	ck_assert_uint_eq(pairer.called, 1);
	world_end(&p.world);
}
END_TEST

/* BlueZ pairs by itself for what a read or write wants. */
START_TEST(test_by_reading)
{
	Asker first = { 0 }, second = { 0 }, third = { 0 };
	Attr *beside;
	Place p;

	place_init(&p);
	beside = world_attr(p.link, ATTR_CHARACTERISTIC, 7, p.service, "read");
	world_expect(&p.world, "+7");
	ck_assert_int_eq(link_pairing_unasked(p.link, true, p.world.now), PAIRING_REFUSE); /* nothing is under way */
	ck_assert_int_eq(world_read(p.attr, 0, &first), 0);
	ck_assert_int_eq(world_read(beside, 0, &second), 0);
	world_expect(&p.world, "read(3) read(7)");

	p.world.broker->config.just_works = true;
	ck_assert_int_eq(link_pairing_unasked(p.link, true, p.world.now), PAIRING_ALLOW);
	ck_assert_int_eq(link_pairing_unasked(p.link, false, p.world.now), PAIRING_CUT); /* there is a passkey */
	world_expect(&p.world, "nopair5 forget(3)");
	ck_assert(first.called == 1 && first.error == E_ATT_ERROR);
	ck_assert_int_eq(strncmp(first.text, "0x05", 4), 0);
	ck_assert_uint_eq(second.called, 0);
	/* known from now on */
	ck_assert_int_eq(world_read(p.attr, 0, &third), E_ATT_ERROR);

	/* the other read goes on where the link is back */
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "forget(7) connect5");
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "read(7)");
	world_answer(&p.world, 0, 0, "x");
	ck_assert(second.called == 1 && second.error == 0);
	world_end(&p.world);
}
END_TEST

/* It paired, and forgot what for. */
START_TEST(test_forgotten)
{
	Asker asker = { 0 };
	Place p;

	place_init(&p);
	p.world.broker->config.just_works = true;
	ck_assert_int_eq(world_read(p.attr, 0, &asker), 0);
	ck_assert_int_eq(link_pairing_unasked(p.link, true, p.world.now), PAIRING_ALLOW);
	world_pass(&p.world, 10 * USEC_PER_SEC);
	world_expect(&p.world, "read(3)"); /* it is not paired yet */
	ck_assert_int_eq(link_pairing_unasked(p.link, true, p.world.now), PAIRING_ALLOW);
	set_paired(&p);
	world_pass(&p.world, 4 * USEC_PER_SEC);
	world_expect(&p.world, "");
	world_pass(&p.world, 2 * USEC_PER_SEC);
	world_expect(&p.world, "disconnect5");
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "forget(3) connect5 read(3)");
	ck_assert_uint_eq(asker.called, 0);
	world_answer(&p.world, 0, 0, "x");
	ck_assert(asker.called == 1 && asker.error == 0);
	/* what is answered in time is not doubted */
	world_pass(&p.world, 20 * USEC_PER_SEC);
	world_expect(&p.world, "");
	world_end(&p.world);
}
END_TEST

/* What was refused may be asked for again after a pairing. */
START_TEST(test_refused_then_paired)
{
	Pairer pairer = { .wait.has_passkey = true };
	Answer answer = { 0 };
	Asker asker = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(world_read(p.attr, 0, &asker), 0);
	ck_assert_int_eq(link_pairing_unasked(p.link, true, p.world.now), PAIRING_CUT);
	ck_assert_int_eq(world_read(p.attr, 0, &asker), E_ATT_ERROR);
	/* waits for the link */
	ck_assert_int_eq(begin(&p, &pairer), 0);
	world_expect(&p.world, "read(3) nopair5 forget(3)");
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "connect5 pair5");
	ck_assert(link_pairing_asked(p.link, PAIRING_ENTER, 0, on_answer, &answer));
	done(&p, 0);
	ck_assert(pairer.called == 1 && pairer.error == 0);
	ck_assert_int_eq(world_read(p.attr, 0, &asker), 0);
	world_expect(&p.world, "read(3)");
	world_answer(&p.world, 0, 0, "x");
	world_end(&p.world);
}
END_TEST

/* The link does not come back. */
START_TEST(test_not_mended)
{
	Pairer pairer = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(begin(&p, &pairer), 0);
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "pair5 connect5");
	world_pass(&p.world, 29 * USEC_PER_SEC);
	ck_assert_ptr_null(strstr(p.world.log->str, "lost5"));
	world_pass(&p.world, 2 * USEC_PER_SEC);
	ck_assert_ptr_nonnull(strstr(p.world.log->str, "lost5(disconnected)"));
	ck_assert(pairer.called == 1 && pairer.error == E_NOT_CONNECTED);
	done(&p, E_FAILED);
	ck_assert_uint_eq(pairer.called, 1);
	world_end(&p.world);
}
END_TEST

/* A link that is lost while it is opened again: nothing to be mended. */
START_TEST(test_lost_before_services)
{
	Pairer pairer = { 0 };
	Place p;

	place_init(&p);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(begin(&p, &pairer), E_NOT_CONNECTED);
	world_device(&p.world, p.radio, 5, true, false);
	g_string_truncate(p.world.log, 0);
	ck_assert_int_eq(begin(&p, &pairer), 0);
	world_expect(&p.world, "pair5");
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert(pairer.called == 1 && pairer.error == E_NOT_CONNECTED);
	done(&p, E_FAILED);
	ck_assert_uint_eq(pairer.called, 1);
	world_end(&p.world);
}
END_TEST

UNIT_MAIN("pairing", test_questions, test_known_passkey, test_just_works, test_caller_leaves,
	  test_abandoned_but_paired, test_session_lets_go, test_other_session_lets_go, test_by_reading,
	  test_forgotten, test_refused_then_paired, test_not_mended, test_lost_before_services)
