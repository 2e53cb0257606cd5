/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device1's properties that come out of advertisements. */
#include "face/device-data.h"

#include <string.h>

#include "face/device.h"
#include "meaning/ad.h"

#define FIELDS_MAX 64	/* of a kind, that are told */

/* --- what has changed --- */

/* The property that a structure of that type tells of. */
static uint32_t property_of(uint8_t type)
{
	switch (type) {
	case AD_FLAGS:
		return DEVICE_BIT(DEVICE_ADVERTISING_FLAGS);
	case AD_NAME:
	case AD_NAME_SHORT:
		return DEVICE_BIT(DEVICE_NAME) | DEVICE_BIT(DEVICE_ALIAS);
	case AD_TX_POWER:
		return DEVICE_BIT(DEVICE_TX_POWER);
	case AD_APPEARANCE:
		return DEVICE_BIT(DEVICE_APPEARANCE) | DEVICE_BIT(DEVICE_ICON);
	case AD_MANUFACTURER:
		return DEVICE_BIT(DEVICE_MANUFACTURER_DATA);
	case AD_SERVICE_DATA16:
	case AD_SERVICE_DATA32:
	case AD_SERVICE_DATA128:
		return DEVICE_BIT(DEVICE_SERVICE_DATA);
	default:
		return ad_list_width(type) > 0 ? DEVICE_BIT(DEVICE_UUIDS) :
						 DEVICE_BIT(DEVICE_ADVERTISING_DATA);
	}
}

static bool has_field(const Report *report, const AdField *wanted)
{
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, report->data, report->length);
	while (ad_iter_next(&iter, &field))
		if (field.type == wanted->type && field.length == wanted->length &&
		    memcmp(field.data, wanted->data, field.length) == 0)
			return true;
	return false;
}

/* The properties of those structures of report that other has not. */
static uint32_t new_in(const Report *report, const Report *other, bool all_data)
{
	const uint32_t data = DEVICE_BIT(DEVICE_MANUFACTURER_DATA) | DEVICE_BIT(DEVICE_SERVICE_DATA);
	uint32_t changed = 0, property;
	AdField field;
	AdIter iter;

	ad_iter_init(&iter, report->data, report->length);
	while (ad_iter_next(&iter, &field)) {
		property = property_of(field.type);
		if ((changed & property) == property)
			continue;
		if ((all_data && (property & data)) || !other || !has_field(other, &field))
			changed |= property | (property & DEVICE_BIT(DEVICE_ADVERTISING_FLAGS) ? 0 :
					       DEVICE_BIT(DEVICE_ADVERTISING_DATA));
	}
	return changed;
}

uint32_t device_changes(const Report *last, const Report *report, bool duplicates)
{
	if (last && last->digest == report->digest && !duplicates)
		return 0;
	return new_in(report, last, duplicates) | (last ? new_in(last, report, false) : 0);
}

/* --- what there is --- */

/* Calls each for all structures of the device's last packets. */
static void each_field(const DeviceView *device, bool (*each)(const AdField *field, void *userdata),
		       void *userdata)
{
	const Report *const reports[] = { device->advertisement, device->scan_response };
	AdField field;
	AdIter iter;

	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		if (!reports[i])
			continue;
		ad_iter_init(&iter, reports[i]->data, reports[i]->length);
		while (ad_iter_next(&iter, &field))
			if (!each(&field, userdata))
				return;
	}
}

/* The structures of a property, one for each key, the first that was told. */
typedef struct Fields {
	uint32_t property;
	size_t count;
	AdField list[FIELDS_MAX];
} Fields;

/* Bytes at the front of a structure that say what it is about. */
static size_t key_width(uint8_t type)
{
	switch (type) {
	case AD_MANUFACTURER:
	case AD_SERVICE_DATA16:
		return 2;
	case AD_SERVICE_DATA32:
		return 4;
	case AD_SERVICE_DATA128:
		return 16;
	default:
		return 0;
	}
}

/* Whether the structure is of the property, and has the key that is asked for. */
static bool belongs(const AdField *field, uint32_t property)
{
	if (property == DEVICE_BIT(DEVICE_ADVERTISING_DATA))
		return field->type != AD_FLAGS;
	return (property_of(field->type) & property) != 0 && field->length >= key_width(field->type);
}

