/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LE legacy pairing, as the responder. */

#include <endian.h>
#include <string.h>
#include <sys/random.h>

#include "radio-smp-crypto.h"

/* how far the pairing has come */
enum {
	IDLE,
	WAIT_CONFIRM,
	WAIT_PASSKEY,		/* theirs is here, the user has not typed ours */
	WAIT_RANDOM,
	WAIT_ENCRYPTION,
};

static void answer_add(SmpAnswer *answer, uint8_t code, const void *parameters, size_t length)
{
	answer->pdus[answer->n].bytes[0] = code;
	memcpy(answer->pdus[answer->n].bytes + 1, parameters, length);
	answer->pdus[answer->n++].length = 1 + length;
}

static void fail(Smp *smp, SmpAnswer *answer, uint8_t reason)
{
	smp->step = IDLE;
	answer_add(answer, PAIRING_FAILED, &reason, sizeof(reason));
}

/* Which IO capabilities of a central let it pair with ours by passkey. */
static bool passkey_possible(uint8_t ours, uint8_t theirs)
{
	switch (ours) {
	case SMP_DISPLAY:
		return theirs == 2 || theirs == 4;
	case SMP_KEYBOARD:
		return theirs != SMP_NONE;
	default:
		return false;
	}
}

static void request_take(Smp *smp, const uint8_t *pdu, SmpAnswer *answer)
{
	uint8_t authentication = pdu[3] & AUTH_BONDING;
	uint8_t keys = smp->privacy->on ? KEY_ENCRYPTION | KEY_IDENTITY : KEY_ENCRYPTION;

	if (smp->refuses) {
		fail(smp, answer, PAIRING_NOT_SUPPORTED);
		return;
	}
	if (pdu[4] < KEY_SIZE) {
		fail(smp, answer, ENCRYPTION_KEY_SIZE);
		return;
	}
	if (smp->io != SMP_NONE)
		authentication |= AUTH_MITM;
	memcpy(smp->request, pdu, sizeof(smp->request));
	memcpy(smp->response,
	       (uint8_t[]){ PAIRING_RESPONSE, smp->io, 0, authentication, KEY_SIZE, 0,
			    authentication & AUTH_BONDING ? pdu[6] & keys : 0 },
	       sizeof(smp->response));
	smp->by_passkey = ((pdu[3] | authentication) & AUTH_MITM) &&
			  passkey_possible(smp->io, pdu[1]);
	/* what it types is new each time */
	if (smp->io == SMP_KEYBOARD)
		smp->passkey = SMP_PASSKEY_UNKNOWN;
	smp->step = WAIT_CONFIRM;
	answer_add(answer, smp->response[0], smp->response + 1, sizeof(smp->response) - 1);
}

static void confirm_send(Smp *smp, SmpAnswer *answer)
{
	if (getrandom(smp->random, sizeof(smp->random), 0) < 0 ||
	    smp_confirm_value(smp, smp->random, smp->confirm) < 0) {
		fail(smp, answer, UNSPECIFIED_REASON);
		return;
	}
	smp->step = WAIT_RANDOM;
	answer_add(answer, PAIRING_CONFIRM, smp->confirm, sizeof(smp->confirm));
}

static void confirm_take(Smp *smp, const uint8_t *pdu, SmpAnswer *answer)
{
	memcpy(smp->their_confirm, pdu + 1, sizeof(smp->their_confirm));
	if (smp->by_passkey && smp->passkey == SMP_PASSKEY_UNKNOWN)
		smp->step = WAIT_PASSKEY;
	else
		confirm_send(smp, answer);
}

static void random_take(Smp *smp, const uint8_t *pdu, SmpAnswer *answer)
{
	uint8_t confirm[AES_BLOCK];

	if (smp_confirm_value(smp, pdu + 1, confirm) < 0 ||
	    smp_short_term_key(smp, pdu + 1, smp->random) < 0) {
		fail(smp, answer, UNSPECIFIED_REASON);
	} else if (memcmp(confirm, smp->their_confirm, sizeof(confirm))) {
		fail(smp, answer, CONFIRM_VALUE_FAILED);
	} else {
		smp->step = WAIT_ENCRYPTION;
		answer_add(answer, PAIRING_RANDOM, smp->random, sizeof(smp->random));
	}
}

