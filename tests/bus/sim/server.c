/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GATT server of an adapter. */
#include <string.h>

#include "adapter-private.h"
#include "application.h"
#include "central-server.h"
#include "node.h"

#define STALE_MS 2000 /* a new bluetoothd ends the links of the old one */
#define LOCAL_HOST_TERMINATED 0x16
#define BASE "-0000-1000-8000-00805f9b34fb"
#define DEVICE_NAME 0x0003
#define SERVICE_CHANGED 0x000a
#define SERVICE_CHANGED_CCC 0x000b
#define CLIENT_FEATURES 0x000d
#define FIRST_FREE 0x0015

static void item_free(void *data)
{
	Item *item = data;

	if (item->value)
		g_byte_array_unref(item->value);
	g_free(item);
}

Item *server_find(const Server *server, uint16_t handle)
{
	for (unsigned int i = 0; i < server->items->len; i++) {
		Item *item = server->items->pdata[i];

		if (item->handle == handle)
			return item;
	}
	return NULL;
}

Item *server_add(Server *server, ItemKind kind, uint16_t handle, const char *uuid, uint32_t perms)
{
	Item *item = g_new0(Item, 1);
	unsigned int at = 0;

	item->kind = kind;
	item->handle = handle;
	item->end = handle;
	g_strlcpy(item->uuid, uuid, sizeof(item->uuid));
	item->perms = perms;
	while (at < server->items->len && ((Item *)server->items->pdata[at])->handle < handle)
		at++;
	g_ptr_array_insert(server->items, (int)at, item);
	return item;
}

void server_changed(Server *server, uint16_t start, uint16_t end)
{
	const uint8_t range[] = { start & 0xff, (uint8_t)(start >> 8), end & 0xff, (uint8_t)(end >> 8) };

	for (unsigned int i = 0; i < server->centrals->len; i++) {
		Central *central = server->centrals->pdata[i];

		if (central_get_ccc(central, SERVICE_CHANGED_CCC) == 2)
			central_hear(central, SERVICE_CHANGED, range, sizeof(range));
	}
}

void server_remove_service(Server *server, uint16_t handle)
{
	const GPtrArray *centrals = server->adapter->home.air->centrals;
	const Item *service = server_find(server, handle);
	uint16_t end = service->end;

	for (unsigned int i = server->items->len; i > 0; i--) {
		const Item *item = server->items->pdata[i - 1];

		if (item->handle < handle || item->handle > end)
			continue;
		for (unsigned int c = 0; c < centrals->len; c++)
			central_set_ccc(centrals->pdata[c], item->handle, 0);
		g_ptr_array_remove_index(server->items, i - 1);
	}
	server_changed(server, handle, end);
}

static void describe_characteristic(const Item *item, const Uuid *uuid, Database *ret)
{
	const Uuid declaration = uuid_short(UUID_CHARACTERISTIC);
	uint8_t value[3 + sizeof(uuid->bytes)] = { item->props };

	put_le16(value + 1, (uint16_t)(item->handle + 1));
	memcpy(value + 3, uuid->bytes, uuid->length);
	(void)database_add_descriptor(ret, item->handle, &declaration, ATTR_READ, value, 3U + uuid->length);
}

void server_describe(const Server *server, Database *ret)
{
	for (unsigned int i = 0; i < server->items->len; i++) {
		const Item *item = server->items->pdata[i];
		Uuid uuid;

		(void)uuid_parse(item->uuid, &uuid);
		if (item->kind == ITEM_SERVICE)
			(void)database_add_service(ret, item->handle, &uuid, item->primary);
		else if (item->kind == ITEM_CHARACTERISTIC)
			describe_characteristic(item, &uuid, ret);
		else
			(void)database_add_descriptor(ret, item->handle, &uuid, ATTR_READ, uuid.bytes, 0);
	}
}

void server_join(Server *server, Central *central)
{
	g_ptr_array_add(server->centrals, central);
}

/* Subscriptions of who is bonded outlive the link. */
void server_leave(Server *server, Central *central)
{
	bool bonded = central_bond_security(central, server->adapter->radio->addr) > ATTR_PLAIN;

	node_calls_forget(server, central);
	for (unsigned int i = 0; !bonded && i < server->items->len; i++) {
		const Item *item = server->items->pdata[i];

		if (item->kind == ITEM_CCC && item->node && central_get_ccc(central, item->handle))
			node_unsubscribe(item->node);
		central_set_ccc(central, item->handle, 0);
	}
	g_ptr_array_remove(server->centrals, central);
}

