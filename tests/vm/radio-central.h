/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Emulated centrals, phones say: each connects to a radio that advertises, and is a client of its
 * host's GATT server. One ATT procedure at a time for each; its end is a promise. When the host asks for
 * security, they encrypt with the bond that they have, or pair by Just Works. Times are CLOCK_MONOTONIC
 * nanoseconds.
 */

#include "radio-att.h"
#include "radio-inbox.h"
#include "radio-link.h"
#include "radio-promise.h"
#include "radio-smp.h"

#define CENTRAL_NAME_MAX 64
#define CENTRAL_PATIENCE (35 * SECOND)	/* a host that is silent for 30 s is out of order */
#define CENTRAL_VALUE_MAX 960	/* more than a value may have */

typedef struct Discovery Discovery;

/* Takes the answer to the request under way; error: what the server answered instead, 0 if it did
 * not. */
typedef void (*Step)(Central *central, uint8_t error, const uint8_t *pdu, size_t length);

/* what the test has asked for */
typedef struct Procedure {
	Promise *promise;		/* NULL: nothing is under way */
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

struct Central {
	Central *next;
	char name[CENTRAL_NAME_MAX];
	DeviceAddress address;
	Link *link;			/* NULL: not connected */
	uint64_t pdus;			/* of ATT that arrived since it was created */
	Database database;		/* a central serves nothing, */
	Att att;			/* but it answers */
	Procedure procedure;
	Inbox inbox;
	Smp smp;			/* as the initiator; its bond is with the host */
	Promise *securing;		/* what the test has asked for, or NULL */
	uint64_t security_deadline;
};

typedef struct Centrals {
	Central *first;
} Centrals;

/* -EEXIST: one with that name or address is there. */
int central_new(Centrals *centrals, const Central *model);
/* It vanishes, and its link by supervision timeout. Returns NULL. */
Central *central_free(Centrals *centrals, Central *central);
Central *centrals_find(const Centrals *centrals, const char *name);
void centrals_deinit(Centrals *centrals);
/* Does what is due. Returns when to be called again. */
uint64_t centrals_run(Centrals *centrals, uint64_t now);

/* Toward the controllers. */
void central_closed(Central *central);
void central_receive(Central *central, uint16_t cid, const uint8_t *payload, size_t length);
/* The key that the host has for the link, NULL: none. */
void central_key(Central *central, const uint8_t *key);

/* Toward the test: each begins what the promise will tell the end of. Only with a link, and while
 * nothing else is under way: no other procedure, or for central_secure no other securing. */
/* -ECONNREFUSED: the radio advertises nothing that can be connected to. */
int central_connect(Central *central, Controller *radio, uint16_t mtu, Promise *promise);
/* part: what comes with one answer, else up to the end. */
void central_read(Central *central, uint16_t handle, uint16_t offset, bool part, Promise *promise);
void central_write(Central *central, uint16_t handle, const uint8_t *value, size_t length, Promise *promise);
void central_write_command(Central *central, uint16_t handle, const uint8_t *value, size_t length);
void central_write_prepared(Central *central, uint16_t handle, const uint8_t *value, size_t length,
			    Promise *promise);
void central_subscribe(Central *central, uint16_t handle, uint16_t setting, Promise *promise);
void central_discover(Central *central, Promise *promise);
void central_send_raw(Central *central, const uint8_t *pdu, size_t length, Promise *promise);
/* Just Works without a passkey; SMP_PASSKEY_UNKNOWN: it waits for central_type. A bond that will do
 * is used instead of pairing anew. */
void central_secure(Central *central, bool by_passkey, uint32_t passkey, Promise *promise);
/* Somebody has typed the passkey that the host shows. */
void central_type(Central *central, uint32_t passkey);

/* For the parts of a central. */
void procedure_begin(Central *central, Promise *promise);
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
