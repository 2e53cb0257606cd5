/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LEAdvertisingManager1 of an adapter: the advertisements that programs have registered. */
#include "adapter-private.h"
#include "advert-data.h"
#include "advert.h"

#define ADVERTISEMENT "org.bluez.LEAdvertisement1"
#define MANAGER_IFACE 2 /* of the adapter's object */

/* The properties */
enum {
	ACTIVE_INSTANCES,
	SUPPORTED_INSTANCES,
	SUPPORTED_INCLUDES,
	SUPPORTED_SECONDARY_CHANNELS,
};

typedef struct Advert {
	Adverts *adverts;
	char *owner, *path;
	uint8_t id;
	GHashTable *properties; /* name → GVariant */
	GDBusMethodInvocation *call; /* RegisterAdvertisement under way */
	GCancellable *asking;
	guint watch, signals, timeout, discoverable_timeout;
} Advert;

struct Adverts {
	Adapter *adapter;
	GPtrArray *list; /* of Advert */
};

const char *const adverts_props[] = { "ActiveInstances", "SupportedInstances", "SupportedIncludes",
				      "SupportedSecondaryChannels", NULL };

static unsigned int adverts_max(const Adverts *adverts)
{
	unsigned int sets = broadcast_sets(adverts->adapter->radio->broadcast);

	return sets > 0 ? sets : BROADCAST_INSTANCES_LEGACY;
}

static void adverts_signal(const Adverts *adverts)
{
	object_changed(adverts->adapter->object, MANAGER_IFACE, ACTIVE_INSTANCES);
	object_changed(adverts->adapter->object, MANAGER_IFACE, SUPPORTED_INSTANCES);
}

static AdvertHome adverts_home(const Adverts *adverts)
{
	const Adapter *adapter = adverts->adapter;

	return (AdvertHome){ .alias = adapter_alias(adapter),
			     .discoverable = adapter->discoverable,
			     .experimental = adapter->bus->experimental,
			     .sets = broadcast_sets(adapter->radio->broadcast) > 0 };
}

static void stop_timer(guint *timer)
{
	if (*timer)
		g_source_remove(*timer);
	*timer = 0;
}

static void advert_free(void *data)
{
	Advert *advert = data;
	GDBusConnection *connection = advert->adverts->adapter->bus->connection;

	g_cancellable_cancel(advert->asking);
	g_object_unref(advert->asking);
	if (advert->call)
		bus_error(advert->adverts->adapter->bus, advert->call, "Failed",
			  "Failed to complete registration");
	g_bus_unwatch_name(advert->watch);
	if (advert->signals)
		g_dbus_connection_signal_unsubscribe(connection, advert->signals);
	stop_timer(&advert->timeout);
	stop_timer(&advert->discoverable_timeout);
	g_hash_table_unref(advert->properties);
	g_free(advert->owner);
	g_free(advert->path);
	g_free(advert);
}

static void advert_remove(Advert *advert)
{
	Adverts *adverts = advert->adverts;

	broadcast_remove(adverts->adapter->radio->broadcast, advert->id);
	g_ptr_array_remove(adverts->list, advert);
	adverts_signal(adverts);
}

static void advert_on_gone(GDBusConnection *connection, const char *name, void *data)
{
	(void)connection;
	(void)name;
	advert_remove(data);
}

static int advert_on_timeout(void *data)
{
	Advert *advert = data;

	advert->timeout = 0;
	g_dbus_connection_call(advert->adverts->adapter->bus->connection, advert->owner, advert->path,
			       ADVERTISEMENT, "Release", NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
			       NULL, NULL, NULL);
	advert_remove(advert);
	return G_SOURCE_REMOVE;
}

static bool advert_show(Advert *advert, const AdvertData *data)
{
	const AdvertHome home = adverts_home(advert->adverts);
	Instance instance = { .id = advert->id };

	if (!power_is_on(advert->adverts->adapter->power) || !advert_data_fill(data, &home, &instance))
		return false;
	broadcast_put(advert->adverts->adapter->radio->broadcast, &instance);
	return true;
}

