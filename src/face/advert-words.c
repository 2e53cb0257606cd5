/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of LEAdvertisement1. */
#include "face/advert-words.h"

#include <string.h>

#include "bus/advert-options.h"
#include "bus/advert-uuids.h"
#include "bus/array.h"
#include "bus/options.h"

#define INTERVAL_MS_MIN 20	/* as bluetoothd allows */
#define INTERVAL_MS_MAX 10485

static int read_type(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	const char *type;
	int r = sd_bus_message_read_basic(m, 's', &type);

	if (r < 0)
		return r;
	said->broadcast = strcmp(type, "broadcast") == 0;
	if (!said->broadcast && strcmp(type, "peripheral") != 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "Type: \"peripheral\" or \"broadcast\"");
	said->params.connectable = !said->broadcast;
	return 0;
}

static int read_includes(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	const char *word;
	int r = sd_bus_message_enter_container(m, 'a', "s");

	while (r >= 0 && (r = sd_bus_message_read_basic(m, 's', &word)) > 0) {
		said->includes_name |= strcmp(word, "local-name") == 0;
		if (strcmp(word, "tx-power") != 0)
			continue;
		r = advert_data_add(&said->data, AD_TX_POWER, &(const uint8_t){ 0 }, 1, "tx-power", reason);
		if (r != 0)
			return r;
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}

/* What does not fit is cut off, as bluetoothd does it. */
static int read_name(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	const char *name, *end;
	size_t length;
	int r = sd_bus_message_read_basic(m, 's', &name);

	if (r < 0)
		return r;
	said->has_name = true;
	length = MIN(strlen(name), ADVERT_NAME_MAX);
	if (!g_utf8_validate(name, (gssize)length, &end))
		length = (size_t)(end - name);
	return length == 0 ? 0 : advert_data_add(&said->data, AD_NAME, name, length, "LocalName", reason);
}

static int read_appearance(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	return advert_read_appearance(m, &said->data, reason);
}

static int read_manufacturer(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	return advert_read_manufacturer(m, &said->data, reason);
}

static int read_service_data(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	return advert_read_service_data(m, &said->data, reason);
}

static int read_uuids(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	return advert_uuids_read(m, &said->data, reason);
}

static int add_list(AdvertWords *said, const Uuid *uuid, Reason *reason)
{
	uint8_t air[16];
	const size_t width = uuid_to_air(uuid, air);

	return advert_data_add(&said->data,
			       width == 2 ? AD_SOLICIT16 :
			       width == 4 ? AD_SOLICIT32 :
					    AD_SOLICIT128,
			       air, width, "SolicitUUIDs", reason);
}

/* A structure each: BlueZ puts those of one width together. */
static int read_solicit(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	const char *text;
	Uuid uuid;
	int r = sd_bus_message_enter_container(m, 'a', "s");

	while (r >= 0 && (r = sd_bus_message_read_basic(m, 's', &text)) > 0) {
		if (uuid_parse(text, &uuid) != 0)
			return reason_set(reason, E_INVALID_ARGUMENTS, "SolicitUUIDs: not a UUID");
		r = add_list(said, &uuid, reason);
		if (r != 0)
			return r;
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}

/* Whether the type has a property of its own: bluetoothd does not take it in Data. */
static bool has_property(uint8_t type)
{
	static const uint8_t types[] = { AD_SOLICIT16, AD_SOLICIT32, AD_SOLICIT128,
					 AD_SERVICE_DATA16, AD_SERVICE_DATA32, AD_SERVICE_DATA128,
					 AD_APPEARANCE, AD_MANUFACTURER };

	return type <= AD_TX_POWER || memchr(types, type, sizeof(types));
}

/* AD structures by type. */
static int read_data(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	const void *bytes;
	size_t length;
	uint8_t type;
	int r = sd_bus_message_enter_container(m, 'a', "{yv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "yv")) > 0) {
		r = sd_bus_message_read_basic(m, 'y', &type);
		if (r >= 0)
			r = sd_bus_message_enter_container(m, 'v', "ay");
		if (r >= 0)
			r = array_read(m, 'y', &bytes, &length);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r >= 0)
			r = has_property(type) ?
				    reason_set(reason, E_INVALID_ARGUMENTS, "Data: not type 0x%02x", type) :
				    advert_data_add(&said->data, type, bytes, length, "Data", reason);
		if (r != 0)
			return r;
		r = sd_bus_message_exit_container(m);
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}

static int read_discoverable(sd_bus_message *m, AdvertWords *said, Reason *reason UNUSED)
{
	int r = options_read_flag(m, &said->data.discoverable);

	said->says_discoverable = said->data.discoverable;
	return r < 0 ? r : 0;
}

static int read_timeout(sd_bus_message *m, AdvertWords *said, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'q', &said->timeout);

	return r < 0 ? r : 0;
}

static int read_discoverable_timeout(sd_bus_message *m, AdvertWords *said, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'q', &said->discoverable_timeout);

	return r < 0 ? r : 0;
}

