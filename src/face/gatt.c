/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of devices, as one program sees them. */
#include "face/gatt-private.h"

#include "bus/attr-pipe.h"
#include "core/link.h"
#include "core/listener.h"
#include "face/battery.h"
#include "face/tree.h"

/* --- what the program has of it --- */

void attr_view_free(void *data)
{
	AttrView *view = data;

	charge_end(&view->charge);
	if (view->value)
		g_bytes_unref(view->value);
	g_ptr_array_free(view->notified, TRUE);
	g_free(view);
}

AttrView *gatt_view(const Place *place)
{
	return g_hash_table_lookup(place->device->attrs, place->attr);
}

void gatt_forget(DeviceView *device, const Attr *attr)
{
	g_hash_table_remove(device->attrs, attr);
}

void gatt_keep_value(const Place *place, GBytes *value)
{
	AttrView *view = gatt_view(place);

	if (!view)
		return;
	if (view->value)
		g_bytes_unref(view->value);
	view->value = g_bytes_ref(value);
}

void gatt_notified(DeviceView *device, Attr *attr, GBytes *value)
{
	const Place place = { .kind = PLACE_CHARACTERISTIC, .program = device->view->program,
			      .view = device->view, .device = device, .attr = attr };

	const AttrView *view = gatt_view(&place);

	battery_value(device, attr, value);
	if (!view || view->notified->len == 0)
		return;
	tree_value(&place, &gatt_characteristic_iface, CHARACTERISTIC_BIT(CHARACTERISTIC_VALUE), value);
}

/* --- properties --- */

static int get_handle(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "q", place->attr->handle);
}

static int get_uuid(const Place *place, sd_bus_message *m)
{
	char text[UUID_STRING_SIZE];

	return sd_bus_message_append(m, "s", uuid_format(&place->attr->uuid, text));
}

static int append_path(const Place *place, PlaceKind kind, Attr *attr, sd_bus_message *m)
{
	Place other = *place;
	char path[PLACE_PATH_SIZE];

	other.kind = kind;
	other.attr = attr;
	return sd_bus_message_append(m, "o", place_path(&other, path));
}

static int get_device(const Place *place, sd_bus_message *m)
{
	return append_path(place, PLACE_DEVICE, NULL, m);
}

static int get_service(const Place *place, sd_bus_message *m)
{
	return append_path(place, PLACE_SERVICE, place->attr->parent, m);
}

static int get_characteristic(const Place *place, sd_bus_message *m)
{
	return append_path(place, PLACE_CHARACTERISTIC, place->attr->parent, m);
}

static bool has_parent(const Place *place)
{
	return place->attr->parent != NULL;
}

static int get_primary(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "b", (int)place->attr->primary);
}

static int get_includes(const Place *place UNUSED, sd_bus_message *m)
{
	return sd_bus_message_append(m, "ao", 0);
}

bool gatt_has_value(const Place *place)
{
	const AttrView *view = gatt_view(place);

	return view && view->value;
}

int gatt_append_value(sd_bus_message *m, GBytes *value)
{
	gsize length;
	const void *bytes = g_bytes_get_data(value, &length);

	return sd_bus_message_append_array(m, 'y', bytes, length);
}

static int get_value(const Place *place, sd_bus_message *m)
{
	const AttrView *view = gatt_view(place);

	return view && view->value ? gatt_append_value(m, view->value) :
				     sd_bus_message_append_array(m, 'y', NULL, 0);
}

bool gatt_can_notify(const Place *place)
{
	return place->attr->properties & (PROP_NOTIFY | PROP_INDICATE);
}

/* BlueZ's pipes are for notifications alone. */
bool gatt_can_acquire_notify(const Place *place)
{
	return place->attr->properties & PROP_NOTIFY;
}

static int get_notifying(const Place *place, sd_bus_message *m)
{
	const AttrView *view = gatt_view(place);

	return sd_bus_message_append(m, "b", (int)(view && view->notified->len > 0));
}

static int get_flags(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append_strv(m, place->attr->flags);
}

bool gatt_can_command(const Place *place)
{
	return place->attr->properties & PROP_WRITE_NR;
}

/* Whether the program has a pipe of that kind. */
bool gatt_has_pipe(const Place *place, bool notify)
{
	const GPtrArray *streams = place->attr->streams;

	for (guint i = 0; i < streams->len; i++) {
		const AttrStream *stream = g_ptr_array_index(streams, i);

		if (stream->session == place->view->session && stream->notify == notify)
			return true;
	}
	return false;
}

