/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairing as the one who asks for it: questions, Just Works, reads that need it, and links that are lost over
 * it. */
#include <errno.h>
#include <string.h>

#include "bed-attrs.h"
#include "core/pairing.h"

typedef struct Pairer {
	PairWait wait;
	unsigned called, asked;
	int error;
	uint32_t id, passkey;
	PairingKind kind;
} Pairer;

static void on_pairer(Wait *wait, int error, const Reason *reason UNUSED)
{
	Pairer *pairer = CONTAINER_OF(wait, Pairer, wait.wait);

	ck_assert(!wait_is_on(wait));
	pairer->called++;
	pairer->error = error;
}

static void on_pairer_asked(PairWait *wait, const Link *link, uint32_t id, PairingKind kind, uint32_t passkey)
{
	Pairer *pairer = CONTAINER_OF(wait, Pairer, wait);

	ck_assert_ptr_nonnull(link_find(link->radio, &link->addr));
	pairer->asked++;
	pairer->id = id;
	pairer->kind = kind;
	pairer->passkey = passkey;
}

static int begin(Bed *bed, Pairer *pairer)
{
	Reason reason;
	int r;

	wait_init(&pairer->wait.wait, &bed->broker->agenda, on_pairer);
	pairer->wait.asked = on_pairer_asked;
	pairer->wait.wait.session = bed->a;
	r = pairing_begin(bed->link, &pairer->wait, &reason);
	bed_settle(bed);
	return r;
}

