/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device1: a device, as one program sees it. */
#include "face/device.h"

#include <string.h>

#include "core/link.h"
#include "face/device-data.h"
#include "face/device-link.h"
#include "face/device-pair.h"
#include "face/request.h"
#include "meaning/constants.h"

/* --- properties --- */

static int append_flag(sd_bus_message *m, bool value)
{
	return sd_bus_message_append(m, "b", (int)value);
}

static int get_address(const Place *place, sd_bus_message *m)
{
	char text[ADDR_STRING_SIZE];

	return sd_bus_message_append(m, "s", addr_format(&place->device->addr, text));
}

static int get_address_type(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "s", addr_type_name(place->device->addr.type));
}

static bool has_name(const Place *place)
{
	return place->device->name != NULL;
}

static int get_name(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "s", place->device->name);
}

static int get_alias(const Place *place, sd_bus_message *m)
{
	const DeviceView *device = place->device;
	char text[ADDR_STRING_SIZE];

	return sd_bus_message_append(m, "s", device->alias ? device->alias : device->name ? device->name :
				     addr_format_with(&device->addr, '-', text));
}

/* The program's own name for it: others do not see it, and it is gone with the program. */
static int set_alias(Request *request, sd_bus_message *m)
{
	DeviceView *device = request->place.device;
	const char *alias;
	int r;

	r = sd_bus_message_read(m, "s", &alias);
	if (r < 0)
		return r;
	if (strlen(alias) > 248)
		return request_refuse(request, BLUEZ_ERROR("InvalidArguments"), "Alias: at most 248 bytes");
	if (charge_more(&device->charge, *alias ? strlen(alias) + 1 : 0) < 0)
		return request_refuse(request, BLUEZ_ERROR("Failed"), "Alias: over FifoBytesPerUser");
	charge_less(&device->charge, device->alias ? strlen(device->alias) + 1 : 0);
	g_free(device->alias);
	device->alias = *alias ? g_strdup(alias) : NULL;
	r = request_reply(request, "");
	view_device_changed(device, DEVICE_BIT(DEVICE_ALIAS));
	view_tell(device->view);
	return r;
}

static bool find_appearance(const DeviceView *device, uint16_t *ret)
{
	uint8_t low, high;

	if (!device_data_byte(device, DEVICE_APPEARANCE, 0, &low) ||
	    !device_data_byte(device, DEVICE_APPEARANCE, 1, &high))
		return false;
	*ret = (uint16_t)(low | high << 8);
	return true;
}

static bool has_appearance(const Place *place)
{
	uint16_t appearance;

	return find_appearance(place->device, &appearance);
}

static int get_appearance(const Place *place, sd_bus_message *m)
{
	uint16_t appearance = 0;

	(void)find_appearance(place->device, &appearance);
	return sd_bus_message_append(m, "q", appearance);
}

/* The freedesktop icon name of an appearance (category in the upper 10 bits), or NULL. */
static const char *icon_of(const DeviceView *device)
{
	static const struct {
		uint16_t first, last;
		const char *icon;
	} table[] = {
		{ 0x0040, 0x007f, "phone" },
		{ 0x0080, 0x00bf, "computer" },
		{ 0x0140, 0x017f, "video-display" },
		{ 0x0280, 0x02bf, "multimedia-player" },
		{ 0x02c0, 0x02ff, "scanner" },
		{ 0x03c1, 0x03c1, "input-keyboard" },
		{ 0x03c2, 0x03c2, "input-mouse" },
		{ 0x03c3, 0x03c4, "input-gaming" },
		{ 0x03c5, 0x03c5, "input-tablet" },
		{ 0x03c8, 0x03c8, "scanner" },
	};
	uint16_t appearance;

	if (!find_appearance(device, &appearance))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (appearance >= table[i].first && appearance <= table[i].last)
			return table[i].icon;
	return NULL;
}

