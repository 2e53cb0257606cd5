/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data fields of a device's advertisements under their keys. */
#include <string.h>

#include "addata.h"

#define FIELD_MAX 29 /* a legacy payload less length and type */

typedef struct AdField {
	uint16_t id;
	char uuid[EIR_UUID_LEN + 1];
	uint8_t len;
	uint8_t data[FIELD_MAX];
} AdField;

struct AdData {
	AdDataKey by;
	GArray *fields;
};

AdData *addata_new(AdDataKey by)
{
	AdData *data = g_new0(AdData, 1);

	data->by = by;
	data->fields = g_array_new(FALSE, FALSE, sizeof(AdField));
	return data;
}

AdData *addata_free(AdData *data)
{
	g_array_unref(data->fields);
	g_free(data);
	return NULL;
}

void addata_clear(AdData *data)
{
	g_array_set_size(data->fields, 0);
}

/* The types without a property that bluetoothd 5.66 nevertheless refuses are kept off the bus. */
static bool type_is_kept(uint16_t type)
{
	return type == 0x0b || type == 0x0c || type == 0x13 || (type >= 0x24 && type <= 0x26) ||
	       (type >= 0x2c && type <= 0xfe && type != 0x3d);
}

/* What is no 16-bit UUID counts as a full one, however it was sent. */
static size_t uuid_width(const char *uuid)
{
	bool is_short = g_str_has_prefix(uuid, "0000") &&
			g_str_has_suffix(uuid, "-0000-1000-8000-00805f9b34fb");

	return is_short ? 2 : 16;
}

static bool addata_accepts(const AdData *data, const EirPart *part)
{
	switch (data->by) {
	case ADDATA_BY_COMPANY:
		return part->len <= FIELD_MAX - 2;
	case ADDATA_BY_UUID:
		return part->len <= FIELD_MAX - uuid_width(part->uuid);
	case ADDATA_BY_TYPE:
	default:
		return part->len <= FIELD_MAX && type_is_kept(part->id);
	}
}

bool addata_put(AdData *data, const EirPart *part)
{
	AdField *field = NULL;

	if (!addata_accepts(data, part))
		return false;

	for (unsigned int i = 0; i < data->fields->len && !field; i++) {
		AdField *other = &g_array_index(data->fields, AdField, i);

		if (data->by == ADDATA_BY_UUID ? g_str_equal(other->uuid, part->uuid)
					       : other->id == part->id)
			field = other;
	}
	if (field && field->len == part->len && memcmp(field->data, part->data, part->len) == 0)
		return false;
	if (!field) {
		g_array_set_size(data->fields, data->fields->len + 1);
		field = &g_array_index(data->fields, AdField, data->fields->len - 1);
		field->id = part->id;
		memcpy(field->uuid, part->uuid, sizeof(field->uuid));
	}
	field->len = part->len;
	memcpy(field->data, part->data, part->len);
	return true;
}

GVariant *addata_to_variant(const AdData *data)
{
	static const char *const types[] = { "a{qv}", "a{sv}", "a{yv}" };
	GVariantBuilder builder;

	if (data->fields->len == 0)
		return NULL;

	g_variant_builder_init(&builder, G_VARIANT_TYPE(types[data->by]));
	for (unsigned int i = 0; i < data->fields->len; i++) {
		const AdField *field = &g_array_index(data->fields, AdField, i);
		GVariant *bytes =
			g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, field->data, field->len, 1);

		switch (data->by) {
		case ADDATA_BY_COMPANY:
			g_variant_builder_add(&builder, "{qv}", field->id, bytes);
			break;
		case ADDATA_BY_UUID:
			g_variant_builder_add(&builder, "{sv}", field->uuid, bytes);
			break;
		case ADDATA_BY_TYPE:
		default:
			g_variant_builder_add(&builder, "{yv}", (uint8_t)field->id, bytes);
			break;
		}
	}
	return g_variant_builder_end(&builder);
}