void smp_open(Smp *smp, const DeviceAddress *central, const DeviceAddress *peripheral)
{
	smp->step = IDLE;
	smp->central = *central;
	smp->peripheral = *peripheral;
}

void smp_receive(Smp *smp, const uint8_t *pdu, size_t length, SmpAnswer *answer)
{
	static const struct {
		uint8_t code, step;	/* IDLE: at any time */
		size_t length;
		void (*take)(Smp *smp, const uint8_t *pdu, SmpAnswer *answer);
	} messages[] = {
		{ PAIRING_REQUEST, IDLE, 7, request_take },
		{ PAIRING_CONFIRM, WAIT_CONFIRM, 1 + AES_BLOCK, confirm_take },
		{ PAIRING_RANDOM, WAIT_RANDOM, 1 + AES_BLOCK, random_take },
	};

	if (length == 0)
		return;
	if (pdu[0] == PAIRING_FAILED) {
		smp->step = IDLE;
		return;
	}
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (messages[i].code != pdu[0])
			continue;
		if (messages[i].length != length)
			fail(smp, answer, INVALID_PARAMETERS);
		else if (messages[i].step != IDLE && messages[i].step != smp->step)
			fail(smp, answer, UNSPECIFIED_REASON);
		else
			messages[i].take(smp, pdu, answer);
		return;
	}
	fail(smp, answer, COMMAND_NOT_SUPPORTED);
}

void smp_ask(const Smp *smp, SmpAnswer *answer)
{
	const uint8_t authentication = AUTH_BONDING | (smp->io != SMP_NONE ? AUTH_MITM : 0);

	answer_add(answer, SECURITY_REQUEST, &authentication, sizeof(authentication));
}

void smp_type(Smp *smp, uint32_t passkey, SmpAnswer *answer)
{
	smp->passkey = passkey;
	if (smp->step == WAIT_PASSKEY)
		confirm_send(smp, answer);
}

bool smp_is_bonded(const Smp *smp)
{
	return smp->bonded && device_address_equal(&smp->central, &smp->bond_central);
}

bool smp_key_is(const Smp *smp, const uint8_t key[AES_BLOCK], uint16_t diversifier, uint64_t number,
		bool *ret_authenticated)
{
	if (smp->step == WAIT_ENCRYPTION && !diversifier && !number) {
		*ret_authenticated = smp->by_passkey;
		return !memcmp(key, smp->stk, AES_BLOCK);
	}
	*ret_authenticated = smp->bond_authenticated;
	return smp_is_bonded(smp) && diversifier == smp->diversifier &&
	       number == smp->random_number && !memcmp(key, smp->ltk, AES_BLOCK);
}

void smp_identify(const Smp *smp, SmpAnswer *answer)
{
	const DeviceAddress identity = device_address(smp->privacy->identity, smp->privacy->random);
	uint8_t irk[AES_BLOCK];

	irk_get(smp->privacy, irk);
	answer_add(answer, IDENTITY_INFORMATION, irk, sizeof(irk));
	answer_add(answer, IDENTITY_ADDRESS_INFORMATION, &identity, sizeof(identity));
}

void smp_encrypted(Smp *smp, SmpAnswer *answer)
{
	struct {
		uint16_t diversifier;
		uint64_t number;
	} __attribute__((packed)) identification;

	if (smp->step != WAIT_ENCRYPTION)
		return;
	smp->step = IDLE;
	if (!(smp->response[6] & KEY_ENCRYPTION))
		return;
	if (getrandom(smp->ltk, sizeof(smp->ltk), 0) < 0 ||
	    getrandom(&identification, sizeof(identification), 0) < 0) {
		fail(smp, answer, UNSPECIFIED_REASON);
		return;
	}
	smp->bonded = true;
	smp->bond_authenticated = smp->by_passkey;
	smp->bond_central = smp->central;
	smp->diversifier = le16toh(identification.diversifier);
	smp->random_number = le64toh(identification.number);
	answer_add(answer, ENCRYPTION_INFORMATION, smp->ltk, sizeof(smp->ltk));
	answer_add(answer, CENTRAL_IDENTIFICATION, &identification, sizeof(identification));
	if (smp->response[6] & KEY_IDENTITY)
		smp_identify(smp, answer);
}
