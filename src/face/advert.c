/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertisements of programs. Each has a session of its own, for a session has one. */
#include "face/advert-private.h"

#include <errno.h>
#include <string.h>

#include "core/radio.h"
#include "core/sessions.h"
#include "face/advert.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/tree.h"

enum {
	MANAGER_ACTIVE_INSTANCES,
	MANAGER_SUPPORTED_INSTANCES,
	MANAGER_SUPPORTED_INCLUDES,
	MANAGER_FEATURES,
	MANAGER_CAPABILITIES,
	_MANAGER_PROPERTIES,
};

/* --- life --- */

static void advert_end(FaceAdvert *advert)
{
	View *view = advert->view;

	g_ptr_array_remove(view->adverts, advert);
	task_cancel(&advert->end);
	task_cancel(&advert->hide);
	sd_bus_slot_unref(advert->call);
	if (advert->is_refreshing)
		wait_deinit(&advert->refresh.wait);
	if (advert->session)
		sessions_drop(advert->session, programs_now(view->program->programs));
	charge_end(&advert->charge);
	g_free(advert->path);
	g_free(advert);
	tree_changed(&(Place){ .kind = PLACE_ADAPTER, .program = view->program, .view = view },
		     &advert_manager_iface,
		     1u << MANAGER_ACTIVE_INSTANCES | 1u << MANAGER_SUPPORTED_INSTANCES);
}

static void release(const FaceAdvert *advert)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	if (connection_method(advert->connection, advert->path, ADVERT_INTERFACE, "Release", &m) >= 0 &&
	    sd_bus_message_set_expect_reply(m, 0) >= 0)
		connection_send(advert->connection, m);
}

static void refuse(FaceAdvert *advert, int error, const Reason *reason)
{
	Request *request = advert->registering;

	advert->registering = NULL;
	/* bluetoothd has one word for all that it cannot take */
	if (request)
		request_finish(request, error == E_INVALID_ARGUMENTS ? E_FAILED : error, reason);
	advert_end(advert);
}

void adverts_release(View *view)
{
	for (guint i = view->adverts->len; i-- > 0;) {
		FaceAdvert *advert = g_ptr_array_index(view->adverts, i);
		Reason reason;

		if (!advert->registering)
			release(advert);
		reason_set(&reason, E_NOT_READY, "Resource Not Ready");
		refuse(advert, E_NOT_READY, &reason);
	}
}

void adverts_keep(View *view)
{
	for (guint i = view->adverts->len; i-- > 0;) {
		FaceAdvert *advert = g_ptr_array_index(view->adverts, i);
		Reason reason;

		reason_set(&reason, E_NOT_READY, "Resource Not Ready");
		if (advert->registering)
			refuse(advert, E_NOT_READY, &reason);
		else
			advert->kept = true;
	}
}

void adverts_connection_gone(View *view, const Connection *connection)
{
	for (guint i = view->adverts->len; i-- > 0;) {
		FaceAdvert *advert = g_ptr_array_index(view->adverts, i);

		if (advert->connection == connection) {
			advert->registering = NULL;	/* which ends with the connection */
			advert_end(advert);
		}
	}
}

static void on_timeout(Task *task, uint64_t now UNUSED)
{
	FaceAdvert *advert = CONTAINER_OF(task, FaceAdvert, end);

	release(advert);
	advert_end(advert);
}

static FaceAdvert *find(const Request *request, const char *path)
{
	const GPtrArray *adverts = request->place.view->adverts;

	for (guint i = 0; i < adverts->len; i++) {
		FaceAdvert *advert = g_ptr_array_index(adverts, i);

		if (advert->connection == request->place.connection && strcmp(advert->path, path) == 0)
			return advert;
	}
	return NULL;
}

/* --- registering, step by step --- */

static FaceAdvert *of_request(const Request *request)
{
	const GPtrArray *adverts = request->place.view->adverts;

	for (guint i = 0; i < adverts->len; i++) {
		FaceAdvert *advert = g_ptr_array_index(adverts, i);

		if (advert->registering == request)
			return advert;
	}
	return NULL;
}

