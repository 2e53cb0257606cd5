/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of a program's LEAdvertisement1 object, and the bytes that bluetoothd makes of them. */
#include <string.h>

#include "advert-data.h"
#include "radio.h"

#define AD_MAX 31
#define LOCAL_NAME_MAX 29
#define ADAPTER_NAME_MAX 10 /* the kernel's own idea of a short name */
#define INTERVAL_MAX 0xffffff
#define INTERVAL_MIN 0x20
#define TX_POWER 0 /* dBm, what the controller says */
#define POWER_MAX 20

enum {
	AD_FLAGS = 0x01,
	AD_SHORT_NAME = 0x08,
	AD_NAME = 0x09,
	AD_TX_POWER = 0x0a,
	AD_APPEARANCE = 0x19,
	AD_MANUFACTURER = 0xff,
	FLAG_LIMITED = 0x01,
	FLAG_GENERAL = 0x02,
	FLAG_NO_BREDR = 0x04,
};

/* AD types of a UUID of 16, 32 and 128 bits */
typedef uint8_t UuidTypes[3];

static const UuidTypes service_types = { 0x03, 0x05, 0x07 };
static const UuidTypes solicit_types = { 0x14, 0x1f, 0x15 };
static const UuidTypes data_types = { 0x16, 0x20, 0x21 };

static void put_ad(GByteArray *to, uint8_t type, const void *head, size_t head_len, const void *value,
		   size_t len)
{
	const uint8_t start[] = { (uint8_t)(1 + head_len + len), type };

	g_byte_array_append(to, start, sizeof(start));
	g_byte_array_append(to, head, (guint)head_len);
	if (len > 0)
		g_byte_array_append(to, value, (guint)len);
}

/* Least significant byte first. Returns its length in bytes; 0: that is none. */
static size_t parse_uuid(const char *text, uint8_t ret[16])
{
	static const char base[] = "-0000-1000-8000-00805f9b34fb";
	g_autofree char *digits = NULL;
	size_t len, n = 0;

	if (strlen(text) == 36) {
		for (size_t i = 0; i < 36; i++)
			if ((text[i] == '-') != (i == 8 || i == 13 || i == 18 || i == 23))
				return 0;
		if (strncmp(text, "0000", 4) == 0 && g_ascii_strcasecmp(text + 8, base) == 0)
			digits = g_strndup(text + 4, 4);
	} else if (g_ascii_strncasecmp(text, "0x", 2) == 0) {
		text += 2;
	}
	if (!digits)
		digits = g_strdup(text);
	g_strdelimit(digits, "-", ' ');
	len = strlen(digits);
	for (size_t i = len; i > 0; i--) {
		int digit = g_ascii_xdigit_value(digits[i - 1]);

		if (digits[i - 1] == ' ')
			continue;
		if (digit < 0 || n >= 32)
			return 0;
		ret[n / 2] = (uint8_t)(n % 2 == 0 ? digit : ret[n / 2] | digit << 4);
		n++;
	}
	return n == 4 || n == 8 || n == 32 ? n / 2 : 0;
}

static unsigned int size_index(size_t len)
{
	return len == 2 ? 0 : len == 4 ? 1 : 2;
}

static bool parse_uuids(GByteArray *body, GVariant *value, const UuidTypes types)
{
	uint8_t by_size[3][AD_MAX];
	size_t lens[3] = { 0 };
	GVariantIter iter;
	const char *text;

	if (!value)
		return true;
	if (!g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY))
		return false;
	g_variant_iter_init(&iter, value);
	while (g_variant_iter_next(&iter, "&s", &text)) {
		uint8_t uuid[16];
		size_t len = parse_uuid(text, uuid), i = size_index(len);

		if (len == 0 || lens[i] + len > AD_MAX)
			return false;
		memcpy(by_size[i] + lens[i], uuid, len);
		lens[i] += len;
	}
	for (size_t i = 0; i < 3; i++)
		if (lens[i] > 0)
			put_ad(body, types[i], NULL, 0, by_size[i], lens[i]);
	return true;
}

/* The bytes of a variant of ay; NULL: it is not one, has none, or is longer than that. */
static const void *parse_bytes_value(GVariant *value, size_t max, size_t *ret_len)
{
	const void *bytes;

	if (!g_variant_is_of_type(value, G_VARIANT_TYPE_BYTESTRING))
		return NULL;
	bytes = g_variant_get_fixed_array(value, ret_len, 1);
	return *ret_len > 0 && *ret_len <= max ? bytes : NULL;
}

static bool parse_manufacturer(GByteArray *body, GVariant *dict)
{
	GVariantIter iter;
	uint16_t company;
	GVariant *value;
	bool good = true;

	if (!dict)
		return true;
	if (!g_variant_is_of_type(dict, G_VARIANT_TYPE("a{qv}")))
		return false;
	g_variant_iter_init(&iter, dict);
	while (good && g_variant_iter_next(&iter, "{qv}", &company, &value)) {
		const uint8_t head[] = { company & 0xff, (uint8_t)(company >> 8) };
		size_t len;
		const void *bytes = parse_bytes_value(value, AD_MAX - 4, &len);

		good = bytes != NULL;
		if (good)
			put_ad(body, AD_MANUFACTURER, head, sizeof(head), bytes, len);
		g_variant_unref(value);
	}
	return good;
}

