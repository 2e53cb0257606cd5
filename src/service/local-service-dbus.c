/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.LocalService1, and Session1.Service. */
#include <errno.h>
#include <string.h>

#include "service/call-session.h"
#include "service/interfaces.h"
#include "service/local-dbus.h"
#include "service/options.h"

#define CHARACTERISTICS_DEFAULT 1	/* nbr_chars */

LocalService *local_service_at(const Service *service, const Path *path)
{
	const Broker *broker = service->broker;
	const Radio *radio = broker_radio(broker, path->index);
	const Session *session;

	if (path->kind < PATH_LOCAL_SERVICE || path->kind > PATH_LOCAL_DESCRIPTOR)
		return NULL;
	if (path->of_user) {
		session = radio ? session_find_user(radio, path->uid) : NULL;
	} else {
		session = session_find_private(broker, path->id);
		if (session && session->path_index != path->index)
			return NULL;
	}
	return session ? local_service_find(session, path->service) : NULL;
}

int call_local_service(Call *call, LocalService **ret, Reason *reason)
{
	Path path = path_parse(sd_bus_message_get_path(call->message));
	Session *session = NULL;
	LocalService *service;
	int r;

	r = call_session(call, &session, reason);
	if (r != 0)
		return r;
	service = local_service_at(call->service, &path);
	if (!service)
		return reason_set(reason, E_DOES_NOT_EXIST, "the session has no such service (any more)");
	*ret = service;
	return 0;
}

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

static int service_when_powered(Call *call, int error, Reason *reason)
{
	static const Option table[] = {
		{ "isprimary", "b", read_primary },
		{ "nbr_chars", "q", read_nbr_chars },
		{ "start", "b", read_start },
		{ 0 }
	};
	ServiceOptions options = { .primary = true, .start = true, .nbr_chars = CHARACTERISTICS_DEFAULT };
	LocalService *service = NULL;
	Session *session = NULL;
	char path[PATH_SIZE];
	Uuid uuid;
	int r;

	if (error == 0)
		error = call_ready_session(call, &session, reason);
	if (error != 0)
		return error;
	r = sd_bus_message_rewind(call->message, true);
	if (r < 0)
		return r;
	r = options_read_uuid(call->message, "uuid", &uuid, reason);
	if (r == 0)
		r = options_read(call->message, table, &options, reason);
	if (r == 0)
		r = local_service_new(session, &uuid, options.primary, options.nbr_chars, options.start, &service,
				      reason);
	if (r != 0)
		return r;
	return sd_bus_reply_method_return(call->message, "o", path_of_local_service(service, path)) < 0 ? -ECOMM : 0;
}

int session_service(Call *call, Reason *reason)
{
	return call_powered_session(call, service_when_powered, reason);
}

/* --- LocalService1 --- */

static void on_started(StartWait *wait, int error, const Reason *reason)
{
	Call *call = (Call *)(void *)((char *)wait - offsetof(Call, start));

	call_finish(call, error != 0 ? error : call_reply(call), reason);
}

static int start(Call *call, Reason *reason)
{
	LocalService *service = NULL;
	int r;

	r = call_local_service(call, &service, reason);
	if (r == 0)
		r = call_keep(call, reason);
	if (r != 0)
		return r;
	call->start.done = on_started;
	r = local_service_start(service, &call->start, service_now(call->service), reason);
	if (r == 1)
		return CALL_DEFERRED;
	return r != 0 ? r : call_reply(call);
}

static int stop(Call *call, Reason *reason)
{
	LocalService *service = NULL;
	int r;

	r = call_local_service(call, &service, reason);
	if (r != 0)
		return r;
	local_service_stop(service, service_now(call->service));
	return call_reply(call);
}

static int remove_service(Call *call, Reason *reason)
{
	LocalService *service = NULL;
	int r;

	r = call_local_service(call, &service, reason);
	if (r != 0)
		return r;
	local_service_free(service);
	return call_reply(call);
}

static int characteristic(Call *call, Reason *reason)
{
	LocalService *service = NULL;
	int r;

	r = call_local_service(call, &service, reason);
	return r != 0 ? r : reply_new_attr(call, service, NULL, reason);
}

static int get_property(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, const char *property,
			sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Path parsed = path_parse(path);
	const LocalService *service = local_service_at(userdata, &parsed);
	char uuid[UUID_STRING_SIZE];

	if (!service)
		return -ENOENT;
	if (strcmp(property, "UUID") == 0)
		return sd_bus_message_append(reply, "s", uuid_format(&service->uuid, uuid));
	if (strcmp(property, "IsPrimary") == 0)
		return sd_bus_message_append(reply, "b", (int)service->primary);
	if (strcmp(property, "Started") == 0)
		return sd_bus_message_append(reply, "b", (int)service->wanted);
	return -ENOENT;
}

const Method local_service_methods[] = {
	{ .member = "Start", .run = start },
	{ .member = "Stop", .run = stop },
	{ .member = "Remove", .run = remove_service },
	{ .member = "Characteristic", .run = characteristic },
	{ 0 }
};

const sd_bus_vtable local_service_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("Start", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Stop", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Remove", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Characteristic", SD_BUS_ARGS("v", uuid, "a{sv}", options),
				SD_BUS_RESULT("o", characteristic), call_entry, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_PROPERTY("UUID", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("IsPrimary", "b", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Started", "b", get_property, 0, 0),
	SD_BUS_VTABLE_END
};