static bool advert_parse(Advert *advert, AdvertData *data)
{
	const AdvertHome home = adverts_home(advert->adverts);

	return advert_data_parse(data, advert->properties, &home);
}

static int advert_on_hidden(void *data)
{
	Advert *advert = data;
	AdvertData parsed;

	advert->discoverable_timeout = 0;
	(void)g_hash_table_remove(advert->properties, "Discoverable");
	if (advert_parse(advert, &parsed))
		(void)advert_show(advert, &parsed);
	advert_data_clear(&parsed);
	return G_SOURCE_REMOVE;
}

static void advert_time(Advert *advert, const AdvertData *data)
{
	stop_timer(&advert->timeout);
	stop_timer(&advert->discoverable_timeout);
	if (data->timeout > 0)
		advert->timeout = g_timeout_add_seconds(data->timeout, advert_on_timeout, advert);
	if (data->discoverable_timeout > 0)
		advert->discoverable_timeout =
			g_timeout_add_seconds(data->discoverable_timeout, advert_on_hidden, advert);
}

static void advert_take(Advert *advert, GVariant *properties)
{
	GVariantIter iter;
	const char *name;
	GVariant *value;

	g_variant_iter_init(&iter, properties);
	while (g_variant_iter_next(&iter, "{&sv}", &name, &value))
		g_hash_table_insert(advert->properties, g_strdup(name), value);
}

/* bluetoothd 5.66 dies of a live advertisement that becomes too long. */
static void advert_on_changed(GDBusConnection *connection, const char *sender, const char *path,
			      const char *interface, const char *signal, GVariant *args, void *data)
{
	g_autoptr(GVariant) changed = NULL;
	Advert *advert = data;
	AdvertData parsed;

	(void)connection;
	(void)sender;
	(void)path;
	(void)interface;
	(void)signal;
	if (!g_variant_is_of_type(args, G_VARIANT_TYPE("(sa{sv}as)")))
		return;
	g_variant_get(args, "(&s@a{sv}as)", NULL, &changed, NULL);
	advert_take(advert, changed);
	if (advert_parse(advert, &parsed)) {
		const Bus *bus = advert->adverts->adapter->bus;

		advert_time(advert, &parsed);
		if (!advert_show(advert, &parsed) && bus->crash)
			bus->crash(bus->crash_data);
	}
	advert_data_clear(&parsed);
}

static void advert_finish(Advert *advert)
{
	Adverts *adverts = advert->adverts;
	Bus *bus = adverts->adapter->bus;
	GDBusMethodInvocation *call = g_steal_pointer(&advert->call);
	bool parsed, shown = false;
	AdvertData data;

	parsed = advert_parse(advert, &data);
	if (parsed)
		shown = advert_show(advert, &data);
	if (shown) {
		advert_time(advert, &data);
		advert->signals = g_dbus_connection_signal_subscribe(
			bus->connection, advert->owner, PROPERTIES, "PropertiesChanged", advert->path,
			ADVERTISEMENT, G_DBUS_SIGNAL_FLAGS_NONE, advert_on_changed, advert, NULL);
		adverts_signal(adverts);
		bus_reply(bus, call, NULL);
	} else {
		g_ptr_array_remove(adverts->list, advert);
		bus_error(bus, call, "Failed",
			  parsed ? "Failed to register advertisement" : "Failed to parse advertisement.");
	}
	advert_data_clear(&data);
}

static void advert_on_properties(GObject *connection, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, &error);
	Advert *advert = data;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (reply) { /* else it has no properties, which is good enough */
		g_autoptr(GVariant) properties = g_variant_get_child_value(reply, 0);

		advert_take(advert, properties);
	}
	advert_finish(advert);
}

