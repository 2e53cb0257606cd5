/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Device1 object. Which change is signalled when follows BlueZ 5.66. */
#include <stdlib.h>
#include <string.h>

#include "addata.h"
#include "device.h"
#include "object.h"

enum {
	DEVICE_ADDRESS,
	DEVICE_ADDRESS_TYPE,
	DEVICE_NAME,
	DEVICE_ALIAS,
	DEVICE_CLASS,
	DEVICE_APPEARANCE,
	DEVICE_ICON,
	DEVICE_PAIRED,
	DEVICE_BONDED,
	DEVICE_TRUSTED,
	DEVICE_BLOCKED,
	DEVICE_LEGACY_PAIRING,
	DEVICE_RSSI,
	DEVICE_CONNECTED,
	DEVICE_UUIDS,
	DEVICE_ADAPTER,
	DEVICE_MANUFACTURER_DATA,
	DEVICE_SERVICE_DATA,
	DEVICE_TX_POWER,
	DEVICE_SERVICES_RESOLVED,
	DEVICE_ADVERTISING_FLAGS,
	DEVICE_ADVERTISING_DATA,
};

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

struct Device {
	Bus *bus;
	Object *object;
	char *adapter_path;
	uint64_t addr;
	bool random;
	int64_t last_seen;
	bool connectable;
	char *alias; /* set by a client */
	char name[EIR_NAME_MAX + 1];
	bool trusted, blocked;
	int rssi; /* 0: not known */
	int tx_power; /* EIR_TX_POWER_NONE: not known */
	uint32_t class;
	uint16_t appearance;
	int flags; /* -1: not known */
	GPtrArray *uuids;
	AdData *manufacturers, *services, *others;
};

static void device_signal(Device *device, unsigned int prop)
{
	object_changed(device->object, 0, prop);
}

/* Icon names of the freedesktop naming specification, as bluetoothd hands them out. */
static const char *device_icon(const Device *device)
{
	switch (device->appearance >> 6) {
	case 0x00:
		return device->appearance ? "unknown" : NULL;
	case 0x01:
		return "phone";
	case 0x02:
		return "computer";
	case 0x05:
		return "video-display";
	case 0x0a:
		return "multimedia-player";
	case 0x0b:
		return "scanner";
	case 0x0f:
		return (device->appearance & 0x3f) == 1	  ? "input-keyboard"
		       : (device->appearance & 0x3f) == 2 ? "input-mouse"
							  : NULL;
	default:
		return NULL;
	}
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
	case DEVICE_LEGACY_PAIRING:
	case DEVICE_CONNECTED:
	case DEVICE_SERVICES_RESOLVED:
		return g_variant_new_boolean(FALSE);
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
		return g_variant_new_object_path(device->adapter_path);
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
	bus_reply(device->bus, call, NULL);
	device_signal(device, prop);
}

static const Iface device_iface = {
	.name = "org.bluez.Device1",
	.props = device_props,
	.get = device_get,
	.set = device_set,
};

static const Iface *const device_ifaces[] = { &device_iface, NULL };

Device *device_new(Bus *bus, const char *adapter_path, uint64_t addr, bool random)
{
	Device *device = g_new0(Device, 1);
	g_autofree char *path = NULL;
	char name[18];

	addr_format(name, addr, '_');
	path = g_strdup_printf("%s/dev_%s", adapter_path, name);

	device->bus = bus;
	device->adapter_path = g_strdup(adapter_path);
	device->addr = addr;
	device->random = random;
	device->tx_power = EIR_TX_POWER_NONE;
	device->flags = -1;
	device->uuids = g_ptr_array_new_with_free_func(g_free);
	device->manufacturers = addata_new(ADDATA_BY_COMPANY);
	device->services = addata_new(ADDATA_BY_UUID);
	device->others = addata_new(ADDATA_BY_TYPE);
	device->object = object_new(bus, path, device_ifaces, 1, device);
	return device;
}

