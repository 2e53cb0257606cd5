/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Device1 object: its properties and methods. */
#include "device-private.h"

static const char *const device_props[] = { "Address",
					    "AddressType",
					    "Name",
					    "Alias",
					    "Class",
					    "Appearance",
					    "Icon",
					    "Paired",
					    "Bonded",
					    "Trusted",
					    "Blocked",
					    "LegacyPairing",
					    "RSSI",
					    "Connected",
					    "UUIDs",
					    "Adapter",
					    "ManufacturerData",
					    "ServiceData",
					    "TxPower",
					    "ServicesResolved",
					    "AdvertisingFlags",
					    "AdvertisingData",
					    NULL };

void device_signal(Device *device, unsigned int prop)
{
	object_changed(device->object, 0, prop);
}

static GVariant *device_get_alias(const Device *device)
{
	char addr[18];

	if (device->alias)
		return g_variant_new_string(device->alias);
	if (device->name[0] != '\0')
		return g_variant_new_string(device->name);
	addr_format(addr, device->addr, '-');
	return g_variant_new_string(addr);
}

static GVariant *device_get_address(const Device *device)
{
	char addr[18];

	addr_format(addr, device->addr, ':');
	return g_variant_new_string(addr);
}

static GVariant *device_get(void *owner, unsigned int prop)
{
	Device *device = owner;
	uint8_t flags = (uint8_t)device->flags;
	const char *icon;

	switch (prop) {
	case DEVICE_ADDRESS:
		return device_get_address(device);
	case DEVICE_ADDRESS_TYPE:
		return g_variant_new_string(device->random ? "random" : "public");
	case DEVICE_NAME:
		return device->name[0] != '\0' ? g_variant_new_string(device->name) : NULL;
	case DEVICE_ALIAS:
		return device_get_alias(device);
	case DEVICE_CLASS:
		return device->class ? g_variant_new_uint32(device->class) : NULL;
	case DEVICE_APPEARANCE:
		return device->appearance && !device->class ? g_variant_new_uint16(
								      device->appearance)
							    : NULL;
	case DEVICE_ICON:
		icon = device_icon(device);
		return icon ? g_variant_new_string(icon) : NULL;
	case DEVICE_PAIRED:
	case DEVICE_BONDED:
		return g_variant_new_boolean(device->paired);
	case DEVICE_LEGACY_PAIRING:
		return g_variant_new_boolean(FALSE);
	case DEVICE_CONNECTED:
		return g_variant_new_boolean(device->central || connection_is_up(device->connection));
	case DEVICE_SERVICES_RESOLVED:
		return g_variant_new_boolean(device->central_resolved ||
					     connection_is_resolved(device->connection));
	case DEVICE_TRUSTED:
		return g_variant_new_boolean(device->trusted);
	case DEVICE_BLOCKED:
		return g_variant_new_boolean(device->blocked);
	case DEVICE_RSSI:
		return device->rssi ? g_variant_new_int16((int16_t)device->rssi) : NULL;
	case DEVICE_UUIDS:
		return g_variant_new_strv((const char *const *)device->uuids->pdata,
					  device->uuids->len);
	case DEVICE_ADAPTER:
		return g_variant_new_object_path(device->home->adapter_path);
	case DEVICE_MANUFACTURER_DATA:
		return addata_to_variant(device->manufacturers);
	case DEVICE_SERVICE_DATA:
		return addata_to_variant(device->services);
	case DEVICE_TX_POWER:
		return device->tx_power != EIR_TX_POWER_NONE
			       ? g_variant_new_int16((int16_t)device->tx_power)
			       : NULL;
	case DEVICE_ADVERTISING_FLAGS:
		return device->flags >= 0
			       ? g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, &flags, 1, 1)
			       : NULL;
	case DEVICE_ADVERTISING_DATA:
		return addata_to_variant(device->others);
	default:
		return NULL;
	}
}

