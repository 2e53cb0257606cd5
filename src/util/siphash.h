/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"), keyed so that nobody on the air can
 * aim at our hash tables. */
#pragma once

#include "util/macros.h"

uint64_t siphash24(const void *data, size_t length, const uint8_t key[static 16]);

/* The same with a random key that is drawn once for this process. */
uint64_t siphash_process(const void *data, size_t length);

/* A GHashFunc for strings that a device or a program chooses: for g_str_hash they could choose strings that
 * collide. */
unsigned siphash_string(const void *text);
