/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of one Device1. */
#include "bluez/device.h"

#include <errno.h>
#include <string.h>

#include "bluez/directory.h"
#include "bus/msg.h"

#define DEVICE_PREFIX "/dev_"

int device_path_addr(const char *path, Addr *addr)
{
	const char *tail = strrchr(path, '/');
	char text[ADDR_STRING_SIZE];

	if (!tail || strncmp(tail, DEVICE_PREFIX, strlen(DEVICE_PREFIX)) != 0)
		return -EINVAL;
	tail += strlen(DEVICE_PREFIX);
	if (strlen(tail) != sizeof(text) - 1)
		return -EINVAL;
	memcpy(text, tail, sizeof(text));
	for (char *c = text; *c; c++)
		if (*c == '_')
			*c = ':';
	return addr_parse(text, addr);
}

int device_new(Device **ret, Adapter *adapter, const char *path)
{
	Addr addr = { .type = ADDR_PUBLIC };
	Device *device;

	if (device_path_addr(path, &addr) < 0)
		return -EINVAL;
	device = g_new0(Device, 1);
	device->adapter = adapter;
	device->addr = device->path_addr = addr;
	device->rssi = RSSI_UNKNOWN;
	device->tx_power = TX_POWER_UNKNOWN;
	*ret = device;
	return 0;
}

Device *device_free(Device *device)
{
	if (!device)
		return NULL;
	directory_remove(device);
	ad_parts_deinit(&device->parts);
	g_free(device);
	return NULL;
}

typedef struct Reading {
	Device *device;
	DeviceNews *news;
	bool uuids_seen;
} Reading;

/* --- what it advertises --- */

static int read_rssi(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;
	int16_t dbm;
	int r = msg_read_variant(m, 'n', &dbm);

	reading->news->advertised = reading->news->heard = true;
	if (r > 0)
		reading->device->rssi = (int8_t)CLAMP(dbm, INT8_MIN, INT8_MAX);
	return r;
}

static int read_tx_power(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;
	Device *device = reading->device;
	int16_t dbm;
	int r = msg_read_variant(m, 'n', &dbm);

	reading->news->advertised = true;
	if (r <= 0)
		return r;
	device->tx_power = (int8_t)CLAMP(dbm, INT8_MIN, INT8_MAX);
	ad_parts_set(&device->parts, PART_TX_POWER, AD_TX_POWER, &device->tx_power, 1);
	return r;
}

/* BlueZ also reads name and appearance over GATT, so with a connected device they are no sign of an
 * advertisement. */
static int read_name(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;
	const char *text;
	AdParts *parts = &reading->device->parts;
	g_autofree char *before = NULL, *now = NULL;
	int r = msg_read_variant(m, 's', &text);

	reading->news->advertised |= !reading->device->connected;
	if (r <= 0)
		return r;
	before = ad_parts_name(parts);
	ad_parts_set(parts, PART_NAME, AD_NAME, text, strlen(text));
	now = ad_parts_name(parts);
	reading->news->name_changed |= g_strcmp0(before, now) != 0;
	return r;
}

static int read_appearance(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;
	uint16_t number;
	int r = msg_read_variant(m, 'q', &number);

	reading->news->advertised |= !reading->device->connected;
	if (r > 0) {
		const uint8_t air[] = { (uint8_t)number, (uint8_t)(number >> 8) };

		ad_parts_set(&reading->device->parts, PART_APPEARANCE, AD_APPEARANCE, air, sizeof(air));
	}
	return r;
}

/* AdvertisingFlags is one byte; BlueZ says 0 where no flags were heard. */
static int read_flags(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;
	const uint8_t *bytes;
	size_t length;
	int r = msg_read_variant_bytes(m, &bytes, &length);

	reading->news->advertised = true;
	if (r > 0 && length > 0 && bytes[0] != 0)
		ad_parts_set(&reading->device->parts, PART_FLAGS, AD_FLAGS, bytes, 1);
	else if (r > 0 && length > 0)
		ad_parts_forget(&reading->device->parts, PART_FLAGS);
	return r;
}

static int read_manufacturer_data(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;

	reading->news->advertised = true;
	return ad_parts_read_manufacturer_data(&reading->device->parts, m);
}

static int read_service_data(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;

	reading->news->advertised = true;
	return ad_parts_read_service_data(&reading->device->parts, m);
}

static int read_advertising_data(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;

	reading->news->advertised = true;
	return ad_parts_read_other(&reading->device->parts, m);
}

/* Once connected, the list is what the GATT server has, not what was on the air. */
static int read_uuids(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;

	reading->uuids_seen = true;
	return ad_parts_read_uuids(&reading->device->parts, m, reading->device->connected);
}