static void on_enabled(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	FaceAdvert *advert = of_request(request);
	const Programs *programs = request->place.program->programs;

	if (error != 0) {
		refuse(advert, error, reason);
		return;
	}
	advert->registering = NULL;
	if (advert->said.timeout > 0)
		task_at(&advert->end, programs_now(programs) + advert->said.timeout * USEC_PER_SEC);
	advert_hide_later(advert);
	(void)request_reply(request, "");
	tree_changed(
		&(Place){ .kind = PLACE_ADAPTER, .program = advert->view->program, .view = advert->view },
		&advert_manager_iface, 1u << MANAGER_ACTIVE_INSTANCES | 1u << MANAGER_SUPPORTED_INSTANCES);
	request_finish(request, 0, NULL);
}

/* Goes on with the request's wait, which is told when the step is done; at once where it fails. */
static void step(FaceAdvert *advert, int r, void (*done)(Wait *wait, int error, const Reason *reason),
		 const Reason *reason)
{
	if (r != 0)
		done(&advert->registering->wait, r, reason);
}

static void on_params_set(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	FaceAdvert *advert = of_request(request);
	Reason why = { "" };

	if (error != 0) {
		refuse(advert, error, reason);
		return;
	}
	wait_init(&request->wait, &advert->view->radio->broker->agenda, on_enabled);
	request->wait.session = advert->session;
	step(advert, advert_enable(advert->session, &request->advert,
				   programs_now(request->place.program->programs), &why), on_enabled, &why);
}

static void on_data_set(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	FaceAdvert *advert = of_request(request);
	Reason why = { "" };

	if (error != 0) {
		refuse(advert, error, reason);
		return;
	}
	wait_init(&request->wait, &advert->view->radio->broker->agenda, on_params_set);
	request->wait.session = advert->session;
	step(advert, advert_set_params(advert->session, &advert->said.params, &request->advert, &why),
	     on_params_set, &why);
}

static int on_properties(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	FaceAdvert *advert = userdata;
	const Program *program = advert->view->program;
	const InitOptions options = { 0 };
	Request *request = advert->registering;
	Reason reason = { "" };
	int r;

	advert->call = sd_bus_slot_unref(advert->call);
	if (sd_bus_message_is_method_error(m, NULL))
		r = reason_set(&reason, E_FAILED, "Failed to parse advertisement.");
	else
		r = advert_words_read(m, advert->view->radio, advert->view->wish.discoverable, &advert->said,
				      &reason);
	if (r == 0)
		r = sessions_open(advert->view->radio, &program->programs->face, program->uid, program->owner,
				  &options, programs_now(program->programs), &advert->session, &reason);
	if (r != 0) {
		refuse(advert, r, &reason);
		return 0;
	}
	wait_init(&request->wait, &advert->view->radio->broker->agenda, on_data_set);
	request->wait.session = advert->session;
	step(advert, advert_set(advert->session, &advert->said.data, &request->advert, &reason), on_data_set,
	     &reason);
	return 0;
}

/* --- RegisterAdvertisement --- */

static int register_advertisement(Request *request)
{
	View *view = request->place.view;
	FaceAdvert *advert;
	Request *kept = NULL;
	Reason reason = { "" };
	const char *path;
	Charge charge;
	int r;

	r = sd_bus_message_read(request->message, "o", &path);
	if (r < 0)
		return r;
	if (!view_is_powered(view))
		return request_refuse(request, BLUEZ_ERROR("Failed"), "Failed to register advertisement");
	advert = find(request, path);
	if (advert && !advert->kept)
		return request_refuse(request, BLUEZ_ERROR("AlreadyExists"), "Already Exists");
	if (advert)
		advert_end(advert);
	r = request_keep_object(request, sizeof(*advert), path, &charge, &kept);
	if (r < 0)
		return r;
	advert = g_new0(FaceAdvert, 1);
	advert->view = view;
	advert->connection = request->place.connection;
	advert->path = g_strdup(path);
	advert->charge = charge;
	advert->registering = kept;
	task_init(&advert->end, &view->radio->broker->agenda, on_timeout);
	advert_hide_init(advert);
	g_ptr_array_add(view->adverts, advert);
	if (advert_ask(advert, on_properties) < 0) {
		reason_set(&reason, E_FAILED, "Failed to parse advertisement.");
		refuse(advert, E_FAILED, &reason);
	}
	return 0;
}

