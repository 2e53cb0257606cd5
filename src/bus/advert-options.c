/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dictionary of Session1.SetAdvertisement. */
#include "bus/advert-options.h"

#include <string.h>

#include "bus/advert-uuids.h"
#include "bus/array.h"
#include "bus/options.h"

int advert_read_name(sd_bus_message *m, void *userdata, Reason *reason)
{
	const char *name;
	size_t length;
	int r = sd_bus_message_read_basic(m, 's', &name);

	if (r < 0)
		return r;
	length = strlen(name);
	if (length > ADVERT_NAME_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "name: %zu bytes, the scan response has room for %d", length,
				  ADVERT_NAME_MAX);
	return length == 0 ? 0 : advert_data_add(userdata, AD_NAME, name, length, "name", reason);
}

static int no_room(const char *what, size_t length, Reason *reason)
{
	return reason_set(reason, E_INVALID_ARGUMENTS, "%s: %zu bytes, and an advertisement has room for %d",
			  what, length, AD_LEGACY_MAX);
}

/* Adds data of a company or a service, each of which may have one entry. */
static int add_keyed(AdvertData *data, uint8_t type, const uint8_t *key, size_t key_length, const void *bytes,
		     size_t length, const char *what, Reason *reason)
{
	uint8_t whole[AD_LEGACY_MAX];
	AdField field;
	AdIter iter;

	if (length > sizeof(whole) - key_length)
		return no_room(what, key_length + length, reason);
	ad_iter_init(&iter, data->bytes, data->length);
	while (ad_iter_next(&iter, &field))
		if (field.type == type && memcmp(field.data, key, key_length) == 0)
			return reason_set(reason, E_INVALID_ARGUMENTS, "%s: two entries for the same", what);
	memcpy(whole, key, key_length);
	if (length > 0)
		memcpy(whole + key_length, bytes, length);
	return advert_data_add(data, type, whole, key_length + length, what, reason);
}

/* Adds raw data, which begins with the 2 bytes that say whose data it is. */
static int add_raw(AdvertData *data, uint8_t type, const void *bytes, size_t length, const char *what,
		   Reason *reason)
{
	if (length < 2)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "%s: at least the 2 bytes that say whose data it is", what);
	return advert_data_add(data, type, bytes, length, what, reason);
}

/* The value of a dictionary's entry: a variant with ay. */
static int read_entry_bytes(sd_bus_message *m, const char *what, const void **ret_bytes, size_t *ret_length,
			    Reason *reason)
{
	const char *contents;
	char type;
	int r;

	r = sd_bus_message_peek_type(m, &type, &contents);
	if (r < 0)
		return r;
	if (strcmp(contents, "ay") != 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: the data of each entry is bytes (ay)",
				  what);
	r = sd_bus_message_enter_container(m, 'v', "ay");
	if (r >= 0)
		r = array_read(m, 'y', ret_bytes, ret_length);
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}

static int add_company(sd_bus_message *m, AdvertData *data, const char *what, Reason *reason)
{
	const void *bytes = NULL;
	uint16_t company;
	size_t length = 0;
	int r;

	r = sd_bus_message_read_basic(m, 'q', &company);
	if (r < 0)
		return r;
	r = read_entry_bytes(m, what, &bytes, &length, reason);
	if (r != 0)
		return r;
	return add_keyed(data, AD_MANUFACTURER,
			 (const uint8_t[]){ (uint8_t)company, (uint8_t)(company >> 8) }, 2, bytes, length,
			 what, reason);
}

