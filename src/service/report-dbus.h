/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports as D-Bus values, taken out of a session's FIFO: as an answer, and as a signal. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/session.h"
#include "service/call.h"

/* Takes at most max reports out, and answers with them: a(syynay), the documented five fields; or, if rich,
 * a(tsyynaya{sv}) and the losses so far, t. */
int reports_reply(Call *call, Session *session, size_t max, bool rich, Reason *reason);

/* Appends a(tsyynaya{sv}) of at most max reports, then the losses t. */
int reports_append_rich(sd_bus_message *m, Session *session, size_t max);
