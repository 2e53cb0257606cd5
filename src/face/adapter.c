/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adapter1: a radio, as one program sees it. */
#include "face/adapter.h"

#include <errno.h>
#include <string.h>

#include "core/bonds.h"
#include "core/hold.h"
#include "core/link.h"
#include "core/power.h"
#include "core/sessions.h"
#include "face/device-forget.h"
#include "face/device-link.h"
#include "face/device.h"
#include "face/discovery.h"
#include "face/programs.h"
#include "face/request.h"

#define ALIAS_MAX 248

/* --- properties --- */

static int get_address(const Place *place, sd_bus_message *m)
{
	char text[ADDR_STRING_SIZE];

	return sd_bus_message_append(m, "s", addr_format(&place->view->radio->addr, text));
}

static int get_address_type(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "s", addr_type_name(place->view->radio->addr.type));
}

static int get_name(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "s", place->view->radio->bluez.name);
}

static int get_alias(const Place *place, sd_bus_message *m)
{
	const View *view = place->view;

	return sd_bus_message_append(m, "s", view->wish.alias ? view->wish.alias : view->radio->bluez.name);
}

static int set_alias(Request *request, sd_bus_message *m)
{
	View *view = request->place.view;
	const char *alias;
	int r;

	r = sd_bus_message_read(m, "s", &alias);
	if (r < 0)
		return r;
	if (strlen(alias) > ALIAS_MAX)
		return request_refuse(request, BLUEZ_ERROR("InvalidArguments"), "Alias: at most %d bytes",
				      ALIAS_MAX);
	g_free(view->wish.alias);
	view->wish.alias = *alias ? g_strdup(alias) : NULL;
	r = request_reply(request, "");
	view_adapter_changed(view, ADAPTER_BIT(ADAPTER_ALIAS));
	return r;
}

static int get_class(const Place *place UNUSED, sd_bus_message *m)
{
	return sd_bus_message_append(m, "u", 0);
}

static int get_powered(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "b", (int)view_is_powered(place->view));
}

static int get_power_state(const Place *place, sd_bus_message *m)
{
	const View *view = place->view;

	return sd_bus_message_append(m, "s",
				     view_is_powered(view)		? "on" :
				     view->radio->bluez.blocked ? "off-blocked" :
								  "off");
}

static void on_power(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);

	if (error == 0)
		(void)request_reply(request, "");
	/* bluetoothd's word for whatever kept it off */
	request_finish(request, error == 0 ? 0 : E_FAILED, reason);
}

/* On: as a session does it. Off: for this program alone, which lets go of all that it has there. */
static int set_powered(Request *request, sd_bus_message *m)
{
	View *view = request->place.view;
	Request *kept = NULL;
	Reason reason = { "" };
	int on, r;

	r = sd_bus_message_read(m, "b", &on);
	if (r < 0)
		return r;
	if (!on) {
		if (!view->off) {
			view->off = true;
			view_let_go(view);
			view_adapter_changed(view, ADAPTER_POWER_BITS);
		}
		return request_reply(request, "");
	}
	if (view->off) {
		view->off = false;
		view_adapter_changed(view, ADAPTER_POWER_BITS);
	}
	if (view->radio->bluez.powered)
		return request_reply(request, "");
	r = view_session(view, &(Session *){ NULL }, &reason);
	if (r != 0)
		return request_refuse_for(request, r, &reason);
	r = request_keep(request, on_power, &kept);
	if (r < 0)
		return r;
	r = power_on(view->radio, &kept->wait, &reason);
	if (r == 0)
		r = reason_set(&reason, E_FAILED, "Blocked through rfkill");
	if (r != 1)
		request_finish(kept, r, &reason);
	return 0;
}

static void on_hide(Task *task, uint64_t now UNUSED)
{
	View *view = CONTAINER_OF(task, View, wish.hide);

	view->wish.discoverable = false;
	view_adapter_changed(view, ADAPTER_BIT(ADAPTER_DISCOVERABLE));
}

static void on_unpair(Task *task, uint64_t now UNUSED)
{
	View *view = CONTAINER_OF(task, View, wish.unpair);

	view->wish.pairable = false;
	view_adapter_changed(view, ADAPTER_BIT(ADAPTER_PAIRABLE));
}