static int get_write_acquired(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "b", (int)gatt_has_pipe(place, false));
}

static int get_notify_acquired(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "b", (int)gatt_has_pipe(place, true));
}

static int get_mtu(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "q", attr_pipe_mtu(place->attr));
}

/* --- tables --- */

/* Of all three interfaces. */
static bool knows(const Place *place, size_t row)
{
	return row != ATTR_HANDLE || place->attr->tells_handle;
}

static const IfaceProperty service_properties[] = {
	[ATTR_HANDLE] = { "Handle", "q", get_handle, NULL, NULL },
	{ "UUID", "s", get_uuid, NULL, NULL },
	{ "Device", "o", get_device, NULL, NULL },
	{ "Primary", "b", get_primary, NULL, NULL },
	{ "Includes", "ao", get_includes, NULL, NULL },
	{ 0 }
};

const Iface gatt_service_iface = {
	.name = "org.bluez.GattService1",
	.properties = service_properties,
	.knows = knows,
};

static const IfaceProperty characteristic_properties[] = {
	[ATTR_HANDLE] = { "Handle", "q", get_handle, NULL, NULL },
	[CHARACTERISTIC_UUID] = { "UUID", "s", get_uuid, NULL, NULL },
	[CHARACTERISTIC_SERVICE] = { "Service", "o", get_service, has_parent, NULL },
	[CHARACTERISTIC_VALUE] = { "Value", "ay", get_value, NULL, NULL },
	[CHARACTERISTIC_NOTIFYING] = { "Notifying", "b", get_notifying, gatt_can_notify, NULL },
	[CHARACTERISTIC_FLAGS] = { "Flags", "as", get_flags, NULL, NULL },
	[CHARACTERISTIC_WRITE_ACQUIRED] = { "WriteAcquired", "b", get_write_acquired, gatt_can_command,
					    NULL },
	[CHARACTERISTIC_NOTIFY_ACQUIRED] = { "NotifyAcquired", "b", get_notify_acquired,
					     gatt_can_acquire_notify, NULL },
	[CHARACTERISTIC_MTU] = { "MTU", "q", get_mtu, NULL, NULL },
	[_CHARACTERISTIC_PROPERTIES] = { 0 },
};

static const IfaceMethod characteristic_methods[] = {
	{ "ReadValue", IFACE_ARGS({ "a{sv}", "options" }), IFACE_ARGS({ "ay", "value" }), gatt_read_value },
	{ "WriteValue", IFACE_ARGS({ "ay", "value" }, { "a{sv}", "options" }), NULL, gatt_write_value },
	{ "AcquireWrite", IFACE_ARGS({ "a{sv}", "options" }), IFACE_ARGS({ "h", "fd" }, { "q", "mtu" }),
	  gatt_acquire_write },
	{ "AcquireNotify", IFACE_ARGS({ "a{sv}", "options" }), IFACE_ARGS({ "h", "fd" }, { "q", "mtu" }),
	  gatt_acquire_notify },
	{ "StartNotify", NULL, NULL, gatt_start_notify },
	{ "StopNotify", NULL, NULL, gatt_stop_notify },
	{ 0 }
};

const Iface gatt_characteristic_iface = {
	.name = "org.bluez.GattCharacteristic1",
	.methods = characteristic_methods,
	.properties = characteristic_properties,
	.knows = knows,
};

static const IfaceProperty descriptor_properties[] = {
	[ATTR_HANDLE] = { "Handle", "q", get_handle, NULL, NULL },
	[DESCRIPTOR_UUID] = { "UUID", "s", get_uuid, NULL, NULL },
	[DESCRIPTOR_CHARACTERISTIC] = { "Characteristic", "o", get_characteristic, has_parent, NULL },
	[DESCRIPTOR_VALUE] = { "Value", "ay", get_value, NULL, NULL },
	{ 0 }
};

static const IfaceMethod descriptor_methods[] = {
	{ "ReadValue", IFACE_ARGS({ "a{sv}", "options" }), IFACE_ARGS({ "ay", "value" }), gatt_read_value },
	{ "WriteValue", IFACE_ARGS({ "ay", "value" }, { "a{sv}", "options" }), NULL, gatt_write_value },
	{ 0 }
};

const Iface gatt_descriptor_iface = {
	.name = "org.bluez.GattDescriptor1",
	.methods = descriptor_methods,
	.properties = descriptor_properties,
	.knows = knows,
};
