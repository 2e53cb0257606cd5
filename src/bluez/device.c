/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of one Device1: property values in, AD structures out. */
#include "bluez/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bluez/directory.h"
#include "bluez/msg.h"
#include "meaning/ad.h"
#include "meaning/uuid.h"

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
	device = calloc(1, sizeof(*device));
	if (!device)
		return -ENOMEM;
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
	for (int i = 0; i < _PART_MAX; i++)
		g_clear_pointer(&device->parts[i], g_bytes_unref);
	free(device);
	return NULL;
}

static void device_set_part(Device *device, DevicePart part, const AdBuilder *builder)
{
	device->fresh |= 1u << part;
	g_clear_pointer(&device->parts[part], g_bytes_unref);
	if (builder->length > 0)
		device->parts[part] = g_bytes_new(builder->data, builder->length);
}

static void device_set_field(Device *device, DevicePart part, uint8_t type, const void *data, size_t length)
{
	AdBuilder builder;

	ad_builder_init(&builder);
	if (ad_builder_add(&builder, type, data, MIN(length, (size_t)AD_FIELD_MAX), NULL, 0) == 0)
		device_set_part(device, part, &builder);
}

/* One byte, and 0 where none were heard. */
static void device_set_flags(Device *device, uint8_t flags)
{
	AdBuilder builder;

	ad_builder_init(&builder);
	if (flags != 0)
		(void)ad_builder_add(&builder, AD_FLAGS, &flags, 1, NULL, 0);
	device_set_part(device, PART_FLAGS, &builder);
}

/* AD types by UUID length: 2, 4, 16 bytes. */
static uint8_t type_for(size_t length, uint8_t short16, uint8_t short32, uint8_t full)
{
	return length == 2 ? short16 : length == 4 ? short32 : full;
}

static int read_uuids(Device *device, sd_bus_message *m)
{
	static const size_t widths[] = { 2, 4, 16 };
	uint8_t lists[3][AD_FIELD_MAX];
	size_t lengths[3] = { 0 };
	AdBuilder builder;
	const char *text;
	int r;

	r = msg_enter_variant(m, "as");
	if (r <= 0)
		return r;
	r = sd_bus_message_enter_container(m, 'a', "s");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read_basic(m, 's', &text)) > 0) {
		uint8_t air[16];
		size_t length;
		Uuid uuid;

		if (uuid_parse(text, &uuid) < 0)
			continue;
		/* BlueZ shows 128-bit UUIDs whatever was on the air: give each its shortest form back */
		length = uuid_to_air(&uuid, air);
		for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
			if (widths[i] != length || lengths[i] + length > AD_FIELD_MAX)
				continue;
			memcpy(lists[i] + lengths[i], air, length);
			lengths[i] += length;
		}
	}
	if (r < 0)
		return r;
	r = sd_bus_message_exit_container(m);
	if (r < 0)
		return r;

	/* once connected, the list is what the GATT server has, not what was on the air */
	if (!device->connected) {
		ad_builder_init(&builder);
		for (size_t i = 0; i < ARRAY_SIZE(widths); i++)
			if (lengths[i] > 0)
				(void)ad_builder_add(&builder, type_for(widths[i], AD_UUID16, AD_UUID32, AD_UUID128),
						     lists[i], lengths[i], NULL, 0);
		device_set_part(device, PART_UUIDS, &builder);
	}
	return msg_exit_variant(m);
}

/* A dictionary of byte arrays: a{qv}, a{sv} or a{yv}; key says how its key becomes the head of an AD structure. */
typedef int (*ReadHead)(sd_bus_message *m, uint8_t *ret_type, uint8_t *head, size_t *ret_length);

static int read_company(sd_bus_message *m, uint8_t *ret_type, uint8_t *head, size_t *ret_length)
{
	uint16_t company;
	int r = sd_bus_message_read_basic(m, 'q', &company);

	if (r < 0)
		return r;
	*ret_type = AD_MANUFACTURER;
	head[0] = (uint8_t)company;
	head[1] = (uint8_t)(company >> 8);
	*ret_length = 2;
	return 0;
}

static int read_service(sd_bus_message *m, uint8_t *ret_type, uint8_t *head, size_t *ret_length)
{
	const char *text;
	Uuid uuid;
	int r = sd_bus_message_read_basic(m, 's', &text);

	if (r < 0)
		return r;
	*ret_length = 0;
	if (uuid_parse(text, &uuid) < 0)
		return 0;
	*ret_length = uuid_to_air(&uuid, head);
	*ret_type = type_for(*ret_length, AD_SERVICE_DATA16, AD_SERVICE_DATA32, AD_SERVICE_DATA128);
	return 0;
}

