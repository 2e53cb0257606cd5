/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sole right to write, on a link or on one characteristic, for one of the sessions that hold the link. */
#pragma once

#include <stdbool.h>

#include "core/broker.h"
#include "util/error.h"

/* attr NULL: the whole link. E_BUSY if another session has a claim on it or on a part of it. */
int claim_take(Link *link, Attr *attr, Session *session, Reason *reason);
void claim_release(Link *link, const Session *session);
/* Whether the session may write there. */
bool claim_allows(const Link *link, const Attr *attr, const Session *session);
