/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One block of AES-128, by the kernel. */

#include <stdint.h>

#define AES_BLOCK 16

/* Key and blocks are little endian, as SMP has them. Negative errno on failure. */
int aes_encrypt(const uint8_t key[AES_BLOCK], const uint8_t in[AES_BLOCK], uint8_t ret[AES_BLOCK]);
