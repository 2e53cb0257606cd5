/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The beginning of a D-Bus message, byte by byte, for messages that no library would write. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct RawHeader {
	uint8_t bytes[512];
	size_t length;
} RawHeader;

/* type: 1 a call of a.b.Member, 2 an answer to cookie. body: how many bytes are said to follow, of an array
 * of bytes; fds: how many file descriptors are said to come with it. */
RawHeader raw_header(uint8_t type, uint32_t cookie, uint32_t body, uint32_t fds);
/* The same with numbers in that order, 'B' for big-endian, 'l' for little-endian, which raw_header() takes. */
RawHeader raw_header_in(char order, uint8_t type, uint32_t cookie, uint32_t body, uint32_t fds);
