/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live objects against the XML in dbus/, as GDBus understands both: members, signatures, names of
 * arguments, annotations; the ObjectManager; what is broadcast. */
#include <string.h>
#include <unistd.h>

#include "daemon-fixture.h"

#define PREFIX "com.example.Bluetooth."
#define ROOT "/com/example/Bluetooth"
#define INTROSPECTABLE "org.freedesktop.DBus.Introspectable"
#define EMITS "org.freedesktop.DBus.Property.EmitsChangedSignal"

static GDBusInterfaceInfo *written(const char *interface)
{
	g_autofree char *file = g_strconcat(INTERFACES_DIR "/" PREFIX, interface, ".xml", NULL);
	g_autofree char *name = g_strconcat(PREFIX, interface, NULL);
	g_autoptr(GDBusNodeInfo) node = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *xml = NULL;
	GDBusInterfaceInfo *info;

	ck_assert_msg(g_file_get_contents(file, &xml, NULL, &error), "%s", error ? error->message : "");
	node = g_dbus_node_info_new_for_xml(xml, &error);
	ck_assert_msg(node != NULL, "%s: %s", file, error ? error->message : "");
	info = g_dbus_node_info_lookup_interface(node, name);
	ck_assert_msg(info != NULL, "%s: no interface %s", file, name);
	return g_dbus_interface_info_ref(info);
}

static GDBusNodeInfo *live(const char *path)
{
	g_autoptr(GVariant) reply = client_expect(client, path, INTROSPECTABLE, "Introspect", NULL, "(s)");
	g_autoptr(GError) error = NULL;
	GDBusNodeInfo *node;
	const char *xml;

	g_variant_get(reply, "(&s)", &xml);
	node = g_dbus_node_info_new_for_xml(xml, &error);
	ck_assert_msg(node != NULL, "%s: %s", path, error ? error->message : "");
	return node;
}

static void describe_args(GString *out, GDBusArgInfo **args)
{
	for (; args && *args; args++)
		g_string_append_printf(out, " %s:%s", (*args)->name ? (*args)->name : "?",
				       (*args)->signature);
}