static void device_set(void *owner, unsigned int prop, GVariant *value, GDBusMethodInvocation *call)
{
	Device *device = owner;

	switch (prop) {
	case DEVICE_ALIAS:
		g_free(device->alias);
		device->alias = g_variant_dup_string(value, NULL);
		if (device->alias[0] == '\0')
			g_clear_pointer(&device->alias, g_free);
		break;
	case DEVICE_TRUSTED:
		device->trusted = g_variant_get_boolean(value);
		break;
	case DEVICE_BLOCKED:
		device->blocked = g_variant_get_boolean(value);
		break;
	default:
		g_assert_not_reached();
	}
	device_store(device);
	bus_reply(device->home->bus, call, NULL);
	device_signal(device, prop);
}

static void device_call(void *owner, const char *method, GVariant *args,
			GDBusMethodInvocation *call)
{
	Device *device = owner;
	Link *link = connection_is_up(device->connection) ? connection_link(device->connection)
							  : NULL;

	(void)args;
	if (device->central && g_str_equal(method, "Disconnect")) {
		device_central_disconnect(device, call);
	} else if (device->central && g_str_equal(method, "Connect")) {
		bus_reply(device->home->bus, call, NULL);
	} else if (g_str_equal(method, "Connect")) {
		connection_connect(device->connection, call);
	} else if (g_str_equal(method, "Disconnect")) {
		pairing_disconnect(device->pairing);
		connection_disconnect(device->connection, call);
	} else if (g_str_equal(method, "Pair")) {
		pairing_start(device->pairing, link, call);
	} else if (device->central && g_str_equal(method, "CancelPairing")) {
		device_central_cancel_pairing(device, call);
	} else if (g_str_equal(method, "CancelPairing")) {
		pairing_cancel(device->pairing, link, call);
	} else { /* profiles are for BR/EDR */
		bus_error(device->home->bus, call, "NotSupported", "Operation is not supported");
	}
}

static const Iface device_iface = {
	.name = "org.bluez.Device1",
	.props = device_props,
	.get = device_get,
	.set = device_set,
	.call = device_call,
};

static const Iface *const device_ifaces[] = { &device_iface, NULL };

Device *device_new(const DeviceHome *home, uint64_t addr, bool random)
{
	Device *device = g_new0(Device, 1);
	g_autofree char *path = NULL;
	char name[18];

	addr_format(name, addr, '_');
	path = g_strdup_printf("%s/dev_%s", home->adapter_path, name);

	device->home = home;
	device->addr = addr;
	device->random = random;
	device->last_seen = g_get_monotonic_time();
	device->tx_power = EIR_TX_POWER_NONE;
	device->flags = -1;
	device->uuids = g_ptr_array_new_with_free_func(g_free);
	device->manufacturers = addata_new(ADDATA_BY_COMPANY);
	device->services = addata_new(ADDATA_BY_UUID);
	device->others = addata_new(ADDATA_BY_TYPE);
	device->object = object_new(home->bus, path, device_ifaces, 1, device);
	device->gatt = gatt_new(home->bus, device->object->path);
	device->connection = connection_new(home->bus, home->air, home->radio, addr, random,
					    device->gatt, &device_connection_ops, device);
	device->pairing = pairing_new(home->bus, home->agents, device->object->path, &device_pairing_ops,
				      device);
	return device;
}

Device *device_free(Device *device, bool silently)
{
	if (!device)
		return NULL;

	device->removing = false;
	device->closing = true;
	device_central_forget(device);
	connection_close(device->connection);
	pairing_free(device->pairing);
	gatt_free(device->gatt, silently);
	object_free(device->object, silently);
	connection_free(device->connection);
	addata_free(device->manufacturers);
	addata_free(device->services);
	addata_free(device->others);
	g_ptr_array_unref(device->uuids);
	g_free(device->alias);
	g_free(device);
	return NULL;
}

const uint64_t *device_get_addr(const Device *device)
{
	return &device->addr;
}

void device_set_addr(Device *device, uint64_t addr)
{
	device->addr = addr;
}

bool device_is_random(const Device *device)
{
	return device->random;
}

const char *device_path(const Device *device)
{
	return device->object->path;
}

void device_seen(Device *device, bool connectable, int64_t now)
{
	device->connectable = connectable;
	device->last_seen = now;
}

int64_t device_last_seen(const Device *device)
{
	return device->last_seen;
}

bool device_connectable(const Device *device)
{
	return device->connectable;
}
