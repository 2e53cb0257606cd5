/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pairing: one question after the other between bluetoothd's agent and the program that wanted it. */
#include "core/pairing.h"

#include <errno.h>

/* How long an operation may take that Just Works is for. */
#define DOUBT_AFTER (5 * USEC_PER_SEC)
/* How long it may take until bluetoothd tells that a link is gone that a pairing ended. */
#define FORGIVE_MAX (10 * USEC_PER_SEC)

static void close_question(Link *link, bool accept, uint32_t passkey)
{
	PairingQuestion question = link->question;

	link->question.answer = NULL;
	if (question.answer)
		question.answer(question.edge, accept, passkey);
}

/* What wanted a pairing may be asked once more. */
static void link_now_paired(Link *link)
{
	for (guint i = 0; i < link->attrs->len; i++)
		((Attr *)g_ptr_array_index(link->attrs, i))->wants_pairing = false;
}

void link_forgive(Link *link, uint64_t now)
{
	link->forgive_until = now + FORGIVE_MAX;
}

int link_pair(Link *link, PairWait *wait, Reason *reason)
{
	if (link->pairing)
		return reason_set(reason, E_IN_PROGRESS, "the device is being paired already");
	/* bluetoothd would never answer */
	if (link->bluez.paired) {
		link_now_paired(link);
		return -EALREADY;
	}
	if (!link->bluez.connected && link->mend_until == 0)
		return reason_set(reason, E_NOT_CONNECTED, "the link is down");
	wait->link = link;
	link->pairing = wait;
	if (link->mend_until == 0)
		link_pair_resume(link);
	return 0;
}

void link_pair_resume(Link *link)
{
	if (!link->pairing || link->pair_under_way)
		return;
	link->pair_asked = false;
	link->pair_under_way = true;
	link->broker->ops->link_pair(link->broker->userdata, link);
}

/* Nobody waits for it any more. The next one begins when bluetoothd has answered to this. */
static void abandon_pairing(Link *link)
{
	link->pairing->link = NULL;
	link->pairing = NULL;
	link->pair_abandoned = link->pair_under_way;
}

void pair_wait_cancel(PairWait *wait, uint64_t now)
{
	Link *link = wait->link;

	if (!link)
		return;
	abandon_pairing(link);
	if (!link->pair_under_way)
		return;
	/* a device may end the link over that */
	link_forgive(link, now);
	link->broker->ops->link_cancel_pair(link->broker->userdata, link);
	close_question(link, false, 0);
}

void link_drop_pairing(Link *link, const Session *session, uint64_t now)
{
	PairWait *wait = link->pairing;
	Reason reason;

	if (!wait || wait->session != session)
		return;
	pair_wait_cancel(wait, now);
	reason_set(&reason, E_NOT_CONNECTED, "the session has let go of the link");
	wait->done(wait, E_NOT_CONNECTED, &reason);
}

bool link_is_asked(const Link *link)
{
	return link->pairing && !link->pair_abandoned;
}

bool link_is_pairing(const Link *link)
{
	return link->pairing || link->pair_under_way;
}

bool link_pairing_asked(Link *link, PairingKind kind, uint32_t passkey,
			void (*answer)(void *edge, bool accept, uint32_t passkey), void *edge)
{
	PairWait *wait = link->pairing;

	if (!link_is_asked(link))
		return false;
	link->pair_asked = true;
	if (kind == PAIRING_ENTER && wait->has_passkey) {
		answer(edge, true, wait->passkey);
		return true;
	}
	if (kind == PAIRING_CONFIRM && wait->has_passkey) {
		answer(edge, passkey == wait->passkey, 0);
		return true;
	}
	close_question(link, false, 0);
	link->question = (PairingQuestion){ .id = ++link->last_question, .answer = answer, .edge = edge };
	wait->asked(wait, link->question.id, kind, passkey);
	return true;
}