static int add_service(sd_bus_message *m, AdvertData *data, const char *what, Reason *reason)
{
	const void *bytes = NULL;
	uint8_t type, air[16];
	size_t length = 0, width;
	const char *text;
	Uuid uuid;
	int r;

	r = sd_bus_message_read_basic(m, 's', &text);
	if (r < 0)
		return r;
	if (uuid_parse(text, &uuid) < 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: a key is not a UUID", what);
	r = read_entry_bytes(m, what, &bytes, &length, reason);
	if (r != 0)
		return r;
	width = uuid_to_air(&uuid, air);
	type = width == 2 ? AD_SERVICE_DATA16 : width == 4 ? AD_SERVICE_DATA32 : AD_SERVICE_DATA128;
	return add_keyed(data, type, air, width, bytes, length, what, reason);
}

/* Reads bytes or text as they are, or a dictionary of entries. */
static int read_data(sd_bus_message *m, AdvertData *data, uint8_t raw_type, const char *entry,
		     const char *what,
		     int (*add)(sd_bus_message *m, AdvertData *data, const char *what, Reason *reason),
		     Reason *reason)
{
	const char *contents, *text;
	const void *bytes = NULL;
	size_t length = 0;
	char type;
	int r;

	r = sd_bus_message_peek_type(m, &type, &contents);
	if (r < 0)
		return r;
	r = sd_bus_message_enter_container(m, 'v', contents);
	if (r < 0)
		return r;
	if (strcmp(contents, "ay") == 0) {
		r = array_read(m, 'y', &bytes, &length);
		if (r >= 0)
			r = add_raw(data, raw_type, bytes, length, what, reason);
	} else if (strcmp(contents, "s") == 0) {
		r = sd_bus_message_read_basic(m, 's', &text);
		if (r >= 0)
			r = add_raw(data, raw_type, text, strlen(text), what, reason);
	} else if (contents[0] == 'a' && contents[1] == '{' && strncmp(contents + 2, entry, 2) == 0) {
		r = sd_bus_message_enter_container(m, 'a', contents + 1);
		while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', entry)) > 0) {
			r = add(m, data, what, reason);
			if (r != 0)
				return r;
			r = sd_bus_message_exit_container(m);
		}
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		r = r < 0 ? r : 0;
	} else {
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: needs D-Bus type ay, s or a{%s}", what,
				  entry);
	}
	if (r != 0)
		return r;
	r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}

int advert_read_manufacturer(sd_bus_message *m, void *userdata, Reason *reason)
{
	return read_data(m, userdata, AD_MANUFACTURER, "qv", "manufacturer_data", add_company, reason);
}

int advert_read_service_data(sd_bus_message *m, void *userdata, Reason *reason)
{
	return read_data(m, userdata, AD_SERVICE_DATA16, "sv", "service_data", add_service, reason);
}

int advert_read_appearance(sd_bus_message *m, void *userdata, Reason *reason)
{
	uint16_t appearance;
	int r = sd_bus_message_read_basic(m, 'q', &appearance);

	if (r < 0)
		return r;
	return advert_data_add(userdata, AD_APPEARANCE,
			       (const uint8_t[]){ (uint8_t)appearance, (uint8_t)(appearance >> 8) }, 2,
			       "appearance", reason);
}

/* The byte only keeps its place: the controller fills in the power. */
int advert_read_tx_power(sd_bus_message *m, void *userdata, Reason *reason)
{
	int wanted;
	int r = sd_bus_message_read_basic(m, 'b', &wanted);

	if (r < 0)
		return r;
	if (!wanted)
		return 0;
	return advert_data_add(userdata, AD_TX_POWER, &(const uint8_t){ 0 }, 1, "tx_power", reason);
}

static int read_discoverable(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	int flag;
	int r = sd_bus_message_read_basic(m, 'b', &flag);

	if (r < 0)
		return r;
	((AdvertData *)userdata)->discoverable = flag;
	return 0;
}

int advert_options_read(sd_bus_message *m, AdvertData *ret, Reason *reason)
{
	static const Option table[] = {
		{ "name", "s", advert_read_name },
		{ "manufacturer_data", NULL, advert_read_manufacturer },
		{ "service_data", NULL, advert_read_service_data },
		{ "service_uuid", NULL, advert_uuids_read },
		{ "appearance", "q", advert_read_appearance },
		{ "tx_power", "b", advert_read_tx_power },
		{ "discoverable", "b", read_discoverable },
		{ 0 }
	};
	AdvertData result = { .discoverable = true };
	int r;

	r = options_read(m, table, &result, reason);
	if (r == 0)
		*ret = result;
	return r;
}