void adapter_wish_init(View *view)
{
	task_init(&view->wish.hide, &view->radio->broker->agenda, on_hide);
	task_init(&view->wish.unpair, &view->radio->broker->agenda, on_unpair);
	view->wish.discoverable_timeout = 180;
	view->wish.pairable = true;
}

void adapter_wish_deinit(View *view)
{
	task_cancel(&view->wish.hide);
	task_cancel(&view->wish.unpair);
	g_free(view->wish.alias);
}

/* 0: for ever. */
static void run(const View *view, Task *task, bool on, uint32_t seconds)
{
	if (on && seconds > 0)
		task_at(task, programs_now(view->program->programs) + seconds * USEC_PER_SEC);
	else
		task_cancel(task);
}

static void wish_changed(View *view, uint32_t property)
{
	if (property & (ADAPTER_BIT(ADAPTER_DISCOVERABLE) | ADAPTER_BIT(ADAPTER_DISCOVERABLE_TIMEOUT)))
		run(view, &view->wish.hide, view->wish.discoverable, view->wish.discoverable_timeout);
	else if (property != ADAPTER_BIT(ADAPTER_CONNECTABLE))
		run(view, &view->wish.unpair, view->wish.pairable, view->wish.pairable_timeout);
	view_adapter_changed(view, property);
}

#define WISH(field, row, type, letter)							\
	static int get_##field(const Place *place, sd_bus_message *m)			\
	{										\
		return sd_bus_message_append(m, letter, (type)place->view->wish.field);	\
	}										\
	static int set_##field(Request *request, sd_bus_message *m)			\
	{										\
		type value;								\
		int r = sd_bus_message_read(m, letter, &value);				\
											\
		if (r < 0)								\
			return r;							\
		request->place.view->wish.field = value;				\
		r = request_reply(request, "");						\
		wish_changed(request->place.view, ADAPTER_BIT(row));			\
		return r;								\
	}
WISH(discoverable, ADAPTER_DISCOVERABLE, int, "b")
WISH(discoverable_timeout, ADAPTER_DISCOVERABLE_TIMEOUT, uint32_t, "u")
WISH(pairable, ADAPTER_PAIRABLE, int, "b")
WISH(pairable_timeout, ADAPTER_PAIRABLE_TIMEOUT, uint32_t, "u")
WISH(connectable, ADAPTER_CONNECTABLE, int, "b")

static int get_discovering(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "b", (int)discovery_is_on(place->view));
}

static int get_uuids(const Place *place UNUSED, sd_bus_message *m)
{
	return sd_bus_message_append(m, "as", 3, "00001800-0000-1000-8000-00805f9b34fb",
				     "00001801-0000-1000-8000-00805f9b34fb",
				     "0000180a-0000-1000-8000-00805f9b34fb");
}

static bool has_modalias(const Place *place)
{
	return *place->view->radio->bluez.modalias;
}

static int get_modalias(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "s", place->view->radio->bluez.modalias);
}

static int get_roles(const Place *place UNUSED, sd_bus_message *m)
{
	return sd_bus_message_append(m, "as", 2, "central", "peripheral");
}

static int get_manufacturer(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "q", place->view->radio->bluez.manufacturer);
}

static int get_version(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "y", place->view->radio->bluez.version);
}

/* Some versions of bluetoothd have more than others. */
static bool knows(const Place *place, size_t row)
{
	const RadioState *radio = &place->view->radio->bluez;

	switch (row) {
	case ADAPTER_CONNECTABLE:
		return radio->tells_connectable;
	case ADAPTER_POWER_STATE:
		return radio->tells_power_state;
	case ADAPTER_MANUFACTURER:
	case ADAPTER_VERSION:
		return radio->tells_version;
	default:
		return true;
	}
}

