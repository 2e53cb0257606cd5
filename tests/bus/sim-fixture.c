/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the simulated BlueZ share: a world without the daemon, and a plain GDBus
 * program that scans. */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "sim-fixture.h"

World *world;
Air *air;
Client *client;

bool is_face(void)
{
	return g_getenv("BLUEBROKER_FACE") != NULL;
}

const char *bluez_address(void)
{
	return is_face() ? world_face(world) : world_address(world);
}

bool is_same_outcome(const char *outcome, const char *wanted)
{
	const char *colon = wanted ? strchr(wanted, ':') : NULL;

	if (!is_face() || !outcome || !colon)
		return g_strcmp0(outcome, wanted) == 0;
	return strncmp(outcome, wanted, (size_t)(colon - wanted + 1)) == 0;
}

/* On the face there is the daemon between; anybody may use its socket. */
static void setup_with(WorldFlags flags, const char *temporary_timeout)
{
	const WorldOptions options = {
		.temporary_timeout = temporary_timeout,
		.config = is_face() ? "[BlueZFace]\nSocketMode=0666\n" : NULL,
	};

	world = world_new_with((is_face() ? 0 : WORLD_NO_DAEMON) | flags, &options);
	air = world_air(world);
	client = client_new(bluez_address());
	client_direct(client, "org.bluez");
	client_subscribe(client, "org.bluez", NULL, NULL, NULL);
}

void setup(void)
{
	setup_with(0, NULL);
}

void setup_hasty(void)
{
	setup_with(0, "0.5");
}

void setup_experimental(void)
{
	setup_with(WORLD_EXPERIMENTAL, NULL);
}

void teardown(void)
{
	client_free(client);
	world_free(world);
}

GVariant *filter_new(bool duplicate)
{
	GVariantBuilder builder;

	g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&builder, "{sv}", "Transport", g_variant_new_string("le"));
	g_variant_builder_add(&builder, "{sv}", "DuplicateData", g_variant_new_boolean(duplicate));
	g_variant_builder_add(&builder, "{sv}", "RSSI", g_variant_new_int16(-127));
	return g_variant_new("(a{sv})", &builder);
}

void adapter_do(Client *by, const char *method, GVariant *params)
{
	client_do(by, BLUEZ_ADAPTER, ADAPTER_IFACE, method, params);
}

void adapter_fails(Client *by, const char *method, GVariant *params, const char *error)
{
	g_autofree char *name = g_strconcat("org.bluez.Error.", error, NULL);

	client_expect_error(by, BLUEZ_ADAPTER, ADAPTER_IFACE, method, params, name);
}

bool is_discovering(void *data)
{
	(void)data;
	return client_get_boolean(client, BLUEZ_ADAPTER, ADAPTER_IFACE, "Discovering");
}

/* A discovery with the filter that signals every report; what came of starting it is dropped. */
void start_filtered(void)
{
	adapter_do(client, "SetDiscoveryFilter", filter_new(true));
	adapter_do(client, "StartDiscovery", NULL);
	ck_assert(wait_until(is_discovering, NULL, SOON));
	client_drop_signals(client);
}

void start_plain(void)
{
	adapter_do(client, "StartDiscovery", NULL);
	ck_assert(wait_until(is_discovering, NULL, SOON));
	client_drop_signals(client);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The face has them always, BlueZ only if it is experimental: the case advertising_data is about them. */
static bool is_left_out(const char *name)
{
	return is_face() && (g_str_equal(name, "AdvertisingData") || g_str_equal(name, "AdvertisingFlags"));
}

/* "{'A': <1>, 'B': <2>}", sorted by name. */
static char *print_sorted(GVariant *dict)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *text = NULL;
	GVariantIter iter;
	const char *name;
	GVariant *value;

	g_variant_iter_init(&iter, dict);
	while (g_variant_iter_next(&iter, "{&sv}", &name, &value)) {
		g_autofree char *printed = g_variant_print(value, FALSE);

		if (!is_left_out(name))
			g_ptr_array_add(entries, g_strdup_printf("'%s': <%s>", name, printed));
		g_variant_unref(value);
	}
	g_ptr_array_sort(entries, by_text);
	g_ptr_array_add(entries, NULL);
	text = g_strjoinv(", ", (char **)entries->pdata);
	return g_strdup_printf("{%s}", text);
}

