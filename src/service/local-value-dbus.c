/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LocalCharacteristic1 and LocalDescriptor1: values that we set, and those that peers ask for. */
#include "service/local-value-dbus.h"

#include <errno.h>
#include <stddef.h>

#include "core/local-subscriber.h"
#include "core/local-value.h"
#include "service/objects.h"
#include "bus/options.h"
#include "service/path.h"
#include "service/service.h"

/* bluetoothd has room for values again: runs the call from the beginning, for the attribute may have gone
 * meanwhile. */
static void on_flow(Wait *wait, int error UNUSED, const Reason *why UNUSED)
{
	Call *call = CONTAINER_OF(wait, Call, flow.wait);
	const Path path = path_parse(sd_bus_message_get_path(call->message));
	LocalAttr *attr = object_local_attr(call->service, &path);
	Reason reason = { "" };
	int r;

	r = attr ? call_again(call, attr, &reason) :
		   reason_set(&reason, E_DOES_NOT_EXIST, "the service has no such attribute (any more)");
	call_finish(call, r, &reason);
}

/* r -EAGAIN: the call waits until bluetoothd has room for the value (local_set_value). */
static int reply_when_sent(Call *call, int r, Reason *reason)
{
	if (r != -EAGAIN)
		return r != 0 ? r : call_reply(call, NULL);
	r = call_keep(call, reason);
	if (r == 0)
		return CALL_DEFERRED;
	wait_cancel(&call->flow.wait);
	return r;
}

int local_value_dbus_set(Call *call, void *object, Reason *reason)
{
	g_autoptr(GBytes) value = NULL;
	int r;

	r = options_read_value(call->message, &value, reason);
	if (r != 0)
		return r;
	wait_init(&call->flow.wait, &call->service->broker->agenda, on_flow);
	r = local_set_value(object, value, &call->flow, reason);
	return reply_when_sent(call, r, reason);
}

int local_value_dbus_notify(Call *call, void *object, Reason *reason)
{
	g_autoptr(GBytes) value = NULL;
	Addr client = { 0 };
	const char *address;
	int r;

	r = sd_bus_message_read(call->message, "s", &address);
	if (r < 0)
		return r;
	r = options_parse_addr(address, "address", &client, reason);
	if (r == 0)
		r = options_read_value(call->message, &value, reason);
	if (r != 0)
		return r;
	wait_init(&call->flow.wait, &call->service->broker->agenda, on_flow);
	r = local_notify_one(object, &client, value, &call->flow, reason);
	return reply_when_sent(call, r, reason);
}

int local_value_dbus_respond(Call *call, void *object, Reason *reason)
{
	g_autoptr(GBytes) value = NULL;
	uint32_t id;
	int r;

	r = sd_bus_message_read(call->message, "u", &id);
	if (r < 0)
		return r;
	r = options_read_value(call->message, &value, reason);
	if (r != 0)
		return r;
	r = local_respond(object, id, value, reason);
	return r != 0 ? r : call_reply(call, NULL);
}

int local_value_dbus_reject(Call *call, void *object, Reason *reason)
{
	uint8_t att_error;
	uint32_t id;
	int r;

	r = sd_bus_message_read(call->message, "uy", &id, &att_error);
	if (r < 0)
		return r;
	r = local_reject(object, id, att_error, reason);
	return r != 0 ? r : call_reply(call, NULL);
}
