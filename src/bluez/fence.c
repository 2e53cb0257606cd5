/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a connection attempt, kept apart from the beginning of another. */
#include "bluez/fence.h"

#include <string.h>

#include "bluez/bluez.h"
#include "util/log.h"

bool fence_is_for_end(const char *member)
{
	return strcmp(member, "Disconnect") == 0 || strcmp(member, "RemoveDevice") == 0;
}

bool fence_is_for_begin(const char *member)
{
	return strcmp(member, "Connect") == 0 || strcmp(member, "Pair") == 0;
}

static void fence_ping(Fence *fence);

static int on_pong(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Fence *fence = userdata;

	fence->ping = sd_bus_slot_unref(fence->ping);
	if (fence->again)
		fence_ping(fence);
	if (!fence->ping)
		fence->opened(fence->userdata);
	return 0;
}

static void fence_ping(Fence *fence)
{
	int r;

	fence->again = false;
	r = bluez_ping(fence->bluez, &fence->ping, on_pong, fence);
	if (r < 0)
		log_error("cannot call bluetoothd: %s", strerror(-r));
}

void fence_raise(Fence *fence)
{
	if (fence->ping)
		fence->again = true;
	else
		fence_ping(fence);
}

bool fence_is_up(const Fence *fence)
{
	return fence->ping;
}

void fence_deinit(Fence *fence)
{
	fence->ping = sd_bus_slot_unref(fence->ping);
	fence->again = false;
}
