/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls to bluetoothd that have been sent, and those that wait to be: the devices take turns, within the
 * bounds that the bus sets; calls that begin a connection also wait for the fence (bluez/fence.h).
 */
#pragma once

#include "bluez/call.h"
#include "bluez/fence.h"
#include "bluez/watchdog.h"

typedef struct CallQueue CallQueue;

/* The calls of one device. All calls that are of no device share one lane. */
typedef struct Lane {
	char *device;		/* its path; "": of no device */
	unsigned sent;
	unsigned sent_max;
	GQueue waiting;		/* BluezCall */
} Lane;

struct BluezCall {
	CallQueue *queue;
	Lane *lane;		/* NULL: not counted in its lane any more */
	GList place;		/* in lane->waiting, or queue->sent */
	sd_bus_message *message;
	sd_bus_slot *slot;	/* NULL: not sent yet */
	sd_bus_message_handler_t callback;	/* NULL: nobody waits for the answer */
	void *userdata;
	bool floating;
	bool over;		/* the callback is being called, or was */
	bool overdue;		/* it timed out, and its callback got NoReply */
	GDestroyNotify destroy;
	uint64_t timeout;
	uint64_t deadline;	/* CLOCK_MONOTONIC */
};

struct CallQueue {
	Bluez *bluez;
	GHashTable *lanes;	/* by device */
	GQueue ready;		/* Lane: something waits there */
	GQueue sent;		/* BluezCall: until bluetoothd, or the bus for it, has answered */
	unsigned overdue;	/* of those sent: the ones that timed out */
	unsigned waiting;
	Fence fence;
	Watchdog watchdog;
	sd_event_source *expiry;
	uint64_t expires;	/* when expiry fires; USEC_NEVER: never */
};

int call_queue_new(CallQueue **ret, Bluez *bluez);
CallQueue *call_queue_free(CallQueue *queue);
/* The daemon is about to end: sends the floating calls that wait, whether bluetoothd answers or not. */
void call_queue_flush(CallQueue *queue);
/* bluetoothd has left the bus: fails the calls that wait here; those that were sent, the bus answers. */
void call_queue_lost(CallQueue *queue);

/* For call.c. */
uint64_t call_queue_now(const CallQueue *queue);
bool call_queue_has_room(const CallQueue *queue, bool floating);
void call_queue_add(CallQueue *queue, BluezCall *call);
void call_queue_leave(CallQueue *queue, Lane *lane);		/* one call fewer is counted there */
void call_queue_send(CallQueue *queue);				/* as many as may be sent now */
void call_queue_expire_at(CallQueue *queue, uint64_t when);	/* a time limit ends then */

/* From call.c. */
bool bluez_call_send(BluezCall *call);			/* false: the bus does not take it now */
void bluez_call_fail(BluezCall *call, const char *why);	/* calls back with NoReply */
void bluez_call_leave_lane(BluezCall *call);		/* keeps no other of its device waiting */
void bluez_call_free(BluezCall *call);