static void describe_annotations(GString *out, GDBusAnnotationInfo **annotations)
{
	for (; annotations && *annotations; annotations++) {
		/* true is what is meant where nothing is said; sd-bus adds words of its own */
		if (g_str_has_prefix((*annotations)->key, "org.freedesktop.systemd1.") ||
		    g_str_has_prefix((*annotations)->key, "org.freedesktop.elogind1."))
			continue;
		if (!g_str_equal((*annotations)->key, EMITS) || !g_str_equal((*annotations)->value, "true"))
			g_string_append_printf(out, " %s=%s", (*annotations)->key, (*annotations)->value);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A line each member, sorted: two that are equal mean the same to a program. */
static char *describe(const GDBusInterfaceInfo *info)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GString *line;

	for (GDBusMethodInfo **at = info->methods; at && *at; at++) {
		line = g_string_new(NULL);
		g_string_printf(line, "method %s in", (*at)->name);
		describe_args(line, (*at)->in_args);
		g_string_append(line, " out");
		describe_args(line, (*at)->out_args);
		describe_annotations(line, (*at)->annotations);
		g_ptr_array_add(lines, g_string_free(line, FALSE));
	}
	for (GDBusSignalInfo **at = info->signals; at && *at; at++) {
		line = g_string_new(NULL);
		g_string_printf(line, "signal %s", (*at)->name);
		describe_args(line, (*at)->args);
		describe_annotations(line, (*at)->annotations);
		g_ptr_array_add(lines, g_string_free(line, FALSE));
	}
	for (GDBusPropertyInfo **at = info->properties; at && *at; at++) {
		line = g_string_new(NULL);
		g_string_printf(line, "property %s:%s access %u", (*at)->name, (*at)->signature,
				(*at)->flags);
		describe_annotations(line, (*at)->annotations);
		g_ptr_array_add(lines, g_string_free(line, FALSE));
	}
	g_ptr_array_sort(lines, by_text);
	g_ptr_array_add(lines, NULL);
	return g_strjoinv("\n", (char **)lines->pdata);
}

/* Has exactly these of our interfaces, NULL-terminated, as they are written. */
static void expect_interfaces(const char *path, const char *const *names)
{
	g_autoptr(GDBusNodeInfo) node = live(path);
	unsigned int ours = 0, wanted = 0;

	for (GDBusInterfaceInfo **at = node->interfaces; at && *at; at++)
		if (g_str_has_prefix((*at)->name, PREFIX))
			ours++;
	for (; *names; names++, wanted++) {
		g_autofree char *name = g_strconcat(PREFIX, *names, NULL);
		GDBusInterfaceInfo *info = g_dbus_node_info_lookup_interface(node, name);
		GDBusInterfaceInfo *model = written(*names);
		g_autofree char *is = NULL, *should_be = describe(model);

		ck_assert_msg(info != NULL, "%s has no %s", path, name);
		is = describe(info);
		ck_assert_str_eq(is, should_be);
		g_dbus_interface_info_unref(model);
	}
	ck_assert_msg(ours == wanted, "%s has %u interfaces of ours, not %u", path, ours, wanted);
}

static bool has_child(const char *path, const char *child)
{
	g_autoptr(GDBusNodeInfo) node = live(path);

	for (GDBusNodeInfo **at = node->nodes; at && *at; at++)
		if (g_str_equal((*at)->path, child))
			return true;
	return false;
}

static const char *const of_manager[] = { "Manager1", NULL };
static const char *const of_radio[] = { "Adapter1", "Session1", NULL };
static const char *const of_session[] = { "Session1", NULL };
static const char *const of_service[] = { "LocalService1", NULL };
static const char *const of_characteristic[] = { "LocalCharacteristic1", NULL };
static const char *const of_descriptor[] = { "LocalDescriptor1", NULL };

/* Its path: the answer of a call of ours that makes an object. */
static char *make(const char *path, const char *interface, const char *method, const char *args)
{
	g_autoptr(GVariant) reply =
		client_expect(client, path, interface, method, g_variant_new_parsed(args, NULL), "(o)");
	char *made;

	g_variant_get(reply, "(o)", &made);
	return made;
}

/* A service that is not started, and below it char0/desc0. */
static char *make_service(const char *session)
{
	g_autofree char *service = make(session, "Session1", "Service", "(<'180d'>, {'start': <false>})");
	g_autofree char *characteristic =
		make(service, "LocalService1", "Characteristic", "(<'2a37'>, {'value': <'1'>})");
	g_autofree char *descriptor =
		make(characteristic, "LocalCharacteristic1", "Descriptor", "(<'2901'>, @a{sv} {})");

	ck_assert(g_str_has_prefix(characteristic, service) && g_str_has_suffix(characteristic, "/char0"));
	ck_assert(g_str_has_prefix(descriptor, characteristic) && g_str_has_suffix(descriptor, "/desc0"));
	return g_steal_pointer(&service);
}

START_TEST(introspection)
{
	g_autofree char *session = open_session(client, 0);
	g_autofree char *users = g_strdup_printf("hci0/session/uid%u", getuid());
	g_autofree char *service = NULL, *characteristic = NULL, *descriptor = NULL;

	ck_assert(!is_scanning(client, "hci0")); /* makes the user session */
	expect_interfaces("", of_manager);
	expect_interfaces("hci0", of_radio);
	expect_interfaces(session, of_session);
	expect_interfaces(users, of_session);
	ck_assert(has_child("", "hci0"));
	ck_assert(has_child("hci0",
			    strstr(session, "session/"))); /* a relative path may have several elements */
	ck_assert(has_child("hci0/session", strrchr(session, '/') + 1));
	ck_assert(has_child("hci0/session", strrchr(users, '/') + 1));
	service = make_service(session);
	characteristic = g_strconcat(service, "/char0", NULL);
	descriptor = g_strconcat(characteristic, "/desc0", NULL);
	expect_interfaces(service, of_service);
	expect_interfaces(characteristic, of_characteristic);
	expect_interfaces(descriptor, of_descriptor);
	close_session(client, session);
	ck_assert(!has_child("hci0/session", strrchr(session, '/') + 1));
}
END_TEST

/* properties: a{sv}; has all that the interface has, of the right types, and no more. Value is for its owner,
 * and not in here. */
static void expect_properties(GVariant *properties, const char *interface)
{
	GDBusInterfaceInfo *model = written(interface);
	unsigned int n = 0;

	ck_assert_msg(properties != NULL, "no %s", interface);
	for (GDBusPropertyInfo **at = model->properties; at && *at; at++) {
		g_autoptr(GVariant) value = g_variant_lookup_value(properties, (*at)->name, NULL);

		if (g_str_equal((*at)->name, "Value"))
			continue;
		n++;
		ck_assert_msg(value != NULL, "%s: no %s", interface, (*at)->name);
		ck_assert_str_eq(g_variant_get_type_string(value), (*at)->signature);
	}
	ck_assert_uint_eq(g_variant_n_children(properties), n);
	g_dbus_interface_info_unref(model);
}

static void expect_get_all(const char *path, const char *interface)
{
	g_autofree char *name = g_strconcat(PREFIX, interface, NULL);
	g_autoptr(GVariant) reply =
		client_expect(client, path, PROPERTIES, "GetAll", g_variant_new("(s)", name), "(a{sv})");
	g_autoptr(GVariant) properties = g_variant_get_child_value(reply, 0);
	GVariantIter iter;
	const char *key;
	GVariant *value;

	expect_properties(properties, interface);
	g_variant_iter_init(&iter, properties);
	while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
		g_autoptr(GVariant) got = client_get(client, path, interface, key);

		ck_assert_msg(got && g_variant_equal(got, value), "%s.%s: Get and GetAll differ", interface,
			      key);
		g_variant_unref(value);
		/* the one that can be set */
		if (g_str_equal(interface, "Adapter1") && g_str_equal(key, "Name"))
			client_set(client, path, interface, key, got);
		else
			client_expect_error(client, path, PROPERTIES, "Set",
					    g_variant_new("(ssv)", name, key, got),
					    "org.freedesktop.DBus.Error.PropertyReadOnly");
	}
}