/* --- who it is, and its link --- */

/* Address becomes the identity address when the device bonds. */
static int read_address(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;
	Device *device = reading->device;
	Addr addr = device->addr;
	const char *text;
	int r = msg_read_variant(m, 's', &text);

	if (r > 0 && addr_parse(text, &addr) == 0 && !addr_equal(&addr, &device->addr)) {
		directory_move(device, &addr);
		reading->news->addr_changed = true;
		/* the link's state belongs to another address now, so core is told of it */
		reading->news->link_changed = true;
	}
	return r;
}

static int read_address_type(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;
	const char *text;
	int r = msg_read_variant(m, 's', &text);

	if (r > 0)
		reading->device->addr.type = strcmp(text, "random") == 0 ? ADDR_RANDOM : ADDR_PUBLIC;
	return r;
}

/* Reads a boolean into *flag, and sets *changed if that is another value than before. */
static int read_flag(sd_bus_message *m, bool *flag, bool *changed)
{
	const bool was = *flag;
	int r = msg_read_variant_bool(m, flag);

	*changed |= *flag != was;
	return r;
}

static int read_connected(sd_bus_message *m, void *userdata)
{
	const Reading *reading = userdata;
	DeviceNews *news = reading->news;
	bool changed = false;
	int r = read_flag(m, &reading->device->connected, &changed);

	if (changed)
		news->connected_changed = news->link_changed = true;
	else if (r > 0 && reading->device->connected && !news->connected_changed)
		news->connected_again = true;
	return r;
}

static int read_resolved(sd_bus_message *m, void *userdata)
{
	const Reading *reading = userdata;
	Device *device = reading->device;
	int r = read_flag(m, &device->resolved, &reading->news->link_changed);

	/* bluetoothd 5.66 now and then forgets to say Connected */
	if (r > 0 && device->resolved && !device->connected)
		device->connected = reading->news->connected_changed = true;
	return r;
}

static int read_paired(sd_bus_message *m, void *userdata)
{
	const Reading *reading = userdata;
	bool changed = false;
	int r = read_flag(m, &reading->device->paired, &changed);

	if (changed)
		reading->news->paired_changed = reading->news->link_changed = true;
	return r;
}

static int read_trusted(sd_bus_message *m, void *userdata)
{
	const Reading *reading = userdata;

	return msg_read_variant_bool(m, &reading->device->trusted);
}

int device_read(Device *device, sd_bus_message *m, DeviceNews *news)
{
	static const MsgRow rows[] = {
		{ "RSSI", read_rssi },
		{ "ManufacturerData", read_manufacturer_data },
		{ "ServiceData", read_service_data },
		{ "AdvertisingData", read_advertising_data },
		{ "AdvertisingFlags", read_flags },
		{ "TxPower", read_tx_power },
		{ "Name", read_name },
		{ "Appearance", read_appearance },
		{ "UUIDs", read_uuids },
		{ "Address", read_address },
		{ "AddressType", read_address_type },
		{ "Connected", read_connected },
		{ "ServicesResolved", read_resolved },
		{ "Paired", read_paired },
		{ "Trusted", read_trusted },
		{ 0 },
	};
	Reading reading = { .device = device, .news = news };
	int r;

	ad_parts_begin(&device->parts);
	r = msg_walk_table(m, rows, &reading);
	if (r < 0)
		return r;

	/* service discovery changes the UUIDs too, but then the device is, or just was, connected */
	if (reading.uuids_seen && !device->connected && !news->connected_changed)
		news->advertised = true;
	return 0;
}

void device_invalidate(Device *device, const char *property)
{
	if (strcmp(property, "RSSI") == 0) {
		device->rssi = RSSI_UNKNOWN;
	} else if (strcmp(property, "TxPower") == 0) {
		device->tx_power = TX_POWER_UNKNOWN;
		ad_parts_forget(&device->parts, PART_TX_POWER);
	} else if (strcmp(property, "Name") == 0) {
		ad_parts_forget(&device->parts, PART_NAME);
	}
}

int device_report(const Device *device, uint64_t now, Report **ret)
{
	uint8_t data[AD_MAX];
	const ReportInfo info = {
		.addr = device->addr,
		.adv_type = ADV_UNKNOWN,
		.rssi = device->rssi,
		.tx_power = device->tx_power,
		.sid = SID_NONE,
		.synthesized = true,
		.time = now,
		.data = data,
		.length = ad_parts_join(&device->parts, data),
	};

	return report_new(ret, &info);
}
