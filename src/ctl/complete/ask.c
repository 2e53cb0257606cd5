/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon knows, as candidates. */
#include "ctl/complete/ask.h"

#include <string.h>

#include "build-config.h"
#include "client/boottime.h"
#include "client/bus.h"
#include "client/gatt.h"
#include "client/text.h"
#include "meaning/addr.h"
#include "meaning/constants.h"
#include "meaning/number.h"

#define TIMEOUT_DEFAULT 1
#define DEVICES_MAX 500		/* what nobody would look through helps nobody */
#define ADAPTER_INTERFACE "com.example.Bluetooth.Adapter1"
#define LINK_INTERFACE "com.example.Bluetooth.Connection1"

typedef struct Found {
	char *address;
	char *name;		/* NULL: it has none */
	GString *meaning;
} Found;

struct Ask {
	char *bus;
	int adapter;
	uint64_t deadline;
	GDBusConnection *connection;	/* NULL: not needed yet, or not there */
	bool failed;
	GVariant *objects;		/* answer of GetManagedObjects; NULL: not asked for yet */
	GPtrArray *found;		/* Found, as they came */
	GHashTable *by_address;		/* the same */
	GHashTable *names;		/* how many devices have that name */
};

static void found_free(void *pointer)
{
	Found *found = pointer;

	g_free(found->address);
	g_free(found->name);
	g_string_free(found->meaning, TRUE);
	g_free(found);
}

Ask *ask_new(const char *bus, int adapter, int timeout)
{
	Ask *ask = g_new0(Ask, 1);

	ask->bus = g_strdup(bus);
	ask->adapter = adapter;
	ask->deadline = boottime_now() + (uint64_t)(timeout < 0 ? TIMEOUT_DEFAULT : timeout) * USEC_PER_SEC;
	ask->found = g_ptr_array_new_with_free_func(found_free);
	ask->by_address = g_hash_table_new(g_str_hash, g_str_equal);
	ask->names = g_hash_table_new(g_str_hash, g_str_equal);
	return ask;
}

void ask_free(Ask *ask)
{
	g_hash_table_unref(ask->names);
	g_hash_table_unref(ask->by_address);
	g_ptr_array_unref(ask->found);
	g_clear_pointer(&ask->objects, g_variant_unref);
	g_clear_object(&ask->connection);
	g_free(ask->bus);
	g_free(ask);
}

/* NULL: there is no answer, and there will be none. */
static GVariant *call(Ask *ask, const char *path, const char *interface, const char *method,
		      GVariant *arguments, const char *type)
{
	g_autoptr(GVariant) sunk = arguments ? g_variant_ref_sink(arguments) : NULL;
	uint64_t now = boottime_now();
	GVariant *reply = NULL;

	if (!ask->connection && !ask->failed)
		ask->connection = bus_try(ask->bus, NULL);
	if (ask->connection && !ask->failed && now < ask->deadline)
		reply = g_dbus_connection_call_sync(ask->connection, BUS_NAME, path, interface, method, sunk,
						    G_VARIANT_TYPE(type), G_DBUS_CALL_FLAGS_NO_AUTO_START,
						    (int)((ask->deadline - now) / USEC_PER_MSEC) + 1, NULL,
						    NULL);
	ask->failed |= !reply;
	return reply;
}

/* Calls what for each object with that interface, on the radios that are meant. */
typedef void (*ObjectSeen)(Ask *ask, const char *path, GVariant *properties, void *userdata);

static void each_object(Ask *ask, const char *interface, ObjectSeen seen, void *userdata)
{
	g_autofree char *radio = g_strdup_printf(BROKER_PATH "/hci%d", ask->adapter);
	g_autoptr(GVariant) objects = NULL;
	size_t length = strlen(radio), n;

	if (!ask->objects)
		ask->objects = call(ask, BROKER_PATH, "org.freedesktop.DBus.ObjectManager",
				    "GetManagedObjects", NULL, "(a{oa{sa{sv}}})");
	if (!ask->objects)
		return;
	objects = g_variant_get_child_value(ask->objects, 0);
	n = g_variant_n_children(objects);
	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) interfaces = NULL, properties = NULL;
		const char *path;

		g_variant_get_child(objects, i, "{&o@a{sa{sv}}}", &path, &interfaces);
		if (ask->adapter >= 0 && !(g_str_has_prefix(path, radio) && strchr("/", path[length])))
			continue;
		properties = g_variant_lookup_value(interfaces, interface, G_VARIANT_TYPE_VARDICT);
		if (properties)
			seen(ask, path, properties, userdata);
	}
}

