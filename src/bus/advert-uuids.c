/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key service_uuid of Session1.SetAdvertisement. */
#include "bus/advert-uuids.h"

#include <string.h>

#include "core/advert.h"
#include "bus/options.h"

/* Service UUIDs, by their width on the air. */
typedef struct UuidLists {
	uint8_t bytes[3][AD_LEGACY_MAX];
	size_t length[3];
} UuidLists;

static int add_uuid(UuidLists *lists, const Uuid *uuid, Reason *reason)
{
	uint8_t air[16];
	size_t width = uuid_to_air(uuid, air);
	int i = width == 2 ? 0 : width == 4 ? 1 : 2;

	if (width > sizeof(lists->bytes[i]) - lists->length[i])
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "service_uuid: %zu bytes, and an advertisement has room for %d",
				  lists->length[i] + width, AD_LEGACY_MAX);
	memcpy(lists->bytes[i] + lists->length[i], air, width);
	lists->length[i] += width;
	return 0;
}

static int read_uuid(sd_bus_message *m, UuidLists *lists, Reason *reason)
{
	Uuid uuid;
	int r = options_read_uuid(m, "service_uuid", &uuid, reason);

	return r != 0 ? r : add_uuid(lists, &uuid, reason);
}

static int read_uuid_text(sd_bus_message *m, UuidLists *lists, Reason *reason)
{
	const char *text;
	Uuid uuid;
	int r = sd_bus_message_read_basic(m, 's', &text);

	if (r < 0)
		return r;
	if (uuid_parse(text, &uuid) < 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "service_uuid: not a UUID; give " UUID_FORMS);
	return add_uuid(lists, &uuid, reason);
}

/* One UUID as the variant's value, or in a variant of its own; or an array of them. */
static int read_uuids(sd_bus_message *m, UuidLists *lists, Reason *reason)
{
	const char *contents;
	char type;
	int r;

	r = sd_bus_message_peek_type(m, &type, &contents);
	if (r < 0)
		return r;
	if (strcmp(contents, "v") != 0 && strcmp(contents, "av") != 0 && strcmp(contents, "as") != 0)
		return read_uuid(m, lists, reason);

	r = sd_bus_message_enter_container(m, 'v', contents);
	if (r < 0)
		return r;
	if (strcmp(contents, "v") == 0) {
		r = read_uuid(m, lists, reason);
		if (r != 0)
			return r;
	} else {
		r = sd_bus_message_enter_container(m, 'a', contents + 1);
		while (r >= 0 && (r = sd_bus_message_at_end(m, false)) == 0) {
			r = contents[1] == 's' ? read_uuid_text(m, lists, reason) :
						 read_uuid(m, lists, reason);
			if (r != 0)
				return r;
		}
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 0;
}

int advert_uuids_read(sd_bus_message *m, void *data, Reason *reason)
{
	static const uint8_t types[] = { AD_UUID16, AD_UUID32, AD_UUID128 };
	UuidLists lists = { 0 };
	int r = read_uuids(m, &lists, reason);

	for (size_t i = 0; i < ARRAY_SIZE(types) && r == 0; i++)
		if (lists.length[i] > 0)
			r = advert_data_add(data, types[i], lists.bytes[i], lists.length[i],
					    "service_uuid", reason);
	return r;
}