static char *print_names(GVariant *names)
{
	g_autoptr(GVariantBuilder) builder = g_variant_builder_new(G_VARIANT_TYPE_STRING_ARRAY);
	g_autoptr(GVariant) kept = NULL;
	GVariantIter iter;
	const char *name;

	g_variant_iter_init(&iter, names);
	while (g_variant_iter_next(&iter, "&s", &name))
		if (!is_left_out(name))
			g_variant_builder_add(builder, "s", name);
	kept = g_variant_ref_sink(g_variant_builder_end(builder));
	return g_variant_print(kept, FALSE);
}

/* The next PropertiesChanged, which must be of this object, as text without types. */
static char *next_change(const char *path)
{
	static const char *const types[] = { "uint16 ", "int16 ", "byte ", "@as ", "@ay " };
	g_autofree char *from = NULL, *changed_text = NULL, *invalidated_text = NULL;
	g_autoptr(GVariant) changed = NULL, invalidated = NULL;
	g_autoptr(GVariant) body = client_wait_signal(client, "PropertiesChanged", SOON, &from);
	GString *text;

	ck_assert_msg(body != NULL, "no change of %s", path);
	ck_assert_str_eq(from, path);
	g_variant_get(body, "(&s@a{sv}@as)", NULL, &changed, &invalidated);
	changed_text = print_sorted(changed);
	invalidated_text = print_names(invalidated);
	text = g_string_new(changed_text);
	g_string_append_printf(text, " %s", invalidated_text);
	for (size_t t = 0; t < G_N_ELEMENTS(types); t++)
		g_string_replace(text, types[t], "", 0);
	return g_string_free(text, FALSE);
}

void expect_change(const char *path, const char *text)
{
	g_autofree char *change = next_change(path);

	ck_assert_str_eq(change, text);
}

typedef struct Told {
	bool (*is)(void *data);
	void *data;
	bool wanted;
} Told;

static bool is_as_told(void *data)
{
	const Told *told = data;

	return told->is(told->data) == told->wanted;
}

void expect_in_time(bool (*is)(void *data), void *data, bool wanted)
{
	Told told = { is, data, wanted };

	ck_assert(is_face() ? wait_until(is_as_told, &told, SOON) : is_as_told(&told));
}

void expect_quiet(void)
{
	wait_ms(QUIET);
	client_sync(client);
	ck_assert_uint_eq(client_count_signals(client, NULL), 0);
}

void expect_removed(const char *path)
{
	g_autoptr(GVariant) body = client_wait_signal(client, "InterfacesRemoved", SOON, NULL);
	const char *removed;

	ck_assert_msg(body != NULL, "%s does not go", path);
	g_variant_get(body, "(&o@as)", &removed, NULL);
	ck_assert_str_eq(removed, path);
}

/* The properties of the interface, from the next InterfacesAdded, which must be of this path. */
GVariant *next_added(const char *path, const char *iface)
{
	g_autoptr(GVariant) body = client_wait_signal(client, "InterfacesAdded", SOON, NULL);
	g_autoptr(GVariant) ifaces = NULL;
	GVariant *properties;
	const char *added;

	ck_assert_msg(body != NULL, "no %s", path);
	g_variant_get(body, "(&o@a{sa{sv}})", &added, &ifaces);
	ck_assert_str_eq(added, path);
	properties = g_variant_lookup_value(ifaces, iface, G_VARIANT_TYPE_VARDICT);
	ck_assert_msg(properties != NULL, "no %s in what came of %s", iface, path);
	return properties;
}

void expect_property(GVariant *properties, const char *name, const char *text)
{
	g_autoptr(GVariant) value = g_variant_lookup_value(properties, name, NULL);
	g_autofree char *printed = value ? g_variant_print(value, TRUE) : g_strdup("none");

	ck_assert_msg(g_str_equal(printed, text), "%s is %s, not %s", name, printed, text);
}

void expect_device(const char *path)
{
	g_variant_unref(next_added(path, DEVICE_IFACE));
}

void left_out(const char *test, const char *why)
{
	printf("left out: %s (%s)\n", test, why);
}

bool needs_simulation(const char *test)
{
	if (g_strcmp0(g_getenv("BLUEBROKER_WORLD"), "vm") != 0)
		return true;
	left_out(test, "only the simulated BlueZ can do that");
	return false;
}
