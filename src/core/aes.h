/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AES-128, one block, encryption only (FIPS 197): what it takes to resolve private addresses. Its time
 * depends on the key (table look-ups): not for secrets where somebody could measure that. */
#pragma once

#include <stdint.h>

#define AES_BLOCK 16

typedef struct AesKey {
	uint8_t rounds[11][AES_BLOCK];
} AesKey;

/* key and blocks: the first byte is the most significant one. */
void aes_set_key(AesKey *ret, const uint8_t key[static AES_BLOCK]);
void aes_encrypt(const AesKey *key, const uint8_t in[static AES_BLOCK], uint8_t out[static AES_BLOCK]);