static Advert *adverts_find(const Adverts *adverts, const char *owner, const char *path)
{
	for (unsigned int i = 0; i < adverts->list->len; i++) {
		Advert *advert = adverts->list->pdata[i];

		if (g_str_equal(advert->owner, owner) && g_str_equal(advert->path, path))
			return advert;
	}
	return NULL;
}

/* 0: none is free. */
static uint8_t adverts_free_id(const Adverts *adverts)
{
	uint32_t taken = 0;

	for (unsigned int i = 0; i < adverts->list->len; i++)
		taken |= UINT32_C(1) << ((Advert *)adverts->list->pdata[i])->id;
	for (uint8_t id = 1; id <= adverts_max(adverts); id++)
		if (!(taken & UINT32_C(1) << id))
			return id;
	return 0;
}

static void adverts_register(Adverts *adverts, const char *owner, const char *path,
			     GDBusMethodInvocation *call)
{
	Bus *bus = adverts->adapter->bus;
	uint8_t id = adverts_free_id(adverts);
	Advert *advert;

	if (adverts_find(adverts, owner, path)) {
		bus_error(bus, call, "AlreadyExists", "Already Exists");
		return;
	}
	if (id == 0) {
		bus_error(bus, call, "NotPermitted", "Maximum advertisements reached");
		return;
	}
	advert = g_new0(Advert, 1);
	advert->adverts = adverts;
	advert->owner = g_strdup(owner);
	advert->path = g_strdup(path);
	advert->id = id;
	advert->call = call;
	advert->asking = g_cancellable_new();
	advert->properties =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_variant_unref);
	advert->watch = g_bus_watch_name_on_connection(bus->connection, owner, G_BUS_NAME_WATCHER_FLAGS_NONE,
						       NULL, advert_on_gone, advert, NULL);
	g_ptr_array_add(adverts->list, advert);
	g_dbus_connection_call(bus->connection, owner, path, PROPERTIES, "GetAll",
			       g_variant_new("(s)", ADVERTISEMENT), G_VARIANT_TYPE("(a{sv})"),
			       G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, advert->asking, advert_on_properties,
			       advert);
}

void adverts_call(Adverts *adverts, const char *method, GVariant *args, GDBusMethodInvocation *call)
{
	const char *owner = g_dbus_method_invocation_get_sender(call);
	const char *path;
	Advert *advert;

	g_variant_get_child(args, 0, "&o", &path);
	if (g_str_equal(method, "RegisterAdvertisement")) {
		adverts_register(adverts, owner, path, call);
		return;
	}
	advert = adverts_find(adverts, owner, path);
	if (!advert) {
		bus_error(adverts->adapter->bus, call, "DoesNotExist", "Does Not Exist");
		return;
	}
	advert_remove(advert);
	bus_reply(adverts->adapter->bus, call, NULL);
}

GVariant *adverts_get(const Adverts *adverts, unsigned int prop)
{
	static const char *const includes[] = { "tx-power", "appearance", "local-name" };
	static const char *const channels[] = { "1M" };

	switch (prop) {
	case ACTIVE_INSTANCES:
		return g_variant_new_byte((uint8_t)adverts->list->len);
	case SUPPORTED_INSTANCES:
		return g_variant_new_byte((uint8_t)(adverts_max(adverts) - adverts->list->len));
	case SUPPORTED_INCLUDES:
		return g_variant_new_strv(includes, G_N_ELEMENTS(includes));
	default:
		return broadcast_sets(adverts->adapter->radio->broadcast) > 0
			       ? g_variant_new_strv(channels, G_N_ELEMENTS(channels))
			       : NULL;
	}
}

Adverts *adverts_new(Adapter *adapter)
{
	Adverts *adverts = g_new0(Adverts, 1);

	adverts->adapter = adapter;
	adverts->list = g_ptr_array_new_with_free_func(advert_free);
	broadcast_clear(adapter->radio->broadcast);
	return adverts;
}

Adverts *adverts_free(Adverts *adverts)
{
	if (!adverts)
		return NULL;

	g_ptr_array_unref(adverts->list);
	g_free(adverts);
	return NULL;
}
