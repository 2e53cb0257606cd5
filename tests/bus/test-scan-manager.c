/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon says of itself and of its radios; several radios. */
#include <unistd.h>

#include "scan-fixture.h"

#define ROOT "/com/example/Bluetooth"

static void expect_property(const char *path, const char *iface, const char *property, const char *text)
{
	g_autoptr(GVariant) value = client_get(client, path, iface, property);
	g_autofree char *got = value ? g_variant_print(value, TRUE) : g_strdup("none");

	ck_assert_msg(g_str_equal(got, text), "%s.%s of %s: not %s, but %s", iface, property,
		      path ? path : ROOT, text, got);
}

START_TEST(constant_values)
{
	static const struct {
		const char *name;
		unsigned int value;
	} rows[] = {
		{ "BLE", 0 }, { "INT_ANT", 0 }, { "EXT_ANT", 1 }, { "CONN_ADV", 0 }, { "CONN_DIR_ADV", 1 },
		{ "DISC_ADV", 2 }, { "NON_CONN_ADV", 3 }, { "SCAN_RSP", 4 }, { "PUBLIC_ADDR", 0 },
		{ "RANDOM_ADDR", 1 }, { "PUBLIC_RPA_ADDR", 2 }, { "RANDOM_RPA_ADDR", 3 }, { "ADV_FLAG", 1 },
		{ "ADV_NAME_SHORT", 8 }, { "ADV_NAME_CMPL", 9 }, { "ADV_TX_PWR", 10 },
		{ "ADV_SERVICE_DATA", 0x16 }, { "ADV_MANUFACTURER_DATA", 0xff }, { "NEW_ADV_EVENT", 1 },
		{ "CLIENT_CONNECTED", 2 }, { "CLIENT_DISCONNECTED", 4 }, { "PROP_READ", 2 },
		{ "CHAR_READ_EVENT", 8 }, { "CHAR_WRITE_EVENT", 0x10 }, { "CHAR_NOTIFY_EVENT", 0x20 },
	};
	g_autoptr(GVariant) constants = client_get(client, NULL, "Manager1", "Constants");

	ck_assert_ptr_nonnull(constants);
	ck_assert(g_variant_is_of_type(constants, G_VARIANT_TYPE("a{su}")));
	for (unsigned int i = 0; i < G_N_ELEMENTS(rows); i++) {
		unsigned int value;

		ck_assert_msg(g_variant_lookup(constants, rows[i].name, "u", &value), "no %s", rows[i].name);
		ck_assert_msg(value == rows[i].value, "%s is %u", rows[i].name, value);
	}
}
END_TEST

START_TEST(manager_properties)
{
	g_autoptr(GVariant) version = client_get(client, NULL, "Manager1", "Version");

	ck_assert_ptr_nonnull(version);
	ck_assert(g_variant_is_of_type(version, G_VARIANT_TYPE_STRING));
	ck_assert_uint_gt(g_variant_get_size(version), 1);
	expect_property(NULL, "Manager1", "Adapters", "[objectpath '" ROOT "/hci0']");
	expect_property(NULL, "Manager1", "Nonsense", "none");
	expect_property(
		NULL, "Manager1", "Limits",
		"{'SessionsPerUser': uint32 64, 'MaxFifoDepth': 4096, 'FifoBytesPerUser': 8388608, "
		"'QueuedCallsPerUser': 64, 'ConnectionsPerUser': 128, 'StreamsPerUser': 64, 'FilterEntries': "
		"256, 'DedupEntries': 4096, "
		"'Devices': 10000, 'MaxLinks': 4, 'AttributesPerUser': 256, 'BytesPerUser': 1048576}");
}
END_TEST

static void setup_limited(void)
{
	scan_setup_with("[Limits]\nSessionsPerUser=7\nMaxFifoDepth=100\nFifoBytesPerUser="
			"70000\nQueuedCallsPerUser=9\n"
			"ConnectionsPerUser=10\nStreamsPerUser=12\nFilterEntries=11\nDedupEntries="
			"17\nDevices=13\nMaxLinks=3\n"
			"AttributesPerUser=14\nBytesPerUser=70000\n");
}

