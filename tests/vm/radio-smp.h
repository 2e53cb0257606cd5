/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The Security Manager of an emulated peripheral (Core Specification, Vol 3 Part H): LE legacy
 * pairing as the responder, by Just Works or with a passkey. It does no I/O.
 */

#include <stdbool.h>
#include <stddef.h>

#include "radio-address.h"
#include "radio-aes.h"
#include "report.h"

#define SMP_PDU_MAX 65
#define SMP_PASSKEY_UNKNOWN UINT32_MAX

/* what the peripheral has for its user; the values are those of the pairing response */
enum {
	SMP_DISPLAY = 0,	/* shows its passkey */
	SMP_KEYBOARD = 2,	/* somebody types what the central shows */
	SMP_NONE = 3,		/* Just Works */
};

typedef struct Smp {
	/* how it pairs */
	uint8_t io;
	bool refuses;
	uint32_t passkey;

	DeviceAddress central, peripheral;

	/* who it is, for those with whom it pairs, while its address is a private one */
	const Privacy *privacy;

	/* the pairing under way */
	uint8_t step;
	uint8_t request[7], response[7];
	uint8_t confirm[AES_BLOCK], random[AES_BLOCK], their_confirm[AES_BLOCK];
	uint8_t stk[AES_BLOCK];
	bool by_passkey;

	/* the key of the last pairing, and whose it is; it outlives the link */
	bool bonded, bond_authenticated;
	DeviceAddress bond_central;
	uint8_t ltk[AES_BLOCK];
	uint16_t diversifier;
	uint64_t random_number;
} Smp;

/* What goes to the central now: whole PDUs. */
typedef struct SmpAnswer {
	size_t n;
	struct {
		size_t length;
		uint8_t bytes[SMP_PDU_MAX];
	} pdus[4];
} SmpAnswer;

/* A link begins. */
void smp_open(Smp *smp, const DeviceAddress *central, const DeviceAddress *peripheral);
void smp_receive(Smp *smp, const uint8_t *pdu, size_t length, SmpAnswer *answer);
/* The peripheral asks for a pairing. */
void smp_ask(const Smp *smp, SmpAnswer *answer);
/* Somebody has typed the passkey that the central shows. */
void smp_type(Smp *smp, uint32_t passkey, SmpAnswer *answer);
/* Whether that is the key which this central shall encrypt with. */
bool smp_key_is(const Smp *smp, const uint8_t key[AES_BLOCK], uint16_t diversifier, uint64_t number,
		bool *ret_authenticated);
/* The link is encrypted now, which ends a pairing with the handing out of keys. */
void smp_encrypted(Smp *smp, SmpAnswer *answer);
/* The two PDUs by which it says who it is. */
void smp_identify(const Smp *smp, SmpAnswer *answer);
/* A new private address of that identity. */
uint64_t smp_private_address(const Privacy *privacy);
/* Whether the central is the one that is bonded. */
bool smp_is_bonded(const Smp *smp);
