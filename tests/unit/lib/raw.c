/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "raw.h"

#include <endian.h>
#include <string.h>

static void put_pad(RawHeader *b, size_t to)
{
	while (b->length % to != 0)
		b->bytes[b->length++] = 0;
}

static void put_u32(RawHeader *b, uint32_t value)
{
	put_pad(b, 4);
	value = b->bytes[0] == 'B' ? htobe32(value) : htole32(value);
	memcpy(b->bytes + b->length, &value, 4);
	b->length += 4;
}

static void put_field(RawHeader *b, uint8_t field, char type, const char *text)
{
	put_pad(b, 8);
	b->bytes[b->length++] = field;
	b->bytes[b->length++] = 1;
	b->bytes[b->length++] = (uint8_t)type;
	b->bytes[b->length++] = 0;
	put_u32(b, (uint32_t)strlen(text));
	memcpy(b->bytes + b->length, text, strlen(text) + 1);
	b->length += strlen(text) + 1;
}

static void put_u32_field(RawHeader *b, uint8_t field, uint32_t value)
{
	put_pad(b, 8);
	memcpy(b->bytes + b->length, (const uint8_t[]){ field, 1, 'u', 0 }, 4);
	b->length += 4;
	put_u32(b, value);
}

RawHeader raw_header_in(char order, uint8_t type, uint32_t cookie, uint32_t body, uint32_t fds)
{
	RawHeader b = { .bytes = { (uint8_t)order, type, 0, 1 }, .length = 4 };
	size_t length;

	put_u32(&b, body);
	put_u32(&b, cookie);
	put_u32(&b, 0);
	if (type == 1) {
		put_field(&b, 1, 'o', "/");
		put_field(&b, 2, 's', "a.b");
		put_field(&b, 3, 's', "Member");
	} else {
		put_u32_field(&b, 5, cookie);
	}
	if (body > 0) {
		put_pad(&b, 8);
		memcpy(b.bytes + b.length, (const uint8_t[]){ 8, 1, 'g', 0, 2, 'a', 'y', 0 }, 8);
		b.length += 8;
	}
	if (fds > 0)
		put_u32_field(&b, 9, fds);
	length = b.length;
	b.length = 12;
	put_u32(&b, (uint32_t)(length - 16));
	b.length = length;
	put_pad(&b, 8);
	return b;
}

RawHeader raw_header(uint8_t type, uint32_t cookie, uint32_t body, uint32_t fds)
{
	return raw_header_in('l', type, cookie, body, fds);
}
