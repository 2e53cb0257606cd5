/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A GattCharacteristic1 object with its descriptors. */
#include "characteristic.h"
#include "descriptor.h"
#include "notify.h"
#include "pipe.h"
#include "procedure.h"

enum {
	CHARACTERISTIC_UUID,
	CHARACTERISTIC_SERVICE,
	CHARACTERISTIC_VALUE,
	CHARACTERISTIC_NOTIFYING,
	CHARACTERISTIC_FLAGS,
	CHARACTERISTIC_WRITE_ACQUIRED,
	CHARACTERISTIC_NOTIFY_ACQUIRED,
	CHARACTERISTIC_MTU,
};

static const char *const characteristic_props[] = { "UUID",	      "Service", "Value",
						    "Notifying",      "Flags",	 "WriteAcquired",
						    "NotifyAcquired", "MTU",	 NULL };

struct Characteristic {
	Gatt *gatt;
	Object *object;
	const char *service_path;
	uint16_t handle; /* of the value */
	uint32_t flags;
	char uuid[ATTR_UUID_LEN + 1];
	GByteArray *value;
	Procedure *read, *write;
	Notify *notify;
	Pipe *write_pipe;
	GPtrArray *descriptors;
};

static GVariant *characteristic_get_flags(const Characteristic *characteristic)
{
	const char *names[16];
	unsigned int n = flags_names(characteristic->flags, names);

	return g_variant_new_strv(names, n);
}

static GVariant *characteristic_get(void *owner, unsigned int prop)
{
	const Characteristic *characteristic = owner;
	uint32_t flags = characteristic->flags;

	switch (prop) {
	case CHARACTERISTIC_UUID:
		return g_variant_new_string(characteristic->uuid);
	case CHARACTERISTIC_SERVICE:
		return g_variant_new_object_path(characteristic->service_path);
	case CHARACTERISTIC_VALUE:
		return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, characteristic->value->data,
						 characteristic->value->len, 1);
	case CHARACTERISTIC_NOTIFYING:
		return flags & (ATTR_NOTIFY | ATTR_INDICATE)
			       ? g_variant_new_boolean(notify_is_on(characteristic->notify))
			       : NULL;
	case CHARACTERISTIC_FLAGS:
		return characteristic_get_flags(characteristic);
	case CHARACTERISTIC_WRITE_ACQUIRED:
		return flags & ATTR_WRITE_COMMAND
			       ? g_variant_new_boolean(characteristic->write_pipe != NULL)
			       : NULL;
	case CHARACTERISTIC_NOTIFY_ACQUIRED:
		return flags & ATTR_NOTIFY
			       ? g_variant_new_boolean(notify_is_acquired(characteristic->notify))
			       : NULL;
	default:
		return characteristic->gatt->link
			       ? g_variant_new_uint16(link_mtu(characteristic->gatt->link))
			       : NULL;
	}
}

/* Equal or not, and never merged with the next. */
static void characteristic_signal_value(const Characteristic *characteristic)
{
	object_signal(characteristic->object, 0, CHARACTERISTIC_VALUE);
}

static void characteristic_on_read(void *owner, bool success)
{
	Characteristic *characteristic = owner;

	characteristic->read = NULL;
	if (success)
		characteristic_signal_value(characteristic);
}

static void characteristic_on_written(void *owner, bool success)
{
	Characteristic *characteristic = owner;

	(void)success;
	characteristic->write = NULL;
}

static void characteristic_read(Characteristic *characteristic, GVariant *args,
				GDBusMethodInvocation *call)
{
	g_autoptr(GVariant) options = g_variant_get_child_value(args, 0);
	Gatt *gatt = characteristic->gatt;
	uint16_t offset;

	if (!gatt->link) {
		bus_error(gatt->bus, call, "Failed", "Not connected");
		return;
	}
	if (!procedure_options(gatt->bus, options, call, &offset, NULL))
		return;
	if (characteristic->read && procedure_offset(characteristic->read) != offset) {
		bus_error(gatt->bus, call, "InProgress", "In Progress");
		return;
	}
	if (!characteristic->read)
		characteristic->read =
			procedure_read(gatt->bus, gatt->link, characteristic->handle, offset,
				       characteristic->value, characteristic_on_read, characteristic);
	procedure_join(characteristic->read, call);
}