/* mask: the bits that matter to reading or to writing. */
static uint8_t check_perms(const Item *item, const Central *central, bool write)
{
	AttrSecurity security = central->end->security;
	uint32_t perms = item->perms;

	if (perms && !(perms & (write ? PERM_WRITE : PERM_READ)))
		return write ? ATT_WRITE_NOT_PERMITTED : ATT_READ_NOT_PERMITTED;
	if (perms & (write ? PERM_WRITE_SECURE : PERM_READ_SECURE)) /* nobody here pairs that well */
		return ATT_INSUFFICIENT_AUTHENTICATION;
	if (perms & (write ? PERM_WRITE_AUTHEN : PERM_READ_AUTHEN) && security < ATTR_AUTHENTICATED)
		return ATT_INSUFFICIENT_AUTHENTICATION;
	if (perms & (write ? PERM_WRITE_ENCRYPT : PERM_READ_ENCRYPT) && security < ATTR_ENCRYPTED)
		return ATT_INSUFFICIENT_ENCRYPTION;
	return 0;
}

static void answer_part(const uint8_t *value, size_t len, uint16_t offset, ServerAnswer answer, void *data)
{
	if (offset > len)
		answer(data, ATT_INVALID_OFFSET, NULL, 0);
	else
		answer(data, 0, value + offset, len - offset);
}

void server_read(Server *server, Central *central, uint16_t handle, uint16_t offset, ServerAnswer answer,
		 void *data)
{
	const Item *item = server_find(server, handle);
	uint8_t error = item ? check_perms(item, central, false) : ATT_INVALID_HANDLE;
	uint16_t ccc;

	if (error) {
		answer(data, error, NULL, 0);
	} else if (item->kind == ITEM_CCC) {
		ccc = central_get_ccc(central, handle);
		answer_part((const uint8_t[]){ ccc & 0xff, (uint8_t)(ccc >> 8) }, 2, offset, answer, data);
	} else if (item->value) {
		answer_part(item->value->data, item->value->len, offset, answer, data);
	} else {
		node_read(item->node, central, offset, answer, data);
	}
}

static uint8_t write_ccc(const Item *item, Central *central, const uint8_t *value, size_t len)
{
	uint16_t wanted;

	if (len == 0 || len > 2)
		return ATT_INVALID_LENGTH;
	wanted = (uint16_t)(value[0] | (len > 1 ? value[1] << 8 : 0));
	if (wanted == central_get_ccc(central, item->handle))
		return 0;
	if (wanted && item->node &&
	    (wanted > 2 || !(node_props(item->node) & (wanted == 1 ? ATTR_NOTIFY : ATTR_INDICATE))))
		return ATT_CCC_IMPROPER;
	if (item->node && wanted)
		node_subscribe(item->node, central);
	else if (item->node)
		node_unsubscribe(item->node);
	central_set_ccc(central, item->handle, wanted);
	return 0;
}

void server_write(Server *server, Central *central, uint16_t handle, GBytes *value, size_t head,
		  ServerAnswer answer, void *data)
{
	const Item *item = server_find(server, handle);
	size_t len;
	const uint8_t *bytes = g_bytes_get_data(value, &len);
	uint8_t error = item ? 0 : ATT_INVALID_HANDLE;

	if (!error && len + head > ATTR_VALUE_MAX)
		error = ATT_INVALID_LENGTH;
	if (!error)
		error = check_perms(item, central, true);
	if (!error && item->kind == ITEM_CCC) {
		error = write_ccc(item, central, bytes, len);
	} else if (!error && !item->value) {
		node_write(item->node, central, value, answer, data);
		return;
	}
	if (answer) /* what a client says of its features goes nowhere */
		answer(data, error, NULL, 0);
}

uint8_t server_prepare(Server *server, Central *central, uint16_t handle, size_t offset, size_t len)
{
	const Item *item = server_find(server, handle);

	if (!item)
		return ATT_INVALID_HANDLE;
	if (offset > ATTR_VALUE_MAX)
		return ATT_INVALID_OFFSET;
	if (len + 4 + offset > ATTR_VALUE_MAX) /* it counts the head of the request, too */
		return ATT_INVALID_LENGTH;
	return check_perms(item, central, true);
}

void server_notify(Server *server, struct Node *node, const uint8_t *value, size_t len)
{
	const Item *ccc = node_ccc(node);

	for (unsigned int i = 0; ccc && i < server->centrals->len; i++) {
		Central *central = server->centrals->pdata[i];
		uint16_t wanted = central_get_ccc(central, ccc->handle);

		if (wanted)
			central_hear(central, node_handle(node), value, MIN(len, ATTR_VALUE_MAX));
		if (wanted == 2)
			node_confirmed(node);
	}
}

