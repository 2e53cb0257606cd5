/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A central as a client of the simulated bluetoothd's GATT server. */
#pragma once

#include "attribute.h"
#include "central.h"
#include "radio.h"

struct Server;

typedef struct Smp Smp;

typedef struct CentralEnd {
	struct Server *server; /* NULL: bluetoothd is away */
	char *device; /* the object that stands for it; NULL: as above */
	AttrSecurity security;
	GHashTable *ccc; /* handle → value */
	uint8_t opcode; /* of the request that the server is at */
	uint16_t handle; /* of prepared writes */
	GByteArray *prepared;
	uint64_t bond; /* the radio it is bonded with; 0: none */
	AttrSecurity bond_security;
	Smp *smp; /* pairing under way */
} CentralEnd;

void central_lose(Central *central, uint8_t reason);

/* bluetoothd's side: it has noticed the link; it is gone and the link is not. */
void central_adopt(Central *central, struct Server *server, const char *device);
void central_orphan(Central *central);
uint16_t central_get_ccc(const Central *central, uint16_t handle);
void central_forget_ccc(Central *central, uint64_t radio); /* all of that radio's server */
void central_set_ccc(Central *central, uint16_t handle, uint16_t value);
/* A notification or indication, cut to the MTU. */
void central_hear(Central *central, uint16_t handle, const uint8_t *value, size_t len);
void central_encrypted(Central *central, AttrSecurity security); /* the link is, now */
void central_bond(Central *central, uint64_t radio, AttrSecurity security);
AttrSecurity central_bond_security(const Central *central, uint64_t radio); /* ATTR_PLAIN: no bond */

/* As of AirOps. */
void central_end_new(Central *central);
void central_end_free(Central *central);
int central_end_connect(Central *central, Radio *radio);
void central_end_send(Central *central, const uint8_t *pdu, size_t len);
void central_unbond(Central *central);