static bool has_icon(const Place *place)
{
	return icon_of(place->device) != NULL;
}

static int get_icon(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "s", icon_of(place->device));
}

static int get_paired(const Place *place, sd_bus_message *m)
{
	return append_flag(m, place->device->paired);
}

static int get_false(const Place *place UNUSED, sd_bus_message *m)
{
	return append_flag(m, false);
}

static bool has_rssi(const Place *place)
{
	return place->device->rssi != RSSI_UNKNOWN;
}

static int get_rssi(const Place *place, sd_bus_message *m)
{
	return sd_bus_message_append(m, "n", (int16_t)place->device->rssi);
}

static int get_connected(const Place *place, sd_bus_message *m)
{
	/* also while the link is renewed, of which nobody is told */
	return append_flag(m, place->device->central || place->device->linked);
}

static int get_resolved(const Place *place, sd_bus_message *m)
{
	return append_flag(m, place->device->linked);
}

/* Whether another service of the link before that one has the same UUID. */
static bool is_told(const Link *link, guint at)
{
	const Attr *attr = g_ptr_array_index(link->attrs, at);

	for (guint i = 0; i < at; i++) {
		const Attr *other = g_ptr_array_index(link->attrs, i);

		if (other->kind == ATTR_SERVICE && uuid_equal(&other->uuid, &attr->uuid))
			return true;
	}
	return false;
}

