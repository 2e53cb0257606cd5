/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pairing that a session asked for, on a link that it holds. What bluetoothd's agent is asked goes to the program, which
 * answers by number. A pairing that nobody was asked about is Just Works: it protects against listeners only, and is undone
 * unless the configuration lets it be.
 */
#pragma once

#include <stdbool.h>

#include "core/link.h"
#include "util/error.h"
#include "util/macros.h"

#define PASSKEY_MAX 999999

typedef enum PairingKind {
	PAIRING_ENTER,		/* the passkey that the device shows */
	PAIRING_CONFIRM,	/* that the device shows the same one */
	PAIRING_DISPLAY,	/* to be entered at the device; no answer is wanted */
	PAIRING_JUST_WORKS,	/* whether it may, without a passkey; who called Pair is never asked that */
} PairingKind;

/* Somebody who waits for the end of a pairing. Lives in the waiter; off the link before done is called. */
struct PairWait {
	void (*done)(struct PairWait *wait, int error, const Reason *reason);
	/* The agent is asked: to be told to the program. */
	void (*asked)(struct PairWait *wait, uint32_t id, PairingKind kind, uint32_t passkey);
	Link *link;		/* NULL while not waiting */
	Session *session;
	bool has_passkey;	/* given beforehand */
	uint32_t passkey;
};

/* 0: wait->done will be called; -EALREADY: it is paired. E_IN_PROGRESS, E_NOT_CONNECTED. */
int link_pair(Link *link, PairWait *wait, Reason *reason);
void pair_wait_cancel(PairWait *wait, uint64_t now);	/* no harm if it does not wait */

/* The program's answer. E_DOES_NOT_EXIST: no such question is open. E_INVALID_ARGUMENTS: passkey above PASSKEY_MAX. */
int link_respond_pairing(Link *link, uint32_t id, bool accept, uint32_t passkey, Reason *reason);

/* From the edge. Whether somebody waits for the pairing that bluetoothd is at. */
bool link_is_asked(const Link *link);
/* answer may be called at once. False: nobody here pairs with that device. */
bool link_pairing_asked(Link *link, PairingKind kind, uint32_t passkey,
			void (*answer)(void *edge, bool accept, uint32_t passkey), void *edge);
/* A pairing has failed, or is about to: should the link be lost over that, it is mended. */
void link_forgive(Link *link, uint64_t now);
/* Nothing passes on the link any more: it is cut and opened again, without its holders noticing. */
void link_renew(Link *link, uint64_t now);
/* The answer to ops->link_pair. -EALREADY: it was paired before; nothing to confirm, and nothing to undo. */
void link_pair_done(Link *link, int error, const Reason *reason, uint64_t now);
/* Whether a pairing that a session wants is under way, or waits for its turn. */
bool link_is_pairing(const Link *link);
/* The agent is asked about a device that nobody here pairs with: a read or write needs a pairing, and bluetoothd begins one
 * by itself. */
typedef enum PairingAnswer {
	PAIRING_REFUSE,
	PAIRING_ALLOW,		/* Just Works, and the configuration allows it */
	PAIRING_CUT,		/* refused, and the link is being cut over that: no answer until bluetoothd takes the question back */
} PairingAnswer;

/*
 * What a refusal leaves behind is a link on which everything hangs for 30 s. So what was asked for here ends with ATT error
 * 0x05 at once, and the link is cut and opened again, without its holders noticing.
 */
PairingAnswer link_pairing_unasked(Link *link, bool just_works, uint64_t now);

/* Whether Just Works was allowed for that operation, a few seconds ago at most. */
bool link_pairs_for(const AttrOp *op);

/* For links.c: doubt_at has come. */
void link_doubt(Link *link, uint64_t now);

/* For hold.c: the session lets go of the link. */
void link_drop_pairing(Link *link, const Session *session, uint64_t now);
/* For link.c: begins what had to wait for the link; tells who waits. */
void link_pair_resume(Link *link);
void link_pair_end(Link *link, int error, const Reason *reason);
