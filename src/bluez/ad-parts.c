/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties in, AD structures out. */
#include "bluez/ad-parts.h"

#include <string.h>

#include "bus/msg.h"
#include "meaning/uuid.h"

void ad_parts_deinit(AdParts *parts)
{
	for (int i = 0; i < _PART_MAX; i++)
		g_clear_pointer(&parts->parts[i], g_bytes_unref);
}

void ad_parts_begin(AdParts *parts)
{
	parts->fresh = 0;
}

void ad_parts_forget(AdParts *parts, AdPart part)
{
	g_clear_pointer(&parts->parts[part], g_bytes_unref);
}

static void take(AdParts *parts, AdPart part, const AdBuilder *builder)
{
	parts->fresh |= 1u << part;
	ad_parts_forget(parts, part);
	if (builder->length > 0)
		parts->parts[part] = g_bytes_new(builder->data, builder->length);
}

void ad_parts_set(AdParts *parts, AdPart part, uint8_t type, const void *data, size_t length)
{
	AdBuilder builder;

	ad_builder_init(&builder);
	if (ad_builder_add(&builder, type, data, MIN(length, (size_t)AD_FIELD_MAX), NULL, 0) == 0)
		take(parts, part, &builder);
}

/* AD types by UUID length: 2, 4, 16 bytes. */
static uint8_t type_for(size_t length, uint8_t short16, uint8_t short32, uint8_t full)
{
	return length == 2 ? short16 : length == 4 ? short32 : full;
}

/* --- UUIDs --- */

/* The UUIDs of one width, as bytes of an AD structure. */
typedef struct UuidList {
	size_t width;
	size_t length;
	uint8_t bytes[AD_FIELD_MAX];
} UuidList;

/* BlueZ shows 128-bit UUIDs whatever was on the air: each gets its shortest form back. */
static void lists_add(UuidList lists[static 3], const Uuid *uuid)
{
	uint8_t air[16];
	size_t length = uuid_to_air(uuid, air);

	for (UuidList *list = lists; list < lists + 3; list++) {
		if (list->width != length || list->length + length > AD_FIELD_MAX)
			continue;
		memcpy(list->bytes + list->length, air, length);
		list->length += length;
	}
}

static int lists_read(UuidList lists[static 3], sd_bus_message *m)
{
	const char *text;
	Uuid uuid;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "s");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read_basic(m, 's', &text)) > 0)
		if (uuid_parse(text, &uuid) == 0)
			lists_add(lists, &uuid);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

int ad_parts_read_uuids(AdParts *parts, sd_bus_message *m, bool ignore)
{
	UuidList lists[3] = { { .width = 2 }, { .width = 4 }, { .width = 16 } };
	AdBuilder builder;
	int r;

	r = msg_enter_variant(m, "as");
	if (r <= 0)
		return r;
	r = lists_read(lists, m);
	if (r < 0)
		return r;
	ad_builder_init(&builder);
	for (const UuidList *list = lists; list < lists + 3; list++)
		if (list->length > 0)
			(void)ad_builder_add(&builder,
					     type_for(list->width, AD_UUID16, AD_UUID32, AD_UUID128),
					     list->bytes, list->length, NULL, 0);
	if (!ignore)
		take(parts, PART_UUIDS, &builder);
	return msg_exit_variant(m);
}

/* --- dictionaries of bytes --- */

/* The head of an AD structure, made from a dictionary entry's key. Type 0: no AD structure has such a key. */
typedef struct Head {
	uint8_t type;
	uint8_t bytes[16];
	size_t length;
} Head;

typedef int (*ReadHead)(sd_bus_message *m, Head *head);

static int read_company(sd_bus_message *m, Head *head)
{
	uint16_t company;
	int r = sd_bus_message_read_basic(m, 'q', &company);

	if (r < 0)
		return r;
	*head = (Head){ AD_MANUFACTURER, { (uint8_t)company, (uint8_t)(company >> 8) }, 2 };
	return 0;
}

static int read_service(sd_bus_message *m, Head *head)
{
	const char *text;
	Uuid uuid;
	int r = sd_bus_message_read_basic(m, 's', &text);

	if (r < 0)
		return r;
	if (uuid_parse(text, &uuid) < 0)
		return 0;
	head->length = uuid_to_air(&uuid, head->bytes);
	head->type = type_for(head->length, AD_SERVICE_DATA16, AD_SERVICE_DATA32, AD_SERVICE_DATA128);
	return 0;
}

static int read_type(sd_bus_message *m, Head *head)
{
	return sd_bus_message_read_basic(m, 'y', &head->type);
}

static int read_entry(sd_bus_message *m, ReadHead read_head, AdBuilder *builder)
{
	const uint8_t *data = NULL;
	size_t length = 0;
	Head head = { 0 };
	int r;

	r = read_head(m, &head);
	if (r < 0)
		return r;
	r = msg_read_variant_bytes(m, &data, &length);
	if (r > 0 && head.type != 0)
		(void)ad_builder_add(builder, head.type, head.bytes, head.length, data,
				     MIN(length, AD_FIELD_MAX - head.length));
	return r;
}

/* key: the type of the dictionary's keys. */
static int read_dictionary(AdParts *parts, sd_bus_message *m, AdPart part, char key, ReadHead read_head)
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
		r = read_entry(m, read_head, &builder);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	take(parts, part, &builder);
	r = sd_bus_message_exit_container(m);
	return r < 0 ? r : msg_exit_variant(m);
}

int ad_parts_read_manufacturer_data(AdParts *parts, sd_bus_message *m)
{
	return read_dictionary(parts, m, PART_MANUFACTURER_DATA, 'q', read_company);
}

int ad_parts_read_service_data(AdParts *parts, sd_bus_message *m)
{
	return read_dictionary(parts, m, PART_SERVICE_DATA, 's', read_service);
}

int ad_parts_read_other(AdParts *parts, sd_bus_message *m)
{
	return read_dictionary(parts, m, PART_OTHER, 'y', read_type);
}

/* --- what comes of them --- */

char *ad_parts_name(const AdParts *parts)
{
	const char *field;
	gsize size;

	if (!parts->parts[PART_NAME])
		return NULL;
	field = g_bytes_get_data(parts->parts[PART_NAME], &size);
	/* behind length and type */
	return size > 2 ? g_utf8_make_valid(field + 2, (gssize)strnlen(field + 2, size - 2)) : NULL;
}

size_t ad_parts_join(const AdParts *parts, uint8_t data[static AD_MAX])
{
	const unsigned repeated = 1u << PART_SERVICE_DATA | 1u << PART_MANUFACTURER_DATA | 1u << PART_OTHER;
	size_t length = 0;

	for (int i = 0; i < _PART_MAX; i++) {
		const void *part;
		gsize size;

		if (!parts->parts[i] || (repeated & (1u << i) & ~parts->fresh))
			continue;
		part = g_bytes_get_data(parts->parts[i], &size);
		if (length + size > AD_MAX)
			continue;
		memcpy(data + length, part, size);
		length += size;
	}
	return length;
}