Device *device_free(Device *device, bool silently)
{
	if (!device)
		return NULL;

	object_free(device->object, silently);
	addata_free(device->manufacturers);
	addata_free(device->services);
	addata_free(device->others);
	g_ptr_array_unref(device->uuids);
	g_free(device->adapter_path);
	g_free(device->alias);
	g_free(device);
	return NULL;
}

const uint64_t *device_get_addr(const Device *device)
{
	return &device->addr;
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

static void device_set_rssi(Device *device, int rssi, int step)
{
	if (rssi == 0 || device->rssi == 0) {
		if (device->rssi == rssi)
			return;
	} else if (abs(device->rssi - rssi) < step) {
		return;
	}
	device->rssi = rssi;
	device_signal(device, DEVICE_RSSI);
}

static void device_set_tx_power(Device *device, int tx_power)
{
	if (device->tx_power == tx_power)
		return;
	device->tx_power = tx_power;
	device_signal(device, DEVICE_TX_POWER);
}

static void device_set_name(Device *device, const char *name)
{
	if (strcmp(device->name, name) == 0)
		return;
	g_strlcpy(device->name, name, sizeof(device->name));
	device_signal(device, DEVICE_NAME);
	if (!device->alias)
		device_signal(device, DEVICE_ALIAS);
}

static void device_set_appearance(Device *device, uint16_t appearance)
{
	if (device->appearance == appearance)
		return;
	device->appearance = appearance;
	device_signal(device, DEVICE_APPEARANCE);
	if (device_icon(device))
		device_signal(device, DEVICE_ICON);
}

static void device_add_uuids(Device *device, const Eir *eir)
{
	bool added = false;

	for (size_t i = 0; i < eir->n_uuids; i++) {
		if (g_ptr_array_find_with_equal_func(device->uuids, eir->uuids[i], g_str_equal,
						     NULL))
			continue;
		g_ptr_array_add(device->uuids, g_strdup(eir->uuids[i]));
		added = true;
	}
	if (added)
		device_signal(device, DEVICE_UUIDS);
}

static void device_add_data(Device *device, AdData *data, const EirPart *parts, size_t n,
			    bool duplicate, unsigned int prop)
{
	bool changed = false;

	if (n == 0)
		return;
	if (duplicate)
		addata_clear(data);
	for (size_t i = 0; i < n; i++)
		changed |= addata_put(data, &parts[i]);
	if (changed)
		device_signal(device, prop);
}

void device_update(Device *device, const Eir *eir, int8_t rssi, int rssi_step, bool duplicate)
{
	device_set_rssi(device, rssi, rssi_step);
	if (eir->tx_power != EIR_TX_POWER_NONE)
		device_set_tx_power(device, eir->tx_power);
	if (eir->appearance != 0)
		device_set_appearance(device, eir->appearance);
	if (eir->has_name && (eir->name_complete || device->name[0] == '\0'))
		device_set_name(device, eir->name);
	if (eir->class != 0 && eir->class != device->class) {
		device->class = eir->class;
		device_signal(device, DEVICE_CLASS);
	}
	device_add_uuids(device, eir);
	device_add_data(device, device->manufacturers, eir->manufacturers, eir->n_manufacturers,
			duplicate, DEVICE_MANUFACTURER_DATA);
	device_add_data(device, device->services, eir->services, eir->n_services, duplicate,
			DEVICE_SERVICE_DATA);
	device_add_data(device, device->others, eir->others, eir->n_others, duplicate,
			DEVICE_ADVERTISING_DATA);
	if (device->flags != eir->flags) {
		device->flags = eir->flags;
		device_signal(device, DEVICE_ADVERTISING_FLAGS);
	}
}

void device_forget_signal(Device *device)
{
	device_set_rssi(device, 0, 0);
	device_set_tx_power(device, EIR_TX_POWER_NONE);
}
