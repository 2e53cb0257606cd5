/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LocalService1.Characteristic and LocalCharacteristic1.Descriptor: new attributes of ours. */
#include "service/local-new.h"

#include <stddef.h>

#include "bus/options.h"
#include "service/path.h"
#include "service/service.h"

static int read_permissions(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'u', &((LocalOptions *)userdata)->permissions);

	return r < 0 ? r : 0;
}

static int read_properties(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'u', &((LocalOptions *)userdata)->properties);

	return r < 0 ? r : 0;
}

static int read_read_timeout(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'u', &((LocalOptions *)userdata)->read_timeout_ms);

	return r < 0 ? r : 0;
}

static int read_initial_value(sd_bus_message *m, void *userdata, Reason *reason)
{
	return options_read_value(m, &((LocalOptions *)userdata)->value, reason);
}

static int reply_attr(Call *call, const LocalAttr *attr)
{
	char path[PATH_SIZE];

	return call_reply(call, "o", path_of_local_attr(attr, path));
}

/* E_NOT_READY is a success too: the characteristic is there, and is shown as soon as the radio is there and
 * nobody wants it otherwise. */
static void on_shown(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);

	call_finish(call, error == 0 || error == E_NOT_READY ? reply_attr(call, call->made) : error, reason);
}

/* The service now has what it takes to be shown to peers: the answer waits for BlueZ's. */
static int reply_when_shown(Call *call, LocalAttr *attr)
{
	Reason reason = { "" };
	int r;

	call->made = attr;
	call_wait(call, on_shown);
	r = local_service_start(attr->service, &call->wait, service_now(call->service), &reason);
	return r == 1 ? CALL_DEFERRED : reply_attr(call, attr);
}

int local_new_attr(Call *call, LocalService *service, LocalAttr *parent, Reason *reason)
{
	static const Option of_characteristic[] = {
		{ "permissions", "u", read_permissions },
		{ "properties", "u", read_properties },
		{ "value", NULL, read_initial_value },
		{ "read_timeout", "u", read_read_timeout },
		{ 0 }
	};
	static const Option of_descriptor[] = {
		{ "permissions", "u", read_permissions },
		{ "value", NULL, read_initial_value },
		{ 0 }
	};
	LocalOptions options = local_options(service->session,
					     parent ? LOCAL_DESCRIPTOR : LOCAL_CHARACTERISTIC);
	LocalAttr *attr = NULL;
	Uuid uuid;
	int r;

	r = options_read_uuid(call->message, "uuid", &uuid, reason);
	if (r == 0)
		r = options_read(call->message, parent ? of_descriptor : of_characteristic, &options, reason);
	if (r == 0 && !parent)
		r = call_keep(call, reason);
	if (r == 0)
		r = local_attr_new(service, parent, &uuid, &options, service_now(call->service), &attr,
				   reason);
	g_clear_pointer(&options.value, g_bytes_unref);
	if (r != 0)
		return r;
	return !parent && service->wanted ? reply_when_shown(call, attr) : reply_attr(call, attr);
}
