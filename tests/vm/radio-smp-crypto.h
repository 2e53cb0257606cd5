/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* LE legacy pairing as both sides need it: codes, and values of their agreement. */

#include "radio-smp.h"

enum {
	PAIRING_REQUEST = 0x01,
	PAIRING_RESPONSE = 0x02,
	PAIRING_CONFIRM = 0x03,
	PAIRING_RANDOM = 0x04,
	PAIRING_FAILED = 0x05,
	ENCRYPTION_INFORMATION = 0x06,
	CENTRAL_IDENTIFICATION = 0x07,
	IDENTITY_INFORMATION = 0x08,
	IDENTITY_ADDRESS_INFORMATION = 0x09,
	SECURITY_REQUEST = 0x0b,
};

/* reasons of a failure */
enum {
	AUTHENTICATION_REQUIREMENTS = 0x03,
	CONFIRM_VALUE_FAILED = 0x04,
	PAIRING_NOT_SUPPORTED = 0x05,
	ENCRYPTION_KEY_SIZE = 0x06,
	COMMAND_NOT_SUPPORTED = 0x07,
	UNSPECIFIED_REASON = 0x08,
	INVALID_PARAMETERS = 0x0a,
};

#define AUTH_BONDING 0x01
#define AUTH_MITM 0x04
#define KEY_ENCRYPTION 0x01
#define KEY_IDENTITY 0x02
#define KEY_SIZE 16

/* the confirm value function c1, of the pairing under way; negative errno on failure */
int smp_confirm_value(const Smp *smp, const uint8_t random[AES_BLOCK], uint8_t ret[AES_BLOCK]);
/* the key generation function s1: sets stk */
int smp_short_term_key(Smp *smp, const uint8_t central_random[AES_BLOCK],
		       const uint8_t peripheral_random[AES_BLOCK]);
/* little endian, as SMP has it */
void irk_get(const Privacy *privacy, uint8_t ret[AES_BLOCK]);
