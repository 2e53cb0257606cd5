/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A GattDescriptor1 object. */
#include "descriptor.h"
#include "procedure.h"

enum {
	DESCRIPTOR_UUID,
	DESCRIPTOR_CHARACTERISTIC,
	DESCRIPTOR_VALUE,
};

static const char *const descriptor_props[] = { "UUID", "Characteristic", "Value", NULL };

struct Descriptor {
	Gatt *gatt;
	Object *object;
	const char *characteristic_path;
	uint16_t handle;
	char uuid[ATTR_UUID_LEN + 1];
	GByteArray *value;
	Procedure *read, *write;
};

static GVariant *descriptor_get(void *owner, unsigned int prop)
{
	const Descriptor *descriptor = owner;

	switch (prop) {
	case DESCRIPTOR_UUID:
		return g_variant_new_string(descriptor->uuid);
	case DESCRIPTOR_CHARACTERISTIC:
		return g_variant_new_object_path(descriptor->characteristic_path);
	default:
		return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, descriptor->value->data,
						 descriptor->value->len, 1);
	}
}

static void descriptor_on_read(void *owner, bool success)
{
	Descriptor *descriptor = owner;

	descriptor->read = NULL;
	if (success)
		object_changed(descriptor->object, 0, DESCRIPTOR_VALUE);
}

static void descriptor_on_written(void *owner, bool success)
{
	Descriptor *descriptor = owner;

	(void)success;
	descriptor->write = NULL;
}

static void descriptor_read(Descriptor *descriptor, GVariant *options, GDBusMethodInvocation *call)
{
	Gatt *gatt = descriptor->gatt;
	uint16_t offset;

	if (!procedure_options(gatt->bus, options, call, &offset, NULL))
		return;
	if (descriptor->read && procedure_offset(descriptor->read) != offset) {
		bus_error(gatt->bus, call, "InProgress", "In Progress");
		return;
	}
	if (!descriptor->read)
		descriptor->read = procedure_read(gatt->bus, gatt->link, descriptor->handle,
						  offset, descriptor->value, descriptor_on_read, descriptor);
	procedure_join(descriptor->read, call);
}

static void descriptor_write(Descriptor *descriptor, GBytes *value, GVariant *options,
			     GDBusMethodInvocation *call)
{
	Gatt *gatt = descriptor->gatt;
	uint16_t offset;
	bool queued;

	if (descriptor->write) {
		bus_error(gatt->bus, call, "InProgress", "In Progress");
		return;
	}
	if (!procedure_options(gatt->bus, options, call, &offset, NULL))
		return;
	if (g_str_equal(descriptor->uuid, ATTR_UUID_CCC)) { /* that is for StartNotify */
		bus_error(gatt->bus, call, "NotPermitted", "Write not permitted");
		return;
	}
	queued = offset > 0 || g_bytes_get_size(value) > link_mtu(gatt->link) - 3U;
	descriptor->write = procedure_write(gatt->bus, gatt->link, descriptor->handle, offset,
					    value, queued, descriptor_on_written, descriptor);
	procedure_join(descriptor->write, call);
}

static void descriptor_call(void *owner, const char *method, GVariant *args,
			    GDBusMethodInvocation *call)
{
	Descriptor *descriptor = owner;
	bool reads = g_str_equal(method, "ReadValue");
	g_autoptr(GVariant) options = g_variant_get_child_value(args, reads ? 0 : 1);

	if (!descriptor->gatt->link) {
		bus_error(descriptor->gatt->bus, call, "Failed", "Not connected");
	} else if (reads) {
		descriptor_read(descriptor, options, call);
	} else {
		g_autoptr(GVariant) array = g_variant_get_child_value(args, 0);
		g_autoptr(GBytes) value = g_variant_get_data_as_bytes(array);

		descriptor_write(descriptor, value, options, call);
	}
}

static const Iface descriptor_iface = {
	.name = "org.bluez.GattDescriptor1",
	.props = descriptor_props,
	.get = descriptor_get,
	.call = descriptor_call,
};

static const Iface *const descriptor_ifaces[] = { &descriptor_iface, NULL };

Descriptor *descriptor_new(Gatt *gatt, const char *characteristic_path, const Attr *attr)
{
	g_autofree char *path = g_strdup_printf("%s/desc%04x", characteristic_path, attr->handle);
	Descriptor *descriptor = g_new0(Descriptor, 1);

	descriptor->gatt = gatt;
	descriptor->characteristic_path = characteristic_path;
	descriptor->handle = attr->handle;
	g_strlcpy(descriptor->uuid, attr->uuid, sizeof(descriptor->uuid));
	descriptor->value = g_byte_array_new();
	descriptor->object = object_new(gatt->bus, path, descriptor_ifaces, 1, descriptor);
	return descriptor;
}

Descriptor *descriptor_free(Descriptor *descriptor, bool silently)
{
	if (!descriptor)
		return NULL;

	procedure_free(descriptor->read);
	procedure_free(descriptor->write);
	object_free(descriptor->object, silently);
	g_byte_array_unref(descriptor->value);
	g_free(descriptor);
	return NULL;
}
