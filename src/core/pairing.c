/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pairing: one question after the other between bluetoothd's agent and the program that wanted it. */
#include "core/pairing.h"

#include <errno.h>

#include "core/link.h"
#include "core/news.h"
#include "core/orders.h"
#include "core/session.h"

/* How long an operation may take after Just Works was allowed for it. */
#define WATCHDOG_AFTER (5 * USEC_PER_SEC)
/* How long after a failed pairing bluetoothd may tell that the link is gone over it. */
#define GRACE_MAX (10 * USEC_PER_SEC)

static void close_question(Link *link, bool accept, uint32_t passkey)
{
	PairingQuestion question = link->pairing.question;

	link->pairing.question = (PairingQuestion){ 0 };
	if (question.answer)
		question.answer(question.edge, accept, passkey);
	if (!question.decided)
		return;
	/* it is over without the program */
	news_client_asked_over(question.session, &link->addr);
	question.decided(question.edge, PAIRING_REFUSE, 0);
}

/* Attributes that were refused for want of a pairing may be read and written again. */
static void link_now_paired(Link *link)
{
	for (guint i = 0; i < link->attrs->len; i++)
		((Attr *)g_ptr_array_index(link->attrs, i))->wants_pairing = false;
}

void pairing_grace(Link *link, uint64_t now)
{
	link->pairing.grace_until = now + GRACE_MAX;
}

static PairWait *pairing_asker(const Link *link)
{
	const GList *first = link->pairing.asker.waits.head;

	return first ? CONTAINER_OF((Wait *)first->data, PairWait, wait) : NULL;
}

static void on_ask(Task *task, uint64_t now UNUSED)
{
	Link *link = CONTAINER_OF(task, Link, pairing.ask);
	const PairingQuestion *question = &link->pairing.question;
	PairWait *wait = pairing_asker(link);

	if (question->session)
		question->session->face->ops->link_asked(question->session->face->userdata, question->session,
							 link, question->id, question->kind,
							 question->passkey);
	else if (pairing_is_asked(link) && question->answer)
		wait->asked(wait, link, question->id, question->kind, question->passkey);
}

/* Nobody waits for the pairing that bluetoothd is at, and it has been told so. */
static void on_cancel(Task *task, uint64_t now)
{
	Link *link = CONTAINER_OF(task, Link, pairing.cancel);

	/* a device may end the link because its pairing is cancelled */
	pairing_grace(link, now);
	close_question(link, false, 0);
}

/* Whoever asked for the pairing has left. The next pairing begins when bluetoothd has answered this one. */
static void pairing_abandon(Link *link)
{
	link->pairing.abandoned = link->pairing.under_way;
	if (!link->pairing.under_way || task_is_due(&link->pairing.cancel))
		return;
	/* now, so that it comes before what becomes of the link */
	order_link_cancel_pair(link);
	task_at(&link->pairing.cancel, AT_ONCE);
}

static void on_left(WaitLine *line, Wait *wait UNUSED)
{
	pairing_abandon(CONTAINER_OF(line, Link, pairing.asker));
}

void pairing_init(Link *link)
{
	Agenda *agenda = &link->broker->agenda;

	wait_line_init(&link->pairing.asker, on_left);
	task_init(&link->pairing.ask, agenda, on_ask);
	task_init(&link->pairing.cancel, agenda, on_cancel);
}

void pairing_deinit(Link *link)
{
	wait_line_deinit(&link->pairing.asker);
	task_cancel(&link->pairing.ask);
	task_cancel(&link->pairing.cancel);
	close_question(link, false, 0);
}

int pairing_begin(Link *link, PairWait *wait, Reason *reason)
{
	if (pairing_asker(link))
		return reason_set(reason, E_IN_PROGRESS, "the device is being paired already");
	/* of a device that is paired, bluetoothd would never answer Pair */
	if (link->bluez.paired) {
		link_now_paired(link);
		return -EALREADY;
	}
	if (!link->bluez.connected && link->recover_until == 0)
		return reason_set(reason, E_NOT_CONNECTED, "the link is down");
	wait_stand(&link->pairing.asker, &wait->wait);
	if (link->recover_until == 0)
		pairing_resume(link);
	return 0;
}

void pairing_resume(Link *link)
{
	Pairing *pairing = &link->pairing;

	if (!pairing_asker(link) || pairing->under_way)
		return;
	pairing->asked = false;
	pairing->under_way = true;
	order_link_pair(link);
}

