/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may not reach bluetoothd in one breath. */
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

/* bluetoothd looks at messages in order: the answer says that it is done with what was sent before, however long it took. */
static void fence_ping(Fence *fence)
{
	sd_bus_message *m = NULL;
	int r;

	fence->again = false;
	r = sd_bus_message_new_method_call(fence->bluez->bus, &m, fence->bluez->owner, "/", "org.freedesktop.DBus.Peer",
					   "Ping");
	if (r >= 0)
		r = sd_bus_call_async(fence->bluez->bus, &fence->ping, m, on_pong, fence, UINT64_MAX);
	sd_bus_message_unref(m);
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
