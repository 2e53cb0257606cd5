/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What something costs the user who caused it. A charge lies in the object that it pays for, and so lives
 * exactly as long: made before the object is allocated, ended when it is freed. May be moved by assignment,
 * with the object.
 */
#pragma once

#include "core/quota.h"
#include "util/error.h"
#include "util/macros.h"

typedef struct Charge {
	User *user;		/* NULL: nothing is charged */
	QuotaKind kind;
	uint64_t amount;
} Charge;

/* -EDQUOT, and nothing is charged, if the limit would be passed. */
int charge_init(Charge *charge, User *user, QuotaKind kind, uint64_t amount);
/* The same for memory that has no limit of its own (QUOTA_BYTES); E_LIMIT_REACHED with the reason. */
int charge_bytes(Charge *charge, User *user, uint64_t amount, Reason *reason);
int charge_more(Charge *charge, uint64_t amount);	/* -EDQUOT, as charge_init */
void charge_less(Charge *charge, uint64_t amount);
void charge_end(Charge *charge);			/* no harm if nothing is charged */