static bool parse_service_data(GByteArray *body, GVariant *dict)
{
	GVariantIter iter;
	const char *text;
	GVariant *value;
	bool good = true;

	if (!dict)
		return true;
	if (!g_variant_is_of_type(dict, G_VARIANT_TYPE_VARDICT))
		return false;
	g_variant_iter_init(&iter, dict);
	while (good && g_variant_iter_next(&iter, "{&sv}", &text, &value)) {
		uint8_t uuid[16];
		size_t len, uuid_len = parse_uuid(text, uuid);
		const void *bytes =
			uuid_len > 0 ? parse_bytes_value(value, AD_MAX - 2 - uuid_len, &len) : NULL;

		good = bytes != NULL;
		if (good)
			put_ad(body, data_types[size_index(uuid_len)], uuid, uuid_len, bytes, len);
		g_variant_unref(value);
	}
	return good;
}

/* Types that have a property of their own, or are the kernel's, are refused. */
static bool type_is_free(uint8_t type)
{
	return type == 0x00 || type == 0x0b || type == 0x0c || type == 0x13 ||
	       (type >= 0x24 && type <= 0x26) || (type >= 0x2c && type <= 0x3c) ||
	       (type >= 0x3e && type <= 0xfe);
}

static bool parse_data(GByteArray *body, GVariant *dict)
{
	GVariantIter iter;
	GVariant *value;
	bool good = true;
	uint8_t type;

	if (!dict)
		return true;
	if (!g_variant_is_of_type(dict, G_VARIANT_TYPE("a{yv}")))
		return false;
	g_variant_iter_init(&iter, dict);
	while (good && g_variant_iter_next(&iter, "{yv}", &type, &value)) {
		size_t len;
		const void *bytes = type_is_free(type) ? parse_bytes_value(value, AD_MAX - 2, &len) : NULL;

		good = bytes != NULL;
		if (good)
			put_ad(body, type, NULL, 0, bytes, len);
		g_variant_unref(value);
	}
	return good;
}

static bool parse_includes(AdvertData *data, GVariant *value)
{
	g_autofree const char **names = NULL;

	if (!value)
		return true;
	if (!g_variant_is_of_type(value, G_VARIANT_TYPE_STRING_ARRAY))
		return false;
	names = g_variant_get_strv(value, NULL);
	data->with_power = g_strv_contains(names, "tx-power");
	data->with_name = g_strv_contains(names, "local-name");
	data->with_appearance = g_strv_contains(names, "appearance");
	return true;
}

/* NULL where there is none. False: it is of another type. */
static bool take(GHashTable *properties, const char *name, const char *type, GVariant **ret)
{
	*ret = g_hash_table_lookup(properties, name);
	return !*ret || g_variant_is_of_type(*ret, G_VARIANT_TYPE(type));
}

static bool take_uint16(GHashTable *properties, const char *name, uint16_t *ret)
{
	GVariant *value;

	if (!take(properties, name, "q", &value))
		return false;
	*ret = value ? g_variant_get_uint16(value) : 0;
	return true;
}

static bool take_interval(GHashTable *properties, const char *name, uint32_t *ret)
{
	GVariant *value;

	if (!take(properties, name, "u", &value))
		return false;
	if (!value)
		return true;
	*ret = (uint32_t)((uint64_t)g_variant_get_uint32(value) * 8 / 5);
	return *ret >= INTERVAL_MIN && *ret <= INTERVAL_MAX;
}

static bool parse_experimental(AdvertData *data, GHashTable *properties)
{
	GVariant *power;

	if (!take_interval(properties, "MinInterval", &data->min) ||
	    !take_interval(properties, "MaxInterval", &data->max) || data->min > data->max ||
	    !take(properties, "TxPower", "n", &power))
		return false;
	return !power || (g_variant_get_int16(power) >= -127 && g_variant_get_int16(power) <= POWER_MAX);
}

static bool parse_name(AdvertData *data, GHashTable *properties)
{
	GVariant *name, *appearance;

	if (!take(properties, "LocalName", "s", &name) || (name && data->with_name) ||
	    !take(properties, "Appearance", "q", &appearance) || (appearance && data->with_appearance))
		return false;
	if (name && g_variant_get_size(name) > 1)
		data->name = g_variant_dup_string(name, NULL);
	if (appearance && g_variant_get_uint16(appearance) != UINT16_MAX) /* its word for none */
		data->appearance = g_variant_get_uint16(appearance);
	return true;
}

static bool parse_discoverable(AdvertData *data, GHashTable *properties)
{
	GVariant *value;

	if (!take(properties, "Discoverable", "b", &value) ||
	    !take_uint16(properties, "DiscoverableTimeout", &data->discoverable_timeout))
		return false;
	if (!value || !g_variant_get_boolean(value)) {
		data->discoverable_timeout = 0;
		return true;
	}
	data->flags = FLAG_NO_BREDR | (data->discoverable_timeout > 0 ? FLAG_LIMITED : FLAG_GENERAL);
	return data->peripheral && (data->timeout == 0 || data->timeout >= data->discoverable_timeout);
}

