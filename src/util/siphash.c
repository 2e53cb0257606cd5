/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SipHash-2-4. */
#include "util/siphash.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

typedef struct State {
	uint64_t v0, v1, v2, v3;
} State;

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static uint64_t read_le64(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

static void mix(State *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate_left(s->v1, 13) ^ s->v0;
	s->v3 = rotate_left(s->v3, 16) ^ s->v2;
	s->v0 = rotate_left(s->v0, 32);

	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate_left(s->v1, 17) ^ s->v2;
	s->v3 = rotate_left(s->v3, 21) ^ s->v0;
	s->v2 = rotate_left(s->v2, 32);
}

static void absorb(State *s, uint64_t word)
{
	s->v3 ^= word;
	mix(s);
	mix(s);
	s->v0 ^= word;
}

uint64_t siphash24(const void *data, size_t length, const uint8_t key[static 16])
{
	const uint8_t *at = data;
	uint64_t k0 = read_le64(key), k1 = read_le64(key + 8);
	State s = {
		.v0 = k0 ^ UINT64_C(0x736f6d6570736575),	/* "somepseudorandomlygeneratedbytes" */
		.v1 = k1 ^ UINT64_C(0x646f72616e646f6d),
		.v2 = k0 ^ UINT64_C(0x6c7967656e657261),
		.v3 = k1 ^ UINT64_C(0x7465646279746573),
	};
	uint64_t last = (uint64_t)length << 56;
	size_t left;

	for (left = length; left >= 8; left -= 8, at += 8)
		absorb(&s, read_le64(at));
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)at[i] << (8 * i);
	absorb(&s, last);

	s.v2 ^= 0xff;
	for (unsigned i = 0; i < 4; i++)
		mix(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t siphash_process(const void *data, size_t length)
{
	static uint8_t key[16];
	static bool drawn;

	if (!drawn) {
		/* getrandom() gives so few bytes whole or not at all. Without a secret key anybody could aim
		 * at our hash tables: abort instead. */
		while (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key)) {
			if (errno != EINTR)
				abort();
		}
		drawn = true;
	}
	return siphash24(data, length, key);
}

unsigned siphash_string(const void *text)
{
	return (unsigned)siphash_process(text, strlen(text));
}