/* bluetoothd's answer to Pair. */
static void done(Bed *bed, int error)
{
	Reason reason;

	reason_set(&reason, E_FAILED, "said the edge");
	pairing_done(bed->link, error, &reason, bed->now);
	bed_settle(bed);
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

/* bluetoothd's agent asks what is asked of the program; or about a device that nobody here pairs with. */
static bool ask(Bed *bed, PairingKind kind, uint32_t passkey, Answer *answer)
{
	bool ours = pairing_ask(bed->link, kind, passkey, on_answer, answer);

	bed_settle(bed);
	return ours;
}

static PairingAnswer unasked(Bed *bed, bool just_works)
{
	PairingAnswer answer = pairing_unasked(bed->link, just_works, bed->now);

	bed_settle(bed);
	return answer;
}

static void give_up(Bed *bed, Pairer *pairer)
{
	wait_cancel(&pairer->wait.wait);
	bed_settle(bed);
}

static int respond(Bed *bed, uint32_t id, bool accept, uint32_t passkey)
{
	Reason reason;

	return pairing_respond(bed->link, id, accept, passkey, bed->now, &reason);
}

static void set_paired(Bed *bed)
{
	const Addr addr = device_addr(5);

	bed->devices[5].paired = true;
	link_mirror(bed->radio, &addr, &bed->devices[5], bed->now);
	bed_settle(bed);
}

START_TEST(test_questions)
{
	Pairer pairer = { 0 }, second = { 0 };
	Answer first = { 0 }, answer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert(!ask(&bed, PAIRING_ENTER, 0, &answer));
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	ck_assert_int_eq(begin(&bed, &second), E_IN_PROGRESS);
	bed_expect(&bed, "pair5");
	ck_assert(ask(&bed, PAIRING_ENTER, 0, &first));
	ck_assert_uint_eq(pairer.asked, 1);
	ck_assert_int_eq(pairer.kind, PAIRING_ENTER);
	ck_assert_int_eq(respond(&bed, pairer.id + 1, true, 1), E_DOES_NOT_EXIST);
	ck_assert_int_eq(respond(&bed, pairer.id, true, PASSKEY_MAX + 1), E_INVALID_ARGUMENTS);
	ck_assert_uint_eq(first.called, 0);

	/* the next question ends the one before */
	ck_assert(ask(&bed, PAIRING_CONFIRM, 4711, &answer));
	ck_assert(first.called == 1 && !first.accept);
	ck_assert_uint_eq(pairer.passkey, 4711);
	ck_assert_int_eq(respond(&bed, pairer.id, true, 7), 0);
	ck_assert(answer.called == 1 && answer.accept && answer.passkey == 7);
	ck_assert_int_eq(respond(&bed, pairer.id, true, 7), E_DOES_NOT_EXIST);
	done(&bed, 0);
	ck_assert(pairer.called == 1 && pairer.error == 0);
	set_paired(&bed);
	ck_assert_int_eq(begin(&bed, &second), -EALREADY);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

START_TEST(test_known_passkey)
{
	Pairer pairer = { .wait.has_passkey = true, .wait.passkey = 42 };
	Answer answer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	ck_assert(ask(&bed, PAIRING_ENTER, 0, &answer));
	ck_assert(answer.called == 1 && answer.accept && answer.passkey == 42);
	ck_assert(ask(&bed, PAIRING_CONFIRM, 43, &answer));
	ck_assert(answer.called == 2 && !answer.accept);
	ck_assert(ask(&bed, PAIRING_CONFIRM, 42, &answer));
	ck_assert(answer.called == 3 && answer.accept);
	ck_assert_uint_eq(pairer.asked, 0);
	done(&bed, 0);
	ck_assert(pairer.called == 1 && pairer.error == 0);
	bed_expect(&bed, "pair5");
	bed_end(&bed);
}
END_TEST

START_TEST(test_just_works)
{
	Pairer pairer = { 0 }, enough = { 0 }, before = { 0 }, allowed = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	ck_assert(pairing_is_on(bed.link));
	done(&bed, 0);
	ck_assert(pairer.called == 1 && pairer.error == E_NOT_PERMITTED);
	ck_assert(!pairing_is_on(bed.link) && link_is_recovering(bed.link));
	bed_expect(&bed, "pair5 unpair5");
	/* the link goes over that, and its holders are not told */
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "connect5");

	/* who asks says that it will do */
	enough.wait.just_works = true;
	ck_assert_int_eq(begin(&bed, &enough), 0);
	done(&bed, 0);
	ck_assert(enough.called == 1 && enough.error == 0);
	bed_expect(&bed, "pair5");

	/* it was paired already: nobody says how */
	ck_assert_int_eq(begin(&bed, &before), 0);
	done(&bed, -EALREADY);
	ck_assert(before.called == 1 && before.error == 0);
	bed_expect(&bed, "pair5");

	bed.broker->config.just_works = true;
	ck_assert_int_eq(begin(&bed, &allowed), 0);
	done(&bed, 0);
	ck_assert(allowed.called == 1 && allowed.error == 0);
	bed_expect(&bed, "pair5");
	bed_end(&bed);
}
END_TEST

START_TEST(test_caller_leaves)
{
	Pairer pairer = { 0 }, next = { 0 };
	Answer answer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	wait_init(&pairer.wait.wait, &bed.broker->agenda, on_pairer);
	give_up(&bed, &pairer);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	ck_assert(ask(&bed, PAIRING_ENTER, 0, &answer));
	give_up(&bed, &pairer);
	bed_expect(&bed, "pair5 nopair5");
	ck_assert(answer.called == 1 && !answer.accept);
	/* bluetoothd is at it until it answers: the next one waits for that, and is asked nothing that is not
	 * its own */
	ck_assert_int_eq(begin(&bed, &next), 0);
	ck_assert_int_eq(unasked(&bed, true), PAIRING_REFUSE);
	ck_assert(!ask(&bed, PAIRING_ENTER, 0, &answer));
	bed_expect(&bed, "");
	done(&bed, E_FAILED);
	bed_expect(&bed, "pair5");
	ck_assert(pairer.called == 0 && next.called == 0 && next.asked == 0);
	ck_assert(ask(&bed, PAIRING_ENTER, 0, &answer));
	ck_assert_uint_eq(next.asked, 1);
	done(&bed, E_FAILED);
	ck_assert(next.called == 1 && next.error == E_FAILED);
	bed_end(&bed);
}
END_TEST

/* All in one turn: the next one is not asked what the first one was to be. */
START_TEST(test_asked_and_leaves)
{
	Pairer pairer = { 0 }, next = { 0 };
	Answer answer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	ck_assert(pairing_ask(bed.link, PAIRING_ENTER, 0, on_answer, &answer));
	wait_cancel(&pairer.wait.wait);
	ck_assert_int_eq(begin(&bed, &next), 0);
	bed_expect(&bed, "pair5 nopair5");
	ck_assert(answer.called == 1 && !answer.accept);
	ck_assert_uint_eq(pairer.asked + next.asked, 0);
	done(&bed, E_FAILED);
	bed_expect(&bed, "pair5");
	ck_assert_uint_eq(next.called, 0);
	bed_end(&bed);
}
END_TEST

/* It was too late to cancel it. */
START_TEST(test_abandoned_but_paired)
{
	Pairer pairer = { 0 }, next = { 0 };
	Answer answer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	ck_assert(ask(&bed, PAIRING_ENTER, 0, &answer));
	give_up(&bed, &pairer);
	ck_assert_int_eq(begin(&bed, &next), 0);
	done(&bed, 0);
	ck_assert(next.called == 1 && next.error == 0);
	bed_expect(&bed, "pair5 nopair5");
	bed_end(&bed);
}
END_TEST

typedef enum Way {
	BY_DISCONNECT,
	BY_CLOSE,
	BY_DEINIT,
	BY_INIT,
	_WAY_MAX,
} Way;

static void let_go(Bed *bed, Way way)
{
	const InitOptions options = { 0 };
	Reason reason;

	switch (way) {
	case BY_DISCONNECT:
		ck_assert_int_eq(hold_release(bed->link, bed->a, bed->now), 0);
		break;
	case BY_CLOSE:
		sessions_drop(bed->a, bed->now);
		break;
	case BY_DEINIT:
		sessions_deinit(bed->a, bed->now);
		break;
	case BY_INIT:
		ck_assert_int_eq(sessions_init(bed->a, &options, bed->now, &reason), 0);
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
		Bed bed;

		bed_init_link(&bed);
		ck_assert_int_eq(begin(&bed, &pairer), 0);
		ck_assert(ask(&bed, PAIRING_ENTER, 0, &answer));
		let_go(&bed, way);
		bed_expect(&bed, "pair5 nopair5");
		ck_assert(answer.called == 1 && !answer.accept);
		ck_assert(pairer.called == 1 && pairer.error == E_NOT_CONNECTED);
		ck_assert_uint_eq(bed.link->pairing.asker.waits.length, 0);

		bed.a = bed.b;
		ck_assert_int_eq(begin(&bed, &next), 0);
		done(&bed, E_FAILED);
		bed_expect(&bed, "pair5");
		done(&bed, 0);
		ck_assert_uint_eq(pairer.called, 1);
		ck_assert_uint_eq(next.called, 1);
		bed_end(&bed);
	}
}
END_TEST

/* The link, which is of others, goes in the same turn: bluetoothd is told all the same. */
START_TEST(test_link_goes_too)
{
	Pairer pairer = { 0 };
	Connecter connecter = { 0 };
	Answer answer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	bed.a = bed_session(&bed, bed.radio, 1, ":1.9");
	(void)bed_session(&bed, bed.radio, 1, ":1.9");
	bed.devices[6] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(bed_connect(&bed, 6, bed.a, &connecter), 0);
	bed.link = bed_link(&bed, 6);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	ck_assert(ask(&bed, PAIRING_ENTER, 0, &answer));
	broker_peer_gone(bed.broker, ":1.9", bed.now);
	bed_expect(&bed, "+link6 pair6 nopair6 -link6");
	ck_assert(answer.called == 1 && !answer.accept);
	ck_assert(pairer.called == 1 && pairer.error == E_NOT_CONNECTED);
	bed_end(&bed);
}
END_TEST

/* Another session's letting go is none of its business. */
START_TEST(test_other_session_lets_go)
{
	Pairer pairer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	sessions_drop(bed.b, bed.now);
	bed_expect(&bed, "pair5");
	ck_assert(pairer.called == 0 && pairing_is_of(bed.link, bed.a));
	done(&bed, E_FAILED);
	ck_assert_uint_eq(pairer.called, 1);
	bed_end(&bed);
}
END_TEST

/* BlueZ pairs by itself for what a read or write wants. */
START_TEST(test_by_reading)
{
	Asker first = { 0 }, second = { 0 }, third = { 0 };
	Attr *beside;
	Bed bed;

	bed_init_link(&bed);
	beside = bed_attr(bed.link, ATTR_CHARACTERISTIC, 7, bed.service, "read");
	bed_expect(&bed, "+7");
	ck_assert_int_eq(unasked(&bed, true), PAIRING_REFUSE); /* nothing is under way */
	ck_assert_int_eq(bed_read(bed.attr, 0, &first), 0);
	ck_assert_int_eq(bed_read(beside, 0, &second), 0);
	bed_expect(&bed, "read(3) read(7)");

	bed.broker->config.just_works = true;
	ck_assert_int_eq(unasked(&bed, true), PAIRING_ALLOW);
	ck_assert_int_eq(unasked(&bed, false), PAIRING_CUT); /* there is a passkey */
	bed_expect(&bed, "forget(3) nopair5");
	ck_assert(first.called == 1 && first.error == E_ATT_ERROR);
	ck_assert_int_eq(strncmp(first.text, "0x05", 4), 0);
	ck_assert_uint_eq(second.called, 0);
	/* known from now on */
	ck_assert_int_eq(bed_read(bed.attr, 0, &third), E_ATT_ERROR);

	/* the other read goes on where the link is back */
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "forget(7) connect5");
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "read(7)");
	bed_answer(&bed, 0, 0, "x");
	ck_assert(second.called == 1 && second.error == 0);
	bed_end(&bed);
}
END_TEST