START_TEST(configured_limits)
{
	expect_property(NULL, "Manager1", "Limits",
			"{'SessionsPerUser': uint32 7, 'MaxFifoDepth': 100, 'FifoBytesPerUser': 70000, "
			"'QueuedCallsPerUser': 9, 'ConnectionsPerUser': 10, 'StreamsPerUser': 12, "
			"'FilterEntries': 11, 'DedupEntries': 17, "
			"'Devices': 13, 'MaxLinks': 3, 'AttributesPerUser': 14, 'BytesPerUser': 70000}");
	expect_property("hci0", "Adapter1", "LinkSlots", "uint32 3");
}
END_TEST

static void expect_keys(GVariant *table, const char *const *keys, size_t n_keys)
{
	for (size_t i = 0; i < n_keys; i++) {
		g_auto(GStrv) words = g_strsplit(keys[i], " ", 2);
		g_autoptr(GVariant) value = g_variant_lookup_value(table, words[0], NULL);

		ck_assert_msg(value != NULL, "no %s", words[0]);
		ck_assert_msg(g_str_equal(g_variant_get_type_string(value), words[1]), "%s is of type %s",
			      words[0], g_variant_get_type_string(value));
	}
	ck_assert_uint_eq(g_variant_n_children(table), n_keys);
}

START_TEST(statistics)
{
	static const char *const keys[] = {
		"Uptime t", "Reports t", "Delivered t", "Filtered t", "Duplicates t", "UpstreamErrors t",
		"BlueZ s", "Stalls t", "Links u", "Advertisements u", "Services u", "Streams u",
		"Clients aa{sv}", "Devices u", "Dropped a{st}", "Sources a{os}", "Sessions aa{sv}",
		"Charged aa{sv}", "BlueZPrograms aa{sv}", "CutOff t",
	};
	static const char *const charged_keys[] = {
		"Uid u", "Sessions t", "FifoBytes t", "QueuedCalls t", "Connections t", "Streams t",
		"Attributes t", "Bytes t", "Values t",
	};
	static const char *const row_keys[] = {
		"Path o", "Uid u", "Scanning b", "Fifo u", "FifoDepth u", "Reports t", "Delivered t",
		"Dropped t", "Filtered t", "Duplicates t", "Stream b", "StreamReports t", "StreamLost t",
		"NotificationsDropped t",
	};
	g_autoptr(GVariant) table = NULL, sessions = NULL, charged = NULL, row = NULL, sources = NULL;
	uint64_t uptime = stats_total(client, "Uptime"), count;
	const char *source;

	ck_assert_uint_gt(uptime, 0);
	start_scan(client, session, -1);
	hear_count(1);
	hear(1, -50, "");
	table = stats(client);
	expect_keys(table, keys, G_N_ELEMENTS(keys));
	charged = g_variant_lookup_value(table, "Charged", NULL);
	row = g_variant_get_child_value(charged, 0);
	expect_keys(row, charged_keys, G_N_ELEMENTS(charged_keys));
	ck_assert(g_variant_lookup(row, "Sessions", "t", &count) && count == 1);
	ck_assert(g_variant_lookup(row, "FifoBytes", "t", &count) && count > 0);
	ck_assert(g_variant_lookup(row, "Streams", "t", &count) && count == 0);
	g_clear_pointer(&row, g_variant_unref);
	sessions = g_variant_lookup_value(table, "Sessions", NULL);
	ck_assert_uint_eq(g_variant_n_children(sessions), 1);
	row = g_variant_get_child_value(sessions, 0);
	expect_keys(row, row_keys, G_N_ELEMENTS(row_keys));
	sources = g_variant_lookup_value(table, "Sources", NULL);
	ck_assert_uint_eq(g_variant_n_children(sources), 1);
	ck_assert(g_variant_lookup(sources, ROOT "/hci0", "&s", &source));
	ck_assert_str_eq(source, "dbus");

	ck_assert_uint_gt(stats_total(client, "Uptime"), uptime);
	ck_assert_uint_eq(stats_total(client, "Reports"), 2);
	ck_assert_uint_eq(stats_total(client, "Devices"), 2);
	ck_assert_uint_eq(stats_total(client, "Links"), 0);
	ck_assert_uint_eq(stats_total(client, "UpstreamErrors"), 0);
	ck_assert_uint_eq(stats_of(client, session, "Scanning"), 1);
	ck_assert_uint_eq(stats_of(client, session, "Fifo"), 2);
	ck_assert_uint_eq(stats_of(client, session, "Uid"), geteuid());
	stop_scan(client, session);
	ck_assert_uint_eq(stats_of(client, session, "Scanning"), 0);
}
END_TEST

