/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LE legacy pairing and encryption, as a central does it. */

#include <endian.h>
#include <stdarg.h>
#include <string.h>
#include <sys/random.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-central.h"
#include "radio-smp-crypto.h"

#define HCI_MIC_FAILURE 0x3d
#define IO_KEYBOARD_ONLY 2
#define IO_KEYBOARD_DISPLAY 4

/* how far it has come */
enum {
	IDLE,
	WAIT_RESPONSE,
	WAIT_PASSKEY,		/* nobody has typed it */
	WAIT_CONFIRM,
	WAIT_RANDOM,
	WAIT_ENCRYPTION,	/* by the key of the pairing */
	WAIT_KEY,		/* the host's long term key */
	WAIT_KEY_NAME,		/* by which the host will know it */
	WAIT_BOND_ENCRYPTION,
};

static void pdu_send(Central *central, uint8_t code, const void *parameters, size_t length)
{
	uint8_t pdu[SMP_PDU_MAX] = { code };

	memcpy(pdu + 1, parameters, length);
	(void)link_send(central->end->link, CID_SMP, pdu, 1 + length);
}

/* The test is told, if it asked for it. */
static void security_end(Central *central, const char *format, ...)
{
	g_autofree char *reply = NULL;
	va_list args;

	central->end->smp.step = IDLE;
	va_start(args, format);
	reply = g_strdup_vprintf(format, args);
	va_end(args);
	central_finish_secure(central, "%s", reply);
}

void central_smp_close(Central *central)
{
	security_end(central, "error link lost");
}

uint64_t central_smp_run(Central *central, uint64_t now)
{
	if (!central->securing.give)
		return UINT64_MAX;
	if (central->end->security_deadline > now)
		return central->end->security_deadline;
	security_end(central, "error no answer");
	return UINT64_MAX;
}

/* The host is told as well. */
static void give_up(Central *central, uint8_t reason)
{
	pdu_send(central, PAIRING_FAILED, &reason, sizeof(reason));
	security_end(central, "error smp 0x%02x", reason);
}

static void confirm_send(Central *central)
{
	Smp *smp = &central->end->smp;

	if (getrandom(smp->random, sizeof(smp->random), 0) < 0 ||
	    smp_confirm_value(smp, smp->random, smp->confirm) < 0) {
		give_up(central, UNSPECIFIED_REASON);
		return;
	}
	smp->step = WAIT_CONFIRM;
	pdu_send(central, PAIRING_CONFIRM, smp->confirm, sizeof(smp->confirm));
}

/* A host that can neither show nor take a passkey pairs by Just Works, which is not what was asked for
 * where a passkey was. */
static void response_take(Central *central, const uint8_t *pdu)
{
	Smp *smp = &central->end->smp;

	memcpy(smp->response, pdu, sizeof(smp->response));
	if (pdu[4] != KEY_SIZE) {
		give_up(central, ENCRYPTION_KEY_SIZE);
	} else if (smp->by_passkey && pdu[1] == SMP_NONE) {
		give_up(central, AUTHENTICATION_REQUIREMENTS);
	} else if (smp->by_passkey && smp->passkey == SMP_PASSKEY_UNKNOWN) {
		smp->step = WAIT_PASSKEY;
	} else {
		confirm_send(central);
	}
}

static void confirm_take(Central *central, const uint8_t *pdu)
{
	Smp *smp = &central->end->smp;

	memcpy(smp->their_confirm, pdu + 1, sizeof(smp->their_confirm));
	smp->step = WAIT_RANDOM;
	pdu_send(central, PAIRING_RANDOM, smp->random, sizeof(smp->random));
}

static void random_take(Central *central, const uint8_t *pdu)
{
	Smp *smp = &central->end->smp;
	uint8_t confirm[AES_BLOCK];

	if (smp_confirm_value(smp, pdu + 1, confirm) < 0 ||
	    smp_short_term_key(smp, smp->random, pdu + 1) < 0) {
		give_up(central, UNSPECIFIED_REASON);
	} else if (memcmp(confirm, smp->their_confirm, sizeof(confirm))) {
		give_up(central, CONFIRM_VALUE_FAILED);
	} else {
		smp->step = WAIT_ENCRYPTION;
		link_want_key(central->end->link, 0, 0);
	}
}

static void key_take(Central *central, const uint8_t *pdu)
{
	memcpy(central->end->smp.ltk, pdu + 1, sizeof(central->end->smp.ltk));
	central->end->smp.step = WAIT_KEY_NAME;
}