static int read_min_interval(sd_bus_message *m, AdvertWords *said, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'u', &said->interval_min_ms);

	return r < 0 ? r : 0;
}

static int read_max_interval(sd_bus_message *m, AdvertWords *said, Reason *reason UNUSED)
{
	int r = sd_bus_message_read_basic(m, 'u', &said->interval_max_ms);

	return r < 0 ? r : 0;
}

static int read_tx_power(sd_bus_message *m, AdvertWords *said, Reason *reason)
{
	int16_t power;
	int r = sd_bus_message_read_basic(m, 'n', &power);

	if (r < 0)
		return r;
	if (power < -127 || power > 20)
		return reason_set(reason, E_INVALID_ARGUMENTS, "TxPower: -127 to 20 dBm");
	said->params.power_set = true;
	said->params.power = (int8_t)power;
	return 0;
}

/* A NULL type: the reader stands in front of the variant. Other properties are not looked at. Readers return
 * 0, an error of core, or a negative errno. */
static const struct {
	const char *name, *type;
	int (*read)(sd_bus_message *m, AdvertWords *said, Reason *reason);
} keys[] = {
	{ "Type", "s", read_type },
	{ "ServiceUUIDs", NULL, read_uuids },
	{ "ManufacturerData", NULL, read_manufacturer },
	{ "ServiceData", NULL, read_service_data },
	{ "SolicitUUIDs", "as", read_solicit },
	{ "Data", "a{yv}", read_data },
	{ "Includes", "as", read_includes },
	{ "LocalName", "s", read_name },
	{ "Appearance", "q", read_appearance },
	{ "Timeout", "q", read_timeout },
	{ "Discoverable", "b", read_discoverable },
	{ "DiscoverableTimeout", "q", read_discoverable_timeout },
	{ "MinInterval", "u", read_min_interval },
	{ "MaxInterval", "u", read_max_interval },
	{ "TxPower", "n", read_tx_power },
};

static int read_value(sd_bus_message *m, const char *name, AdvertWords *said, Reason *reason)
{
	const char *contents;
	char type;
	int r;

	r = sd_bus_message_peek_type(m, &type, &contents);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].name, name) != 0)
			continue;
		if (!keys[i].type)
			return keys[i].read(m, said, reason);
		if (strcmp(keys[i].type, contents) != 0)
			return reason_set(reason, E_INVALID_ARGUMENTS, "%s: needs D-Bus type %s", name,
					  keys[i].type);
		r = sd_bus_message_enter_container(m, 'v', contents);
		if (r >= 0)
			r = keys[i].read(m, said, reason);
		if (r != 0)
			return r;
		r = sd_bus_message_exit_container(m);
		return r < 0 ? r : 0;
	}
	r = sd_bus_message_skip(m, "v");
	return r < 0 ? r : 0;
}

/* Intervals in units of 0.625 ms. */
static int settle_interval(AdvertWords *said, Reason *reason)
{
	const uint32_t min = said->interval_min_ms, max = said->interval_max_ms;

	if (min == 0 && max == 0)
		return 0;
	if (min < INTERVAL_MS_MIN || max > INTERVAL_MS_MAX || min > max)
		return reason_set(reason, E_INVALID_ARGUMENTS, "MinInterval, MaxInterval: %d to %d ms",
				  INTERVAL_MS_MIN, INTERVAL_MS_MAX);
	said->params.interval_set = true;
	said->params.interval_min = (uint16_t)(min * 8 / 5);
	said->params.interval_max = (uint16_t)(max * 8 / 5);
	return 0;
}

int advert_words_read(sd_bus_message *m, const Radio *radio, bool discoverable, AdvertWords *said,
		      Reason *reason)
{
	const char *name;
	int r;

	*said = (AdvertWords){ .data.discoverable = discoverable, .params.connectable = true };
	r = sd_bus_message_enter_container(m, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read_basic(m, 's', &name);
		if (r >= 0)
			r = read_value(m, name, said, reason);
		if (r != 0)
			return r;
		r = sd_bus_message_exit_container(m);
	}
	if (r < 0)
		return r;
	if (said->broadcast && said->says_discoverable)
		return reason_set(reason, E_INVALID_ARGUMENTS, "Discoverable: not where Type is broadcast");
	if (said->broadcast)
		said->data.discoverable = false;
	if (said->includes_name && said->has_name)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "LocalName, or \"local-name\" in Includes, not both");
	if (said->includes_name)
		r = advert_data_add(&said->data, AD_NAME, radio->bluez.name,
				    MIN(strlen(radio->bluez.name), ADVERT_NAME_MAX), "local-name", reason);
	return r != 0 ? r : settle_interval(said, reason);
}
