/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A central, such as a phone: it connects to a radio that advertises, and is a client of the GATT server
 * there. One ATT procedure at a time, and one pairing; the end of either is the reply to a request of the
 * test. */
#pragma once

#include "air.h"
#include "att.h"
#include "inbox.h"
#include "request.h"

#define CENTRAL_VALUE_MAX 960 /* more than a value may have */
#define CENTRAL_PASSKEY_ASK UINT32_MAX /* the passkey comes later, with central_type() */
#define CENTRAL_PATIENCE (35 * SECOND) /* ATT's time-out is 30 s */

typedef struct Search Search;

/* Takes the answer to the request under way. error: the error that the server answered; 0: none. */
typedef void (*Step)(Central *central, uint8_t error, const uint8_t *pdu, size_t length);

/* The procedure that the test has asked for, while central->answer waits. */
typedef struct Procedure {
	Step step; /* NULL: it waits for no ATT answer */
	uint8_t opcode; /* of the request under way; 0: none */
	uint64_t deadline;
	uint16_t handle, offset, setting;
	uint8_t error; /* the error it will end with */
	uint8_t value[CENTRAL_VALUE_MAX];
	size_t n_value;
	bool part; /* of a read: stop after one answer */
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
	Database database; /* empty: it serves nothing */
	Att att; /* answers requests; has the link's MTU and security */
	uint64_t pdus; /* PDUs of ATT that arrived since it was created */
	Inbox inbox;
	Answer answer; /* of the procedure; give NULL: none is under way */
	Procedure procedure;
	Answer securing; /* of pairing or encrypting; give NULL: likewise */
};

Central *central_new(Air *air, const char *name, uint64_t addr, bool random);
Central *central_free(Central *central); /* an open link ends by timeout */

/* centrals_run() ends procedures that got no answer in time. centrals_due(): when the next one is, or
 * NEVER. */
void centrals_run(Air *air, uint64_t now);
uint64_t centrals_due(const Air *air);

/* Toward the back end. */
void central_receive(Central *central, const uint8_t *pdu, size_t length); /* of ATT */
void central_closed(Central *central); /* the link is over */
void central_finish_secure(Central *central, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Toward the test: each begins a procedure, whose end is told by central->answer. Only with a link, and
 * while no other procedure is under way. */
/* Opens a link, and agrees on the MTU. Returns as AirOps. */
int central_connect(Central *central, Radio *radio, uint16_t mtu);
void central_discover(Central *central);
/* part: one answer's worth of the value; else all of it. */
void central_read(Central *central, uint16_t handle, uint16_t offset, bool part);
void central_write(Central *central, uint16_t handle, const uint8_t *value, size_t length);
void central_write_prepared(Central *central, uint16_t handle, const uint8_t *value, size_t length);
void central_subscribe(Central *central, uint16_t handle, uint16_t setting);
void central_send_request(Central *central, const uint8_t *pdu, size_t length);
/* Has no answer: is done at once. */
void central_write_command(Central *central, uint16_t handle, const uint8_t *value, size_t length);

/* For the files of Central. */
void procedure_begin(Central *central);
/* Gives the reply, and ends the procedure. */
void procedure_end(Central *central, const char *format, ...) G_GNUC_PRINTF(2, 3);
void procedure_end_att(Central *central, uint8_t error); /* 0: ok */
/* Sends a request; step takes the answer. */
void central_request(Central *central, Step step, const uint8_t *pdu, size_t length);
Search *search_free(Search *search);
