/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pairing: one question after the other between bluetoothd's agent and the program that wanted it. */
#include "core/pairing.h"

static void close_question(Link *link, bool accept, uint32_t passkey)
{
	PairingQuestion question = link->question;

	link->question.answer = NULL;
	if (question.answer)
		question.answer(question.edge, accept, passkey);
}

int link_pair(Link *link, PairWait *wait, Reason *reason)
{
	if (link->pairing || link->pair_under_way)
		return reason_set(reason, E_IN_PROGRESS, "the device is being paired already");
	if (!link->bluez.connected)
		return reason_set(reason, E_NOT_CONNECTED, "the link is down");
	wait->link = link;
	link->pairing = wait;
	link->pair_asked = false;
	link->pair_under_way = true;
	link->broker->ops->link_pair(link->broker->userdata, link);
	return 0;
}

void pair_wait_cancel(PairWait *wait)
{
	Link *link = wait->link;

	if (!link)
		return;
	wait->link = NULL;
	link->pairing = NULL;
	/* nobody is left to answer: bluetoothd ends the pairing at a refusal */
	close_question(link, false, 0);
	link->broker->ops->link_cancel_pair(link->broker->userdata, link);
}

bool link_pairing_asked(Link *link, PairingKind kind, uint32_t passkey,
			void (*answer)(void *edge, bool accept, uint32_t passkey), void *edge)
{
	PairWait *wait = link->pairing;

	if (!wait)
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

void link_pair_done(Link *link, int error, const Reason *reason)
{
	PairWait *wait = link->pairing;
	Reason undone;

	link->pair_under_way = false;
	link->pairing = NULL;
	close_question(link, false, 0);
	if (error == 0 && !link->pair_asked && !link->broker->config.just_works) {
		/* bluetoothd does not tell beforehand, and cannot take a pairing back but with the device */
		link->broker->ops->link_unpair(link->broker->userdata, link);
		error = reason_set(&undone, E_NOT_PERMITTED,
				   "the device pairs by Just Works only, which is off (JustWorks in the configuration)");
		reason = &undone;
	}
	if (!wait)
		return;
	wait->link = NULL;
	wait->done(wait, error, reason);
}
