/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A call to bluetoothd, from when it is wanted until it is answered. */
#include "bluez/call.h"

#include <errno.h>
#include <string.h>

#include "bluez/bluez.h"
#include "bluez/call-queue.h"
#include "util/log.h"

void bluez_call_leave_lane(BluezCall *call)
{
	Lane *lane = call->lane;

	if (!lane)
		return;
	call->lane = NULL;
	if (call->slot)
		lane->sent--;
	else
		g_queue_unlink(&lane->waiting, &call->place);
	call_queue_leave(call->queue, lane);
}

void bluez_call_free(BluezCall *call)
{
	CallQueue *queue = call->queue;

	bluez_call_leave_lane(call);
	if (call->slot)
		g_queue_unlink(&queue->sent, &call->place);
	else
		queue->waiting--;
	queue->overdue -= call->overdue;
	sd_bus_slot_unref(call->slot);
	sd_bus_message_unref(call->message);
	if (call->destroy)
		call->destroy(call->userdata);
	g_free(call);
}

static void call_answer(BluezCall *call, sd_bus_message *answer)
{
	sd_bus_message_handler_t callback = call->callback;

	call->over = true;
	call->callback = NULL;
	if (callback)
		(void)callback(answer, call->userdata, NULL);
}

/* Makes the NoReply that the bus itself would send. */
static int fail_message(const BluezCall *call, const char *why, sd_bus_message **ret)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	/* sd-bus makes errors only for messages that have a serial number */
	r = sd_bus_message_new_method_call(call->queue->bluez->bus, &m, "org.bluez",
					   sd_bus_message_get_path(call->message),
					   sd_bus_message_get_interface(call->message),
					   sd_bus_message_get_member(call->message));
	if (r >= 0)
		r = sd_bus_message_seal(m, 1, 0);
	return r < 0 ? r : sd_bus_message_new_method_errorf(m, ret, SD_BUS_ERROR_NO_REPLY, "%s", why);
}

void bluez_call_fail(BluezCall *call, const char *why)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *error = NULL;
	int r;

	if (!call->callback)
		return;
	r = fail_message(call, why, &error);
	if (r < 0)
		log_error("nobody is told that a call to bluetoothd failed: %s", strerror(-r));
	else
		call_answer(call, error);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	BluezCall *call = userdata;
	CallQueue *queue = call->queue;

	watchdog_heard(&queue->watchdog, m);
	call_answer(call, m);
	bluez_call_free(call);
	call_queue_send(queue);
	return 0;
}

bool bluez_call_send(BluezCall *call)
{
	CallQueue *queue = call->queue;
	sd_bus_slot *slot = NULL;
	int r;

	/* no time limit of sd-bus's: call_queue_expire_at() has ours */
	r = sd_bus_call_async(queue->bluez->bus, &slot, call->message, on_answer, call, UINT64_MAX);
	if (r < 0) {
		log_limited(LOG_ERR, "cannot call bluetoothd: %s", strerror(-r));
		return false;
	}
	g_queue_unlink(&call->lane->waiting, &call->place);
	queue->waiting--;
	call->slot = slot;
	g_queue_push_tail_link(&queue->sent, &call->place);
	call->lane->sent++;
	call->deadline = call_queue_now(queue) + call->timeout;
	call_queue_expire_at(queue, call->deadline);
	watchdog_sent(&queue->watchdog);
	if (fence_is_for_end(sd_bus_message_get_member(call->message)))
		fence_raise(&queue->fence);
	return true;
}

int bluez_call_for(Bluez *bluez, const char *path, const char *interface, const char *member, BluezCall **ret,
		   sd_bus_message_handler_t callback, void *userdata, MsgAppend append, void *append_userdata,
		   uint64_t timeout)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	CallQueue *queue = bluez->calls;
	BluezCall *call;
	int r;

	if (!bluez->owner)
		return -ENOTCONN;
	if (!call_queue_has_room(queue, !ret))
		return -EBUSY;

	/* to the unique name: a call must not make the bus start another bluetoothd */
	r = sd_bus_message_new_method_call(bluez->bus, &m, bluez->owner, path, interface, member);
	if (r >= 0 && append)
		r = append(m, append_userdata);
	if (r < 0)
		return r;
	call = g_new0(BluezCall, 1);
	call->queue = queue;
	call->place.data = call;
	call->message = g_steal_pointer(&m);
	call->callback = callback;
	call->userdata = userdata;
	call->timeout = timeout;
	call->floating = !ret;
	if (ret)
		*ret = call;
	call_queue_add(queue, call);
	return 0;
}

int bluez_call_with(Bluez *bluez, const char *path, const char *interface, const char *member,
		    BluezCall **ret, sd_bus_message_handler_t callback, void *userdata, MsgAppend append,
		    void *append_userdata)
{
	return bluez_call_for(bluez, path, interface, member, ret, callback, userdata, append,
			      append_userdata, bluez->broker->config.call_timeout_seconds * USEC_PER_SEC);
}

int bluez_call(Bluez *bluez, const char *path, const char *interface, const char *member, BluezCall **ret,
	       sd_bus_message_handler_t callback, void *userdata, MsgAppend append)
{
	return bluez_call_with(bluez, path, interface, member, ret, callback, userdata, append, NULL);
}

int bluez_call_floating(Bluez *bluez, const char *path, const char *interface, const char *member,
			sd_bus_message_handler_t callback, MsgAppend append, void *append_userdata)
{
	return bluez_call_with(bluez, path, interface, member, NULL, callback, NULL, append, append_userdata);
}

BluezCall *bluez_call_forget(BluezCall *call)
{
	if (!call || call->over)
		return NULL;
	call->callback = NULL;
	/* the bus counts a call that was sent until it is answered, and so do we */
	if (call->slot)
		bluez_call_leave_lane(call);
	else
		bluez_call_free(call);
	return NULL;
}

bool bluez_call_is_sent(const BluezCall *call)
{
	return call && call->slot && !call->over;
}

void bluez_call_float(BluezCall *call, GDestroyNotify destroy)
{
	call->floating = true;
	call->destroy = destroy;
}
