/* SPDX-License-Identifier: GPL-2.0-or-later */
/* com.example.Bluetooth.Manager1 */
#include <errno.h>
#include <string.h>

#include "build-config.h"
#include "meaning/constants.h"
#include "service/emit.h"
#include "service/init-options.h"
#include "service/interfaces.h"
#include "service/path.h"
#include "service/service.h"
#include "service/stats.h"
#include "service/watch.h"

#define SESSIONS_IN_SLICE 16	/* of GetStats; one takes 8 microseconds or so */
#define SESSION_BYTES 512

static int reply_session(Call *call, const Session *session)
{
	char path[PATH_SIZE];

	return call_reply(call, "o", path_of_session(session, path));
}

static int opened(Call *call, int error, Reason *reason)
{
	Session *session = sessions_find(call->service->broker, call->opened);

	if (!session)
		return reason_set(reason, E_DOES_NOT_EXIST, "the session was closed while it was opened");
	if (error != 0) {
		sessions_drop(session, service_now(call->service));
		return error;
	}
	return reply_session(call, session);
}

static int open_session(Call *call, void *object, Reason *reason)
{
	Service *service = object;
	InitOptions options;
	Session *session = NULL;
	Radio *radio;
	uint32_t id;
	int r;

	r = sd_bus_message_read(call->message, "u", &id);
	if (r < 0)
		return r;
	r = init_options_read(call->message, &options, reason);
	if (r != 0)
		return r;

	r = broker_bluez_ready(service->broker, reason);
	if (r != 0)
		return r;
	radio = id <= UINT16_MAX ? broker_radio(service->broker, id) : NULL;
	if (!radio || !radio->present || radio->index != id)
		return reason_set(reason, E_NO_SUCH_ADAPTER,
				  "id: there is no radio hci%u; Manager1.Adapters lists them", id);

	r = sessions_open(radio, &service->face, call_uid(call), call_sender(call), &options,
			  service_now(service), &session, reason);
	if (r != 0)
		return r;
	call->opened = session->id;
	r = call_wait_power(call, radio, opened, reason);
	if (r == CALL_DEFERRED)
		return r;
	return opened(call, r, reason);
}
METHOD(open_session, NULL)

/* An answer of GetStats that is written in slices. */
typedef struct StatsReply {
	sd_bus_message *reply;
	uint64_t serial;	/* of the last session in it */
} StatsReply;

static void stats_reply_free(void *data)
{
	StatsReply *stats = data;

	sd_bus_message_unref(stats->reply);
	g_free(stats);
}

static int get_stats_slice(Call *call, Reason *reason)
{
	const Broker *broker = call->service->broker;
	StatsReply *stats = call->job.work;
	int r;

	r = job_grows(call, SESSIONS_IN_SLICE * SESSION_BYTES, "close sessions that are not needed", reason);
	if (r != 0)
		return r;
	if (!stats->reply) {
		r = sd_bus_message_new_method_return(call->message, &stats->reply);
		if (r >= 0)
			r = stats_open(stats->reply, call->service, call_uid(call));
	}
	if (r >= 0)
		r = stats_append_sessions(stats->reply, broker, call_uid(call), &stats->serial,
					  SESSIONS_IN_SLICE);
	if (r > 0)
		return CALL_DEFERRED;
	if (r >= 0)
		r = stats_close(stats->reply, broker, call_uid(call));
	if (r >= 0)
		r = sd_bus_send(NULL, stats->reply, NULL);
	return r < 0 ? r : 0;
}

static int get_stats(Call *call, void *object UNUSED, Reason *reason)
{
	watch_asked(call);
	return job_start(call, get_stats_slice, g_new0(StatsReply, 1), stats_reply_free,
			 call->service->broker->sessions->len <= SESSIONS_IN_SLICE, reason);
}
QUESTION(get_stats, NULL)
METHOD(watch_set, NULL)
METHOD(watch_set_rows, NULL)

static int get_version(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
		       const char *property UNUSED, sd_bus_message *reply, void *userdata UNUSED,
		       sd_bus_error *error UNUSED)
{
	return sd_bus_message_append(reply, "s", VERSION);
}

static int get_adapters(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			const char *property UNUSED, sd_bus_message *reply, void *userdata,
			sd_bus_error *error UNUSED)
{
	const Service *service = userdata;
	const GPtrArray *radios = service->broker->radios;
	int r;

	r = sd_bus_message_open_container(reply, 'a', "o");
	for (guint i = 0; i < radios->len && r >= 0; i++) {
		const Radio *radio = g_ptr_array_index(radios, i);
		char text[PATH_SIZE];

		if (radio->present)
			r = sd_bus_message_append(reply, "o", path_of_radio(radio, text));
	}
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_constants(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			 const char *property UNUSED, sd_bus_message *reply, void *userdata UNUSED,
			 sd_bus_error *error UNUSED)
{
	int r;

	r = sd_bus_message_open_container(reply, 'a', "{su}");
	for (const Constant *constant = constants; constant->name && r >= 0; constant++)
		r = sd_bus_message_append(reply, "{su}", constant->name, constant->value);
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_limits(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
		      const char *property UNUSED, sd_bus_message *reply, void *userdata,
		      sd_bus_error *error UNUSED)
{
	const Service *service = userdata;
	const char *config = (const char *)&service->broker->config;
	int r;

	r = sd_bus_message_open_container(reply, 'a', "{su}");
	for (const Setting *key = config_keys; key->group && r >= 0; key++) {
		uint32_t value;

		if (strcmp(key->group, "Limits") != 0)
			continue;
		memcpy(&value, config + key->offset, sizeof(value));
		r = sd_bus_message_append(reply, "{su}", key->name, value);
	}
	return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_bluez_socket(sd_bus *bus UNUSED, const char *path UNUSED, const char *interface UNUSED,
			    const char *property UNUSED, sd_bus_message *reply, void *userdata,
			    sd_bus_error *error UNUSED)
{
	const char *socket = ((const Service *)userdata)->broker->guest_socket;

	return sd_bus_message_append(reply, "s", socket ? socket : "");
}

void manager_adapters_changed(Service *service)
{
	emit_check(
		sd_bus_emit_properties_changed(service->bus, PATH_ROOT, MANAGER_INTERFACE, "Adapters", NULL));
}

const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD_WITH_ARGS("OpenSession", SD_BUS_ARGS("u", id, "a{sv}", init),
				SD_BUS_RESULT("o", session), method_open_session, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("GetStats", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", stats), method_get_stats,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD_WITH_ARGS("Watch", SD_BUS_ARGS("b", on), SD_BUS_NO_RESULT, method_watch_set,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("Changed", SD_BUS_ARGS("u", lists), 0),
	SD_BUS_METHOD_WITH_ARGS("WatchRows", SD_BUS_ARGS("b", on), SD_BUS_NO_RESULT, method_watch_set_rows,
				SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL_WITH_ARGS("RowChanged", SD_BUS_ARGS("u", list, "b", there, "a{sv}", row), 0),
	SD_BUS_SIGNAL_WITH_ARGS("RowsLost", SD_BUS_ARGS("t", rows), 0),
	SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Adapters", "ao", get_adapters, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	SD_BUS_PROPERTY("Constants", "a{su}", get_constants, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("Limits", "a{su}", get_limits, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_PROPERTY("BlueZSocket", "s", get_bluez_socket, 0, SD_BUS_VTABLE_PROPERTY_CONST),
	SD_BUS_VTABLE_END
};