START_TEST(properties)
{
	g_autoptr(GVariant) constants = client_get(client, NULL, "Manager1", "Constants");
	g_autofree char *session = open_session(client, 0), *service = make_service(session);
	g_autofree char *characteristic = g_strconcat(service, "/char0", NULL);
	g_autofree char *descriptor = g_strconcat(characteristic, "/desc0", NULL);
	g_autoptr(GVariant) stored = NULL;
	uint32_t value = 99;

	expect_get_all(NULL, "Manager1");
	expect_get_all("hci0", "Adapter1");
	expect_get_all("hci0", "Session1");
	expect_get_all(session, "Session1");
	expect_get_all(service, "LocalService1");
	expect_get_all(characteristic, "LocalCharacteristic1");
	expect_get_all(descriptor, "LocalDescriptor1");
	stored = client_get(client, characteristic, "LocalCharacteristic1", "Value");
	ck_assert_str_eq(g_variant_get_type_string(stored), "ay");
	ck_assert_uint_eq(g_variant_n_children(stored), 1);
	ck_assert(g_variant_lookup(constants, "NON_CONN_ADV", "u", &value) && value == 3);
	ck_assert(g_variant_lookup(constants, "ADV_NAME_CMPL", "u", &value) && value == 9);
	client_expect_error(client, NULL, PROPERTIES, "Get",
			    g_variant_new("(ss)", PREFIX "Manager1", "Nonsense"),
			    "org.freedesktop.DBus.Error.UnknownProperty");
	ck_assert_ptr_null(client_get(client, "hci7", "Adapter1", "Address"));
	ck_assert_ptr_null(client_get(client, session, "Adapter1", "Address"));
}
END_TEST

static GVariant *managed(Client *by)
{
	g_autoptr(GVariant) reply =
		client_expect(by, NULL, OBJECT_MANAGER, "GetManagedObjects", NULL, "(a{oa{sa{sv}}})");

	return g_variant_get_child_value(reply, 0);
}

