/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A method call on its way: from the vtable, over the caller's credentials and, where need be, the radio's
 * power, to the method, and back with a reply. The daemon never blocks for one.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "core/advert.h"
#include "core/bonds.h"
#include "core/link.h"
#include "core/local-flow.h"
#include "core/local.h"
#include "core/pairing.h"
#include "core/radio-name.h"
#include "core/radio.h"
#include "service/job.h"
#include "bus/message.h"
#include "service/peers.h"
#include "util/error.h"
#include "util/macros.h"

/* What a method returns when its reply comes later. Not an Outcome, and not an errno of ours. */
#define CALL_DEFERRED (-EINPROGRESS)

/* Runs a method on the object that was called: 0 when it has replied, CALL_DEFERRED, or an error for the
 * caller (util/error.h). */
typedef int (*MethodRun)(Call *call, void *object, Reason *reason);

/* The second half of a method that waited: error is 0, or says why what it waited for did not come. */
typedef int (*MethodResume)(Call *call, int error, Reason *reason);

/* What call_begin has to know about a method. */
typedef struct Method {
	MethodRun run;
	MethodRun check;	/* runs first: may the caller? sets call->session; NULL: anybody may */
	bool question;		/* does nothing but answer: not run where no answer is wanted */
} Method;

/* Define method_NAME, the vtable's handler that runs the MethodRun NAME; QUESTION: one that does nothing but
 * answer. */
#define METHOD(name, may) METHOD_HANDLER(name, .check = (may))
#define QUESTION(name, may) METHOD_HANDLER(name, .check = (may), .question = true)
#define METHOD_HANDLER(name, ...)								\
	static int method_##name(sd_bus_message *m, void *object, sd_bus_error *error UNUSED)	\
	{											\
		static const Method method = { .run = name, __VA_ARGS__ };			\
												\
		return call_begin(m, object, &method);						\
	}

struct Call {
	Service *service;
	sd_bus_message *message;
	Peer *peer;
	const Method *method;
	Session *session;	/* for which the caller acts; only for run: it may be gone later */
	uint64_t opened;	/* the private session that OpenSession has made; for resume */
	MethodResume resume;	/* while it waits for the radio's power */
	bool resumed;		/* the method runs on the agenda, as that has come */
	sd_bus_message *answer;	/* of such a method, until all else has been said */
	union {
		Wait wait;	/* what it waits for: one thing at a time */
		ConnectWait connect;
		OpWait op;
		PairWait pair;
		ForgetWait forget;
		AdvertWait advert;
		NameWait name;
	};
	FlowWait flow;
	LocalAttr *made;	/* the new attribute, for the answer of a method that waits */
	Job job;
	int fd;			/* descriptor to be handed out with the reply; -1: none */
};

/*
 * Every call of a method passes here; object is what stands at the called path. Where the caller's
 * credentials are not known yet, the bus is asked first; then the message goes through the vtables again,
 * because the object may be gone by then.
 */
int call_begin(sd_bus_message *m, void *object, const Method *method);
/* Runs the method of a call that waited once more, on its object: anything may have changed meanwhile. */
int call_again(Call *call, void *object, Reason *reason);

uid_t call_uid(const Call *call);
const char *call_sender(const Call *call);

/* Sees to it that the radio is on. 0: it is on, or it cannot be, because it is blocked. CALL_DEFERRED: resume
 * is run when it is on, or when it is clear that it will not be. Else an error. */
int call_wait_power(Call *call, Radio *radio, MethodResume resume, Reason *reason);

/* Keeps the call, because it waits for BlueZ: charged to its user. E_LIMIT_REACHED, E_BLUEZ_UNAVAILABLE. */
int call_keep(Call *call, Reason *reason);
/* The same for a call that waits only for its turn, and for nothing that comes from BlueZ. */
int call_queue(Call *call, Reason *reason);
/* Lets the call wait for something in core: done is called with call->wait. */
void call_wait(Call *call, void (*done)(Wait *wait, int error, const Reason *reason));
/* Ends a call that was kept: with error, unless 0 (then the reply has been sent), or CALL_DEFERRED (it waits
 * again). */
void call_finish(Call *call, int error, const Reason *reason);

/* Replies with values (types as sd_bus_message_append's; NULL: none). call_reply_bytes: with a variant of
 * bytes (NULL: no bytes), as Properties.Get does. */
int call_reply(Call *call, const char *types, ...);
int call_reply_bytes(Call *call, GBytes *value);
/* Replies with nothing, before what the call brings about is said. */
int call_reply_first(Call *call);
/* Keeps the call, and replies with nothing when what call->wait is made to wait for is over; it must be
 * something that does not come from BlueZ. E_LIMIT_REACHED. */
int call_reply_after(Call *call, Reason *reason);

/* For service.c: the peer's credentials are known (or error says why not); the peer has left. */
void calls_admit(Service *service, Peer *peer, int error, const Reason *reason);
void calls_forget(Peer *peer);
/* BlueZ does not answer: ends the peer's calls that wait for it. */
void calls_bluez_stalled(Peer *peer);
