/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program's tree. */
#include "face/tree.h"

#include <string.h>

#include "core/attr.h"
#include "core/link.h"
#include "face/adapter.h"
#include "face/advert.h"
#include "face/agent.h"
#include "face/app.h"
#include "face/battery.h"
#include "face/device.h"
#include "face/gatt-private.h"
#include "face/monitor-app.h"
#include "face/outbox.h"
#include "face/profile.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/view.h"

#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

/* --- what is where --- */

static const Iface object_manager_iface = {
	.name = OBJECT_MANAGER,
	.methods = (const IfaceMethod[]){
		{ "GetManagedObjects", NULL, IFACE_ARGS({ "a{oa{sa{sv}}}", "objects" }), tree_list_objects },
		{ 0 }
	},
	.signals = (const IfaceSignal[]){
		{ "InterfacesAdded", IFACE_ARGS({ "o", "object" }, { "a{sa{sv}}", "interfaces" }) },
		{ "InterfacesRemoved", IFACE_ARGS({ "o", "object" }, { "as", "interfaces" }) },
		{ 0 }
	},
};

/* By PlaceKind. */
static const Iface *const *const place_ifaces[] = {
	[PLACE_ROOT] = (const Iface *const[]){ &object_manager_iface, NULL },
	[PLACE_ORG] = (const Iface *const[]){ NULL },
	[PLACE_BLUEZ] = (const Iface *const[]){ &agent_manager_iface, &profile_manager_iface, NULL },
	[PLACE_ADAPTER] = (const Iface *const[]){ &adapter_iface, &gatt_manager_iface,
						  &advert_manager_iface, &monitor_manager_iface, NULL },
	[PLACE_DEVICE] = (const Iface *const[]){ &device_iface, &battery_iface, NULL },
	[PLACE_SERVICE] = (const Iface *const[]){ &gatt_service_iface, NULL },
	[PLACE_CHARACTERISTIC] = (const Iface *const[]){ &gatt_characteristic_iface, NULL },
	[PLACE_DESCRIPTOR] = (const Iface *const[]){ &gatt_descriptor_iface, NULL },
};

