/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a central is reading in parts. */
#include "core/long-read.h"

typedef struct LongRead {
	const LocalAttr *attr;
	GBytes *value;
	uint16_t offset;	/* of the last part */
	bool whole;		/* the central read from the first byte on */
} LongRead;

static void long_read_clear(void *data)
{
	g_bytes_unref(((LongRead *)data)->value);
}

void long_reads_init(Client *client)
{
	/* in order of use, the latest last */
	client->long_reads = g_array_new(FALSE, FALSE, sizeof(LongRead));
	g_array_set_clear_func(client->long_reads, long_read_clear);
}

void long_reads_deinit(Client *client)
{
	g_array_free(client->long_reads, TRUE);
}

static LongRead *long_read_find(const Client *client, const LocalAttr *attr, guint *ret_index)
{
	for (guint i = 0; i < client->long_reads->len; i++) {
		LongRead *read = &g_array_index(client->long_reads, LongRead, i);

		if (read->attr == attr) {
			*ret_index = i;
			return read;
		}
	}
	return NULL;
}

bool long_read_goes_on(Client *client, const LocalAttr *attr, uint16_t offset, GBytes **ret)
{
	LongRead *read, moved;
	guint index;

	read = long_read_find(client, attr, &index);
	if (!read || offset == 0)
		return false;
	/* a central that has the beginning may ask for any part, also twice; one that started in the middle
	 * starts anew when it goes back */
	if (!read->whole && offset <= read->offset)
		return false;
	read->offset = offset;
	*ret = read->value;
	moved = *read;
	g_bytes_ref(moved.value);
	g_array_remove_index(client->long_reads, index);
	g_array_append_val(client->long_reads, moved);
	return true;
}

bool long_read_is_lost(const Client *client, uint16_t offset)
{
	return offset > 0 && client->long_reads_lost;
}

void long_read_begin(Client *client, const LocalAttr *attr, uint16_t offset, GBytes *value)
{
	LongRead read = { .attr = attr, .value = g_bytes_ref(value), .offset = offset, .whole = offset == 0 };
	guint index;

	if (long_read_find(client, attr, &index)) {
		g_array_remove_index(client->long_reads, index);
	} else if (client->long_reads->len == LONG_READS_MAX) {
		g_array_remove_index(client->long_reads, 0);
		client->long_reads_lost = true;
	}
	g_array_append_val(client->long_reads, read);
}

void long_reads_forget(Peripheral *peripheral, const LocalAttr *attr)
{
	for (guint i = 0; i < peripheral->clients->len; i++) {
		const Client *client = g_ptr_array_index(peripheral->clients, i);
		guint index;

		if (long_read_find(client, attr, &index))
			g_array_remove_index(client->long_reads, index);
	}
}