static int unregister_advertisement(Request *request)
{
	FaceAdvert *advert;
	const char *path;
	int r;

	r = sd_bus_message_read(request->message, "o", &path);
	if (r < 0)
		return r;
	advert = find(request, path);
	if (!advert)
		return request_refuse(request, BLUEZ_ERROR("DoesNotExist"), "Does Not Exist");
	r = request_reply(request, "");
	if (advert->registering) {
		Reason reason;

		reason_set(&reason, E_FAILED, "it was unregistered");
		refuse(advert, E_FAILED, &reason);
	} else {
		advert_end(advert);
	}
	return r;
}

/* --- the manager's properties --- */

static int get_active_instances(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "y", (uint8_t)MIN(place->view->adverts->len, UINT8_MAX));
}

/* As many as the radio has: the broker lets more take turns. */
static int get_supported_instances(const Place *place, sd_bus_message *m)
{
	const unsigned instances = place->view->radio->bluez.instances, active = place->view->adverts->len;

	return sd_bus_message_append(m, "y", (uint8_t)(instances > active ? instances - active : 1));
}

static int get_supported_includes(const Place *place UNUSED, sd_bus_message *m)
{
	return sd_bus_message_append(m, "as", 3, "tx-power", "appearance", "local-name");
}

static int get_capabilities(const Place *place, sd_bus_message *m)
{
	const RadioState *radio = &place->view->radio->bluez;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0 && radio->advert_powers)
		r = sd_bus_message_append(m, "{sv}", "MinTxPower", "n", radio->advert_power_min);
	if (r >= 0 && radio->advert_powers)
		r = sd_bus_message_append(m, "{sv}", "MaxTxPower", "n", radio->advert_power_max);
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}{sv}", "MaxAdvLen", "y", radio->advert_length_max,
					  "MaxScnRspLen", "y", radio->scan_response_length_max);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int get_features(const Place *place, sd_bus_message *m)
{
	const RadioState *radio = &place->view->radio->bluez;
	int r;

	r = sd_bus_message_open_container(m, 'a', "s");
	if (r >= 0 && radio->advert_sets_power)
		r = sd_bus_message_append(m, "s", "CanSetTxPower");
	if (r >= 0 && radio->advert_offload)
		r = sd_bus_message_append(m, "s", "HardwareOffload");
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static bool knows(const Place *place, size_t row)
{
	return (row != MANAGER_FEATURES && row != MANAGER_CAPABILITIES) ||
	       place->view->radio->bluez.tells_advert_features;
}

static const IfaceMethod methods[] = {
	{ "RegisterAdvertisement", IFACE_ARGS({ "o", "advertisement" }, { "a{sv}", "options" }), NULL,
	  register_advertisement },
	{ "UnregisterAdvertisement", IFACE_ARGS({ "o", "service" }), NULL, unregister_advertisement },
	{ 0 }
};

static const IfaceProperty properties[] = {
	[MANAGER_ACTIVE_INSTANCES] = { "ActiveInstances", "y", get_active_instances, NULL, NULL },
	[MANAGER_SUPPORTED_INSTANCES] = { "SupportedInstances", "y", get_supported_instances, NULL, NULL },
	[MANAGER_SUPPORTED_INCLUDES] = { "SupportedIncludes", "as", get_supported_includes, NULL, NULL },
	[MANAGER_FEATURES] = { "SupportedFeatures", "as", get_features, NULL, NULL },
	[MANAGER_CAPABILITIES] = { "SupportedCapabilities", "a{sv}", get_capabilities, NULL, NULL },
	[_MANAGER_PROPERTIES] = { 0 },
};

const Iface advert_manager_iface = {
	.name = "org.bluez.LEAdvertisingManager1",
	.methods = methods,
	.properties = properties,
	.knows = knows,
};