static bool op_answers(void *bed, const Session *session)
{
	return session == ((Bed *)bed)->a;
}

static void op_link_asked(void *bed, Session *session, Link *link, uint32_t id, unsigned kind,
			  uint32_t passkey)
{
	bed_say(bed, "asked%u(%u,%u,%u,%u)", (unsigned)session->id, link->addr.bytes[5], id, kind, passkey);
}

static void op_over(void *bed, Session *session, const Addr *addr)
{
	bed_say(bed, "over%u(%u)", (unsigned)session->id, addr->bytes[5]);
}

static void on_decided(void *bed, PairingAnswer answer, uint32_t passkey)
{
	bed_say(bed, "decided(%d,%u)", (int)answer, passkey);
}

static bool ask_unasked(Bed *bed, PairingKind kind, uint32_t passkey)
{
	bool asked = pairing_ask_unasked(bed->link, kind, passkey, on_decided, bed, bed->now);

	bed_settle(bed);
	return asked;
}

static void init_asked(Bed *bed, Asker *asker)
{
	bed_init_link(bed);
	bed->face_ops.answers_clients = op_answers;
	bed->face_ops.link_asked = op_link_asked;
	bed->face_ops.client_asked_over = op_over;
	ck_assert(!ask_unasked(bed, PAIRING_CONFIRM, 0));	/* nothing is under way */
	ck_assert_int_eq(bed_read(bed->attr, 0, asker), 0);
	bed_expect(bed, "read(3)");
}