static void expect_object(GVariant *objects, const char *path, const char *const *names)
{
	g_autoptr(GVariant) object = g_variant_lookup_value(objects, path, NULL);
	unsigned int wanted = 0, ours = 0;
	GVariantIter iter;
	const char *key;

	ck_assert_msg(object != NULL, "GetManagedObjects lacks %s", path);
	for (; *names; names++, wanted++) {
		g_autofree char *name = g_strconcat(PREFIX, *names, NULL);
		g_autoptr(GVariant) found = g_variant_lookup_value(object, name, NULL);

		expect_properties(found, *names);
	}
	g_variant_iter_init(&iter, object);
	while (g_variant_iter_next(&iter, "{&s@a{sv}}", &key, NULL))
		ours += g_str_has_prefix(key, PREFIX);
	ck_assert_uint_eq(ours, wanted);
}

START_TEST(managed_objects)
{
	g_autofree char *session = open_session(client, 0);
	g_autofree char *users = g_strdup_printf(ROOT "/hci0/session/uid%u", getuid());
	g_autofree char *service = make_service(session);
	g_autofree char *characteristic = g_strconcat(service, "/char0", NULL);
	g_autofree char *descriptor = g_strconcat(characteristic, "/desc0", NULL);
	g_autoptr(GVariant) objects = NULL;

	ck_assert(!is_scanning(client, "hci0"));
	objects = managed(client);
	expect_object(objects, ROOT "/hci0", of_radio);
	expect_object(objects, session, of_session);
	expect_object(objects, users, of_session);
	expect_object(objects, service, of_service);
	expect_object(objects, characteristic, of_characteristic);
	expect_object(objects, descriptor, of_descriptor);
	ck_assert_uint_eq(g_variant_n_children(objects), 6);
}
END_TEST

/* Everybody hears of radios, and of nothing else. */
START_TEST(broadcasts)
{
	g_autoptr(Client) other = new_client();
	g_autoptr(GVariant) added = NULL, removed = NULL, ifaces = NULL, object = NULL, gone = NULL;
	g_autofree char *session = NULL, *plugged = NULL, *path = NULL, *service = NULL;
	const char *of, **names;

	client_subscribe(other, NULL, OBJECT_MANAGER, NULL, NULL);
	client_subscribe(other, NULL, "Session1", NULL, NULL);
	session = open_session(client, 0);
	subscribe(client, session);
	start_scan(client, session, -1);
	start_scan(client, "hci0", -1);
	hear_through(client, session, WORLD_RADIO);
	client_do(client, session, "Session1", "StopScan", NULL);
	expect_stopped(client, "stopped", SOON);
	service = make_service(session);
	client_do(client, service, "LocalService1", "Remove", NULL);
	close_session(client, session);
	client_do(client, "hci0", "Session1", "Deinit", NULL);
	client_sync(other);
	ck_assert_uint_eq(client_count_signals(other, NULL), 0);

	plugged = air_cmd(air, "plug " SECOND_RADIO);
	ck_assert_str_eq(plugged, "hci1");
	added = client_wait_signal(other, "InterfacesAdded", RESUME, &path);
	ck_assert_ptr_nonnull(added);
	ck_assert_str_eq(path, ROOT);
	g_variant_get(added, "(&o@a{sa{sv}})", &of, &ifaces);
	ck_assert_str_eq(of, ROOT "/hci1");
	object = g_variant_lookup_value(ifaces, PREFIX "Adapter1", NULL);
	expect_properties(object, "Adapter1");
	gone = g_variant_lookup_value(ifaces, PREFIX "Session1", NULL);
	ck_assert_ptr_nonnull(gone);
	air_do(air, "unplug " SECOND_RADIO);
	removed = client_wait_signal(other, "InterfacesRemoved", RESUME, NULL);
	ck_assert_ptr_nonnull(removed);
	g_variant_get(removed, "(&o^a&s)", &of, &names);
	ck_assert_str_eq(of, ROOT "/hci1");
	ck_assert(g_strv_contains(names, PREFIX "Adapter1") && g_strv_contains(names, PREFIX "Session1"));
	g_free(names);
	ck_assert_uint_eq(client_count_signals(other, NULL), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { introspection, properties, managed_objects, broadcasts, NULL };

	return run_tests("contract", tests, setup, teardown, 60);
}
