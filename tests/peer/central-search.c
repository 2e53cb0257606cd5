/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a central discovers what a server has: services, then characteristics, then all other attributes. */
#include <stdlib.h>
#include <string.h>

#include "central.h"

#define LAST_HANDLE 0xffff
#define ITEMS_MAX 4096

/* a service, a characteristic, or any attribute */
typedef struct Item {
	char kind;		/* 's', 'c', 'd' */
	bool primary;
	uint8_t properties;
	uint16_t handle, other;	/* of a service: its last handle; of a characteristic: its value's */
	Uuid uuid;
} Item;

struct Search {
	uint16_t type;		/* the UUID it looks for; 0: all attributes */
	size_t n;
	Item items[ITEMS_MAX];
};

Search *search_free(Search *search)
{
	g_free(search);
	return NULL;
}

static void discover_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length);

/* Sends the next request, for handles from that one on. */
static void discover(Central *central, uint16_t from)
{
	uint16_t type = central->procedure.search->type;
	uint8_t pdu[7] = { ATT_FIND_INFORMATION };

	central->procedure.handle = from;
	put_le16(pdu + 1, from);
	put_le16(pdu + 3, LAST_HANDLE);
	put_le16(pdu + 5, type);
	if (type == UUID_CHARACTERISTIC)
		pdu[0] = ATT_READ_BY_TYPE;
	else if (type)
		pdu[0] = ATT_READ_BY_GROUP_TYPE;
	central_request(central, discover_taken, pdu, type ? 7 : 5);
}

static int item_compare(const void *a, const void *b)
{
	return ((const Item *)a)->handle - ((const Item *)b)->handle;
}

/* Whether the attribute is neither a declaration nor a value: those are listed as services and
 * characteristics. */
static bool is_descriptor(const Search *search, const Item *item)
{
	if (uuid_is(&item->uuid, UUID_PRIMARY) || uuid_is(&item->uuid, UUID_SECONDARY) ||
	    uuid_is(&item->uuid, UUID_INCLUDE) || uuid_is(&item->uuid, UUID_CHARACTERISTIC))
		return false;
	for (size_t i = 0; i < search->n; i++)
		if (search->items[i].kind == 'c' && search->items[i].other == item->handle)
			return false;
	return true;
}

static void search_print(Search *search, GString *text)
{
	qsort(search->items, search->n, sizeof(Item), item_compare);
	for (size_t i = 0; i < search->n; i++) {
		const Item *item = &search->items[i];
		char uuid[UUID_TEXT_LEN + 1];

		if (item->kind == 'd' && !is_descriptor(search, item))
			continue;
		g_string_append_printf(text, " %c:%04x:", item->kind, item->handle);
		if (item->kind == 's')
			g_string_append_printf(text, "%04x:", item->other);
		if (item->kind == 'c')
			g_string_append_printf(text, "%02x:%04x:", item->properties, item->other);
		uuid_format(&item->uuid, uuid);
		g_string_append(text, uuid);
		if (item->kind == 's')
			g_string_append(text, item->primary ? ":p" : ":s");
	}
}

/* One kind is complete: looks for the next. A server that does not know the request for secondary services
 * is no error. */
static void discover_next(Central *central, uint8_t error)
{
	Search *search = central->procedure.search;
	g_autoptr(GString) text = NULL;

	if (error && error != ATT_ATTRIBUTE_NOT_FOUND && search->type != UUID_SECONDARY) {
		procedure_end_att(central, error);
	} else if (search->type) {
		if (search->type == UUID_PRIMARY)
			search->type = UUID_SECONDARY;
		else
			search->type = search->type == UUID_SECONDARY ? UUID_CHARACTERISTIC : 0;
		discover(central, 1);
	} else {
		text = g_string_new("ok");
		search_print(search, text);
		procedure_end(central, "%s", text->str);
	}
}

static Uuid uuid_read(const uint8_t *bytes, size_t length)
{
	Uuid uuid = { .length = (uint8_t)length };

	memcpy(uuid.bytes, bytes, length);
	return uuid;
}

/* Reads one entry of an answer. False: its length is wrong. */
static bool item_read(uint16_t type, const uint8_t *entry, size_t length, Item *ret)
{
	size_t before = type == UUID_CHARACTERISTIC ? 5 : type ? 4 : 2;

	if (length != before + 2 && length != before + 16)
		return false;
	*ret = (Item){ .kind = 'd',
		       .handle = le16(entry),
		       .uuid = uuid_read(entry + before, length - before) };
	if (type == UUID_CHARACTERISTIC) {
		ret->kind = 'c';
		ret->properties = entry[2];
		ret->other = le16(entry + 3);
	} else if (type) {
		ret->kind = 's';
		ret->primary = type == UUID_PRIMARY;
		ret->other = le16(entry + 2);
	}
	return true;
}

static void discover_taken(Central *central, uint8_t error, const uint8_t *pdu, size_t length)
{
	Search *search = central->procedure.search;
	uint16_t last = 0;
	size_t each;
	Item item;

	if (error) {
		discover_next(central, error);
		return;
	}
	each = length < 2 ? 0 : pdu[1];
	if (!search->type)
		each = each == 1 ? 4 : 18;
	for (size_t i = 2; each && i + each <= length; i += each) {
		if (!item_read(search->type, pdu + i, each, &item) || search->n == ITEMS_MAX)
			break;
		search->items[search->n++] = item;
		last = item.kind == 's' ? item.other : item.handle;
	}
	if (last < central->procedure.handle)
		procedure_end(central, "error wrong answer");
	else if (last == LAST_HANDLE)
		discover_next(central, 0);
	else
		discover(central, (uint16_t)(last + 1));
}

void central_discover(Central *central)
{
	Search *search = g_new0(Search, 1);

	procedure_begin(central);
	search->type = UUID_PRIMARY;
	central->procedure.search = search;
	discover(central, 1);
}
