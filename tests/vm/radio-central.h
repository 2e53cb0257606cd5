/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A central's part on a link of a controller: its frames, and pairing. When the host asks for security, it
 * encrypts with the bond that it has, or pairs by Just Works. */

#include "central.h"
#include "radio-link.h"
#include "radio-smp.h"

typedef struct CentralEnd {
	Link *link;			/* NULL: not connected */
	Smp smp;			/* as the initiator; its bond is with the host */
	uint64_t security_deadline;
} CentralEnd;

/* Does what is due on the links of centrals. Returns when to be called again. */
uint64_t central_ends_run(Air *air, uint64_t now);

/* Toward the controllers. */
void central_leave(Central *central);
void central_take(Central *central, uint16_t cid, const uint8_t *payload, size_t length);
/* The key that the host has for the link, NULL: none. */
void central_key(Central *central, const uint8_t *key);

/* As of AirOps. */
void central_end_new(Central *central);
void central_end_free(Central *central);
int central_end_connect(Central *central, Radio *radio);
void central_end_drop(Central *central, uint8_t reason);
void central_end_send(Central *central, const uint8_t *pdu, size_t length);
void central_end_secure(Central *central, bool by_passkey, uint32_t passkey);
bool central_end_type(Central *central, uint32_t passkey);
void central_end_unbond(Central *central);

/* For its other part, which pairs. */
void central_take_smp(Central *central, const uint8_t *pdu, size_t length);
void central_smp_close(Central *central);
uint64_t central_smp_run(Central *central, uint64_t now);
