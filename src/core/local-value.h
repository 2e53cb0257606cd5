/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of our attributes: peers read, write and subscribe, programs listen and answer. A read is
 * answered from the stored value, unless the program asked to be asked (read_timeout) and listens: then the
 * peer waits for it, so long.
 */
#pragma once

#include "core/local-flow.h"
#include "core/local.h"

/* ATT error codes that core answers with (Vol 3 Part F 3.4.1.1). */
enum {
	ATT_READ_NOT_PERMITTED = 0x02,
	ATT_WRITE_NOT_PERMITTED = 0x03,
	ATT_INVALID_OFFSET = 0x07,
	ATT_INVALID_LENGTH = 0x0d,
	ATT_UNLIKELY = 0x0e,
};

/* A peer's read that waits for a program's answer: done with 0 and wait.value, from the offset on, or with
 * the ATT error. */
typedef struct LocalRead {
	Wait wait;
	LocalAttr *attr;
	uint32_t id;
	uint16_t offset;
	Addr client;
	uint64_t deadline;
} LocalRead;

/* --- from the edge: what a peer does. They return 0 or an ATT error. mtu 0: not told. --- */

/* *ret: the value from the offset on, for the caller to unref; NULL: the read's done will be called. */
uint8_t local_read(LocalAttr *attr, const Addr *client, uint16_t mtu, uint16_t offset, LocalRead *read,
		   uint64_t now, GBytes **ret);
uint8_t local_write(LocalAttr *attr, const Addr *client, uint16_t mtu, uint16_t offset, const void *bytes,
		    size_t length);

/* --- from the programs --- */

/* Takes a reference. Those who subscribed are notified or indicated. -EAGAIN: not yet, and nothing is done;
 * wait's done will be called (core/local-flow.h). E_INVALID_ARGUMENTS: more than ATTR_VALUE_MAX. */
int local_set_value(LocalAttr *attr, GBytes *value, FlowWait *wait, Reason *reason);

/* value: the whole one; it is stored, without a notification. E_DOES_NOT_EXIST: no such read waits (any
 * more). E_INVALID_ARGUMENTS: as above. */
int local_respond(LocalAttr *attr, uint32_t id, GBytes *value, Reason *reason);
int local_reject(LocalAttr *attr, uint32_t id, uint8_t att, Reason *reason);

/* triggers 0 unsubscribes. E_LIMIT_REACHED. */
int local_listen(LocalAttr *attr, const char *connection, uint32_t triggers, Reason *reason);
uint32_t local_take_events(LocalAttr *attr);

/* --- for local.c and peripheral.c --- */

void local_reads_end(LocalAttr *attr);	/* with the stored value */
void local_reads_left(LocalAttr *attr, const Addr *client);	/* it left: its reads end */
uint64_t local_reads_expire(LocalAttr *attr, uint64_t now);	/* when the next is due */
void local_reads_init(LocalAttr *attr);
void local_peer_gone(LocalAttr *attr, const char *connection);