int link_respond_pairing(Link *link, uint32_t id, bool accept, uint32_t passkey, Reason *reason)
{
	if (!link->question.answer || link->question.id != id)
		return reason_set(reason, E_DOES_NOT_EXIST, "id: no question %u is open (any more)", id);
	if (passkey > PASSKEY_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "passkey: 0 to %u", PASSKEY_MAX);
	close_question(link, accept, passkey);
	return 0;
}

void link_pair_end(Link *link, int error, const Reason *reason)
{
	PairWait *wait = link->pairing;

	close_question(link, false, 0);
	if (!wait)
		return;
	abandon_pairing(link);
	wait->done(wait, error, reason);
}

void link_pair_done(Link *link, int error, const Reason *reason, uint64_t now)
{
	bool abandoned = link->pair_abandoned;
	Reason undone;

	if (error == -EALREADY) {
		link->pair_asked = true;
		error = 0;
	}
	link->pair_under_way = link->pair_abandoned = false;
	if (error != 0 && abandoned) {
		/* that was somebody else's; while the link is mended, the new one waits for that */
		if (link->bluez.connected && link->mend_until == 0)
			link_pair_resume(link);
		return;
	}
	if (error == 0 && !link->pair_asked && !link->broker->config.just_works) {
		/* bluetoothd does not tell beforehand, and cannot take a pairing back but with the device and the link */
		link->mend_until = MAX(link->mend_until, now + FORGIVE_MAX);
		broker_wake_at(link->broker, link->mend_until);
		link->broker->ops->link_unpair(link->broker->userdata, link);
		error = reason_set(&undone, E_NOT_PERMITTED,
				   "the device pairs by Just Works only, which is off (JustWorks in the configuration)");
		reason = &undone;
	} else if (error == 0) {
		link_now_paired(link);
	} else {
		/* it ends the link over that */
		link_forgive(link, now);
	}
	link_pair_end(link, error, reason);
}

/* ATT does one thing after the other: what BlueZ has had for longest is what the device wants a pairing for. */
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

PairingAnswer link_pairing_unasked(Link *link, bool just_works, uint64_t now)
{
	AttrOp *op = link->pair_under_way ? NULL : link_first_running(link);
	Reason reason;
	int r;

	if (!op)
		return PAIRING_REFUSE;
	if (just_works && link->broker->config.just_works) {
		link->doubt_at = now + DOUBT_AFTER;
		link->doubt_turn = op->turn;
		broker_wake_at(link->broker, link->doubt_at);
		return PAIRING_ALLOW;
	}
	r = reason_set(&reason, E_ATT_ERROR, "%s", ATT_WANTS_PAIRING);
	op->attr->wants_pairing = true;
	link->mend_until = now + FORGIVE_MAX;
	broker_wake_at(link->broker, link->mend_until);
	link->broker->ops->link_cancel_pair(link->broker->userdata, link);
	link->broker->ops->attr_forget(link->broker->userdata, op);
	attr_op_done(op, r, &reason, NULL);
	return PAIRING_CUT;
}

bool link_pairs_for(const AttrOp *op)
{
	const Link *link = op->attr->link;

	return link->doubt_at != 0 && link->doubt_turn == op->turn;
}

void link_renew(Link *link, uint64_t now)
{
	if (!link->ours || link->state != LINK_UP || link->mend_until != 0)
		return;
	link->mend_until = now + FORGIVE_MAX;
	broker_wake_at(link->broker, link->mend_until);
	link->broker->ops->link_disconnect(link->broker->userdata, link);
}

/*
 * bluetoothd 5.66 at times does not ask again for what a pairing was for, and nothing passes on the link from then on.
 * The keys are there: on a new link it works.
 */
void link_doubt(Link *link, uint64_t now)
{
	const AttrOp *op = link_first_running(link);

	link->doubt_at = 0;
	if (op && op->turn == link->doubt_turn && link->bluez.paired)
		link_renew(link, now);
}
