/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A central on a link of a controller: a client of its host's GATT server. One ATT procedure at a time; its
 * end is an answer. When the host asks for security, it encrypts with the bond that it has, or pairs by Just
 * Works. */

#include "central.h"
#include "radio-link.h"
#include "radio-smp.h"

#define CENTRAL_PATIENCE (35 * SECOND)	/* a host that is silent for 30 s is out of order */

typedef struct Discovery Discovery;

/* Takes the answer to the request under way; error: what the server answered instead, 0 if it did
 * not. */
typedef void (*Step)(Central *central, uint8_t error, const uint8_t *pdu, size_t length);

/* what the test has asked for, as long as central->answer waits */
typedef struct Procedure {
	Step step;			/* NULL: it waits for something else than ATT */
	uint8_t opcode;			/* of the request under way; 0: none */
	uint64_t deadline;
	uint16_t handle, offset, setting;
	uint8_t error;			/* what it will end with */
	uint8_t value[CENTRAL_VALUE_MAX];
	size_t n_value;
	bool part;	/* of a read: one answer is enough */
	Discovery *discovery;
} Procedure;

typedef struct CentralEnd {
	Link *link;			/* NULL: not connected */
	Procedure procedure;
	Smp smp;			/* as the initiator; its bond is with the host */
	uint64_t security_deadline;
} CentralEnd;

/* Does what is due. Returns when to be called again. */
uint64_t centrals_run(Air *air, uint64_t now);
/* For who has central->answer, or does not need one. */
void central_send_raw(Central *central, const uint8_t *pdu, size_t length);

/* Toward the controllers. */
void central_closed(Central *central);
void central_receive(Central *central, uint16_t cid, const uint8_t *payload, size_t length);
/* The key that the host has for the link, NULL: none. */
void central_key(Central *central, const uint8_t *key);

/* As of AirOps. */
void central_end_new(Central *central);
void central_end_free(Central *central);
int central_connect(Central *central, Radio *radio, uint16_t mtu);
void central_drop(Central *central, uint8_t reason);
void central_discover(Central *central);
void central_read(Central *central, uint16_t handle, uint16_t offset, bool part);
void central_write(Central *central, uint16_t handle, const uint8_t *value, size_t length);
void central_prepare(Central *central, uint16_t handle, const uint8_t *value, size_t length);
void central_command(Central *central, uint16_t handle, const uint8_t *value, size_t length);
void central_subscribe(Central *central, uint16_t handle, uint16_t setting);
void central_secure(Central *central, bool by_passkey, uint32_t passkey);
bool central_type(Central *central, uint32_t passkey);
void central_unbond(Central *central);

/* For the parts of a central. */
void procedure_begin(Central *central);
/* The reply, and the end. */
void procedure_end(Central *central, const char *format, ...) __attribute__((format(printf, 2, 3)));
void procedure_end_att(Central *central, uint8_t error);
/* Sends a request, whose answer step takes. */
void central_request(Central *central, Step step, const uint8_t *pdu, size_t length);
void central_receive_att(Central *central, const uint8_t *pdu, size_t length);
void central_receive_smp(Central *central, const uint8_t *pdu, size_t length);
void central_smp_close(Central *central);
uint64_t central_smp_run(Central *central, uint64_t now);
Discovery *discovery_free(Discovery *discovery);
