/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of our attributes on their way to bluetoothd, to be notified or indicated. bluetoothd takes them one
 * after the other, along with all other messages, and what it has not taken yet gathers in the bus: so no
 * user may have more than LOCAL_FLOW_MAX on the way. Further values wait in the order in which they came,
 * until bluetoothd has taken what was sent.
 */
#pragma once

#include "core/local.h"

#define LOCAL_FLOW_MAX (16 * 1024)	/* bytes */

/* A program's call that waits for room: when its done is called, it has room (place), and may send again. */
typedef struct FlowWait {
	Wait wait;
	Broker *broker;
	User *user;
	size_t size;		/* bytes, as charged */
	Charge place;		/* the room that is kept for it */
} FlowWait;

/* 0: the value is on its way; -EAGAIN: there is no room, and wait's done will be called when there is. */
int local_flow_send(LocalAttr *attr, GBytes *value, FlowWait *wait);

/* To be called beside wait_deinit: the call does not send (any more), and gives its room back. */
void flow_wait_deinit(FlowWait *wait);

/* The answer to ops->local_flow_ask: bluetoothd has taken all that was sent before that call, or has left. */
void local_flow_taken(Broker *broker);

/* For broker-events.c. Nobody may wait any more when it is freed. */
LocalFlow *local_flow_new(Broker *broker);
void local_flow_free(LocalFlow *flow);