static const IfaceProperty properties[] = {
	[ADAPTER_ADDRESS] = { "Address", "s", get_address, NULL, NULL },
	[ADAPTER_ADDRESS_TYPE] = { "AddressType", "s", get_address_type, NULL, NULL },
	[ADAPTER_NAME] = { "Name", "s", get_name, NULL, NULL },
	[ADAPTER_ALIAS] = { "Alias", "s", get_alias, NULL, set_alias },
	[ADAPTER_CLASS] = { "Class", "u", get_class, NULL, NULL },
	[ADAPTER_CONNECTABLE] = { "Connectable", "b", get_connectable, NULL, set_connectable },
	[ADAPTER_POWERED] = { "Powered", "b", get_powered, NULL, set_powered },
	[ADAPTER_POWER_STATE] = { "PowerState", "s", get_power_state, NULL, NULL },
	[ADAPTER_DISCOVERABLE] = { "Discoverable", "b", get_discoverable, NULL, set_discoverable },
	[ADAPTER_DISCOVERABLE_TIMEOUT] = { "DiscoverableTimeout", "u", get_discoverable_timeout, NULL,
					   set_discoverable_timeout },
	[ADAPTER_PAIRABLE] = { "Pairable", "b", get_pairable, NULL, set_pairable },
	[ADAPTER_PAIRABLE_TIMEOUT] = { "PairableTimeout", "u", get_pairable_timeout, NULL,
				       set_pairable_timeout },
	[ADAPTER_DISCOVERING] = { "Discovering", "b", get_discovering, NULL, NULL },
	[ADAPTER_UUIDS] = { "UUIDs", "as", get_uuids, NULL, NULL },
	[ADAPTER_MODALIAS] = { "Modalias", "s", get_modalias, has_modalias, NULL },
	[ADAPTER_ROLES] = { "Roles", "as", get_roles, NULL, NULL },
	[ADAPTER_MANUFACTURER] = { "Manufacturer", "q", get_manufacturer, NULL, NULL },
	[ADAPTER_VERSION] = { "Version", "y", get_version, NULL, NULL },
	[_ADAPTER_PROPERTIES] = { 0 },
};

/* --- methods --- */

/* Address and AddressType of ConnectDevice. */
static int read_connect_address(sd_bus_message *m, Addr *ret)
{
	const char *name, *text;
	bool found = false;
	int r;

	*ret = (Addr){ .type = ADDR_PUBLIC };
	r = sd_bus_message_enter_container(m, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "sv", &name, "s", &text);
		if (r < 0)
			break;
		if (strcmp(name, "Address") == 0)
			found = addr_parse(text, ret) == 0;
		else if (strcmp(name, "AddressType") == 0)
			ret->type = strcmp(text, "random") == 0 ? ADDR_RANDOM : ADDR_PUBLIC;
		r = sd_bus_message_exit_container(m);
	}
	return r < 0 || found ? r : -EINVAL;
}

static int connect_device(Request *request)
{
	DeviceView *device;
	Reason reason = { "" };
	Addr addr;
	int r;

	r = read_connect_address(request->message, &addr);
	if (r < 0)
		return request_refuse(request, BLUEZ_ERROR("InvalidArguments"),
				      "Invalid arguments in method call");
	if (!view_is_powered(request->place.view))
		return request_refuse(request, BLUEZ_ERROR("NotReady"), "Resource Not Ready");
	if (view_device(request->place.view, &addr))
		return request_refuse(request, BLUEZ_ERROR("AlreadyExists"), "Already Exists");
	r = view_add_device(request->place.view, &addr, &device, &reason);
	if (r != 0)
		return request_refuse_for(request, r, &reason);
	view_device_changed(device, 0);
	view_tell(device->view);
	return device_link_connect_for(request, device);
}

static const IfaceMethod methods[] = {
	{ "StartDiscovery", NULL, NULL, discovery_start },
	{ "SetDiscoveryFilter", IFACE_ARGS({ "a{sv}", "properties" }), NULL, discovery_set_filter },
	{ "StopDiscovery", NULL, NULL, discovery_stop },
	{ "RemoveDevice", IFACE_ARGS({ "o", "device" }), NULL, device_forget },
	{ "ConnectDevice", IFACE_ARGS({ "a{sv}", "properties" }), IFACE_ARGS({ "o", "device" }),
	  connect_device },
	{ "GetDiscoveryFilters", NULL, IFACE_ARGS({ "as", "filters" }), discovery_get_filters },
	{ 0 }
};

const Iface adapter_iface = {
	.name = "org.bluez.Adapter1",
	.methods = methods,
	.properties = properties,
	.knows = knows,
};
