/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filter options of the command line. */
#include "ctl/wanted.h"

#include <errno.h>

#include "meaning/addr.h"
#include "meaning/number.h"
#include "meaning/uuid.h"

#define NAME_BYTES_MAX 248	/* the longest name that a device can have */

void wanted_init(Wanted *wanted)
{
	*wanted = (Wanted){
		.addresses = g_ptr_array_new_with_free_func(g_free),
		.uuids = g_ptr_array_new_with_free_func(g_free),
		.manufacturers = g_array_new(FALSE, FALSE, sizeof(uint16_t)),
	};
}

void wanted_clear(Wanted *wanted)
{
	g_clear_pointer(&wanted->addresses, g_ptr_array_unref);
	g_clear_pointer(&wanted->uuids, g_ptr_array_unref);
	g_clear_pointer(&wanted->manufacturers, g_array_unref);
	g_clear_pointer(&wanted->name, g_free);
}

int wanted_add_address(Wanted *wanted, const char *text, Reason *reason)
{
	char buffer[ADDR_STRING_SIZE];
	Addr addr = { .type = ADDR_PUBLIC };

	if (addr_parse(text, &addr) < 0)
		return reason_refuse(reason, text, "an address (AA:BB:CC:DD:EE:FF or aabbccddeeff)");
	g_ptr_array_add(wanted->addresses, g_strdup(addr_format(&addr, buffer)));
	return 0;
}

int wanted_add_uuid(Wanted *wanted, const char *text, Reason *reason)
{
	char buffer[UUID_STRING_SIZE];
	Uuid uuid;

	if (uuid_parse(text, &uuid) < 0)
		return reason_refuse(reason, text,
				     "a UUID (1 to 8 hex digits such as 180d, or 36 characters)");
	g_ptr_array_add(wanted->uuids, g_strdup(uuid_format(&uuid, buffer)));
	return 0;
}

int wanted_add_manufacturer(Wanted *wanted, const char *text, Reason *reason)
{
	int64_t number;
	uint16_t company;

	if (!number_parse(text, 0, UINT16_MAX, &number))
		return reason_refuse(reason, text, "a company identifier (0 to 65535, or 0x0000 to 0xffff)");
	company = (uint16_t)number;
	g_array_append_val(wanted->manufacturers, company);
	return 0;
}

int wanted_set_name(Wanted *wanted, const char *text, Reason *reason)
{
	if (*text == '\0' || strlen(text) > NAME_BYTES_MAX || !g_utf8_validate(text, -1, NULL))
		return reason_refuse(reason, text,
				     "a name pattern (1 to 248 bytes of UTF-8; * ? [a-z] as in a shell)");
	g_free(wanted->name);
	wanted->name = g_strdup(text);
	return 0;
}

int wanted_set_rssi(Wanted *wanted, const char *text, Reason *reason)
{
	int64_t number;

	if (!number_parse(text, -127, 20, &number))
		return reason_refuse(reason, text, "a signal strength (-127 to 20 dBm)");
	wanted->rssi = (int16_t)number;
	wanted->has_rssi = true;
	return 0;
}

static void add_strings(GVariantDict *dict, const char *key, const GPtrArray *strings, bool as_variants)
{
	GVariantBuilder builder;

	if (strings->len == 0)
		return;
	g_variant_builder_init(&builder, as_variants ? G_VARIANT_TYPE("av") : G_VARIANT_TYPE("as"));
	for (unsigned i = 0; i < strings->len; i++) {
		GVariant *string = g_variant_new_string(strings->pdata[i]);

		g_variant_builder_add_value(&builder, as_variants ? g_variant_new_variant(string) : string);
	}
	g_variant_dict_insert_value(dict, key, g_variant_builder_end(&builder));
}

void wanted_to_dict(const Wanted *wanted, GVariantDict *dict)
{
	add_strings(dict, "addresses", wanted->addresses, false);
	add_strings(dict, "uuids", wanted->uuids, true);
	if (wanted->manufacturers->len > 0)
		g_variant_dict_insert_value(dict, "manufacturers",
			g_variant_new_fixed_array(G_VARIANT_TYPE_UINT16, wanted->manufacturers->data,
						  wanted->manufacturers->len, sizeof(uint16_t)));
	if (wanted->name)
		g_variant_dict_insert(dict, "name", "s", wanted->name);
	if (wanted->has_rssi)
		g_variant_dict_insert(dict, "rssi", "n", wanted->rssi);
}