static int read_type(sd_bus_message *m, uint8_t *ret_type, uint8_t *head UNUSED, size_t *ret_length)
{
	*ret_length = 0;
	return sd_bus_message_read_basic(m, 'y', ret_type);
}

static int read_dictionary(Device *device, sd_bus_message *m, DevicePart part, char key, ReadHead read_head)
{
	const char entry[] = { key, 'v', '\0' };
	const char element[] = { '{', key, 'v', '}', '\0' };
	const char array[] = { 'a', '{', key, 'v', '}', '\0' };
	AdBuilder builder;
	int r;

	r = msg_enter_variant(m, array);
	if (r <= 0)
		return r;
	r = sd_bus_message_enter_container(m, 'a', element);
	if (r < 0)
		return r;
	ad_builder_init(&builder);
	while ((r = sd_bus_message_enter_container(m, 'e', entry)) > 0) {
		const uint8_t *data = NULL;
		uint8_t head[16], type = 0;
		size_t head_length, length = 0;

		r = read_head(m, &type, head, &head_length);
		if (r < 0)
			return r;
		r = msg_read_variant_bytes(m, &data, &length);
		if (r < 0)
			return r;
		if (r > 0 && type != 0)
			(void)ad_builder_add(&builder, type, head, head_length, data,
					     MIN(length, AD_FIELD_MAX - head_length));
		r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	device_set_part(device, part, &builder);
	r = sd_bus_message_exit_container(m);
	if (r < 0)
		return r;
	return msg_exit_variant(m);
}

typedef struct Reading {
	Device *device;
	DeviceNews *news;
	bool uuids_seen;
} Reading;

static int read_small(Device *device, sd_bus_message *m, const char *key)
{
	const uint8_t *bytes;
	const char *text;
	uint16_t number;
	int16_t dbm;
	size_t length;
	int r;

	if (strcmp(key, "RSSI") == 0) {
		r = msg_read_variant(m, 'n', &dbm);
		if (r > 0)
			device->rssi = (int8_t)CLAMP(dbm, INT8_MIN, INT8_MAX);
	} else if (strcmp(key, "TxPower") == 0) {
		r = msg_read_variant(m, 'n', &dbm);
		if (r > 0) {
			device->tx_power = (int8_t)CLAMP(dbm, INT8_MIN, INT8_MAX);
			device_set_field(device, PART_TX_POWER, AD_TX_POWER, &device->tx_power, 1);
		}
	} else if (strcmp(key, "Name") == 0) {
		r = msg_read_variant(m, 's', &text);
		if (r > 0)
			device_set_field(device, PART_NAME, AD_NAME, text, strlen(text));
	} else if (strcmp(key, "Appearance") == 0) {
		r = msg_read_variant(m, 'q', &number);
		if (r > 0) {
			const uint8_t air[] = { (uint8_t)number, (uint8_t)(number >> 8) };

			device_set_field(device, PART_APPEARANCE, AD_APPEARANCE, air, sizeof(air));
		}
	} else {
		r = msg_read_variant_bytes(m, &bytes, &length);	/* AdvertisingFlags */
		if (r > 0 && length > 0)
			device_set_flags(device, bytes[0]);
	}
	return r;
}

/* It changes when a bond tells who the device is. */
static int read_address(Reading *reading, sd_bus_message *m)
{
	Device *device = reading->device;
	Addr addr = device->addr;
	const char *text;
	int r = msg_read_variant(m, 's', &text);

	if (r > 0 && addr_parse(text, &addr) == 0 && !addr_equal(&addr, &device->addr)) {
		directory_move(device, &addr);
		reading->news->addr_changed = true;
		/* what there is to know of a link goes to another address now */
		reading->news->link_changed = true;
	}
	return r;
}

static int read_link_flag(Reading *reading, sd_bus_message *m, bool *flag)
{
	int value;
	int r = msg_read_variant(m, 'b', &value);

	if (r > 0 && *flag != !!value) {
		*flag = value;
		reading->news->link_changed = true;
	}
	return r;
}

static int read_property(sd_bus_message *m, const char *key, void *userdata)
{
	static const char *const small[] = { "RSSI", "TxPower", "Name", "Appearance", "AdvertisingFlags" };
	Reading *reading = userdata;
	Device *device = reading->device;
	const char *text;
	int flag;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(small); i++) {
		if (strcmp(key, small[i]) != 0)
			continue;
		/* a name and an appearance are read over GATT as well: those are no advertisements */
		if (!device->connected || (strcmp(key, "Name") != 0 && strcmp(key, "Appearance") != 0))
			reading->news->advertised = true;
		reading->news->heard |= strcmp(key, "RSSI") == 0;
		return read_small(device, m, key);
	}

	if (strcmp(key, "ManufacturerData") == 0) {
		reading->news->advertised = true;
		return read_dictionary(device, m, PART_MANUFACTURER_DATA, 'q', read_company);
	}
	if (strcmp(key, "ServiceData") == 0) {
		reading->news->advertised = true;
		return read_dictionary(device, m, PART_SERVICE_DATA, 's', read_service);
	}
	if (strcmp(key, "AdvertisingData") == 0) {
		reading->news->advertised = true;
		return read_dictionary(device, m, PART_OTHER, 'y', read_type);
	}
	if (strcmp(key, "UUIDs") == 0) {
		reading->uuids_seen = true;
		return read_uuids(device, m);
	}
	if (strcmp(key, "Address") == 0)
		return read_address(reading, m);
	if (strcmp(key, "AddressType") == 0) {
		r = msg_read_variant(m, 's', &text);
		if (r > 0)
			device->addr.type = strcmp(text, "random") == 0 ? ADDR_RANDOM : ADDR_PUBLIC;
		return r;
	}
	if (strcmp(key, "ServicesResolved") == 0) {
		r = read_link_flag(reading, m, &device->resolved);
		/* bluetoothd 5.66 now and then forgets to say Connected */
		if (r > 0 && device->resolved && !device->connected)
			device->connected = reading->news->connected_changed = true;
		return r;
	}
	if (strcmp(key, "Paired") == 0) {
		flag = device->paired;
		r = read_link_flag(reading, m, &device->paired);
		reading->news->paired_changed |= flag != device->paired;
		return r;
	}
	if (strcmp(key, "Trusted") == 0) {
		r = msg_read_variant(m, 'b', &flag);
		if (r > 0)
			device->trusted = flag;
		return r;
	}
	if (strcmp(key, "Connected") == 0) {
		r = msg_read_variant(m, 'b', &flag);
		if (r > 0 && device->connected != !!flag) {
			device->connected = flag;
			reading->news->connected_changed = true;
			reading->news->link_changed = true;
		} else if (r > 0 && flag && !reading->news->connected_changed) {
			reading->news->connected_again = true;
		}
		return r;
	}
	return sd_bus_message_skip(m, "v");
}

