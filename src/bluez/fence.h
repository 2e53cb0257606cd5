/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps apart two calls that bluetoothd does not survive in one turn of its loop. It ends a connection
 * attempt by closing its socket, and notices only in the next turn that it is closed. A connection that it
 * begins in the same turn gets the same file descriptor, is taken for the old one as well, and bluetoothd
 * (5.66 to 5.82 at least) dies of it. So after whatever may end an attempt nothing that begins one is sent
 * before bluetoothd has answered something sent in between. Descriptors are the process's, so this holds for
 * all radios together.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>

typedef struct Bluez Bluez;

typedef struct Fence {
	Bluez *bluez;
	void (*opened)(void *userdata);
	void *userdata;
	sd_bus_slot *ping;	/* NULL: the fence is down */
	bool again;		/* raised again meanwhile */
} Fence;

/* Whether a call of that name may end an attempt, or begin one. Pair begins one where the link has gone. */
bool fence_is_for_end(const char *member);
bool fence_is_for_begin(const char *member);

/* A call that may end an attempt was sent. opened is called when bluetoothd is past it. */
void fence_raise(Fence *fence);
bool fence_is_up(const Fence *fence);
void fence_deinit(Fence *fence);	/* also for when bluetoothd has left the bus */