void pairing_drop_session(Link *link, const Session *session, uint64_t now UNUSED)
{
	Wait *wait = wait_line_find(&link->pairing.asker, session);
	Reason reason;

	if (link->pairing.question.session == session)
		pairing_unasked_cancel(link);
	if (!wait)
		return;
	reason_set(&reason, E_NOT_CONNECTED, "the session has let go of the link");
	wait_end(wait, E_NOT_CONNECTED, &reason);
	pairing_abandon(link);
}

bool pairing_is_of(const Link *link, const Session *session)
{
	return wait_line_find(&link->pairing.asker, session);
}

Session *pairing_session(const Link *link)
{
	return pairing_is_asked(link) ? pairing_asker(link)->wait.session : NULL;
}

bool pairing_is_asked(const Link *link)
{
	return pairing_asker(link) && !link->pairing.abandoned;
}

bool pairing_is_on(const Link *link)
{
	return pairing_asker(link) || link->pairing.under_way;
}

bool pairing_ask(Link *link, PairingKind kind, uint32_t passkey,
			void (*answer)(void *edge, bool accept, uint32_t passkey), void *edge)
{
	const PairWait *wait = pairing_asker(link);
	Pairing *pairing = &link->pairing;

	if (!pairing_is_asked(link))
		return false;
	pairing->asked = true;
	if (kind == PAIRING_ENTER && wait->has_passkey) {
		answer(edge, true, wait->passkey);
		return true;
	}
	if (kind == PAIRING_CONFIRM && wait->has_passkey) {
		answer(edge, passkey == wait->passkey, 0);
		return true;
	}
	close_question(link, false, 0);
	pairing->question = (PairingQuestion){
		.id = ++pairing->last_question,
		.kind = kind,
		.passkey = passkey,
		.answer = answer,
		.edge = edge,
	};
	task_at(&pairing->ask, AT_ONCE);
	return true;
}

/* The operation that the device wants a pairing for, or NULL. ATT does one thing after the other, so it is
 * the one that BlueZ has had for longest. */
static AttrOp *link_first_running(const Link *link)
{
	AttrOp *first = NULL;

	for (guint i = 0; i < link->attrs->len; i++) {
		AttrOp *op = g_queue_peek_head(&((Attr *)g_ptr_array_index(link->attrs, i))->ops);

		if (op && op->running && op->kind != OP_WRITE_COMMAND && (!first || op->turn < first->turn))
			first = op;
	}
	return first;
}

static void allow_unasked(Link *link, const AttrOp *op, uint64_t now)
{
	link->pairing.watchdog_at = now + WATCHDOG_AFTER;
	link->pairing.watchdog_turn = op->turn;
	radio_wake_links(link->radio);
}

/* The program has answered what is asked for its operation. */
static void decide_unasked(Link *link, bool accept, uint32_t passkey, uint64_t now)
{
	const PairingQuestion question = link->pairing.question;
	const AttrOp *op = link_first_running(link);

	link->pairing.question = (PairingQuestion){ 0 };
	if (!accept || !op) {
		question.decided(question.edge, pairing_unasked(link, false, now), 0);
		return;
	}
	allow_unasked(link, op, now);
	question.decided(question.edge, PAIRING_ALLOW, passkey);
}

int pairing_respond(Link *link, uint32_t id, bool accept, uint32_t passkey, uint64_t now, Reason *reason)
{
	const PairingQuestion *question = &link->pairing.question;

	if ((!question->answer && !question->decided) || question->id != id)
		return reason_set(reason, E_DOES_NOT_EXIST, "id: no question %u is open (any more)", id);
	if (passkey > PASSKEY_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "passkey: 0 to %u", PASSKEY_MAX);
	if (question->decided)
		decide_unasked(link, accept, passkey, now);
	else
		close_question(link, accept, passkey);
	return 0;
}

void pairing_end(Link *link, int error, const Reason *reason)
{
	close_question(link, false, 0);
	if (!pairing_asker(link))
		return;
	wait_line_end(&link->pairing.asker, error, reason);
	link->pairing.abandoned = link->pairing.under_way;
}

static bool just_works_is_enough(const Link *link)
{
	const PairWait *wait = pairing_asker(link);

	return link->broker->config.just_works || (wait && wait->just_works);
}

