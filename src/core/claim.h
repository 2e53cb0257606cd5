/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sole right to write, on a link or on one characteristic, for one of the sessions that hold the link. */
#pragma once

#include <stdbool.h>

#include "core/broker.h"
#include "util/error.h"

/* attr NULL: the whole link. E_BUSY if another session has a claim on it or on a part of it. */
int claim_take(Link *link, Attr *attr, Session *session, Reason *reason);
void claim_release(Link *link, const Session *session);	/* all claims of the session on the link */
/* Whether the session may write the attribute; of a descriptor, its characteristic's claim counts. */
bool claim_allows(const Link *link, const Attr *attr, const Session *session);