int tree_append_object(const Place *place, const char *path, sd_bus_message *m)
{
	int r;

	r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_append(m, "o", path);
	if (r >= 0)
		r = iface_append_all(place_ifaces[place->kind], place, m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* Where nothing is. Introspection says so, as libdbus does for bluetoothd; all else is refused. */
static int call_nothing(Connection *connection, sd_bus_message *m, sd_bus_error *error)
{
	Request request = { .place = { .connection = connection, .program = connection->program },
			    .message = m };
	int r;

	if (!sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Introspectable", "Introspect"))
		return sd_bus_error_setf(error, SD_BUS_ERROR_UNKNOWN_OBJECT, "there is no object %s",
					 sd_bus_message_get_path(m));
	r = request_reply(&request, "s", "<node></node>");
	return r < 0 ? r : 1;
}

int tree_call(Connection *connection, sd_bus_message *m, sd_bus_error *error)
{
	const char *path = sd_bus_message_get_path(m);
	Place place;

	if (!place_find(connection, path, &place))
		return call_nothing(connection, m, error);
	return iface_call(place_ifaces[place.kind], &place, m, error);
}

/* --- all there is --- */

static int each_attr(Place place, const Link *link, PlaceEach each, void *userdata)
{
	int r = 0;

	for (guint i = 0; i < link->attrs->len && r >= 0; i++) {
		place.attr = g_ptr_array_index(link->attrs, i);
		place.kind = place_kind_of(place.attr);
		r = each(&place, userdata);
	}
	return r;
}

static int each_device(Place place, PlaceEach each, void *userdata)
{
	int r = 0;

	for (GList *item = place.view->by_age.head; item && r >= 0; item = item->next) {
		const Link *link;

		place.kind = PLACE_DEVICE;
		place.device = item->data;
		if (!place.device->shown)
			continue;
		r = each(&place, userdata);
		link = view_held_link(place.device);
		if (link && r >= 0)
			r = each_attr(place, link, each, userdata);
	}
	return r;
}

int tree_each(Program *program, PlaceEach each, void *userdata)
{
	int r = each(&(Place){ .kind = PLACE_BLUEZ, .program = program }, userdata);

	for (guint i = 0; i < program->views->len && r >= 0; i++) {
		Place place = { .kind = PLACE_ADAPTER, .program = program,
				.view = g_ptr_array_index(program->views, i) };

		if (!place.view->radio->present)
			continue;
		r = each(&place, userdata);
		if (r >= 0)
			r = each_device(place, each, userdata);
	}
	return r;
}

static void describe_child(const Place *place, GString *xml)
{
	char buffer[PLACE_PATH_SIZE];

	g_string_append_printf(xml, "<node name=\"%s\"/>", strrchr(place_path(place, buffer), '/') + 1);
}

static void describe_views(Place place, GString *xml)
{
	place.kind = PLACE_ADAPTER;
	for (guint i = 0; i < place.program->views->len; i++) {
		place.view = g_ptr_array_index(place.program->views, i);
		describe_child(&place, xml);
	}
}

static void describe_devices(Place place, GString *xml)
{
	place.kind = PLACE_DEVICE;
	for (GList *item = place.view->by_age.head; item; item = item->next) {
		place.device = item->data;
		if (place.device->shown)
			describe_child(&place, xml);
	}
}

/* What is right below the place's attribute, or below its device. */
static void describe_attrs(Place place, GString *xml)
{
	const Link *link = view_held_link(place.device);
	const Attr *parent = place.attr;

	for (guint i = 0; link && i < link->attrs->len; i++) {
		place.attr = g_ptr_array_index(link->attrs, i);
		place.kind = place_kind_of(place.attr);
		if (place.attr->parent == parent)
			describe_child(&place, xml);
	}
}

void tree_describe_children(const Place *place, GString *xml)
{
	if (place->kind == PLACE_ROOT)
		g_string_append(xml, "<node name=\"org\"/>");
	else if (place->kind == PLACE_ORG)
		g_string_append(xml, "<node name=\"bluez\"/>");
	else if (place->kind == PLACE_BLUEZ)
		describe_views(*place, xml);
	else if (place->kind == PLACE_ADAPTER)
		describe_devices(*place, xml);
	else
		describe_attrs(*place, xml);
}

/* --- signals --- */

/* A signal to all connections of the program that listen to it. */
static void tell(const Place *place, MatchSignal *signal, int (*append)(sd_bus_message *m, void *userdata),
		 void *userdata)
{
	signal->senders[0] = BLUEZ_UNIQUE_NAME;
	signal->senders[1] = "org.bluez";
	program_signal(place->program, signal, append, userdata);
}

typedef struct Event {
	const Place *place;
	const char *path;
	const Iface *iface;	/* of PropertiesChanged */
	uint32_t properties;
} Event;

static int append_added(sd_bus_message *m, void *userdata)
{
	const Event *event = userdata;
	int r = sd_bus_message_append(m, "o", event->path);

	return r < 0 ? r : iface_append_all(place_ifaces[event->place->kind], event->place, m);
}

static int append_removed(sd_bus_message *m, void *userdata)
{
	const Event *event = userdata;
	const Iface *const *ifaces = place_ifaces[event->place->kind];
	int r;

	r = sd_bus_message_append(m, "o", event->path);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "s");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", "org.freedesktop.DBus.Introspectable");
	if (r >= 0 && iface_have_properties(ifaces))
		r = sd_bus_message_append(m, "s", "org.freedesktop.DBus.Properties");
	/* one that comes and goes by itself was told of by itself */
	for (const Iface *const *iface = ifaces; *iface && r >= 0; iface++)
		if (!(*iface)->is_there)
			r = sd_bus_message_append(m, "s", (*iface)->name);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_changed(sd_bus_message *m, void *userdata)
{
	const Event *event = userdata;
	int r;

	r = sd_bus_message_append(m, "s", event->iface->name);
	if (r >= 0)
		r = iface_append_properties(event->iface, event->place, event->properties, m);
	return r < 0 ? r : iface_append_missing(event->iface, event->place, event->properties, m);
}

static int append_iface_added(sd_bus_message *m, void *userdata)
{
	const Event *event = userdata;
	int r = sd_bus_message_append(m, "o", event->path);

	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	if (r >= 0)
		r = iface_append(event->iface, event->place, m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_iface_removed(sd_bus_message *m, void *userdata)
{
	const Event *event = userdata;

	return sd_bus_message_append(m, "oas", event->path, 1, event->iface->name);
}

/* ObjectManager's signals. */
static void send_tree(Event *event, const char *member, int (*append)(sd_bus_message *m, void *userdata))
{
	MatchSignal signal = { .path = "/", .interface = OBJECT_MANAGER, .member = member,
			       .args = { event->path }, .arg0_is_path = true };

	tell(event->place, &signal, append, event);
}

static void send_changed(Event *event)
{
	MatchSignal signal = { .path = event->path, .interface = "org.freedesktop.DBus.Properties",
			       .member = "PropertiesChanged", .args = { event->iface->name } };

	tell(event->place, &signal, append_changed, event);
}

static void send(const Place *place, const News *news)
{
	Event event = { .place = place, .path = news->path, .iface = news->iface, .properties = news->rows };

	switch (news->kind) {
	case NEWS_ADDED:
		send_tree(&event, "InterfacesAdded", append_added);
		return;
	case NEWS_REMOVED:
		send_tree(&event, "InterfacesRemoved", append_removed);
		return;
	case NEWS_IFACE_ADDED:
		send_tree(&event, "InterfacesAdded", append_iface_added);
		return;
	case NEWS_IFACE_REMOVED:
		send_tree(&event, "InterfacesRemoved", append_iface_removed);
		return;
	case NEWS_VALUE:
		gatt_keep_value(place, news->value);
		send_changed(&event);
		return;
	case NEWS_CHANGED:
		send_changed(&event);
		return;
	}
}

void tree_tell(Program *program, const News *news)
{
	Place place;

	/* what is gone needs no place; what went meanwhile is told next */
	if (news->kind == NEWS_REMOVED || news->kind == NEWS_IFACE_REMOVED)
		place = (Place){ .kind = (PlaceKind)news->place, .program = program };
	else if (!place_find_in(program, news->path, &place))
		return;
	send(&place, news);
}

/* Now, or when the program has read what was before. */
static void tell_news(const Place *place, NewsKind kind, const Iface *iface, uint32_t rows, GBytes *value)
{
	char buffer[PLACE_PATH_SIZE];
	const char *path = place_path(place, buffer);

	/* what happens on a radio that is gone is no news */
	if (kind != NEWS_REMOVED && place->view && !place->view->radio->present)
		return;
	if (outbox_must_wait(place->program)) {
		outbox_push(place->program, kind, place, path, iface, rows,
			    value ? g_bytes_ref(value) : NULL);
		return;
	}
	send(place, &(News){ .kind = kind, .path = (char *)(uintptr_t)path, .iface = iface, .rows = rows,
			     .value = value });
}

void tree_added(const Place *place)
{
	tell_news(place, NEWS_ADDED, NULL, 0, NULL);
}

void tree_removed(const Place *place)
{
	tell_news(place, NEWS_REMOVED, NULL, 0, NULL);
}

void tree_iface_added(const Place *place, const Iface *iface)
{
	tell_news(place, NEWS_IFACE_ADDED, iface, 0, NULL);
}

void tree_iface_removed(const Place *place, const Iface *iface)
{
	tell_news(place, NEWS_IFACE_REMOVED, iface, 0, NULL);
}

void tree_changed(const Place *place, const Iface *iface, uint32_t properties)
{
	tell_news(place, NEWS_CHANGED, iface, properties, NULL);
}

void tree_value(const Place *place, const Iface *iface, uint32_t properties, GBytes *value)
{
	tell_news(place, NEWS_VALUE, iface, properties, value);
}

static int add_one(const Place *place, void *userdata UNUSED)
{
	tree_added(place);
	return 0;
}

void tree_added_attrs(const Place *device, const Link *link)
{
	(void)each_attr(*device, link, add_one, NULL);
}

void tree_removed_attrs(const Place *device, const Link *link)
{
	Place place = *device;

	/* the last first: what is below another goes before it */
	for (guint i = link->attrs->len; i-- > 0;) {
		place.attr = g_ptr_array_index(link->attrs, i);
		place.kind = place_kind_of(place.attr);
		tree_removed(&place);
	}
}
