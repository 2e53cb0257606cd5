/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of our attributes on their way to bluetoothd, to be notified or indicated. It takes them one after
 * the other, with whatever else it is told, and what it has not taken yet gathers in the bus: so no user may
 * have more than LOCAL_FLOW_MAX on the way. What comes then waits in the order in which it came, until
 * bluetoothd has taken what was sent.
 */
#pragma once

#include "core/local.h"

#define LOCAL_FLOW_MAX (16 * 1024)	/* bytes */

/* A program's call that waits: when it is done, it may try again, and has its place. */
typedef struct FlowWait {
	Wait wait;
	Broker *broker;
	User *user;
	size_t size;
	Charge place;
} FlowWait;

/* 0: it is on its way; -EAGAIN: it is not, and wait's done will be called. */
int local_flow_send(LocalAttr *attr, GBytes *value, FlowWait *wait);

/* Beside wait_deinit: it does not try (any more). */
void flow_wait_deinit(FlowWait *wait);

/* The answer to ops->local_flow_ask: bluetoothd has taken what was sent before that, or has left. */
void local_flow_taken(Broker *broker);

/* For broker-events.c. Nobody waits any more when it goes. */
LocalFlow *local_flow_new(Broker *broker);
void local_flow_free(LocalFlow *flow);
