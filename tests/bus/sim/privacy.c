/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private addresses. */
#include <glib.h>

#include "core/aes.h"
#include "privacy.h"

static uint32_t hash(const Privacy *privacy, uint32_t prand)
{
	uint8_t block[IRK_LEN] = { 0 };
	AesKey key;

	for (int i = 0; i < 3; i++)
		block[13 + i] = (uint8_t)(prand >> (16 - 8 * i));
	aes_set_key(&key, privacy->irk);
	aes_encrypt(&key, block, block);
	return (uint32_t)block[13] << 16 | (uint32_t)block[14] << 8 | block[15];
}

uint64_t privacy_make(const Privacy *privacy)
{
	uint32_t prand = (g_random_int() & 0x3fffff) | 0x400000;

	return (uint64_t)prand << 24 | hash(privacy, prand);
}

bool privacy_made(const Privacy *privacy, uint64_t addr)
{
	return privacy->on && addr >> 46 == 1 && hash(privacy, (uint32_t)(addr >> 24)) == (addr & 0xffffff);
}
