/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session for which a caller acts: checks of a Method, which set call->session. */
#pragma once

#include "core/session.h"
#include "service/call.h"

/* Session1: the one at the called path; …/hciN is the caller's own user session, made on first use.
 * E_NO_SUCH_ADAPTER, E_DOES_NOT_EXIST, E_ACCESS_DENIED, E_LIMIT_REACHED. */
int call_session(Call *call, void *object, Reason *reason);

/* The same, and initialised. A user session inits itself; for a private one that is up to the program:
 * E_NOT_READY. */
int call_ready_session(Call *call, void *object, Reason *reason);

/* The same; and where a user session has just inited itself, its radio is on: as Init does, that powers the
 * radio, and the method waits until it is on. */
int call_powered_session(Call *call, void *object, Reason *reason);

/* For what the session serves: only its owner, its user, and root may. E_ACCESS_DENIED. */
int call_serving_session(Call *call, Session *session, Reason *reason);

/* For a Link, an Attr: the session by which the caller holds the link, a private one of its connection, else
 * its user's. E_ACCESS_DENIED if none does; and for an attribute E_NOT_CONNECTED, if the link is down. */
int call_link(Call *call, void *link, Reason *reason);
int call_attr(Call *call, void *attr, Reason *reason);

/* For a LocalService, a LocalAttr: as call_serving_session. */
int call_local_service(Call *call, void *service, Reason *reason);
int call_local_attr(Call *call, void *attr, Reason *reason);
