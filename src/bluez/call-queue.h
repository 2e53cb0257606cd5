/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls to bluetoothd that are under way, and those that wait for that: device by device in turn, within
 * the bounds that the bus sets, and behind what bluetoothd has to be past first (bluez/fence.h).
 */
#pragma once

#include "bluez/call.h"
#include "bluez/fence.h"
#include "bluez/watchdog.h"

typedef struct CallQueue CallQueue;

/* The calls of one device; one lane is all the rest's. */
typedef struct Lane {
	char *device;		/* path; "" */
	unsigned sent;
	unsigned sent_max;
	GQueue waiting;		/* BluezCall */
} Lane;

struct BluezCall {
	CallQueue *queue;
	Lane *lane;		/* NULL: is not counted there any more */
	GList place;		/* in lane->waiting, or queue->sent */
	sd_bus_message *message;
	sd_bus_slot *slot;	/* NULL: waits */
	sd_bus_message_handler_t callback;	/* NULL: nobody waits for the answer */
	void *userdata;
	bool floating;
	bool over;		/* whoever waits is being told */
	bool overdue;		/* was told that there is no answer */
	GDestroyNotify destroy;
	uint64_t timeout;
	uint64_t deadline;	/* CLOCK_MONOTONIC */
};

struct CallQueue {
	Bluez *bluez;
	GHashTable *lanes;	/* by device */
	GQueue ready;		/* Lane: something waits there */
	GQueue sent;		/* BluezCall: until bluetoothd, or the bus for it, has answered */
	unsigned overdue;	/* of these */
	unsigned waiting;
	Fence fence;
	Watchdog watchdog;
	sd_event_source *expiry;
	uint64_t expires;	/* what that is set to */
};

int call_queue_new(CallQueue **ret, Bluez *bluez);
CallQueue *call_queue_free(CallQueue *queue);
/* The daemon is about to end: what goes on by itself is sent, whether bluetoothd answers or not. */
void call_queue_flush(CallQueue *queue);
/* bluetoothd has left the bus: what waits here fails; what was sent, the bus answers. */
void call_queue_lost(CallQueue *queue);

/* For call.c. */
uint64_t call_queue_now(const CallQueue *queue);
bool call_queue_has_room(const CallQueue *queue, bool floating);
void call_queue_add(CallQueue *queue, BluezCall *call);
void call_queue_leave(CallQueue *queue, Lane *lane);		/* a call is not counted there any more */
void call_queue_send(CallQueue *queue);				/* as many as may be sent now */
void call_queue_expire_at(CallQueue *queue, uint64_t when);	/* something is overdue then */

/* From call.c. */
bool bluez_call_send(BluezCall *call);			/* false: the bus does not take it now */
void bluez_call_fail(BluezCall *call, const char *why);	/* tells who waits */
void bluez_call_leave_lane(BluezCall *call);		/* keeps no other of its device waiting */
void bluez_call_free(BluezCall *call);
