/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pairing that a session asked for, on a link that it holds. The questions that bluetoothd asks our agent
 * go to the program, which answers with the question's number. A pairing without a question is Just Works: it
 * protects against eavesdroppers only, and is undone unless the configuration, or who asked for it, allows
 * it.
 */
#pragma once

#include <stdbool.h>

#include "core/broker.h"
#include "core/wait.h"
#include "util/error.h"
#include "util/macros.h"

#define PASSKEY_MAX 999999

typedef enum PairingKind {
	PAIRING_ENTER,		/* asks for the passkey that the device shows */
	PAIRING_CONFIRM,	/* asks whether the device shows the same passkey */
	PAIRING_DISPLAY,	/* passkey to be entered at the device; needs no answer */
	/* asks whether to pair without a passkey; a program that called Pair is never asked that */
	PAIRING_JUST_WORKS,
} PairingKind;

/* Somebody who waits for the end of a pairing. */
typedef struct PairWait {
	Wait wait;
	/* The agent was asked something that the program is to be told; called at the end of the turn. */
	void (*asked)(struct PairWait *wait, const Link *link, uint32_t id, PairingKind kind,
		      uint32_t passkey);
	bool just_works;	/* Just Works will do, whatever the configuration says */
	bool has_passkey;	/* the program gave it beforehand, so it is not asked */
	uint32_t passkey;
} PairWait;

/* What the agent is to say of a device that nobody here pairs with: a read or write needed a pairing, and
 * bluetoothd began one by itself. */
typedef enum PairingAnswer {
	PAIRING_REFUSE,
	PAIRING_ALLOW,		/* Just Works, and the configuration allows it; or the program does */
	/* refused, and the link is being cut over that: no answer until bluetoothd takes the question back */
	PAIRING_CUT,
} PairingAnswer;

/* The question to the agent that is open. */
typedef struct PairingQuestion {
	uint32_t id;
	PairingKind kind;
	uint32_t passkey;
	void (*answer)(void *edge, bool accept, uint32_t passkey);	/* NULL: none is open */
	void *edge;
	Session *session;	/* whose operation needs a pairing that nobody asked for; or NULL */
	void (*decided)(void *edge, PairingAnswer answer, uint32_t passkey);	/* then, in place of answer */
} PairingQuestion;

/* What a link knows of being paired. */
typedef struct Pairing {
	WaitLine asker;		/* PairWait: who waits for it, one at most */
	PairingQuestion question;
	Task ask;		/* the program is told of the question */
	Task cancel;		/* its agent is told that nobody waits */
	uint32_t last_question;
	bool under_way;		/* bluetoothd is at it; false with an asker: the link is recovered first */
	/* who asked for the pairing under way has left; asker, if any, came later */
	bool abandoned;
	bool asked;		/* our agent was asked something, so it is not Just Works */
	uint64_t grace_until;	/* a link that is lost before that is recovered: a pairing broke it */
	uint64_t watchdog_at;	/* by when the operation that Just Works was for is answered; 0: none */
	uint64_t watchdog_turn;	/* that operation's turn */
} Pairing;

/* Pairs. 0: wait's done will be called; -EALREADY: the device is paired. E_IN_PROGRESS, E_NOT_CONNECTED. */
int pairing_begin(Link *link, PairWait *wait, Reason *reason);
/* Whether that session waits for a pairing of this device. */
bool pairing_is_of(const Link *link, const Session *session);
/* For whom bluetoothd pairs, or NULL. */
Session *pairing_session(const Link *link);

/* The program's answer. E_DOES_NOT_EXIST: no such question is open. E_INVALID_ARGUMENTS: passkey above
 * PASSKEY_MAX. */
int pairing_respond(Link *link, uint32_t id, bool accept, uint32_t passkey, uint64_t now, Reason *reason);

/* From the edge. Whether somebody waits for the pairing that bluetoothd is at. */
bool pairing_is_asked(const Link *link);
/* The agent is asked about this link's device. answer may be called before this returns. False: nobody here
 * pairs with it, and answer is not called. */
bool pairing_ask(Link *link, PairingKind kind, uint32_t passkey,
			void (*answer)(void *edge, bool accept, uint32_t passkey), void *edge);
/* A pairing has failed, or is about to: if the link is lost because of that, it is recovered. */
void pairing_grace(Link *link, uint64_t now);
/* Nothing passes on the link any more: cuts it and opens it again, without telling its holders. */
void pairing_renew_link(Link *link, uint64_t now);
/* The answer to ops->link_pair. -EALREADY: it was paired before; nothing to confirm, and nothing to undo. */
void pairing_done(Link *link, int error, const Reason *reason, uint64_t now);
/* Whether a pairing that a session wants is under way, or waits for its turn. */
bool pairing_is_on(const Link *link);
/*
 * What the agent is to say of a device that nobody here pairs with. A refusal would leave a link on which all
 * operations hang for 30 s: so the operation that needed the pairing ends with ATT error 0x05 at once, and
 * the link is cut and opened again, without telling its holders.
 */
PairingAnswer pairing_unasked(Link *link, bool just_works, uint64_t now);
/* The same, where the program for which the operation is answers questions (FaceOps.answers_clients): it is
 * asked (FaceOps.link_asked), and decided is called later; for PAIRING_DISPLAY, which needs no answer, never.
 * False: there is no such program. */
bool pairing_ask_unasked(Link *link, PairingKind kind, uint32_t passkey,
			 void (*decided)(void *edge, PairingAnswer answer, uint32_t passkey), void *edge,
			 uint64_t now);
/* Whether the session's program answers what no Pair of its own has led to (FaceOps.answers_clients). */
bool pairing_is_answered(const Session *session);
/* bluetoothd takes that question back. */
void pairing_unasked_cancel(Link *link);

/* Whether Just Works was allowed for that operation, a few seconds ago at most. */
bool pairing_is_for(const AttrOp *op);

/* For links.c: watchdog_at has come. */
void pairing_watchdog(Link *link, uint64_t now);

/* For hold.c: the session lets go of the link. */
void pairing_drop_session(Link *link, const Session *session, uint64_t now);
/* For link.c. */
void pairing_init(Link *link);
void pairing_deinit(Link *link);
/* Begins a pairing that had to wait for the link. */
void pairing_resume(Link *link);
/* Tells who waits for the pairing that it is over. */
void pairing_end(Link *link, int error, const Reason *reason);