static void characteristic_command(Characteristic *characteristic, GBytes *value, uint16_t offset,
				   GDBusMethodInvocation *call)
{
	Gatt *gatt = characteristic->gatt;
	size_t len;
	const void *data = g_bytes_get_data(value, &len);

	if (offset > 0) {
		bus_error(gatt->bus, call, "NotSupported", "Operation is not supported");
	} else if (len > link_mtu(gatt->link) - 3U) {
		bus_error(gatt->bus, call, "Failed", "Failed to initiate write");
	} else {
		link_command(gatt->link, characteristic->handle, data, len);
		bus_reply(gatt->bus, call, NULL);
	}
}

/* type NULL: by what the characteristic can. */
static void characteristic_write_as(Characteristic *characteristic, GBytes *value,
				    const char *type, uint16_t offset, GDBusMethodInvocation *call)
{
	Gatt *gatt = characteristic->gatt;
	uint32_t flags = characteristic->flags;
	bool queued;

	if (!type)
		type = flags & ATTR_RELIABLE	      ? "reliable"
		       : flags & ATTR_WRITE	      ? "request"
		       : flags & ATTR_WRITE_COMMAND ? "command"
						      : "";
	if (g_str_equal(type, "command")) {
		characteristic_command(characteristic, value, offset, call);
		return;
	}
	if (!g_str_equal(type, "reliable") && !g_str_equal(type, "request")) {
		bus_error(gatt->bus, call, "NotSupported", "Operation is not supported");
		return;
	}
	queued = g_str_equal(type, "reliable") || offset > 0 ||
		 g_bytes_get_size(value) > link_mtu(gatt->link) - 3U;
	characteristic->write = procedure_write(gatt->bus, gatt->link, characteristic->handle,
						offset, value, queued, characteristic_on_written,
						characteristic);
	procedure_join(characteristic->write, call);
}

static void characteristic_write(Characteristic *characteristic, GVariant *args,
				 GDBusMethodInvocation *call)
{
	g_autoptr(GVariant) array = g_variant_get_child_value(args, 0);
	g_autoptr(GVariant) options = g_variant_get_child_value(args, 1);
	g_autoptr(GBytes) value = g_variant_get_data_as_bytes(array);
	g_autofree char *type = NULL;
	Bus *bus = characteristic->gatt->bus;
	uint16_t offset;

	if (!characteristic->gatt->link)
		bus_error(bus, call, "Failed", "Not connected");
	else if (characteristic->write_pipe)
		bus_error(bus, call, "NotPermitted", "Write acquired");
	else if (characteristic->write)
		bus_error(bus, call, "InProgress", "In Progress");
	else if (procedure_options(bus, options, call, &offset, &type))
		characteristic_write_as(characteristic, value, type, offset, call);
}

static void characteristic_on_piped(void *owner, const uint8_t *value, size_t len)
{
	Characteristic *characteristic = owner;
	Link *link = characteristic->gatt->link;

	if (link && len <= link_mtu(link) - 3U)
		link_command(link, characteristic->handle, value, len);
}

static void characteristic_on_pipe_closed(void *owner)
{
	Characteristic *characteristic = owner;

	characteristic->write_pipe = pipe_free(characteristic->write_pipe);
	object_changed(characteristic->object, 0, CHARACTERISTIC_WRITE_ACQUIRED);
}

static const PipeOps write_pipe_ops = { .heard = characteristic_on_piped,
					.closed = characteristic_on_pipe_closed };

static void characteristic_acquire_write(Characteristic *characteristic,
					 GDBusMethodInvocation *call)
{
	Gatt *gatt = characteristic->gatt;
	int fd;

	if (!gatt->link) {
		bus_error(gatt->bus, call, "Failed", "Not connected");
	} else if (characteristic->write_pipe) {
		bus_error(gatt->bus, call, "NotPermitted", "Write acquired");
	} else if (!(characteristic->flags & ATTR_WRITE_COMMAND)) {
		bus_error(gatt->bus, call, "NotSupported", "Operation is not supported");
	} else {
		characteristic->write_pipe = pipe_new(&write_pipe_ops, characteristic, &fd);
		if (!characteristic->write_pipe) {
			bus_error(gatt->bus, call, "Failed", "Too many open files");
			return;
		}
		object_changed(characteristic->object, 0, CHARACTERISTIC_WRITE_ACQUIRED);
		bus_reply_fd(gatt->bus, call, fd, link_mtu(gatt->link));
	}
}