static void add_radio(Ask *ask UNUSED, const char *path, GVariant *properties, void *userdata)
{
	const char *address = "", *name = "";
	g_autofree char *meaning = NULL;

	g_variant_lookup(properties, "Address", "&s", &address);
	g_variant_lookup(properties, "Name", "&s", &name);
	meaning = g_strdup_printf("%s \"%s\"", address, name);
	candidates_add(userdata, strrchr(path, '/') + 1, meaning);
}

void ask_radios(Ask *ask, Candidates *candidates)
{
	ask->adapter = -1;
	each_object(ask, ADAPTER_INTERFACE, add_radio, candidates);
}

/* --- devices --- */

/* row: Address, IdentityAddress, Name, RSSI of a device, as far as known. */
static void find(Ask *ask, GVariant *row, const char *what)
{
	const char *address, *name = NULL;
	Found *found;
	int16_t rssi;

	if ((!g_variant_lookup(row, "IdentityAddress", "&s", &address) || *address == '\0') &&
	    !g_variant_lookup(row, "Address", "&s", &address))
		return;
	found = g_hash_table_lookup(ask->by_address, address);
	if (!found && ask->found->len >= DEVICES_MAX)
		return;
	if (!found) {
		found = g_new0(Found, 1);
		*found = (Found){ .address = g_strdup(address), .meaning = g_string_new(NULL) };
		g_ptr_array_add(ask->found, found);
		g_hash_table_insert(ask->by_address, found->address, found);
	}
	g_variant_lookup(row, "Name", "&s", &name);
	if (!found->name && name && *name) {
		found->name = g_strdup(name);
		g_hash_table_insert(ask->names, found->name,
				    (char *)g_hash_table_lookup(ask->names, name) + 1);
	}
	if (what)
		g_string_append_printf(found->meaning, "%s%s", found->meaning->len > 0 ? ", " : "", what);
	if (g_variant_lookup(row, "RSSI", "n", &rssi) && rssi != RSSI_UNKNOWN && !what)
		g_string_append_printf(found->meaning, "%s%d dBm", found->meaning->len > 0 ? ", " : "", rssi);
}

static void find_link(Ask *ask, const char *path UNUSED, GVariant *properties, void *userdata UNUSED)
{
	find(ask, properties, "linked");
}

static void find_rows(Ask *ask, GVariant *reply, const char *what)
{
	g_autoptr(GVariant) rows = reply ? g_variant_get_child_value(reply, 0) : NULL;
	size_t n = rows ? g_variant_n_children(rows) : 0;

	for (size_t i = 0; i < n; i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

		find(ask, row, what);
	}
}

static void find_bonded(Ask *ask, const char *path, GVariant *properties UNUSED, void *userdata UNUSED)
{
	g_autoptr(GVariant) reply = call(ask, path, ADAPTER_INTERFACE, "GetBonds", NULL, "(aa{sv})");

	find_rows(ask, reply, "bonded");
}

static void find_heard(Ask *ask, const char *path, GVariant *properties UNUSED, void *userdata UNUSED)
{
	GVariant *no_filter = g_variant_new_array(G_VARIANT_TYPE("{sv}"), NULL, 0);
	g_autoptr(GVariant) reply = call(ask, path, ADAPTER_INTERFACE, "GetDevices",
					 g_variant_new("(@a{sv})", no_filter), "(aa{sv})");

	find_rows(ask, reply, NULL);
}

static void find_all(Ask *ask, unsigned which)
{
	if (which & ASK_LINKED)
		each_object(ask, LINK_INTERFACE, find_link, NULL);
	if (which & ASK_BONDED)
		each_object(ask, ADAPTER_INTERFACE, find_bonded, NULL);
	if (which & ASK_HEARD)
		each_object(ask, ADAPTER_INTERFACE, find_heard, NULL);
}

static bool has_name_alone(Ask *ask, const Found *found)
{
	return found->name && g_hash_table_lookup(ask->names, found->name) == GSIZE_TO_POINTER(1);
}

