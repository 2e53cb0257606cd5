/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A central as a client of the simulated bluetoothd's GATT server. */
#include <errno.h>

#include "central-server.h"
#include "server.h"
#include "smp.h"

#define CONNECTION_TIMEOUT 0x08

void central_end_new(Central *central)
{
	CentralEnd *end = g_new0(CentralEnd, 1);

	end->ccc = g_hash_table_new(NULL, NULL);
	end->value = g_byte_array_new();
	central->end = end;
}

void central_end_free(Central *central)
{
	CentralEnd *end = central->end;

	if (central->radio)
		central_lose(central, CONNECTION_TIMEOUT);
	g_hash_table_unref(end->ccc);
	g_byte_array_unref(end->value);
	g_free(end->device);
	g_free(end);
}

void central_bond(Central *central, uint64_t radio, AttrSecurity security)
{
	central->end->bond = radio;
	central->end->bond_security = security;
}

void central_unbond(Central *central)
{
	central_bond(central, 0, ATTR_PLAIN);
}

AttrSecurity central_bond_security(const Central *central, uint64_t radio)
{
	return central->end->bond == radio ? central->end->bond_security : ATTR_PLAIN;
}

int central_connect(Central *central, Radio *radio, uint16_t mtu)
{
	if (!radio->powered || !broadcast_is_connectable(radio->broadcast))
		return -ECONNREFUSED;
	broadcast_connected(radio->broadcast);
	central->radio = radio;
	central->att.mtu = mtu;
	central_encrypted(central, ATTR_PLAIN);
	if (radio->ears)
		radio->ears->central(radio->owner, central, true);
	central_finish(central, "ok");
	return 0;
}

void central_lose(Central *central, uint8_t reason)
{
	Radio *radio = central->radio;

	(void)reason; /* D-Bus does not tell */
	if (!radio)
		return;
	smp_stop(central);
	if (central->end->server)
		radio->ears->central(radio->owner, central, false);
	central_orphan(central);
	central->radio = NULL;
	broadcast_disconnected(radio->broadcast);
	central_finish(central, "error link lost");
	central_finish_secure(central, "error link lost");
}

void central_adopt(Central *central, struct Server *server, const char *device)
{
	central->end->server = server;
	central->end->device = g_strdup(device);
}

void central_orphan(Central *central)
{
	central->end->server = NULL;
	g_clear_pointer(&central->end->device, g_free);
	central_finish(central, "error no answer");
	central_finish_secure(central, "error no answer");
}

void central_forget_ccc(Central *central, uint64_t radio)
{
	if (central->radio ? central->radio->addr == radio : central->end->bond == radio)
		g_hash_table_remove_all(central->end->ccc);
}

uint16_t central_get_ccc(const Central *central, uint16_t handle)
{
	return (uint16_t)GPOINTER_TO_UINT(g_hash_table_lookup(central->end->ccc, GUINT_TO_POINTER(handle)));
}

void central_set_ccc(Central *central, uint16_t handle, uint16_t value)
{
	if (value)
		g_hash_table_insert(central->end->ccc, GUINT_TO_POINTER(handle), GUINT_TO_POINTER(value));
	else
		g_hash_table_remove(central->end->ccc, GUINT_TO_POINTER(handle));
}

void central_hear(Central *central, uint16_t handle, const uint8_t *value, size_t len)
{
	central->pdus++;
	inbox_add(&central->inbox, handle, value, MIN(len, central->att.mtu - 3U));
}

void central_encrypted(Central *central, AttrSecurity security)
{
	central->end->security = security;
	central->att.encrypted = security > ATTR_PLAIN;
}

static bool central_serves(Central *central)
{
	if (!central->end->server)
		central_finish(central, "error no answer");
	return central->end->server != NULL;
}

/* A full answer may not be the end. */
static void on_read(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Central *central = data;
	size_t room = central->att.mtu - 1U;
	bool first = central->end->value->len == 0;

	central->pdus++;
	if (error && first) {
		central_finish_att(central, error);
		return;
	}
	if (!error)
		g_byte_array_append(central->end->value, value ? value : (const uint8_t *)"",
				    (guint)MIN(len, room));
	if (!error && len >= room && !central->end->part) {
		server_read(central->end->server, central, central->end->handle,
			    (uint16_t)central->end->value->len, on_read, central);
		return;
	}
	central_finish_read(central, central->end->value->data, central->end->value->len);
}

void central_read(Central *central, uint16_t handle, uint16_t offset, bool part)
{
	g_byte_array_set_size(central->end->value, 0);
	central->end->handle = handle;
	central->end->part = part;
	if (central_serves(central))
		server_read(central->end->server, central, handle, offset, on_read, central);
}

static void on_written(void *data, uint8_t error, const uint8_t *value, size_t len)
{
	Central *central = data;

	(void)value;
	(void)len;
	central->pdus++;
	central_finish_att(central, error);
}

void central_write(Central *central, uint16_t handle, const uint8_t *value, size_t len)
{
	g_autoptr(GBytes) bytes = g_bytes_new(value, len);

	if (central_serves(central))
		server_write(central->end->server, central, handle, bytes, 2, on_written, central);
}

void central_command(Central *central, uint16_t handle, const uint8_t *value, size_t len)
{
	g_autoptr(GBytes) bytes = g_bytes_new(value, len);

	if (central->end->server)
		server_write(central->end->server, central, handle, bytes, 2, NULL, NULL);
}

void central_prepare(Central *central, uint16_t handle, const uint8_t *value, size_t len)
{
	g_autoptr(GBytes) bytes = g_bytes_new(value, len);
	size_t part = central->att.mtu - 5U, at = 0;
	uint8_t error;

	if (!central_serves(central))
		return;
	do {
		error = server_prepare(central->end->server, central, handle, at, MIN(part, len - at));
		central->pdus++;
		at += part;
	} while (!error && at < len);
	if (error)
		central_finish_att(central, error);
	else
		server_write(central->end->server, central, handle, bytes, 0, on_written, central);
}

void central_subscribe(Central *central, uint16_t handle, uint16_t setting)
{
	const uint8_t value[] = { (uint8_t)setting, 0 };
	const GPtrArray *items;
	const Item *ccc = NULL;

	if (!central_serves(central))
		return;
	items = central->end->server->items;
	for (unsigned int i = 0; i < items->len && !ccc; i++) {
		const Item *item = items->pdata[i];

		if (item->handle > handle && item->kind <= ITEM_CHARACTERISTIC)
			break;
		if (item->handle > handle && item->kind == ITEM_CCC)
			ccc = item;
	}
	if (ccc)
		central_write(central, ccc->handle, value, sizeof(value));
	else
		central_finish(central, "error no configuration");
}

void central_discover(Central *central)
{
	const GPtrArray *items = central->end->server ? central->end->server->items : NULL;
	g_autoptr(GString) text = g_string_new("ok");

	for (unsigned int i = 0; items && i < items->len; i++) {
		const Item *item = items->pdata[i];

		if (item->kind == ITEM_SERVICE)
			g_string_append_printf(text, " s:%04x:%04x:%s:%c", item->handle, item->end,
					       item->uuid, item->primary ? 'p' : 's');
		else if (item->kind == ITEM_CHARACTERISTIC)
			g_string_append_printf(text, " c:%04x:%02x:%04x:%s", item->handle, item->props,
					       item->handle + 1, item->uuid);
		else if (item->kind != ITEM_VALUE)
			g_string_append_printf(text, " d:%04x:%s", item->handle, item->uuid);
	}
	central_finish(central, "%s", text->str);
}