START_TEST(radio_properties)
{
	g_autoptr(GVariant) name = client_get(client, "hci0", "Adapter1", "Name");
	g_autoptr(GVariant) changed = NULL;
	g_autofree char *text = NULL, *path = NULL;

	ck_assert_ptr_nonnull(name);
	ck_assert_str_ne(g_variant_get_string(name, NULL), "");
	expect_property("hci0", "Adapter1", "Address", "'" WORLD_RADIO "'");
	expect_property("hci0", "Adapter1", "AddressType", "'public'");
	expect_property("hci0", "Adapter1", "Powered", "true");
	expect_property("hci0", "Adapter1", "Scanning", "false");
	expect_property("hci0", "Adapter1", "Source", "'dbus'");
	expect_property("hci0", "Adapter1", "ActiveLinks", "uint32 0");
	expect_property("hci0", "Adapter1", "LinkSlots", "uint32 4");
	expect_property("hci0", "Adapter1", "AdvertisingInstances", "byte 0x05");
	expect_property("hci0", "Adapter1", "AdvertisingInstancesFree", "byte 0x05");

	client_subscribe(client, NULL, "org.freedesktop.DBus.Properties", "PropertiesChanged", NULL);
	start_scan(client, session, -1);
	changed = client_wait_signal(client, "PropertiesChanged", world_patience(world), &path);
	ck_assert_ptr_nonnull(changed);
	text = g_variant_print(changed, FALSE);
	ck_assert_str_eq(path, ROOT "/hci0");
	ck_assert_str_eq(text, "('com.example.Bluetooth.Adapter1', {'Scanning': <true>}, [])");
	expect_property("hci0", "Adapter1", "Scanning", "true");
}
END_TEST

static bool shows(void *data)
{
	return world_daemon_shows(world, data);
}

static bool hides(void *data)
{
	return !shows(data);
}

static bool discovers(void *data)
{
	return bluez_discovers(data);
}

static char *open_on(unsigned int id)
{
	g_autoptr(GVariant) reply = client_expect(client, NULL, "Manager1", "OpenSession",
						  g_variant_new("(ua{sv})", id, NULL), "(o)");
	char *path;

	g_variant_get(reply, "(o)", &path);
	return path;
}