int device_read(Device *device, sd_bus_message *m, DeviceNews *news)
{
	Reading reading = { .device = device, .news = news };
	int r;

	device->fresh = 0;
	r = msg_walk_properties(m, read_property, &reading);
	if (r < 0)
		return r;

	/* service discovery changes the UUIDs too, but then the device is, or just was, connected */
	if (reading.uuids_seen && !device->connected && !news->connected_changed)
		news->advertised = true;
	return 0;
}

char *device_name(const Device *device)
{
	const uint8_t *field;
	gsize size = 0;

	field = device->parts[PART_NAME] ? g_bytes_get_data(device->parts[PART_NAME], &size) : NULL;
	/* behind length and type */
	return size > 2 ? g_utf8_make_valid((const char *)field + 2, (gssize)strnlen((const char *)field + 2, size - 2)) : NULL;
}

void device_invalidate(Device *device, const char *property)
{
	if (strcmp(property, "RSSI") == 0) {
		device->rssi = RSSI_UNKNOWN;
	} else if (strcmp(property, "TxPower") == 0) {
		device->tx_power = TX_POWER_UNKNOWN;
		g_clear_pointer(&device->parts[PART_TX_POWER], g_bytes_unref);
	} else if (strcmp(property, "Name") == 0) {
		g_clear_pointer(&device->parts[PART_NAME], g_bytes_unref);
	}
}

int device_report(const Device *device, uint64_t now, Report **ret)
{
	const unsigned repeated = 1u << PART_SERVICE_DATA | 1u << PART_MANUFACTURER_DATA | 1u << PART_OTHER;
	uint8_t data[AD_MAX];
	size_t length = 0;
	ReportInfo info = {
		.addr = device->addr,
		.adv_type = ADV_UNKNOWN,
		.rssi = device->rssi,
		.tx_power = device->tx_power,
		.sid = SID_NONE,
		.synthesized = true,
		.time = now,
		.data = data,
	};

	for (int i = 0; i < _PART_MAX; i++) {
		const void *part;
		gsize size;

		if (!device->parts[i] || (repeated & (1u << i) & ~device->fresh))
			continue;
		part = g_bytes_get_data(device->parts[i], &size);
		if (length + size > sizeof(data))
			continue;
		memcpy(data + length, part, size);
		length += size;
	}
	info.length = length;
	return report_new(ret, &info);
}
