/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that devices told: a table by address, and a queue with the one that was told last at its head. */
#include "mqtt/names.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "meaning/ad.h"

#define NAME_MAX_BYTES 248	/* of a device name (Core Specification Vol 4 Part E 6.23) */

typedef struct Name {
	Addr addr;
	GList link;		/* in the queue; its data is the Name */
	bool complete;		/* not a shortened one */
	char *text;
} Name;

struct DeviceNames {
	GHashTable *table;	/* Addr * -> Name *, which has the Addr */
	GQueue told;
	unsigned max;
};

static void name_free(void *data)
{
	Name *name = data;

	g_free(name->text);
	g_free(name);
}

DeviceNames *device_names_new(unsigned max)
{
	DeviceNames *names = g_new0(DeviceNames, 1);

	g_assert(max > 0);
	names->table = g_hash_table_new_full(addr_hash, addr_same, NULL, name_free);
	g_queue_init(&names->told);
	names->max = max;
	return names;
}

void device_names_free(DeviceNames *names)
{
	if (!names)
		return;
	g_hash_table_unref(names->table);
	g_free(names);
}

static void forget_oldest(DeviceNames *names)
{
	Name *name = g_queue_peek_tail(&names->told);

	g_queue_unlink(&names->told, &name->link);
	g_hash_table_remove(names->table, &name->addr);
}

/* Makes room, and a row without a name. */
static Name *add(DeviceNames *names, const Addr *addr)
{
	Name *name;

	if (g_hash_table_size(names->table) >= names->max)
		forget_oldest(names);
	name = g_new0(Name, 1);
	name->addr = *addr;
	name->link.data = name;
	g_hash_table_insert(names->table, &name->addr, name);
	g_queue_push_head_link(&names->told, &name->link);
	return name;
}

/* What a name is kept as: cut where a character begins. */
static char *text_of(const AdField *field)
{
	char *text = ad_name_text(field->data, field->length);
	size_t length = strlen(text);

	if (length > NAME_MAX_BYTES)
		*g_utf8_find_prev_char(text, text + NAME_MAX_BYTES + 1) = '\0';
	return text;
}

/* Nearly always it is the name that is known; and a part of one tells nothing new. */
static bool tells_more(const Name *name, const AdField *field)
{
	if (field->type != AD_NAME && name->complete)
		return false;
	return (field->type == AD_NAME && !name->complete) || strlen(name->text) != field->length ||
	       memcmp(name->text, field->data, field->length) != 0;
}

void device_names_learn(DeviceNames *names, const Addr *addr, const uint8_t *data, size_t length)
{
	AdField field;
	Name *name;

	if (!ad_find_name(data, length, &field))
		return;
	name = g_hash_table_lookup(names->table, addr);
	if (name) {
		g_queue_unlink(&names->told, &name->link);
		g_queue_push_head_link(&names->told, &name->link);
		if (!tells_more(name, &field))
			return;
	} else {
		name = add(names, addr);
	}
	g_free(name->text);
	name->text = text_of(&field);
	name->complete = field.type == AD_NAME;
}

const char *device_names_find(DeviceNames *names, const Addr *addr)
{
	const Name *name = g_hash_table_lookup(names->table, addr);

	return name ? name->text : NULL;
}