/* Each radio has its sessions and its reports. */
START_TEST(several_radios)
{
	char hci1[] = "hci1";
	g_autoptr(GVariant) added = NULL, removed = NULL;
	g_autofree char *second = NULL;

	client_subscribe(client, NULL, "org.freedesktop.DBus.ObjectManager", NULL, NULL);
	air_do(air, "plug " SECOND_RADIO);
	ck_assert_msg(wait_until(shows, hci1, world_patience(world)), "the daemon does not show hci1");
	added = client_wait_signal(client, "InterfacesAdded", world_patience(world), NULL);
	ck_assert_ptr_nonnull(added);
	world_wait_powered(world, "hci1", true);
	expect_property(NULL, "Manager1", "Adapters", "[objectpath '" ROOT "/hci0', '" ROOT "/hci1']");
	expect_property("hci1", "Adapter1", "Address", "'" SECOND_RADIO "'");

	second = open_on(1);
	ck_assert(g_str_has_prefix(second, ROOT "/hci1/session/"));
	start_scan(client, session, -1);
	wait_radio(true);
	ck_assert(!bluez_discovers("hci1"));
	ck_assert_uint_eq(air_ask(air, "adv " SECOND_RADIO " %s random 3 -60 04ffffff01", device(1)), 0);
	start_scan(client, second, -1);
	ck_assert(wait_until(discovers, hci1, world_patience(world)));
	hear_as(WORLD_RADIO, 1, "random", -60, "04ffffff01");
	hear_as(SECOND_RADIO, 1, "random", -60, "04ffffff02");
	hear_as(SECOND_RADIO, 1, "random", -60, "04ffffff03");
	expect_read(client, session, "1", 0);
	expect_read(client, second, "2 3", 0);
	stop_scan(client, session);
	wait_radio(false);
	ck_assert(bluez_discovers("hci1"));
	ck_assert(client_get_boolean(client, "hci1", "Adapter1", "Scanning"));
	ck_assert_uint_eq(stats_total(client, "Devices"), 2);

	/* a user has a session on each */
	start_scan(client, "hci1", -1);
	ck_assert(!is_scanning(client, "hci0"));
	hear_as(SECOND_RADIO, 1, "random", -60, "04ffffff04");
	expect_read(client, "hci1/session/uid0", "4", 0);
	expect_read(client, "hci0/session/uid0", "", 0);

	air_do(air, "unplug " SECOND_RADIO);
	ck_assert_msg(wait_until(hides, hci1, world_patience(world)), "the daemon still shows hci1");
	removed = client_wait_signal(client, "InterfacesRemoved", world_patience(world), NULL);
	ck_assert_ptr_nonnull(removed);
	expect_property(NULL, "Manager1", "Adapters", "[objectpath '" ROOT "/hci0']");
	/* its sessions wait for it, the other's do not mind */
	ck_assert(is_scanning(client, second));
	start_scan(client, session, -1);
	wait_radio(true);
	hear_count(5);
	expect_read(client, session, "5", 0);
}
END_TEST

START_TEST(tree)
{
	static const char *const ifaces[] = {
		"com.example.Bluetooth.Manager1", "com.example.Bluetooth.Adapter1",
		"com.example.Bluetooth.Session1",
	};
	g_autoptr(GVariant) reply = NULL, objects = NULL, radio = NULL, private = NULL, properties = NULL;

	reply = client_expect(client, NULL, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
			      "(a{oa{sa{sv}}})");
	objects = g_variant_get_child_value(reply, 0);
	radio = g_variant_lookup_value(objects, ROOT "/hci0", NULL);
	ck_assert_ptr_nonnull(radio);
	properties = g_variant_lookup_value(radio, ifaces[1], NULL);
	ck_assert_ptr_nonnull(properties);
	ck_assert_uint_eq(g_variant_n_children(properties), 11);
	g_variant_unref(properties);
	properties = g_variant_lookup_value(radio, ifaces[2], NULL);
	ck_assert_ptr_nonnull(properties);
	private = g_variant_lookup_value(objects, session, NULL);
	ck_assert_ptr_nonnull(private);
	g_variant_unref(properties);
	properties = g_variant_lookup_value(private, ifaces[2], NULL);
	ck_assert_ptr_nonnull(properties);
	g_variant_unref(properties);
	properties = g_variant_lookup_value(private, ifaces[1], NULL);
	ck_assert_ptr_null(properties);
}
END_TEST

/* --- a long tree --- */

#define SERVICES 30
#define CHARACTERISTICS 6
#define LISTINGS 8
#define OBJECTS (2 + SERVICES * (1 + CHARACTERISTICS))

/* What a program knows of the tree that asks once, or again, and follows the signals. */
typedef struct Follower {
	GHashTable *paths;
	unsigned int listings, wanted;
} Follower;

static void on_tree_signal(GDBusConnection *connection, const char *sender, const char *path,
			   const char *interface, const char *signal, GVariant *body, void *data)
{
	Follower *follower = data;
	const char *object;

	(void)connection, (void)sender, (void)path, (void)interface;
	g_variant_get_child(body, 0, "&o", &object);
	if (g_str_equal(signal, "InterfacesAdded"))
		g_hash_table_add(follower->paths, g_strdup(object));
	else
		g_hash_table_remove(follower->paths, object);
}

