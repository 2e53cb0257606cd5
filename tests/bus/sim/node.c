/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One object of an application that has a part in the GATT server. */
#include "adapter-private.h"
#include "application.h"
#include "central-server.h"
#include "node.h"

#define UUID_GENERIC_ACCESS 0x1800
#define UUID_GENERIC_ATTRIBUTE 0x1801

static const char *const node_ifaces[] = { "org.bluez.GattService1", "org.bluez.GattCharacteristic1",
					   "org.bluez.GattDescriptor1" };

static const struct {
	const char *name;
	uint32_t props, perms, ccc_perms;
} flags[] = {
	{ "broadcast", ATTR_BROADCAST, 0, 0 },
	{ "read", ATTR_READ, PERM_READ, 0 },
	{ "write-without-response", ATTR_WRITE_COMMAND, PERM_WRITE, 0 },
	{ "write", ATTR_WRITE, PERM_WRITE, 0 },
	{ "notify", ATTR_NOTIFY, 0, 0 },
	{ "indicate", ATTR_INDICATE, 0, 0 },
	{ "authenticated-signed-writes", ATTR_SIGNED_WRITE, PERM_WRITE, 0 },
	{ "extended-properties", ATTR_EXTENDED, 0, 0 },
	{ "reliable-write", ATTR_EXTENDED | ATTR_RELIABLE, PERM_WRITE, 0 },
	{ "writable-auxiliaries", ATTR_EXTENDED | ATTR_AUXILIARIES, 0, 0 },
	{ "encrypt-read", ATTR_READ, PERM_READ | PERM_READ_ENCRYPT, 0 },
	{ "encrypt-write", ATTR_WRITE, PERM_WRITE | PERM_WRITE_ENCRYPT, 0 },
	{ "encrypt-authenticated-read", ATTR_READ, PERM_READ | PERM_READ_AUTHEN, 0 },
	{ "encrypt-authenticated-write", ATTR_WRITE, PERM_WRITE | PERM_WRITE_AUTHEN, 0 },
	{ "secure-read", ATTR_READ, PERM_READ | PERM_READ_SECURE, 0 },
	{ "secure-write", ATTR_WRITE, PERM_WRITE | PERM_WRITE_SECURE, 0 },
	{ "authorize", 0, 0, 0 },
	{ "encrypt-notify", ATTR_NOTIFY, 0, PERM_WRITE_ENCRYPT },
	{ "encrypt-authenticated-notify", ATTR_NOTIFY, 0, PERM_WRITE_AUTHEN },
	{ "secure-notify", ATTR_NOTIFY, 0, PERM_WRITE_SECURE },
	{ "encrypt-indicate", ATTR_INDICATE, 0, PERM_WRITE_ENCRYPT },
	{ "encrypt-authenticated-indicate", ATTR_INDICATE, 0, PERM_WRITE_AUTHEN },
	{ "secure-indicate", ATTR_INDICATE, 0, PERM_WRITE_SECURE },
};

/* What a descriptor may not say */
static const uint32_t flags_of_characteristics = (uint32_t)~(ATTR_READ | ATTR_WRITE);

Node *node_new(struct Application *application, const char *path, GVariant *ifaces)
{
	static const char *const parents[] = { NULL, "Service", "Characteristic" };
	Node *node = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(node_ifaces) && !node; i++) {
		GVariant *properties = g_variant_lookup_value(ifaces, node_ifaces[i], G_VARIANT_TYPE_VARDICT);

		if (!properties)
			continue;
		node = g_new0(Node, 1);
		node->application = application;
		node->kind = (NodeKind)i;
		node->path = g_strdup(path);
		node->properties = properties;
		node->acquires = g_variant_lookup(properties, "NotifyAcquired", "b", NULL);
		if (parents[i])
			(void)g_variant_lookup(properties, parents[i], "&o", &node->parent);
	}
	return node;
}

bool node_parse_flags(Node *node)
{
	g_autoptr(GVariant) value =
		g_variant_lookup_value(node->properties, "Flags", G_VARIANT_TYPE_STRING_ARRAY);
	g_autofree const char **names = value ? g_variant_get_strv(value, NULL) : NULL;

	if (!names || !names[0])
		return false;
	for (const char **name = names; *name; name++) {
		size_t i = 0;

		while (i < G_N_ELEMENTS(flags) && !g_str_equal(flags[i].name, *name))
			i++;
		if (i == G_N_ELEMENTS(flags) ||
		    (node->kind == NODE_DESCRIPTOR &&
		     (flags[i].props & flags_of_characteristics || flags[i].ccc_perms)))
			return false;
		node->props |= flags[i].props;
		node->perms |= flags[i].perms;
		node->ccc_perms |= flags[i].ccc_perms;
	}
	return true;
}

bool node_get_uuid(const Node *node, char ret[ATTR_UUID_LEN + 1])
{
	const char *text;
	Uuid uuid;

	if (!g_variant_lookup(node->properties, "UUID", "&s", &text))
		return false;
	if (g_ascii_strncasecmp(text, "0x", 2) == 0)
		text += 2;
	if (!uuid_parse(text, &uuid))
		return false;
	uuid_format(&uuid, ret);
	return !uuid_is(&uuid, UUID_GENERIC_ACCESS) && !uuid_is(&uuid, UUID_GENERIC_ATTRIBUTE);
}

bool node_get_handle(const Node *node, uint16_t *ret)
{
	g_autoptr(GVariant) value = g_variant_lookup_value(node->properties, "Handle", NULL);

	*ret = 0;
	if (!value)
		return true;
	if (!g_variant_is_of_type(value, G_VARIANT_TYPE_UINT16))
		return false;
	*ret = g_variant_get_uint16(value);
	return true;
}

GDBusConnection *node_connection(const Node *node)
{
	Bus *bus = application_bus(node->application);

	bus_flush(bus);
	return bus->connection;
}

void node_tell(const Node *node, const char *interface, const char *method, GVariant *args)
{
	g_dbus_connection_call(node_connection(node), application_owner(node->application), node->path,
			       interface, method, args, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL,
			       NULL);
}

void node_set_handle(const Node *node, uint16_t handle)
{
	g_autoptr(GVariant) value = g_variant_lookup_value(node->properties, "Handle", NULL);

	if (value)
		node_tell(node, PROPERTIES, "Set",
			  g_variant_new("(ssv)", node_ifaces[node->kind], "Handle",
					g_variant_new_uint16(handle)));
}

uint32_t node_props(const Node *node)
{
	return node->props;
}

uint16_t node_handle(const Node *node)
{
	return node->item->handle;
}

const Item *node_ccc(const Node *node)
{
	return node->ccc;
}

const char *node_iface(const Node *node)
{
	return node_ifaces[node->kind];
}