static void key_name_take(Central *central, const uint8_t *pdu)
{
	SmpAnswer answer = { .n = 0 };
	Smp *smp = &central->end->smp;

	smp->diversifier = le16(pdu + 1);
	memcpy(&smp->random_number, pdu + 3, sizeof(smp->random_number));
	smp->random_number = le64toh(smp->random_number);
	smp->bonded = true;
	smp->bond_authenticated = smp->by_passkey;
	smp->bond_central = smp->peripheral;	/* the other side, here */
	if (smp->response[5] & KEY_IDENTITY) {
		smp_identify(smp, &answer);
		for (size_t i = 0; i < answer.n; i++)
			(void)link_send(central->end->link, CID_SMP, answer.pdus[i].bytes,
					answer.pdus[i].length);
	}
	security_end(central, "ok");
}

/* Who waits to be told what to enter has nothing to show. */
static uint8_t io_capability(const Smp *smp)
{
	if (!smp->by_passkey)
		return SMP_NONE;
	return smp->passkey == SMP_PASSKEY_UNKNOWN ? IO_KEYBOARD_ONLY : IO_KEYBOARD_DISPLAY;
}

/* Encrypts with the bond, or pairs for one. */
static void begin(Central *central, bool by_passkey, uint32_t passkey)
{
	Smp *smp = &central->end->smp;

	if (smp->bonded && device_address_equal(&smp->bond_central, &smp->peripheral) &&
	    (smp->bond_authenticated || !by_passkey)) {
		smp->step = WAIT_BOND_ENCRYPTION;
		link_want_key(central->end->link, smp->diversifier, smp->random_number);
		return;
	}
	smp->by_passkey = by_passkey;
	smp->passkey = passkey;
	memcpy(smp->request,
	       (uint8_t[]){ PAIRING_REQUEST, io_capability(smp), 0,
			    by_passkey ? AUTH_BONDING | AUTH_MITM : AUTH_BONDING, KEY_SIZE,
			    smp->privacy->on ? KEY_IDENTITY : 0, KEY_ENCRYPTION },
	       sizeof(smp->request));
	smp->step = WAIT_RESPONSE;
	pdu_send(central, smp->request[0], smp->request + 1, sizeof(smp->request) - 1);
}

/* Other PDUs are passed over. */
void central_take_smp(Central *central, const uint8_t *pdu, size_t length)
{
	static const struct {
		uint8_t code, step;
		size_t length;
		void (*take)(Central *central, const uint8_t *pdu);
	} messages[] = {
		{ PAIRING_RESPONSE, WAIT_RESPONSE, 7, response_take },
		{ PAIRING_CONFIRM, WAIT_CONFIRM, 1 + AES_BLOCK, confirm_take },
		{ PAIRING_RANDOM, WAIT_RANDOM, 1 + AES_BLOCK, random_take },
		{ ENCRYPTION_INFORMATION, WAIT_KEY, 1 + AES_BLOCK, key_take },
		{ CENTRAL_IDENTIFICATION, WAIT_KEY_NAME, 11, key_name_take },
	};
	Smp *smp = &central->end->smp;

	if (pdu[0] == SECURITY_REQUEST && smp->step == IDLE && !central->att.encrypted) {
		begin(central, false, SMP_PASSKEY_UNKNOWN);
		return;
	}
	if (smp->step == IDLE)
		return;
	if (pdu[0] == PAIRING_FAILED && length == 2) {
		security_end(central, "error smp 0x%02x", pdu[1]);
		return;
	}
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (messages[i].code == pdu[0] && messages[i].length == length &&
		    messages[i].step == smp->step) {
			messages[i].take(central, pdu);
			return;
		}
}

/* Both have a key: the same one, or the first encrypted packet is not understood. */
void central_key(Central *central, const uint8_t *key)
{
	Smp *smp = &central->end->smp;
	bool pairing = smp->step == WAIT_ENCRYPTION;
	const uint8_t *ours = pairing ? smp->stk : smp->ltk;

	if (!pairing && smp->step != WAIT_BOND_ENCRYPTION)
		return;
	if (!key) {
		security_end(central, "error hci 0x%02x", HCI_PIN_OR_KEY_MISSING);
		return;
	}
	if (memcmp(key, ours, AES_BLOCK)) {
		security_end(central, "error hci 0x%02x", HCI_MIC_FAILURE);
		link_close(central->end->link, HCI_MIC_FAILURE);
		return;
	}
	central->att.encrypted = true;
	central->att.authenticated = pairing ? smp->by_passkey : smp->bond_authenticated;
	link_encrypted(central->end->link);
	if (pairing && (smp->response[6] & KEY_ENCRYPTION))
		smp->step = WAIT_KEY;
	else
		security_end(central, "ok");
}

void central_end_secure(Central *central, bool by_passkey, uint32_t passkey)
{
	central->end->security_deadline = clock_now() + CENTRAL_PATIENCE;
	begin(central, by_passkey, passkey);
}

bool central_end_type(Central *central, uint32_t passkey)
{
	central->end->smp.passkey = passkey;
	if (central->end->smp.step == WAIT_PASSKEY)
		confirm_send(central);
	return true;
}