/* The program whose operation needs it is asked. */
START_TEST(test_program_is_asked)
{
	Asker asker = { 0 };
	Bed bed;

	init_asked(&bed, &asker);
	ck_assert(ask_unasked(&bed, PAIRING_ENTER, 0));
	bed_expect(&bed, "asked1(5,1,0,0)");
	ck_assert_int_eq(respond(&bed, 2, true, 7), E_DOES_NOT_EXIST);
	ck_assert_int_eq(respond(&bed, 1, true, PASSKEY_MAX + 1), E_INVALID_ARGUMENTS);
	ck_assert_int_eq(respond(&bed, 1, true, 4711), 0);
	bed_settle(&bed);
	bed_expect(&bed, "decided(1,4711)");
	ck_assert_int_eq(respond(&bed, 1, true, 4711), E_DOES_NOT_EXIST);
	/* where bluetoothd forgets what for it has paired, the watch on it is there */
	ck_assert(pairing_is_for(g_queue_peek_head(&bed.attr->ops)));
	/* what is shown is not answered */
	ck_assert(ask_unasked(&bed, PAIRING_DISPLAY, 9));
	bed_expect(&bed, "asked1(5,2,2,9)");
	ck_assert_int_eq(respond(&bed, 2, true, 0), E_DOES_NOT_EXIST);
	/* no: the operation ends, and the link is opened anew */
	ck_assert(ask_unasked(&bed, PAIRING_JUST_WORKS, 0));
	ck_assert_int_eq(respond(&bed, 3, false, 0), 0);
	bed_settle(&bed);
	bed_expect(&bed, "asked1(5,3,3,0) forget(3) decided(2,0) nopair5");
	ck_assert(asker.called == 1 && asker.error == E_ATT_ERROR);
	bed_end(&bed);
}
END_TEST