void pairing_done(Link *link, int error, const Reason *reason, uint64_t now)
{
	bool abandoned = link->pairing.abandoned;
	Reason undone;

	if (error == -EALREADY) {
		link->pairing.asked = true;
		error = 0;
	}
	link->pairing.under_way = link->pairing.abandoned = false;
	if (error != 0 && abandoned) {
		/* who asked for this pairing has left; one that was asked for since begins now, or when the
		 * link has been recovered */
		if (link->bluez.connected && link->recover_until == 0)
			pairing_resume(link);
		return;
	}
	if (error == 0 && !link->pairing.asked && !just_works_is_enough(link)) {
		/* Just Works, which bluetoothd does not announce, and undoes only by removing the device:
		 * that ends the link */
		link->recover_until = MAX(link->recover_until, now + GRACE_MAX);
		radio_wake_links(link->radio);
		order_link_unpair(link);
		error = reason_set(
			&undone, E_NOT_PERMITTED,
			"the device pairs by Just Works only, which is off (JustWorks in the configuration)");
		reason = &undone;
	} else if (error == 0) {
		link_now_paired(link);
	} else {
		/* a device whose pairing failed may end the link */
		pairing_grace(link, now);
	}
	pairing_end(link, error, reason);
}

PairingAnswer pairing_unasked(Link *link, bool just_works, uint64_t now)
{
	AttrOp *op = link->pairing.under_way ? NULL : link_first_running(link);
	Reason reason;
	int r;

	if (!op)
		return PAIRING_REFUSE;
	if (just_works && link->broker->config.just_works) {
		allow_unasked(link, op, now);
		return PAIRING_ALLOW;
	}
	r = reason_set(&reason, E_ATT_ERROR, "%s", ATT_WANTS_PAIRING);
	op->attr->wants_pairing = true;
	link->recover_until = now + GRACE_MAX;
	radio_wake_links(link->radio);
	order_link_cancel_pair(link);
	(void)attr_op_forget(op);
	attr_op_done(op, r, &reason, NULL);
	return PAIRING_CUT;
}

bool pairing_is_answered(const Session *session)
{
	const FaceOps *ops = session->face->ops;

	return ops->answers_clients && ops->answers_clients(session->face->userdata, session);
}

/* Whose operation it is, of those whose programs answer questions; or NULL. */
static Session *find_answerer(const AttrOp *op)
{
	for (const GList *item = op->waits.waits.head; item; item = item->next) {
		Session *session = ((const Wait *)item->data)->session;

		if (session && pairing_is_answered(session))
			return session;
	}
	return NULL;
}

bool pairing_ask_unasked(Link *link, PairingKind kind, uint32_t passkey,
			 void (*decided)(void *edge, PairingAnswer answer, uint32_t passkey), void *edge,
			 uint64_t now)
{
	const AttrOp *op = pairing_is_on(link) ? NULL : link_first_running(link);
	Session *session = op ? find_answerer(op) : NULL;

	if (!session)
		return false;
	close_question(link, false, 0);
	link->pairing.question = (PairingQuestion){
		.id = ++link->pairing.last_question,
		.kind = kind,
		.passkey = passkey,
		.session = session,
		.decided = kind == PAIRING_DISPLAY ? NULL : decided,
		.edge = edge,
	};
	if (kind == PAIRING_DISPLAY)
		allow_unasked(link, op, now);
	task_at(&link->pairing.ask, AT_ONCE);
	return true;
}

void pairing_unasked_cancel(Link *link)
{
	if (link->pairing.question.session)
		close_question(link, false, 0);
}

bool pairing_is_for(const AttrOp *op)
{
	const Link *link = op->attr->link;

	return link->pairing.watchdog_at != 0 && link->pairing.watchdog_turn == op->turn;
}

void pairing_renew_link(Link *link, uint64_t now)
{
	if (!link->ours || link->state != LINK_UP || link->recover_until != 0)
		return;
	link->recover_until = now + GRACE_MAX;
	radio_wake_links(link->radio);
	order_link_disconnect(link);
}

/*
 * After a pairing, bluetoothd 5.66 at times does not repeat the operation that needed it, and nothing passes
 * on the link from then on. As the keys are there, the operation works on a new link.
 */
void pairing_watchdog(Link *link, uint64_t now)
{
	const AttrOp *op = link_first_running(link);

	link->pairing.watchdog_at = 0;
	if (op && op->turn == link->pairing.watchdog_turn && link->bluez.paired)
		pairing_renew_link(link, now);
}