void ask_devices(Ask *ask, unsigned which, Candidates *candidates)
{
	/* names are unique, or not, among all devices */
	find_all(ask, which | (*candidates->start ? ASK_BONDED | ASK_HEARD : 0));
	for (guint i = 0; i < ask->found->len; i++) {
		const Found *found = ask->found->pdata[i];
		g_autofree char *quoted = found->name ? g_strdup_printf("\"%s\"", found->name) : NULL;
		g_autofree char *meaning = NULL;

		meaning = g_strjoin(quoted && found->meaning->len > 0 ? " " : "", quoted ? quoted : "",
				    found->meaning->str, NULL);
		candidates_add_any_case(candidates, found->address, meaning);
		if (*candidates->start && has_name_alone(ask, found))
			candidates_add(candidates, found->name, found->address);
	}
}

/* --- attributes --- */

/* AA:BB:CC:DD:EE:FF of the word, or NULL. The caller owns it. */
static char *address_of(Ask *ask, const char *word)
{
	char address[ADDR_STRING_SIZE];
	Addr addr;

	if (addr_parse(word, &addr) == 0)
		return g_strdup(addr_format(&addr, address));
	find_all(ask, ASK_LINKED | ASK_BONDED | ASK_HEARD);
	for (guint i = 0; i < ask->found->len; i++) {
		const Found *found = ask->found->pdata[i];

		if (g_strcmp0(found->name, word) == 0 && has_name_alone(ask, found))
			return g_strdup(found->address);
	}
	return NULL;
}

static bool is_wanted(const GattAttr *attr, AskAttributes which)
{
	static const char *const words[] = {
		[ASK_READABLE] = "read",
		[ASK_WRITABLE] = "write",
		[ASK_NOTIFYING] = "notify",
	};

	if (attr->kind != GATT_CHARACTERISTIC)
		return attr->kind == GATT_DESCRIPTOR && which != ASK_NOTIFYING;
	for (char **flag = attr->flags; flag && *flag; flag++)
		if (strstr(*flag, words[which]) || (which == ASK_NOTIFYING && strcmp(*flag, "indicate") == 0))
			return true;
	return false;
}

static bool is_only_one(const GPtrArray *tree, const GattAttr *attr)
{
	unsigned n = 0;

	for (guint i = 0; i < tree->len; i++) {
		const GattAttr *other = tree->pdata[i];

		n += other->kind != GATT_SERVICE && uuid_equal(&other->uuid, &attr->uuid);
	}
	return n == 1;
}

static void add_attr(Candidates *candidates, const GPtrArray *tree, const GattAttr *attr)
{
	g_autofree char *handle = g_strdup_printf("0x%04x", attr->handle);
	g_autofree char *flags = attr->flags ? g_strjoinv(", ", attr->flags) : g_strdup("descriptor");
	g_autoptr(GString) uuid = g_string_new(NULL), meaning = g_string_new(gatt_attr_name(attr));

	gatt_append_uuid(uuid, &attr->uuid);
	g_string_append_printf(meaning, "%s(%s)", meaning->len > 0 ? " " : "", flags);
	if (is_only_one(tree, attr)) {
		candidates_add_any_case(candidates, uuid->str, meaning->str);
		if (!g_str_has_prefix(candidates->start, "0x"))
			return;
	}
	if (!gatt_attr_name(attr)) {
		g_string_append_c(uuid, ' ');
		g_string_prepend(meaning, uuid->str);
	}
	candidates_add_any_case(candidates, handle, meaning->str);
}

typedef struct Wanted {
	const char *address;
	GPtrArray *tree;	/* NULL: not found yet */
} Wanted;

static void find_tree(Ask *ask, const char *path, GVariant *properties, void *userdata)
{
	g_autoptr(GVariant) objects = g_variant_get_child_value(ask->objects, 0);
	const char *address = "", *identity = "";
	Wanted *wanted = userdata;

	g_variant_lookup(properties, "Address", "&s", &address);
	g_variant_lookup(properties, "IdentityAddress", "&s", &identity);
	if (!wanted->tree &&
	    (strcmp(address, wanted->address) == 0 || strcmp(identity, wanted->address) == 0))
		wanted->tree = gatt_tree_new(objects, path);
}

void ask_attributes(Ask *ask, const char *device, AskAttributes which, Candidates *candidates)
{
	g_autofree char *address = address_of(ask, device);
	Wanted wanted = { .address = address };

	if (!address)
		return;
	each_object(ask, LINK_INTERFACE, find_tree, &wanted);
	for (guint i = 0; wanted.tree && i < wanted.tree->len; i++)
		if (is_wanted(wanted.tree->pdata[i], which))
			add_attr(candidates, wanted.tree, wanted.tree->pdata[i]);
	g_clear_pointer(&wanted.tree, g_ptr_array_unref);
}