START_TEST(test_program_is_asked_no_more)
{
	Asker asker = { 0 };
	Bed bed;

	init_asked(&bed, &asker);
	ck_assert(ask_unasked(&bed, PAIRING_CONFIRM, 5));
	pairing_unasked_cancel(bed.link);
	bed_settle(&bed);
	bed_expect(&bed, "asked1(5,1,1,5) decided(0,0) over1(5)");
	/* the link goes */
	ck_assert(ask_unasked(&bed, PAIRING_CONFIRM, 5));
	bed_forget(&bed);
	bed_device(&bed, 5, false, false);
	ck_assert_ptr_nonnull(strstr(bed.log->str, "decided(0,0)"));
	bed_forget(&bed);
	bed_end(&bed);
}
END_TEST

/* It paired, and forgot what for. */
START_TEST(test_forgotten)
{
	Asker asker = { 0 };
	Bed bed;

	bed_init_link(&bed);
	bed.broker->config.just_works = true;
	ck_assert_int_eq(bed_read(bed.attr, 0, &asker), 0);
	ck_assert_int_eq(unasked(&bed, true), PAIRING_ALLOW);
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "read(3)"); /* it is not paired yet */
	ck_assert_int_eq(unasked(&bed, true), PAIRING_ALLOW);
	set_paired(&bed);
	bed_pass(&bed, 4 * USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_pass(&bed, 2 * USEC_PER_SEC);
	bed_expect(&bed, "disconnect5");
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "forget(3) connect5 read(3)");
	ck_assert_uint_eq(asker.called, 0);
	bed_answer(&bed, 0, 0, "x");
	ck_assert(asker.called == 1 && asker.error == 0);
	/* what is answered in time is not doubted */
	bed_pass(&bed, 20 * USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

/* What was refused may be asked for again after a pairing. */
START_TEST(test_refused_then_paired)
{
	Pairer pairer = { .wait.has_passkey = true };
	Answer answer = { 0 };
	Asker asker = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(bed_read(bed.attr, 0, &asker), 0);
	ck_assert_int_eq(unasked(&bed, true), PAIRING_CUT);
	ck_assert_int_eq(bed_read(bed.attr, 0, &asker), E_ATT_ERROR);
	/* waits for the link */
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	bed_expect(&bed, "read(3) forget(3) nopair5");
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "connect5 pair5");
	ck_assert(ask(&bed, PAIRING_ENTER, 0, &answer));
	done(&bed, 0);
	ck_assert(pairer.called == 1 && pairer.error == 0);
	ck_assert_int_eq(bed_read(bed.attr, 0, &asker), 0);
	bed_expect(&bed, "read(3)");
	bed_answer(&bed, 0, 0, "x");
	bed_end(&bed);
}
END_TEST

