/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.LocalService1, and Session1.Service. */
#include "service/local-service-dbus.h"

#include <errno.h>
#include <string.h>

#include "core/local-removal.h"
#include "core/session.h"
#include "core/subscriber.h"
#include "service/call-session.h"
#include "service/describe.h"
#include "service/emit.h"
#include "service/interfaces.h"
#include "service/local-new.h"
#include "service/managed.h"
#include "bus/options.h"
#include "service/path.h"

#define CHARACTERISTICS_DEFAULT 1	/* nbr_chars */

/* --- Session1.Service --- */

typedef struct ServiceOptions {
	bool primary;
	bool start;
	uint16_t nbr_chars;
} ServiceOptions;

static int read_primary(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	return options_read_flag(m, &((ServiceOptions *)userdata)->primary);
}

static int read_start(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	return options_read_flag(m, &((ServiceOptions *)userdata)->start);
}

static int read_nbr_chars(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'q', &((ServiceOptions *)userdata)->nbr_chars);

	return r < 0 ? r : 0;
}

int local_service_dbus_new(Call *call, void *object UNUSED, Reason *reason)
{
	static const Option table[] = {
		{ "isprimary", "b", read_primary },
		{ "nbr_chars", "q", read_nbr_chars },
		{ "start", "b", read_start },
		{ 0 }
	};
	ServiceOptions options = { .primary = true, .start = true, .nbr_chars = CHARACTERISTICS_DEFAULT };
	LocalService *service = NULL;
	char path[PATH_SIZE];
	Uuid uuid;
	int r;

	r = options_read_uuid(call->message, "uuid", &uuid, reason);
	if (r == 0)
		r = options_read(call->message, table, &options, reason);
	if (r == 0)
		r = local_service_new(call->session, &uuid, options.primary, options.nbr_chars, options.start,
				      &service, reason);
	if (r != 0)
		return r;
	return call_reply(call, "o", path_of_local_service(service, path));
}

/* --- LocalService1 --- */

static void on_started(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);

	call_finish(call, error != 0 ? error : call_reply(call, NULL), reason);
}

static int start(Call *call, void *object, Reason *reason)
{
	LocalService *service = object;
	int r;

	if (service->chars == 0)
		return reason_set(reason, E_NOT_READY,
				  "the service has no characteristic yet; Characteristic adds one");
	r = call_keep(call, reason);
	if (r != 0)
		return r;
	call_wait(call, on_started);
	r = local_service_start(service, &call->wait, service_now(call->service), reason);
	if (r == 1)
		return CALL_DEFERRED;
	return r != 0 ? r : call_reply(call, NULL);
}
METHOD(start, call_local_service)

static int stop(Call *call, void *object, Reason *reason UNUSED)
{
	local_service_stop(object);
	return call_reply(call, NULL);
}
METHOD(stop, call_local_service)

static int remove_service(Call *call, void *object, Reason *reason)
{
	int r;

	if (!local_service_is_large(object)) {
		local_service_free(object);
		return call_reply(call, NULL);
	}
	r = call_reply_after(call, reason);
	if (r != 0)
		return r;
	local_service_remove(object, &call->wait);
	return CALL_DEFERRED;
}
METHOD(remove_service, call_local_service)

static int characteristic(Call *call, void *object, Reason *reason)
{
	return local_new_attr(call, object, NULL, reason);
}
METHOD(characteristic, call_local_service)

static int get_property(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			const char *property, sd_bus_message *reply, void *userdata,
			sd_bus_error *error UNUSED)
{
	const LocalService *service = userdata;
	char uuid[UUID_STRING_SIZE];

	if (strcmp(property, "UUID") == 0)
		return sd_bus_message_append(reply, "s", uuid_format(&service->uuid, uuid));
	if (strcmp(property, "IsPrimary") == 0)
		return sd_bus_message_append(reply, "b", (int)service->primary);
	if (strcmp(property, "Started") == 0)
		return sd_bus_message_append(reply, "b", (int)service->wanted);
	return -ENOENT;
}

/* --- signals: a program's own part of the tree --- */

void local_service_dbus_tell(Service *service, const Session *session, const char *path, const char *name,
			     void *object)
{
	const Interface *interface = interface_find(name);
	guint n = session->owner ? 1 : session->subscribers->len;

	for (guint i = 0; i < n; i++) {
		const char *connection = session->owner;

		if (!connection)
			connection = g_array_index(session->subscribers, Subscriber, i).connection;
		emit_check(object ? describe_came(service, connection, path, interface, object) :
				    describe_gone(service, connection, path, interface));
	}
}

void local_service_dbus_added(void *userdata, LocalService *local)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	managed_came(service, path_of_local_service(local, path), local->session);
	local_service_dbus_tell(service, local->session, path, LOCAL_SERVICE_INTERFACE, local);
}

void local_service_dbus_removed(void *userdata, LocalService *local)
{
	Service *service = userdata;
	char path[PATH_SIZE];

	managed_changed(service, path_of_local_service(local, path), local->session);
	local_service_dbus_tell(service, local->session, path, LOCAL_SERVICE_INTERFACE, NULL);
}

const sd_bus_vtable local_service_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Start", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_start,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Stop", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_stop,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Remove", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_remove_service,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Characteristic", SD_BUS_ARGS("v", uuid, "a{sv}", options),
				SD_BUS_RESULT("o", characteristic), method_characteristic,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("IsPrimary", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Started", "b", get_property, 0, 0),
	SD_BUS_VTABLE_END
};
