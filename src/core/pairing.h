/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pairing that a session asked for, on a link that it holds. What bluetoothd's agent is asked goes to the
 * program, which answers by number. A pairing that nobody was asked about is Just Works: it protects against
 * listeners only, and is undone unless the configuration lets it be.
 */
#pragma once

#include <stdbool.h>

#include "core/broker.h"
#include "core/wait.h"
#include "util/error.h"
#include "util/macros.h"

#define PASSKEY_MAX 999999

typedef enum PairingKind {
	PAIRING_ENTER,		/* the passkey that the device shows */
	PAIRING_CONFIRM,	/* that the device shows the same one */
	PAIRING_DISPLAY,	/* to be entered at the device; no answer is wanted */
	/* whether it may, without a passkey; who called Pair is never asked that */
	PAIRING_JUST_WORKS,
} PairingKind;

/* Somebody who waits for the end of a pairing. */
typedef struct PairWait {
	Wait wait;
	/* The agent is asked: to be told to the program, at the end of the turn. */
	void (*asked)(struct PairWait *wait, const Link *link, uint32_t id, PairingKind kind,
		      uint32_t passkey);
	bool has_passkey;	/* given beforehand */
	uint32_t passkey;
} PairWait;

/* The agent's question that is open. */
typedef struct PairingQuestion {
	uint32_t id;
	PairingKind kind;
	uint32_t passkey;
	void (*answer)(void *edge, bool accept, uint32_t passkey);	/* NULL: none is open */
	void *edge;
} PairingQuestion;

/* What a link knows of being paired. */
typedef struct Pairing {
	WaitLine asker;		/* PairWait: who waits for it, one at most */
	PairingQuestion question;
	Task ask;		/* the program is told of the question */
	Task cancel;		/* bluetoothd is told that nobody waits */
	uint32_t last_question;
	bool under_way;		/* bluetoothd is at it; else it waits until the link is recovered */
	/* whoever wanted what it is at does not wait any more; who waits now, waits for its end */
	bool abandoned;
	bool asked;		/* its agent was asked something */
	uint64_t grace_until;	/* a loss before that is a pairing's fault: it is recovered */
	uint64_t watchdog_at;	/* when an operation that a pairing is for should be answered; 0: none */
	uint64_t watchdog_turn;	/* its turn */
} Pairing;

/* 0: wait's done will be called; -EALREADY: it is paired. E_IN_PROGRESS, E_NOT_CONNECTED. */
int pairing_begin(Link *link, PairWait *wait, Reason *reason);
/* Whether that session waits for it. */
bool pairing_is_of(const Link *link, const Session *session);
/* For whom bluetoothd pairs, or NULL. */
Session *pairing_session(const Link *link);

/* The program's answer. E_DOES_NOT_EXIST: no such question is open. E_INVALID_ARGUMENTS: passkey above
 * PASSKEY_MAX. */
int pairing_respond(Link *link, uint32_t id, bool accept, uint32_t passkey, Reason *reason);

/* From the edge. Whether somebody waits for the pairing that bluetoothd is at. */
bool pairing_is_asked(const Link *link);
/* answer may be called at once. False: nobody here pairs with that device. */
bool pairing_ask(Link *link, PairingKind kind, uint32_t passkey,
			void (*answer)(void *edge, bool accept, uint32_t passkey), void *edge);
/* A pairing has failed, or is about to: should the link be lost over that, it is recovered. */
void pairing_grace(Link *link, uint64_t now);
/* Nothing passes on the link any more: it is cut and opened again, without its holders noticing. */
void pairing_renew_link(Link *link, uint64_t now);
/* The answer to ops->link_pair. -EALREADY: it was paired before; nothing to confirm, and nothing to undo. */
void pairing_done(Link *link, int error, const Reason *reason, uint64_t now);
/* Whether a pairing that a session wants is under way, or waits for its turn. */
bool pairing_is_on(const Link *link);
/* The agent is asked about a device that nobody here pairs with: a read or write needs a pairing, and
 * bluetoothd begins one by itself. */
typedef enum PairingAnswer {
	PAIRING_REFUSE,
	PAIRING_ALLOW,		/* Just Works, and the configuration allows it */
	/* refused, and the link is being cut over that: no answer until bluetoothd takes the question back */
	PAIRING_CUT,
} PairingAnswer;

/*
 * What a refusal leaves behind is a link on which everything hangs for 30 s. So what was asked for here ends
 * with ATT error 0x05 at once, and the link is cut and opened again, without its holders noticing.
 */
PairingAnswer pairing_unasked(Link *link, bool just_works, uint64_t now);

/* Whether Just Works was allowed for that operation, a few seconds ago at most. */
bool pairing_is_for(const AttrOp *op);

/* For links.c: watchdog_at has come. */
void pairing_watchdog(Link *link, uint64_t now);

/* For hold.c: the session lets go of the link. */
void pairing_drop_session(Link *link, const Session *session, uint64_t now);
/* For link.c. */
void pairing_init(Link *link);
void pairing_deinit(Link *link);
/* Begins what had to wait for the link; tells who waits. */
void pairing_resume(Link *link);
void pairing_end(Link *link, int error, const Reason *reason);
