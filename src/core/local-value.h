/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The values of our attributes: peers read, write and subscribe, programs listen and answer. A read is
 * answered from the stored value, unless the program wants to answer itself (read_timeout) and listens: then
 * the peer waits for its answer, for read_timeout at most.
 */
#pragma once

#include "core/local-flow.h"
#include "core/local-write.h"
#include "core/local.h"

/* A peer's read that waits for a program's answer. wait's done gets 0, and in wait.value the value from the
 * offset on; or an ATT error. Lives in the edge. */
typedef struct LocalRead {
	Wait wait;
	LocalAttr *attr;
	uint32_t id;
	uint16_t offset;
	Addr client;
	uint64_t deadline;
} LocalRead;

/* --- from the edge: what a peer does. They return 0 or an ATT error. mtu 0: not told. --- */

/* *ret: the value from the offset on, for the caller to unref; NULL: read's done will be called. */
uint8_t local_read(LocalAttr *attr, const Addr *client, uint16_t mtu, uint16_t offset, LocalRead *read,
		   uint64_t now, GBytes **ret);
/* Where the program is asked, write waits (wait_is_on): its done will be called. */
uint8_t local_write(LocalAttr *attr, const LocalWritten *written, LocalWrite *write, uint64_t now);
/* The peer has confirmed the indication that it was sent last. */
void local_confirmed(LocalAttr *attr);

/* --- from the programs --- */

/* Stores the value (takes a reference), and notifies or indicates those who subscribed. -EAGAIN: nothing is
 * done yet; call again when wait's done is called (core/local-flow.h). E_INVALID_ARGUMENTS: more than
 * ATTR_VALUE_MAX. */
int local_set_value(LocalAttr *attr, GBytes *value, FlowWait *wait, Reason *reason);

/* Answer a read. value: the whole one; it is not stored. E_DOES_NOT_EXIST: no such read waits (any more).
 * E_INVALID_ARGUMENTS: more than ATTR_VALUE_MAX, or att is 0. */
int local_respond(LocalAttr *attr, uint32_t id, GBytes *value, Reason *reason);
int local_reject(LocalAttr *attr, uint32_t id, uint8_t att, Reason *reason);
/* Listeners that a session may have, at all of its characteristics together: where a service ends they are
 * told all at once. */
#define LISTENERS_MAX 512

/* Which signals the connection wants: EVENT_CHAR_ bits; 0 unsubscribes. E_LIMIT_REACHED. */
int local_listen(LocalAttr *attr, const char *connection, uint32_t triggers, Reason *reason);
uint32_t local_take_events(LocalAttr *attr);	/* EVENT_CHAR_ bits since the last call */

/* --- for local.c and peripheral.c --- */

void local_reads_end(LocalAttr *attr);	/* answers them with the stored value */
void local_reads_left(LocalAttr *attr, const Addr *client);	/* the central left: its reads end */
uint64_t local_reads_expire(LocalAttr *attr, uint64_t now);	/* returns when the next is due */
void local_reads_init(LocalAttr *attr);
void local_peer_gone(LocalAttr *attr, const char *connection);	/* it listens no more */
