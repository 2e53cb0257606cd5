/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The session that a call is for, by its path and its caller. */
#pragma once

#include "core/session.h"
#include "service/call.h"

/* The one at, or above, the called path; …/hciN is the caller's own user session, which is made on first use.
 * E_NO_SUCH_ADAPTER, E_DOES_NOT_EXIST, E_ACCESS_DENIED, E_LIMIT_REACHED. */
int call_session(Call *call, Session **ret, Reason *reason);

/* The same, and initialised. A user session inits itself; for a private one that is up to the program: E_NOT_READY. */
int call_ready_session(Call *call, Session **ret, Reason *reason);

/* For methods that need the radio: a user session that inits itself powers it on, as Init does. Then runs resume, which
 * looks the session up anew: it may have gone meanwhile, and come again. */
int call_powered_session(Call *call, MethodResume resume, Reason *reason);
