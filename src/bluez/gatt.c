/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of the GATT objects. */
#include "bluez/gatt.h"

#include <stdio.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/device.h"
#include "bluez/gatt-call.h"
#include "bluez/link.h"
#include "bus/msg.h"
#include "core/link.h"

/* --- paths --- */

typedef struct GattPath {
	AttrKind kind;
	uint16_t handle;
	uint16_t parent;	/* handle */
	Link *link;
} GattPath;

static bool take_handle(const char **text, const char *word, uint16_t *ret)
{
	size_t length = strlen(word);
	unsigned value = 0;
	int used = 0;

	if (strncmp(*text, word, length) != 0 || sscanf(*text + length, "%4x%n", &value, &used) != 1 ||
	    used != 4)
		return false;
	*text += length + 4;
	*ret = (uint16_t)value;
	return true;
}

/* …/dev_AA_BB_CC_DD_EE_FF/serviceHHHH[/charHHHH[/descHHHH]] of a device that somebody has a link to. */
static bool parse_path(const Bluez *bluez, const char *path, GattPath *ret)
{
	const char *tail = strstr(path, "/service");
	const Device *device;
	uint16_t service, characteristic;
	g_autofree char *device_path = NULL;

	if (!tail)
		return false;
	device_path = g_strndup(path, (gsize)(tail - path));
	device = g_hash_table_lookup(bluez->devices, device_path);
	if (!device)
		return false;
	ret->link = bluez_link_of(device);
	if (!ret->link || !take_handle(&tail, "/service", &service))
		return false;

	ret->kind = ATTR_SERVICE;
	ret->handle = service;
	ret->parent = 0;
	if (*tail && take_handle(&tail, "/char", &characteristic)) {
		ret->kind = ATTR_CHARACTERISTIC;
		ret->handle = characteristic;
		ret->parent = service;
		if (*tail && take_handle(&tail, "/desc", &ret->handle)) {
			ret->kind = ATTR_DESCRIPTOR;
			ret->parent = characteristic;
		}
	}
	return *tail == '\0';
}

/* --- objects --- */

bool gatt_is_interface(const char *interface)
{
	return strcmp(interface, SERVICE_INTERFACE) == 0 ||
	       strcmp(interface, CHARACTERISTIC_INTERFACE) == 0 ||
	       strcmp(interface, DESCRIPTOR_INTERFACE) == 0;
}

typedef struct Reading {
	Bluez *bluez;
	Attr *attr;
	bool change;		/* from a PropertiesChanged: the value may be a notification */
	GBytes *value;		/* taken when all other properties have been */
} Reading;

static int read_uuid(sd_bus_message *m, void *userdata)
{
	const Reading *reading = userdata;
	const char *text;
	Uuid uuid;
	int r = msg_read_variant(m, 's', &text);

	if (r > 0 && uuid_parse(text, &uuid) == 0)
		attr_set_uuid(reading->attr, &uuid);
	return r;
}

static int read_primary(sd_bus_message *m, void *userdata)
{
	const Reading *reading = userdata;
	bool primary;
	int r = msg_read_variant_bool(m, &primary);

	if (r > 0)
		attr_set_primary(reading->attr, primary);
	return r;
}

static int read_mtu(sd_bus_message *m, void *userdata)
{
	const Reading *reading = userdata;
	uint16_t mtu;
	int r = msg_read_variant(m, 'q', &mtu);

	if (r > 0)
		attr_set_mtu(reading->attr, mtu);
	return r;
}

/* Its path has told it. */
static int read_handle(sd_bus_message *m, void *userdata)
{
	const Reading *reading = userdata;

	attr_set_tells_handle(reading->attr);
	return sd_bus_message_skip(m, "v");
}

static int read_flags(sd_bus_message *m, void *userdata)
{
	const Reading *reading = userdata;
	char **flags = NULL;
	int r;

	r = msg_enter_variant(m, "as");
	if (r <= 0)
		return r;
	r = sd_bus_message_read_strv(m, &flags);
	if (r < 0)
		return r;
	/* attr_set_flags takes over flags: sd-bus allocates with malloc, as GLib does */
	attr_set_flags(reading->attr, flags);
	return msg_exit_variant(m);
}

static int read_value(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;
	const uint8_t *bytes;
	size_t length;
	int r = msg_read_variant_bytes(m, &bytes, &length);

	if (r > 0) {
		g_clear_pointer(&reading->value, g_bytes_unref);
		reading->value = g_bytes_new(bytes, MIN(length, (size_t)ATTR_VALUE_MAX));
	}
	return r;
}

/* Takes a value that has changed. One that BlueZ knew before we looked may be old, or only a part. */
static void take_value(const Reading *reading)
{
	Attr *attr = reading->attr;

	if (reading->value && reading->change && !gatt_call_hold_value(attr, reading->value))
		attr_value(attr, reading->value, bluez_now(reading->bluez));
}

int gatt_read(Bluez *bluez, sd_bus_message *m, const char *path, bool change)
{
	static const MsgRow rows[] = {
		{ "Handle", read_handle },
		{ "UUID", read_uuid },
		{ "Primary", read_primary },
		{ "MTU", read_mtu },
		{ "Flags", read_flags },
		{ "Value", read_value },
		{ 0 },
	};
	Reading reading = { .bluez = bluez };
	GattPath at;
	Attr *attr;
	int r;

	if (!parse_path(bluez, path, &at))
		return msg_skip_properties(m);
	attr = attr_find(at.link, at.kind, at.handle);
	if (!attr)
		attr = attr_new(at.link, at.kind, at.handle);
	reading.attr = attr;
	reading.change = change && attr->present;
	attr_set_parent(attr, at.parent);
	r = msg_walk_table(m, rows, &reading);
	if (!attr->present)
		attr_appeared(attr);
	take_value(&reading);
	g_clear_pointer(&reading.value, g_bytes_unref);
	return r;
}

void gatt_removed(Bluez *bluez, const char *path)
{
	GattPath at;
	Attr *attr;

	if (!parse_path(bluez, path, &at))
		return;
	attr = attr_find(at.link, at.kind, at.handle);
	if (attr)
		attr_vanished(attr);
}