/* What it has, where the program is connected to it; else what it tells on air. */
static int get_uuids(const Place *place, sd_bus_message *m)
{
	const Link *link = view_held_link(place->device);
	char text[UUID_STRING_SIZE];
	int r;

	r = sd_bus_message_open_container(m, 'a', "s");
	if (r >= 0 && !link)
		r = device_data_append_uuids(place->device, m);
	for (guint i = 0; link && i < link->attrs->len && r >= 0; i++) {
		const Attr *attr = g_ptr_array_index(link->attrs, i);

		if (attr->kind == ATTR_SERVICE && attr->primary && !is_told(link, i))
			r = sd_bus_message_append(m, "s", uuid_format(&attr->uuid, text));
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int get_adapter(const Place *place, sd_bus_message *m)
{
	char path[PLACE_PATH_SIZE];
	const Place adapter = { .kind = PLACE_ADAPTER, .view = place->view };

	return sd_bus_message_append(m, "o", place_path(&adapter, path));
}

#define DATA_PROPERTY(name, row)						\
	static bool has_##name(const Place *place)				\
	{									\
		return device_data_has(place->device, row);			\
	}									\
	static int get_##name(const Place *place, sd_bus_message *m)		\
	{									\
		return device_data_append(place->device, row, m);		\
	}
DATA_PROPERTY(manufacturer_data, DEVICE_MANUFACTURER_DATA)
DATA_PROPERTY(service_data, DEVICE_SERVICE_DATA)
DATA_PROPERTY(advertising_data, DEVICE_ADVERTISING_DATA)

static bool has_tx_power(const Place *place)
{
	uint8_t power;

	return place->device->rssi != RSSI_UNKNOWN &&
	       device_data_byte(place->device, DEVICE_TX_POWER, 0, &power);
}

static int get_tx_power(const Place *place, sd_bus_message *m)
{
	uint8_t power = 0;

	(void)device_data_byte(place->device, DEVICE_TX_POWER, 0, &power);
	return sd_bus_message_append(m, "n", (int16_t)(int8_t)power);
}

static bool has_flags(const Place *place)
{
	return device_data_has(place->device, DEVICE_ADVERTISING_FLAGS);
}

static int get_flags(const Place *place, sd_bus_message *m)
{
	return device_data_append_flags(place->device, m);
}

#define WISH(field, row)							\
	static int get_##field(const Place *place, sd_bus_message *m)		\
	{									\
		return append_flag(m, place->device->field);			\
	}									\
	static int set_##field(Request *request, sd_bus_message *m)		\
	{									\
		DeviceView *device = request->place.device;			\
		int value, r = sd_bus_message_read(m, "b", &value);		\
										\
		if (r < 0)							\
			return r;						\
		device->field = value;						\
		r = request_reply(request, "");					\
		view_device_changed(device, DEVICE_BIT(row));			\
		view_tell(device->view);					\
		return r;							\
	}
/* What the program thinks of the device: bluetoothd's own would be for all. */
WISH(trusted, DEVICE_TRUSTED)
WISH(blocked, DEVICE_BLOCKED)

static const IfaceProperty properties[] = {
	[DEVICE_ADDRESS] = { "Address", "s", get_address, NULL, NULL },
	[DEVICE_ADDRESS_TYPE] = { "AddressType", "s", get_address_type, NULL, NULL },
	[DEVICE_NAME] = { "Name", "s", get_name, has_name, NULL },
	[DEVICE_ALIAS] = { "Alias", "s", get_alias, NULL, set_alias },
	[DEVICE_APPEARANCE] = { "Appearance", "q", get_appearance, has_appearance, NULL },
	[DEVICE_ICON] = { "Icon", "s", get_icon, has_icon, NULL },
	[DEVICE_PAIRED] = { "Paired", "b", get_paired, NULL, NULL },
	[DEVICE_BONDED] = { "Bonded", "b", get_paired, NULL, NULL },
	[DEVICE_TRUSTED] = { "Trusted", "b", get_trusted, NULL, set_trusted },
	[DEVICE_BLOCKED] = { "Blocked", "b", get_blocked, NULL, set_blocked },
	[DEVICE_LEGACY_PAIRING] = { "LegacyPairing", "b", get_false, NULL, NULL },
	[DEVICE_RSSI] = { "RSSI", "n", get_rssi, has_rssi, NULL },
	[DEVICE_CONNECTED] = { "Connected", "b", get_connected, NULL, NULL },
	[DEVICE_UUIDS] = { "UUIDs", "as", get_uuids, NULL, NULL },
	[DEVICE_ADAPTER] = { "Adapter", "o", get_adapter, NULL, NULL },
	[DEVICE_MANUFACTURER_DATA] = { "ManufacturerData", "a{qv}", get_manufacturer_data,
				       has_manufacturer_data, NULL },
	[DEVICE_SERVICE_DATA] = { "ServiceData", "a{sv}", get_service_data, has_service_data, NULL },
	[DEVICE_TX_POWER] = { "TxPower", "n", get_tx_power, has_tx_power, NULL },
	[DEVICE_SERVICES_RESOLVED] = { "ServicesResolved", "b", get_resolved, NULL, NULL },
	[DEVICE_ADVERTISING_FLAGS] = { "AdvertisingFlags", "ay", get_flags, has_flags, NULL },
	[DEVICE_ADVERTISING_DATA] = { "AdvertisingData", "a{yv}", get_advertising_data,
				      has_advertising_data, NULL },
	[_DEVICE_PROPERTIES] = { 0 },
};

static int refuse_profile(Request *request)
{
	return request_refuse(request, BLUEZ_ERROR("NotSupported"),
			      "the broker does Bluetooth Low Energy: Connect and Disconnect, no profiles");
}

static const IfaceMethod methods[] = {
	{ "Disconnect", NULL, NULL, device_link_disconnect_called },
	{ "Connect", NULL, NULL, device_link_connect_called },
	{ "ConnectProfile", IFACE_ARGS({ "s", "UUID" }), NULL, refuse_profile },
	{ "DisconnectProfile", IFACE_ARGS({ "s", "UUID" }), NULL, refuse_profile },
	{ "Pair", NULL, NULL, device_pair },
	{ "CancelPairing", NULL, NULL, device_cancel_pairing },
	{ 0 }
};

const Iface device_iface = {
	.name = "org.bluez.Device1",
	.methods = methods,
	.properties = properties,
};
