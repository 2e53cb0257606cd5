/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Battery1. As bluetoothd does it: the interface is there once the level is known. */
#include "face/battery.h"

#include "core/attr.h"
#include "core/link.h"
#include "core/listener.h"
#include "face/programs.h"
#include "face/tree.h"

#define BATTERY_LEVEL 0x2a19

static bool is_battery_level(const Attr *attr)
{
	uint32_t value;

	return attr->kind == ATTR_CHARACTERISTIC && uuid_short(&attr->uuid, &value) && value == BATTERY_LEVEL;
}

static Attr *find_level(const Link *link)
{
	for (guint i = 0; i < link->attrs->len; i++) {
		Attr *attr = g_ptr_array_index(link->attrs, i);

		if (is_battery_level(attr) && (attr->properties & PROP_READ))
			return attr;
	}
	return NULL;
}

bool battery_needs(const DeviceView *device, const Attr *attr)
{
	return device->has_battery && is_battery_level(attr);
}

static Place place_of(DeviceView *device)
{
	return (Place){ .kind = PLACE_DEVICE, .program = device->view->program, .view = device->view,
			.device = device };
}

void battery_value(DeviceView *device, const Attr *attr, GBytes *value)
{
	const Place place = place_of(device);
	gsize length;
	const uint8_t *bytes = g_bytes_get_data(value, &length);

	if (!is_battery_level(attr) || length < 1 || bytes[0] > 100)
		return;
	device->battery = bytes[0];
	if (device->has_battery) {
		tree_changed(&place, &battery_iface, 1);
	} else {
		device->has_battery = true;
		tree_iface_added(&place, &battery_iface);
	}
}

/* Whether the device notifies its level makes no difference to what is shown. */
static void on_subscribed(Wait *wait UNUSED, int error UNUSED, const Reason *reason UNUSED)
{
}

static void on_read(Wait *wait, int error, const Reason *reason UNUSED)
{
	DeviceView *device = CONTAINER_OF(wait, DeviceView, battery_read.wait);
	Link *link = view_held_link(device);
	Attr *attr = link ? find_level(link) : NULL;
	Reason why;

	if (error != 0 || !attr)
		return;
	battery_value(device, attr, wait->value);
	if (!(attr->properties & PROP_NOTIFY))
		return;
	wait_init(&device->battery_read.wait, &device->view->radio->broker->agenda, on_subscribed);
	(void)listener_subscribe(attr, device->view->session, device->view->program->owner,
				 &device->battery_read, &why);
}

void battery_begin(DeviceView *device)
{
	const Link *link = view_held_link(device);
	Attr *attr = link ? find_level(link) : NULL;
	Reason reason;

	if (!attr || wait_is_on(&device->battery_read.wait))
		return;
	wait_init(&device->battery_read.wait, &device->view->radio->broker->agenda, on_read);
	device->battery_read.wait.session = device->view->session;
	(void)attr_op_read(attr, device->view->session, 0, &device->battery_read, &reason);
}

void battery_end(DeviceView *device)
{
	const Place place = place_of(device);

	wait_deinit(&device->battery_read.wait);
	if (!device->has_battery)
		return;
	device->has_battery = false;
	tree_iface_removed(&place, &battery_iface);
}

static int get_percentage(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "y", place->device->battery);
}

static int get_source(const Place *place UNUSED, sd_bus_message *m)
{
	return sd_bus_message_append(m, "s", "GATT Battery Service");
}

static bool has_battery(const Place *place)
{
	return place->device->has_battery;
}

const Iface battery_iface = {
	.is_there = has_battery,
	.name = "org.bluez.Battery1",
	.properties = (const IfaceProperty[]){
		{ "Percentage", "y", get_percentage, NULL, NULL },
		{ "Source", "s", get_source, NULL, NULL },
		{ 0 }
	},
};