static Item *add_own(Server *server, ItemKind kind, uint16_t handle, const char *uuid, const void *value,
		     size_t len)
{
	char full[ATTR_UUID_LEN + 1];
	Item *item;

	g_snprintf(full, sizeof(full), "0000%s" BASE, uuid);
	item = server_add(server, kind, handle, full, PERM_READ);
	item->value = g_byte_array_new();
	if (len > 0)
		g_byte_array_append(item->value, value, (guint)len);
	item->primary = true;
	return item;
}

static void add_own_characteristic(Server *server, uint16_t handle, uint8_t props, const char *uuid,
				   const void *value, size_t len)
{
	const uint8_t declaration[] = { props, (uint8_t)(handle + 1), 0 };

	add_own(server, ITEM_CHARACTERISTIC, handle, uuid, declaration, sizeof(declaration))->props = props;
	(void)add_own(server, ITEM_VALUE, (uint16_t)(handle + 1), uuid, value, len);
}

/* Generic Access, Generic Attribute, Device Information, at the handles where bluetoothd 5.66 has them */
static void server_add_own(Server *server)
{
	static const uint8_t nothing[16], central_resolution = 1,
					  pnp[] = { 0x02, 0x6b, 0x1d, 0x46, 0x02, 0x42, 0x05 };
	const char *name = adapter_alias(server->adapter);

	add_own(server, ITEM_SERVICE, 0x0001, "1800", "\x00\x18", 2)->end = 0x0007;
	add_own_characteristic(server, 0x0002, 0x02, "2a00", name, strlen(name));
	add_own_characteristic(server, 0x0004, 0x02, "2a01", nothing, 2);
	add_own_characteristic(server, 0x0006, 0x02, "2aa6", &central_resolution, 1);
	add_own(server, ITEM_SERVICE, 0x0008, "1801", "\x01\x18", 2)->end = 0x0011;
	add_own_characteristic(server, 0x0009, 0x20, "2a05", nothing, 0);
	server_find(server, SERVICE_CHANGED)->perms = PERM_WRITE; /* for no reading */
	add_own(server, ITEM_CCC, SERVICE_CHANGED_CCC, "2902", NULL, 0)->perms = PERM_READ | PERM_WRITE;
	add_own_characteristic(server, 0x000c, 0x0a, "2b29", nothing, 1);
	server_find(server, CLIENT_FEATURES)->perms = PERM_READ | PERM_WRITE;
	add_own_characteristic(server, 0x000e, 0x02, "2b2a", nothing, sizeof(nothing));
	add_own_characteristic(server, 0x0010, 0x02, "2b3a", nothing, 1);
	add_own(server, ITEM_SERVICE, 0x0012, "180a", "\x0a\x18", 2)->end = 0x0014;
	add_own_characteristic(server, 0x0013, 0x02, "2a50", pnp, sizeof(pnp));
}

void server_named(Server *server)
{
	const char *name = adapter_alias(server->adapter);
	GByteArray *value = server_find(server, DEVICE_NAME)->value;

	g_byte_array_set_size(value, 0);
	g_byte_array_append(value, (const uint8_t *)name, (guint)strlen(name));
}

static int on_clearing(void *data)
{
	Server *server = data;
	const Air *air = server->adapter->home.air;

	server->clearing = 0;
	for (unsigned int i = 0; i < air->centrals->len; i++) {
		Central *central = air->centrals->pdata[i];

		if (central->radio == server->adapter->radio && !central->end->server)
			central_lose(central, LOCAL_HOST_TERMINATED);
	}
	return G_SOURCE_REMOVE;
}

Server *server_new(Adapter *adapter)
{
	Server *server = g_new0(Server, 1);

	server->adapter = adapter;
	server->items = g_ptr_array_new_with_free_func(item_free);
	server->next = FIRST_FREE;
	server->centrals = g_ptr_array_new();
	server->calls = g_ptr_array_new();
	server->acquirings = g_ptr_array_new();
	server->applications = applications_new();
	server_add_own(server);
	for (unsigned int i = 0; i < adapter->home.air->centrals->len; i++)
		central_forget_ccc(adapter->home.air->centrals->pdata[i], adapter->radio->addr);
	server->clearing = g_timeout_add(STALE_MS, on_clearing, server);
	return server;
}

Server *server_free(Server *server)
{
	if (!server)
		return NULL;

	if (server->clearing)
		g_source_remove(server->clearing);
	node_calls_end(server);
	/* Killed: the links stay, nobody is behind them. */
	while (server->centrals->len > 0) {
		Central *central = server->centrals->pdata[0];

		g_ptr_array_remove_index(server->centrals, 0);
		central_orphan(central);
	}
	g_ptr_array_unref(server->applications);
	g_ptr_array_unref(server->calls);
	g_ptr_array_unref(server->acquirings);
	g_ptr_array_unref(server->centrals);
	g_ptr_array_unref(server->items);
	g_free(server);
	return NULL;
}
