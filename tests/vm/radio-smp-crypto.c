/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arithmetic of LE legacy pairing. */

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <glib.h>

#include "radio-smp-crypto.h"

static void xor(uint8_t *block, const uint8_t *other)
{
	for (int i = 0; i < AES_BLOCK; i++)
		block[i] ^= other[i];
}

/* TK is the passkey, or 0 */
static void temporary_key(const Smp *smp, uint8_t ret[AES_BLOCK])
{
	uint32_t number = htole32(smp->by_passkey ? smp->passkey : 0);

	memset(ret, 0, AES_BLOCK);
	memcpy(ret, &number, sizeof(number));
}

/* blocks are little endian, so the concatenations of the function's definition run backwards */
int smp_confirm_value(const Smp *smp, const uint8_t random[AES_BLOCK], uint8_t ret[AES_BLOCK])
{
	uint8_t key[AES_BLOCK], block[AES_BLOCK], p1[AES_BLOCK], p2[AES_BLOCK] = { 0 };
	int r;

	temporary_key(smp, key);
	p1[0] = smp->central.type;
	p1[1] = smp->peripheral.type;
	memcpy(p1 + 2, smp->request, sizeof(smp->request));
	memcpy(p1 + 9, smp->response, sizeof(smp->response));
	memcpy(p2, &smp->peripheral.address, sizeof(bdaddr_t));
	memcpy(p2 + 6, &smp->central.address, sizeof(bdaddr_t));

	memcpy(block, random, sizeof(block));
	xor(block, p1);
	r = aes_encrypt(key, block, block);
	if (r < 0)
		return r;
	xor(block, p2);
	return aes_encrypt(key, block, ret);
}

void irk_get(const Privacy *privacy, uint8_t ret[AES_BLOCK])
{
	for (size_t i = 0; i < AES_BLOCK; i++)
		ret[i] = privacy->irk[AES_BLOCK - 1 - i];
}

uint64_t smp_private_address(const Privacy *privacy)
{
	uint8_t irk[AES_BLOCK], block[AES_BLOCK] = { 0 };
	uint32_t random = (g_random_int() & 0x3fffff) | 0x400000;

	for (int i = 0; i < 3; i++)
		block[i] = (uint8_t)(random >> 8 * i);
	irk_get(privacy, irk);
	if (aes_encrypt(irk, block, block) < 0)
		g_error("AES, which every pairing needs too");
	return (uint64_t)random << 24 | (uint64_t)block[2] << 16 | (uint64_t)block[1] << 8 | block[0];
}

int smp_short_term_key(Smp *smp, const uint8_t central_random[AES_BLOCK],
		       const uint8_t peripheral_random[AES_BLOCK])
{
	uint8_t key[AES_BLOCK], block[AES_BLOCK];

	temporary_key(smp, key);
	memcpy(block, central_random, 8);
	memcpy(block + 8, peripheral_random, 8);
	return aes_encrypt(key, block, smp->stk);
}