static void on_listing(GObject *source, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
	g_autoptr(GVariant) objects = NULL;
	Follower *follower = data;

	ck_assert_msg(reply != NULL, "%s", reply ? "" : error->message);
	objects = g_variant_get_child_value(reply, 0);
	g_hash_table_remove_all(follower->paths);
	for (size_t i = 0; i < g_variant_n_children(objects); i++) {
		g_autoptr(GVariant) object = g_variant_get_child_value(objects, i);
		const char *path;

		g_variant_get_child(object, 0, "&o", &path);
		ck_assert_msg(g_hash_table_add(follower->paths, g_strdup(path)), "%s twice", path);
	}
	follower->listings++;
}

static void begin_listing(Follower *follower)
{
	g_dbus_connection_call(client_connection(client), WORLD_NAME, ROOT,
			       "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL,
			       G_VARIANT_TYPE("(a{oa{sa{sv}}})"), G_DBUS_CALL_FLAGS_NONE, -1, NULL,
			       on_listing, follower);
}

static bool is_listed(void *data)
{
	return ((const Follower *)data)->listings >= ((const Follower *)data)->wanted;
}

/* What went while the list was written is told of after it, in slices. */
static bool is_complete(void *data)
{
	return g_hash_table_size(((const Follower *)data)->paths) == OBJECTS;
}

static char *add_service(void)
{
	g_autoptr(GVariant) how = options("{'start': <false>, 'nbr_chars': <uint16 9>}");
	GVariant *params = g_variant_new("(v@a{sv})", g_variant_new_string("1234abcd"), how);
	g_autoptr(GVariant) reply = client_expect(client, session, SESSION, "Service", params, "(o)");
	char *path;

	g_variant_get(reply, "(o)", &path);
	for (unsigned int i = 0; i < CHARACTERISTICS; i++)
		client_do(client, path, "LocalService1", "Characteristic",
			  g_variant_new("(va{sv})", g_variant_new_string("180f"), NULL));
	return path;
}

/* The list is written in slices. What is signalled meanwhile must be in it: who follows knows the truth at
 * the end. */
START_TEST(tree_that_changes)
{
	Follower follower = { .paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
	char *services[SERVICES];
	guint id;

	for (unsigned int i = 0; i < SERVICES; i++)
		services[i] = add_service();
	id = g_dbus_connection_signal_subscribe(client_connection(client), WORLD_NAME,
						"org.freedesktop.DBus.ObjectManager", NULL, ROOT, NULL,
						G_DBUS_SIGNAL_FLAGS_NONE, on_tree_signal, &follower, NULL);
	for (unsigned int i = 0; i < LISTINGS; i++) {
		g_autofree char *gone = services[i];

		begin_listing(&follower);
		(void)is_scanning(client, session); /* it is at it then */
		client_do(client, gone, "LocalService1", "Remove", NULL);
		services[i] = add_service();
		follower.wanted = i + 1;
		ck_assert(wait_until(is_listed, &follower, world_patience(world)));
		client_sync(client);
		(void)wait_until(is_complete, &follower, world_patience(world));
		ck_assert_msg(!g_hash_table_contains(follower.paths, gone), "%s is there still", gone);
		for (unsigned int s = 0; s < SERVICES; s++)
			ck_assert_msg(g_hash_table_contains(follower.paths, services[s]), "%s is missed",
				      services[s]);
		ck_assert_uint_eq(g_hash_table_size(follower.paths), OBJECTS);
	}
	g_dbus_connection_signal_unsubscribe(client_connection(client), id);
	g_hash_table_unref(follower.paths);
	for (unsigned int i = 0; i < SERVICES; i++)
		g_free(services[i]);
}
END_TEST

int main(void)
{
	const TTest *const plain[] = {
		constant_values, manager_properties, statistics, radio_properties, several_radios,
		tree, tree_that_changes, NULL
	};
	const TTest *const limited[] = { configured_limits, NULL };
	int r = run_tests("scan-manager", plain, scan_setup, scan_teardown, 120);

	return r | run_tests("scan-manager-limited", limited, setup_limited, scan_teardown, 120);
}
