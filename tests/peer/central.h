/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A central, a phone say: it connects to a radio that advertises, and is a client of the GATT server there.
 * One procedure of ATT at a time, and one pairing; the end of either is the answer to a request of the test.
 */
#pragma once

#include "air.h"
#include "att.h"
#include "inbox.h"
#include "request.h"

#define CENTRAL_VALUE_MAX 960 /* more than a value may have */
#define CENTRAL_PASSKEY_ASK UINT32_MAX /* the passkey comes with central_type */
#define CENTRAL_PATIENCE (35 * SECOND) /* a host that is silent for 30 s is out of order */

typedef struct Search Search;

/* Takes the answer to the request under way; error: what the server answered instead, 0 if it did not. */
typedef void (*Step)(Central *central, uint8_t error, const uint8_t *pdu, size_t length);

/* What the test has asked for, as long as central->answer waits. */
typedef struct Procedure {
	Step step; /* NULL: it waits for something else than ATT */
	uint8_t opcode; /* of the request under way; 0: none */
	uint64_t deadline;
	uint16_t handle, offset, setting;
	uint8_t error; /* what it will end with */
	uint8_t value[CENTRAL_VALUE_MAX];
	size_t n_value;
	bool part; /* of a read: one answer is enough */
	Search *search;
} Procedure;

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
	Procedure procedure;
	Answer securing; /* of pairing and encryption; give NULL: nothing is under way */
};

Central *central_new(Air *air, const char *name, uint64_t addr, bool random);
Central *central_free(Central *central); /* an open link ends by timeout */

/* Ends what nobody answers; when that is, or NEVER. */
void centrals_run(Air *air, uint64_t now);
uint64_t centrals_due(const Air *air);

/* Toward the back end. */
void central_receive(Central *central, const uint8_t *pdu, size_t length); /* of ATT */
void central_closed(Central *central); /* the link is over */
void central_finish_secure(Central *central, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Toward the test: each begins what central->answer will tell the end of. Only with a link, and while nothing
 * else is under way. */
/* Takes a link, and agrees on the MTU. Returns as AirOps. */
int central_connect(Central *central, Radio *radio, uint16_t mtu);
void central_discover(Central *central);
/* part: what comes with one answer, else up to the end. */
void central_read(Central *central, uint16_t handle, uint16_t offset, bool part);
void central_write(Central *central, uint16_t handle, const uint8_t *value, size_t length);
void central_write_prepared(Central *central, uint16_t handle, const uint8_t *value, size_t length);
void central_subscribe(Central *central, uint16_t handle, uint16_t setting);
void central_send_request(Central *central, const uint8_t *pdu, size_t length);
/* This ends at once. */
void central_write_command(Central *central, uint16_t handle, const uint8_t *value, size_t length);

/* For its parts. */
void procedure_begin(Central *central);
/* The reply, and the end. */
void procedure_end(Central *central, const char *format, ...) G_GNUC_PRINTF(2, 3);
void procedure_end_att(Central *central, uint8_t error); /* 0: ok */
/* Sends a request, whose answer step takes. */
void central_request(Central *central, Step step, const uint8_t *pdu, size_t length);
Search *search_free(Search *search);