/* The link does not come back. */
START_TEST(test_not_mended)
{
	Pairer pairer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "pair5 connect5");
	bed_pass(&bed, 29 * USEC_PER_SEC);
	ck_assert_ptr_null(strstr(bed.log->str, "lost5"));
	bed_pass(&bed, 2 * USEC_PER_SEC);
	ck_assert_ptr_nonnull(strstr(bed.log->str, "lost5(1,disconnected)"));
	ck_assert(pairer.called == 1 && pairer.error == E_NOT_CONNECTED);
	done(&bed, E_FAILED);
	ck_assert_uint_eq(pairer.called, 1);
	bed_end(&bed);
}
END_TEST

/* A link that is lost while it is opened again: nothing to be mended. */
START_TEST(test_lost_before_services)
{
	Pairer pairer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(begin(&bed, &pairer), E_NOT_CONNECTED);
	bed_device(&bed, 5, true, false);
	bed_forget(&bed);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	bed_expect(&bed, "pair5");
	bed_device(&bed, 5, false, false);
	ck_assert(pairer.called == 1 && pairer.error == E_NOT_CONNECTED);
	done(&bed, E_FAILED);
	ck_assert_uint_eq(pairer.called, 1);
	bed_end(&bed);
}
END_TEST

/* A program dies that has asked for a link too, which is sought: what the agent asked is answered all the
 * same. */
START_TEST(test_question_of_a_link_that_goes)
{
	Pairer pairer = { 0 };
	Answer answer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	bed_release(&bed, bed.link, bed.b);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	ck_assert(ask(&bed, PAIRING_ENTER, 0, &answer));
	bed_no_device(&bed, 5);
	ck_assert(bed.link->recover_until != 0 && bed.link->state == LINK_SEEKING);
	bed_forget(&bed);

	/* the links are looked at before bluetoothd is told */
	links_drop_session(bed.radio, bed.b, bed.now);
	ck_assert_int_eq(hold_release(bed.link, bed.a, bed.now), 0);
	bed_settle(&bed);
	ck_assert_ptr_null(bed_link(&bed, 5));
	ck_assert(pairer.called == 1 && pairer.error == E_NOT_CONNECTED);
	ck_assert(answer.called == 1 && !answer.accept);
	bed_end(&bed);
}
END_TEST

static void on_said_answer(void *edge, bool accept, uint32_t passkey UNUSED)
{
	bed_say(edge, accept ? "yes" : "no");
}

/* Who asked for it goes, and the link with it, whatever is looked at first: bluetoothd hears that the pairing
 * is over before its agent's question is answered and the link is cut. */
START_TEST(test_order_of_the_end)
{
	Pairer pairer = { 0 };
	Bed bed;

	bed_init_link(&bed);
	bed_release(&bed, bed.link, bed.b);
	ck_assert_int_eq(begin(&bed, &pairer), 0);
	ck_assert(pairing_ask(bed.link, PAIRING_ENTER, 0, on_said_answer, &bed));
	bed_expect(&bed, "pair5");
	links_drop_session(bed.radio, bed.b, bed.now);
	ck_assert_int_eq(hold_release(bed.link, bed.a, bed.now), 0);
	bed_expect(&bed, "nopair5 no disconnect5");
	ck_assert(pairer.called == 1 && pairer.error == E_NOT_CONNECTED);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("pairing", test_questions, test_known_passkey, test_just_works, test_caller_leaves,
	  test_asked_and_leaves, test_abandoned_but_paired, test_session_lets_go, test_link_goes_too,
	  test_other_session_lets_go, test_by_reading, test_program_is_asked,
	  test_program_is_asked_no_more, test_forgotten, test_refused_then_paired,
	  test_not_mended, test_lost_before_services, test_question_of_a_link_that_goes,
	  test_order_of_the_end)