static void characteristic_call(void *owner, const char *method, GVariant *args,
				GDBusMethodInvocation *call)
{
	Characteristic *characteristic = owner;

	if (g_str_equal(method, "ReadValue"))
		characteristic_read(characteristic, args, call);
	else if (g_str_equal(method, "WriteValue"))
		characteristic_write(characteristic, args, call);
	else if (g_str_equal(method, "AcquireWrite"))
		characteristic_acquire_write(characteristic, call);
	else if (g_str_equal(method, "AcquireNotify"))
		notify_acquire(characteristic->notify, call);
	else if (g_str_equal(method, "StopNotify"))
		notify_stop(characteristic->notify, call);
	else if (characteristic->gatt->disconnecting)
		bus_error(characteristic->gatt->bus, call, "NotConnected", "Not Connected");
	else
		notify_start(characteristic->notify, call);
}

static const Iface characteristic_iface = {
	.name = "org.bluez.GattCharacteristic1",
	.props = characteristic_props,
	.get = characteristic_get,
	.call = characteristic_call,
};

static const Iface *const characteristic_ifaces[] = { &characteristic_iface, NULL };

static void characteristic_on_notifying(void *owner)
{
	Characteristic *characteristic = owner;

	object_changed(characteristic->object, 0, CHARACTERISTIC_NOTIFYING);
}

static void characteristic_on_acquired(void *owner)
{
	Characteristic *characteristic = owner;

	object_changed(characteristic->object, 0, CHARACTERISTIC_NOTIFY_ACQUIRED);
}

static void characteristic_on_heard(void *owner, const uint8_t *value, size_t len)
{
	Characteristic *characteristic = owner;

	gatt_store_value(characteristic->value, 0, value, len);
	characteristic_signal_value(characteristic);
}

static const NotifyOps notify_ops = {
	.notifying = characteristic_on_notifying,
	.acquired = characteristic_on_acquired,
	.heard = characteristic_on_heard,
	.piped = characteristic_on_piped,
};

Characteristic *characteristic_new(Gatt *gatt, const char *service_path, const Attr *attr,
				   const Attr *ccc)
{
	g_autofree char *path = g_strdup_printf("%s/char%04x", service_path, attr->handle);
	Characteristic *characteristic = g_new0(Characteristic, 1);

	characteristic->gatt = gatt;
	characteristic->service_path = service_path;
	characteristic->handle = attr_value_handle(attr);
	characteristic->flags = attr->flags;
	g_strlcpy(characteristic->uuid, attr->uuid, sizeof(characteristic->uuid));
	characteristic->value = g_byte_array_new();
	characteristic->descriptors = g_ptr_array_new();
	characteristic->notify = notify_new(gatt->bus, ccc ? ccc->handle : 0, attr->flags,
					    &notify_ops, characteristic);
	notify_set_link(characteristic->notify, gatt->link);
	characteristic->object =
		object_new(gatt->bus, path, characteristic_ifaces, 1, characteristic);
	return characteristic;
}

Characteristic *characteristic_free(Characteristic *characteristic, bool silently)
{
	if (!characteristic)
		return NULL;

	for (unsigned int i = 0; i < characteristic->descriptors->len; i++)
		descriptor_free(characteristic->descriptors->pdata[i], silently);
	g_ptr_array_unref(characteristic->descriptors);
	procedure_free(characteristic->read);
	procedure_free(characteristic->write);
	object_free(characteristic->object, silently);
	notify_free(characteristic->notify);
	pipe_free(characteristic->write_pipe);
	g_byte_array_unref(characteristic->value);
	g_free(characteristic);
	return NULL;
}

void characteristic_add_descriptor(Characteristic *characteristic, const Attr *attr)
{
	g_ptr_array_add(characteristic->descriptors,
			descriptor_new(characteristic->gatt, characteristic->object->path, attr));
}

void characteristic_set_link(Characteristic *characteristic, Link *link)
{
	notify_set_link(characteristic->notify, link);
	if (!link && characteristic->write_pipe)
		characteristic_on_pipe_closed(characteristic);
}

bool characteristic_hear(Characteristic *characteristic, uint16_t handle, const uint8_t *value,
			 size_t len)
{
	if (characteristic->handle != handle)
		return false;
	notify_hear(characteristic->notify, value, len);
	return true;
}