static bool parse_secondary(GHashTable *properties, const AdvertHome *home)
{
	GVariant *value;

	if (!take(properties, "SecondaryChannel", "s", &value))
		return false;
	return !value || (home->sets && g_str_equal(g_variant_get_string(value, NULL), "1M"));
}

static bool parse_type(AdvertData *data, GHashTable *properties)
{
	const char *type;
	GVariant *value;

	if (!take(properties, "Type", "s", &value))
		return false;
	type = value ? g_variant_get_string(value, NULL) : "broadcast";
	data->peripheral = g_str_equal(type, "peripheral");
	return data->peripheral || g_str_equal(type, "broadcast");
}

bool advert_data_parse(AdvertData *data, GHashTable *properties, const AdvertHome *home)
{
	*data = (AdvertData){ .body = g_byte_array_new(), .rest = g_byte_array_new(), .appearance = -1 };
	return parse_type(data, properties) &&
	       parse_uuids(data->body, g_hash_table_lookup(properties, "ServiceUUIDs"), service_types) &&
	       parse_uuids(data->body, g_hash_table_lookup(properties, "SolicitUUIDs"), solicit_types) &&
	       parse_manufacturer(data->body, g_hash_table_lookup(properties, "ManufacturerData")) &&
	       parse_service_data(data->body, g_hash_table_lookup(properties, "ServiceData")) &&
	       parse_includes(data, g_hash_table_lookup(properties, "Includes")) &&
	       parse_name(data, properties) && take_uint16(properties, "Duration", &data->duration) &&
	       take_uint16(properties, "Timeout", &data->timeout) &&
	       parse_data(data->rest, g_hash_table_lookup(properties, "Data")) &&
	       parse_discoverable(data, properties) && parse_secondary(properties, home) &&
	       (!home->experimental || parse_experimental(data, properties));
}

void advert_data_clear(AdvertData *data)
{
	if (data->body)
		g_byte_array_unref(data->body);
	if (data->rest)
		g_byte_array_unref(data->rest);
	g_free(data->name);
	*data = (AdvertData){ 0 };
}

static void fill_response(const AdvertData *data, const AdvertHome *home, Instance *ret)
{
	const char *name = data->name ? data->name : data->with_name ? home->alias : NULL;
	size_t max = data->name ? LOCAL_NAME_MAX : ADAPTER_NAME_MAX;
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	if (!name)
		return;
	put_ad(bytes, strlen(name) > max ? AD_SHORT_NAME : AD_NAME, NULL, 0, name, MIN(strlen(name), max));
	memcpy(ret->response, bytes->data, bytes->len);
	ret->response_len = (uint8_t)bytes->len;
}

static void fill_intervals(const AdvertData *data, const AdvertHome *home, Instance *ret)
{
	ret->min = ret->max = 2048;
	if (!data->peripheral && !home->sets) {
		ret->min = 160;
		ret->max = 240;
	} else if (data->min > 0) {
		ret->min = data->min;
		ret->max = data->max;
	}
}

bool advert_data_fill(const AdvertData *data, const AdvertHome *home, Instance *ret)
{
	g_autoptr(GByteArray) own = g_byte_array_new(), all = g_byte_array_new();
	bool discoverable = data->peripheral && home->discoverable && data->flags == 0;
	const uint8_t kernel_flags = FLAG_NO_BREDR | (discoverable ? FLAG_GENERAL : 0);
	const int8_t power = TX_POWER;
	size_t max = AD_MAX - (data->with_power ? 3U : 0U) - (discoverable ? 3U : 0U);

	g_byte_array_append(own, data->body->data, data->body->len);
	if (data->appearance >= 0) {
		const uint8_t value[] = { data->appearance & 0xff, (uint8_t)(data->appearance >> 8) };

		put_ad(own, AD_APPEARANCE, NULL, 0, value, sizeof(value));
	}
	g_byte_array_append(own, data->rest->data, data->rest->len);
	if (data->flags)
		put_ad(own, AD_FLAGS, NULL, 0, &data->flags, 1);
	if (own->len > max || data->with_appearance)
		return false;

	if (data->flags == 0 && (home->sets ? own->len > 0 : own->len + 3 <= max))
		put_ad(all, AD_FLAGS, NULL, 0, &kernel_flags, 1);
	g_byte_array_append(all, own->data, own->len);
	if (data->with_power)
		put_ad(all, AD_TX_POWER, NULL, 0, &power, 1);
	if (all->len > 0) /* no bytes, no array */
		memcpy(ret->data, all->data, all->len);
	ret->len = (uint8_t)all->len;
	fill_response(data, home, ret);
	fill_intervals(data, home, ret);
	if (data->peripheral)
		ret->type = REPORT_ADV_IND;
	else
		ret->type = ret->response_len > 0 ? REPORT_ADV_SCAN_IND : REPORT_ADV_NONCONN_IND;
	ret->turn_ms = data->duration > 0 ? data->duration * 1000U + 40 : 0;
	return true;
}