static bool collect(const AdField *field, void *userdata)
{
	Fields *fields = userdata;
	/* all structures have their type as the key */
	const bool any = fields->property == DEVICE_BIT(DEVICE_ADVERTISING_DATA);
	const size_t width = any ? 0 : key_width(field->type);

	if (!belongs(field, fields->property))
		return true;
	for (size_t i = 0; i < fields->count; i++)
		if (fields->list[i].type == field->type &&
		    memcmp(fields->list[i].data, field->data, width) == 0)
			return true;
	fields->list[fields->count++] = *field;
	return fields->count < FIELDS_MAX;
}

static Fields fields_of(const DeviceView *device, unsigned row)
{
	Fields fields = { .property = DEVICE_BIT(row) };

	each_field(device, collect, &fields);
	return fields;
}

bool device_data_has(const DeviceView *device, unsigned row)
{
	return fields_of(device, row).count > 0;
}

bool device_data_byte(const DeviceView *device, unsigned row, size_t at, uint8_t *ret)
{
	const Fields fields = fields_of(device, row);

	if (fields.count == 0 || fields.list[0].length <= at)
		return false;
	*ret = fields.list[0].data[at];
	return true;
}

int device_data_append_flags(const DeviceView *device, sd_bus_message *m)
{
	const Fields fields = fields_of(device, DEVICE_ADVERTISING_FLAGS);

	return fields.count > 0 ?
		       sd_bus_message_append_array(m, 'y', fields.list[0].data, fields.list[0].length) :
		       sd_bus_message_append_array(m, 'y', NULL, 0);
}

static int append_bytes(sd_bus_message *m, const AdField *field, size_t from)
{
	int r;

	r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', field->data + from, field->length - from);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_key(sd_bus_message *m, unsigned row, const AdField *field)
{
	char text[UUID_STRING_SIZE];
	Uuid uuid;

	if (row == DEVICE_MANUFACTURER_DATA)
		return sd_bus_message_append(m, "q", (uint16_t)(field->data[0] | field->data[1] << 8));
	if (row == DEVICE_ADVERTISING_DATA)
		return sd_bus_message_append(m, "y", field->type);
	(void)uuid_from_air(field->data, key_width(field->type), &uuid);
	return sd_bus_message_append(m, "s", uuid_format(&uuid, text));
}

int device_data_append(const DeviceView *device, unsigned row, sd_bus_message *m)
{
	const char *entry = row == DEVICE_MANUFACTURER_DATA ? "qv" : row == DEVICE_SERVICE_DATA ? "sv" : "yv";
	const char *entries = row == DEVICE_MANUFACTURER_DATA ? "{qv}" :
			      row == DEVICE_SERVICE_DATA ? "{sv}" : "{yv}";
	const Fields fields = fields_of(device, row);
	int r;

	r = sd_bus_message_open_container(m, 'a', entries);
	for (size_t i = 0; i < fields.count && r >= 0; i++) {
		r = sd_bus_message_open_container(m, 'e', entry);
		if (r >= 0)
			r = append_key(m, row, &fields.list[i]);
		if (r >= 0)
			r = append_bytes(m, &fields.list[i],
					 row == DEVICE_ADVERTISING_DATA ? 0 : key_width(fields.list[i].type));
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

#define UUIDS_MAX 128	/* that are told: an extended advertisement has room for 800 */

typedef struct Uuids {
	size_t count;
	Uuid list[UUIDS_MAX];
} Uuids;

static bool collect_uuids(const AdField *field, void *userdata)
{
	Uuids *uuids = userdata;
	size_t position = 0;
	Uuid uuid;

	while (ad_list_width(field->type) > 0 && uuids->count < UUIDS_MAX &&
	       ad_field_next_uuid(field, &position, &uuid)) {
		size_t i = 0;

		while (i < uuids->count && !uuid_equal(&uuids->list[i], &uuid))
			i++;
		uuids->list[i] = uuid;
		uuids->count = MAX(uuids->count, i + 1);
	}
	return uuids->count < UUIDS_MAX;
}

int device_data_append_uuids(const DeviceView *device, sd_bus_message *m)
{
	char text[UUID_STRING_SIZE];
	Uuids uuids = { .count = 0 };
	int r = 0;

	each_field(device, collect_uuids, &uuids);
	for (size_t i = 0; i < uuids.count && r >= 0; i++)
		r = sd_bus_message_append(m, "s", uuid_format(&uuids.list[i], text));
	return r;
}
