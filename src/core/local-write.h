/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What peers write to our attributes, where the program is asked whether it takes it (LocalAttr's asks). */
#pragma once

#include "core/local.h"

/* ATT error codes that core answers with (Vol 3 Part F 3.4.1.1). */
enum {
	ATT_READ_NOT_PERMITTED = 0x02,
	ATT_WRITE_NOT_PERMITTED = 0x03,
	ATT_INVALID_OFFSET = 0x07,
	ATT_INVALID_LENGTH = 0x0d,
	ATT_UNLIKELY = 0x0e,
};

/* A peer's write that waits for the program's answer: wait's done gets 0 or an ATT error. Lives in the edge.
 */
typedef struct LocalWrite {
	Wait wait;
	LocalAttr *attr;
	uint32_t id;
	Addr client;
	uint64_t deadline;
} LocalWrite;

/* What a peer writes. */
typedef struct LocalWritten {
	Addr client;
	uint16_t mtu;		/* 0: not told */
	uint16_t offset;
	const char *type;	/* BlueZ's word, of static lifetime; NULL: not told */
	const void *bytes;
	size_t length;
} LocalWritten;

/* Asks the program: 0, and write's done will be called; or an ATT error. */
uint8_t local_write_ask(LocalAttr *attr, const LocalWritten *written, LocalWrite *write, uint64_t now);
/* Answer a write: att 0 takes it. E_DOES_NOT_EXIST. */
int local_accept(LocalAttr *attr, uint32_t id, uint8_t att, Reason *reason);

/* --- for local-value.c --- */

void local_writes_end(LocalAttr *attr);	/* nobody will answer them */
void local_writes_left(LocalAttr *attr, const Addr *client);	/* the central left */
uint64_t local_writes_expire(LocalAttr *attr, uint64_t now);	/* returns when the next is due */
uint32_t local_next_id(Broker *broker);	/* of a read or write that waits; never 0 */
