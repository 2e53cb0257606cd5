/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the objects of an application become attributes of the server, each at its handle. */
#include <string.h>

#include "adapter-private.h"
#include "application-private.h"

#define BASE "-0000-1000-8000-00805f9b34fb"

static unsigned int node_size(const Node *node)
{
	if (node->kind == NODE_DESCRIPTOR)
		return 1;
	return 2 + (node->props & (ATTR_NOTIFY | ATTR_INDICATE) ? 1 : 0) +
	       (node->props & (ATTR_RELIABLE | ATTR_AUXILIARIES) ? 1 : 0);
}

/* UUIDs of the bluetooth base have a short form. */
static void append_uuid(GByteArray *to, const char *uuid)
{
	bool is_short = strncmp(uuid, "0000", 4) == 0 && g_str_equal(uuid + 8, BASE);
	const char *at = is_short ? uuid + 8 : uuid + ATTR_UUID_LEN;
	const char *end = is_short ? uuid + 4 : uuid;

	while (at > end) {
		uint8_t byte;

		if (at[-1] == '-')
			at--;
		byte = (uint8_t)(g_ascii_xdigit_value(at[-2]) << 4 | g_ascii_xdigit_value(at[-1]));
		g_byte_array_append(to, &byte, 1);
		at -= 2;
	}
}

static void append_handle(GByteArray *to, uint16_t handle)
{
	const uint8_t bytes[] = { handle & 0xff, (uint8_t)(handle >> 8) };

	g_byte_array_append(to, bytes, sizeof(bytes));
}

static bool serve_descriptor(const Application *application, Node *node, uint16_t *at)
{
	char uuid[ATTR_UUID_LEN + 1];
	uint16_t handle;

	if (!node_get_handle(node, &handle) || !node_get_uuid(node, uuid))
		return false;
	if (handle > *at)
		*at = handle;
	node->item = server_add(application->server, ITEM_DESCRIPTOR, (*at)++, uuid, node->perms);
	node->item->node = node;
	if (handle == 0)
		node_set_handle(node, node->item->handle);
	return true;
}

static void serve_configuration(Server *server, Node *node, uint16_t *at)
{
	const uint8_t extended[] = { (uint8_t)(node->props / ATTR_RELIABLE), 0 };
	Item *item;

	if (node->props & (ATTR_NOTIFY | ATTR_INDICATE)) {
		node->ccc = server_add(server, ITEM_CCC, (*at)++, ATTR_UUID_CCC,
				       PERM_READ | PERM_WRITE | node->ccc_perms);
		node->ccc->node = node;
	}
	if (node->props & (ATTR_RELIABLE | ATTR_AUXILIARIES)) {
		item = server_add(server, ITEM_DESCRIPTOR, (*at)++, "00002900" BASE, PERM_READ);
		item->value = g_byte_array_new();
		g_byte_array_append(item->value, extended, sizeof(extended));
	}
}

static bool serve_characteristic(const Application *application, Node *node, uint16_t *at)
{
	Server *server = application->server;
	char uuid[ATTR_UUID_LEN + 1];
	uint8_t props = node->props & 0xff;
	uint16_t handle;
	Item *item;

	if (!node_get_handle(node, &handle) || !node_get_uuid(node, uuid))
		return false;
	if (handle > *at + 1)
		*at = (uint16_t)(handle - 1);
	item = server_add(server, ITEM_CHARACTERISTIC, *at, uuid, PERM_READ);
	item->props = props;
	item->value = g_byte_array_new();
	g_byte_array_append(item->value, &props, 1);
	append_handle(item->value, (uint16_t)(*at + 1));
	append_uuid(item->value, uuid);
	node->item = server_add(server, ITEM_VALUE, (uint16_t)(*at + 1), uuid, node->perms);
	node->item->node = node;
	*at = (uint16_t)(*at + 2);
	serve_configuration(server, node, at);
	if (handle == 0)
		node_set_handle(node, node->item->handle);
	for (unsigned int i = 0; i < application->nodes->len; i++) {
		Node *descriptor = application->nodes->pdata[i];

		if (descriptor->kind == NODE_DESCRIPTOR && descriptor->in == node &&
		    !serve_descriptor(application, descriptor, at))
			return false;
	}
	return true;
}

static void serve_includes(const Application *application, char **paths, uint16_t *at)
{
	for (; *paths; paths++) {
		const Node *included = application_find(application, NODE_SERVICE, *paths);
		Item *item;

		if (!included || !included->item)
			continue;
		item = server_add(application->server, ITEM_INCLUDE, (*at)++, "00002802" BASE, PERM_READ);
		item->value = g_byte_array_new();
		append_handle(item->value, included->item->handle);
		append_handle(item->value, included->item->end);
		if (g_str_has_suffix(included->item->uuid, BASE))
			append_uuid(item->value, included->item->uuid);
	}
}

static unsigned int service_size(const Application *application, const Node *service, char **includes)
{
	unsigned int size = 1 + (includes ? g_strv_length(includes) : 0);

	for (unsigned int i = 0; i < application->nodes->len; i++) {
		const Node *node = application->nodes->pdata[i];

		if (node->in == service || (node->in && node->in->in == service))
			size += node_size(node);
	}
	return size;
}

static bool is_free(const Server *server, uint32_t start, uint32_t end)
{
	for (unsigned int i = 0; i < server->items->len; i++) {
		const Item *item = server->items->pdata[i];

		if (item->kind == ITEM_SERVICE && item->handle <= end && item->end >= start)
			return false;
	}
	return end <= UINT16_MAX;
}

static bool serve_service(const Application *application, Node *node)
{
	Server *server = application->server;
	g_auto(GStrv) includes = NULL;
	char uuid[ATTR_UUID_LEN + 1];
	gboolean primary;
	uint16_t handle, at;
	uint32_t start, end;

	if (!node_get_uuid(node, uuid) || !g_variant_lookup(node->properties, "Primary", "b", &primary) ||
	    !node_get_handle(node, &handle))
		return false;
	(void)g_variant_lookup(node->properties, "Includes", "^ao", &includes);
	start = handle ? handle : server->next;
	end = start + service_size(application, node, includes) - 1;
	if (!is_free(server, start, end))
		return false;
	server->next = MAX(server->next, end + 1);
	node->item = server_add(server, ITEM_SERVICE, (uint16_t)start, uuid, PERM_READ);
	node->item->end = (uint16_t)end;
	node->item->primary = primary;
	node->item->value = g_byte_array_new();
	append_uuid(node->item->value, uuid);
	if (handle == 0)
		node_set_handle(node, (uint16_t)start);

	at = (uint16_t)(start + 1);
	if (includes)
		serve_includes(application, includes, &at);
	for (unsigned int i = 0; i < application->nodes->len; i++) {
		Node *characteristic = application->nodes->pdata[i];

		if (characteristic->kind == NODE_CHARACTERISTIC && characteristic->in == node &&
		    !serve_characteristic(application, characteristic, &at))
			return false;
	}
	server_changed(server, (uint16_t)start, (uint16_t)end);
	return true;
}

bool application_serve(const Application *application)
{
	for (unsigned int i = 0; i < application->nodes->len; i++) {
		Node *node = application->nodes->pdata[i];

		if (node->kind == NODE_SERVICE && !serve_service(application, node))
			return false;
	}
	return true;
}
