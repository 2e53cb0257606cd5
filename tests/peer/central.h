/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A central, a phone say: it connects to a radio that advertises, and is a client of the GATT server there.
 * One request of the test at a time, and one pairing. */
#pragma once

#include "air.h"
#include "att.h"
#include "inbox.h"
#include "request.h"

#define CENTRAL_VALUE_MAX 960 /* more than a value may have */
#define CENTRAL_PASSKEY_ASK UINT32_MAX /* the passkey comes with central_type */

struct Central {
	Air *air;
	struct CentralEnd *end; /* the back end's */
	char *name;
	uint64_t addr;
	bool random;
	Privacy privacy;
	Radio *radio; /* NULL: not connected */
	Database database; /* it serves nothing, */
	Att att; /* but it answers; and this is what its link is like */
	uint64_t pdus; /* of ATT that arrived since it was created */
	Inbox inbox;
	Answer answer; /* give NULL: nothing is under way */
	Answer securing; /* the same for pairing and encryption */
};

Central *central_new(Air *air, const char *name, uint64_t addr, bool random);
Central *central_free(Central *central); /* an open link ends by timeout */

/* What is under way is over: gives the reply. */
void central_finish(Central *central, const char *format, ...) G_GNUC_PRINTF(2, 3);
void central_finish_att(Central *central, uint8_t error); /* 0: ok */
void central_finish_read(Central *central, const uint8_t *value, size_t len);
void central_finish_secure(Central *central, const char *format, ...) G_GNUC_PRINTF(2, 3);
