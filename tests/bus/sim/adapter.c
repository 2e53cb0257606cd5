/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An adapter object with its devices: Adapter1 over one radio. */
#include "adapter.h"
#include "object.h"
#include "device.h"
#include "discovery.h"
#include "managers.h"
#include "power.h"

#define NAME "BlueZ 5.66"
#define SWEEP_MS 200
#define COMPLETE_MS 12
#define RSSI_STEP 8 /* dB, without a filter */

enum {
	ADAPTER_ADDRESS,
	ADAPTER_ADDRESS_TYPE,
	ADAPTER_NAME,
	ADAPTER_ALIAS,
	ADAPTER_CLASS,
	ADAPTER_POWERED,
	ADAPTER_POWER_STATE,
	ADAPTER_DISCOVERABLE,
	ADAPTER_DISCOVERABLE_TIMEOUT,
	ADAPTER_PAIRABLE,
	ADAPTER_PAIRABLE_TIMEOUT,
	ADAPTER_DISCOVERING,
	ADAPTER_UUIDS,
	ADAPTER_MODALIAS,
	ADAPTER_ROLES,
	ADAPTER_EXPERIMENTAL_FEATURES,
};

static const char *const adapter_props[] = { "Address",
					     "AddressType",
					     "Name",
					     "Alias",
					     "Class",
					     "Powered",
					     "PowerState",
					     "Discoverable",
					     "DiscoverableTimeout",
					     "Pairable",
					     "PairableTimeout",
					     "Discovering",
					     "UUIDs",
					     "Modalias",
					     "Roles",
					     "ExperimentalFeatures",
					     NULL };

static const char *const adapter_uuids[] = {
	"00001800-0000-1000-8000-00805f9b34fb",
	"00001801-0000-1000-8000-00805f9b34fb",
	"0000180a-0000-1000-8000-00805f9b34fb",
};

static const char *const adapter_roles[] = { "central", "peripheral" };

struct Adapter {
	Bus *bus;
	Radio *radio;
	Object *object;
	Discovery *discovery;
	Power *power;
	GHashTable *devices; /* address → Device */
	unsigned int temporary_ms;
	guint sweep;
	guint completing; /* not all interfaces are there yet */
	char *alias;
	bool discoverable, pairable;
	uint32_t discoverable_timeout, pairable_timeout;
};

static void adapter_signal(Adapter *adapter, unsigned int prop)
{
	object_changed(adapter->object, 0, prop);
}

static const char *adapter_path(const Adapter *adapter)
{
	return adapter->object->path;
}

static GVariant *adapter_get(void *owner, unsigned int prop)
{
	Adapter *adapter = owner;
	char addr[18];

	switch (prop) {
	case ADAPTER_ADDRESS:
		addr_format(addr, adapter->radio->addr, ':');
		return g_variant_new_string(addr);
	case ADAPTER_ADDRESS_TYPE:
		return g_variant_new_string("public");
	case ADAPTER_NAME:
		return g_variant_new_string(NAME);
	case ADAPTER_ALIAS:
		return g_variant_new_string(adapter->alias ? adapter->alias : NAME);
	case ADAPTER_CLASS:
		return g_variant_new_uint32(0);
	case ADAPTER_POWERED:
		return g_variant_new_boolean(power_is_on(adapter->power));
	case ADAPTER_POWER_STATE:
		return g_variant_new_string(power_state(adapter->power));
	case ADAPTER_DISCOVERABLE:
		return g_variant_new_boolean(adapter->discoverable);
	case ADAPTER_DISCOVERABLE_TIMEOUT:
		return g_variant_new_uint32(adapter->discoverable_timeout);
	case ADAPTER_PAIRABLE:
		return g_variant_new_boolean(adapter->pairable);
	case ADAPTER_PAIRABLE_TIMEOUT:
		return g_variant_new_uint32(adapter->pairable_timeout);
	case ADAPTER_DISCOVERING:
		return g_variant_new_boolean(discovery_is_on(adapter->discovery));
	case ADAPTER_UUIDS:
		return g_variant_new_strv(adapter_uuids, G_N_ELEMENTS(adapter_uuids));
	case ADAPTER_MODALIAS:
		return g_variant_new_string("usb:v1D6Bp0246d0542");
	case ADAPTER_ROLES:
		return g_variant_new_strv(adapter_roles, G_N_ELEMENTS(adapter_roles));
	default: /* ExperimentalFeatures: none */
		return NULL;
	}
}

static void adapter_set(void *owner, unsigned int prop, GVariant *value,
			GDBusMethodInvocation *call)
{
	Adapter *adapter = owner;

	switch (prop) {
	case ADAPTER_POWERED:
		power_set(adapter->power, g_variant_get_boolean(value), call);
		return;
	case ADAPTER_ALIAS:
		g_free(adapter->alias);
		adapter->alias = g_variant_dup_string(value, NULL);
		if (adapter->alias[0] == '\0')
			g_clear_pointer(&adapter->alias, g_free);
		break;
	case ADAPTER_DISCOVERABLE:
		adapter->discoverable = g_variant_get_boolean(value);
		break;
	case ADAPTER_DISCOVERABLE_TIMEOUT:
		adapter->discoverable_timeout = g_variant_get_uint32(value);
		break;
	case ADAPTER_PAIRABLE:
		adapter->pairable = g_variant_get_boolean(value);
		break;
	case ADAPTER_PAIRABLE_TIMEOUT:
		adapter->pairable_timeout = g_variant_get_uint32(value);
		break;
	default:
		g_assert_not_reached();
	}
	bus_reply(adapter->bus, call, NULL);
	adapter_signal(adapter, prop);
}

static void adapter_remove_device(Adapter *adapter, GVariant *args, GDBusMethodInvocation *call)
{
	GHashTableIter iter;
	const char *path;
	void *device;

	g_variant_get(args, "(&o)", &path);
	g_hash_table_iter_init(&iter, adapter->devices);
	while (g_hash_table_iter_next(&iter, NULL, &device)) {
		if (!g_str_equal(device_path(device), path))
			continue;
		if (!power_is_on(adapter->power)) {
			bus_error(adapter->bus, call, "NotReady", "Resource Not Ready");
			return;
		}
		g_hash_table_iter_remove(&iter);
		bus_reply(adapter->bus, call, NULL);
		return;
	}
	bus_error(adapter->bus, call, "DoesNotExist", "Does Not Exist");
}

static void adapter_call(void *owner, const char *method, GVariant *args,
			 GDBusMethodInvocation *call)
{
	Adapter *adapter = owner;

	if (g_str_equal(method, "StartDiscovery"))
		discovery_start(adapter->discovery, call);
	else if (g_str_equal(method, "StopDiscovery"))
		discovery_stop(adapter->discovery, call);
	else if (g_str_equal(method, "SetDiscoveryFilter"))
		discovery_set_filter(adapter->discovery, args, call);
	else if (g_str_equal(method, "GetDiscoveryFilters"))
		bus_reply(adapter->bus, call, g_variant_new("(^as)", filter_keys()));
	else
		adapter_remove_device(adapter, args, call);
}

static const char *const adapter_late[] = { "StartDiscovery", "StopDiscovery", "Set:Powered",
					    NULL };

static const Iface adapter_iface = {
	.name = "org.bluez.Adapter1",
	.props = adapter_props,
	.get = adapter_get,
	.set = adapter_set,
	.call = adapter_call,
	.late = adapter_late,
};

static const Iface *const adapter_ifaces[] = { &adapter_iface, &manager_gatt_iface,
					      &manager_advertising_iface, NULL };

static void adapter_on_found(void *owner, const RadioFound *found)
{
	Adapter *adapter = owner;
	Discovery *discovery = adapter->discovery;
	bool discoverable;
	Device *device;
	char addr[18];
	Eir eir;

	eir_parse(&eir, found->data, found->len);
	if (found->rssi == RADIO_RSSI_ANY || !discovery_hears(discovery, &eir, found->rssi))
		return;

	addr_format(addr, found->addr, ':');
	discoverable = discovery_discoverable(discovery, &eir, addr);
	device = g_hash_table_lookup(adapter->devices, &found->addr);
	if (device && device_is_random(device) != found->random)
		return; /* its path is taken by the other one */
	if (!device) {
		if (!discoverable)
			return;
		device =
			device_new(adapter->bus, adapter_path(adapter), found->addr, found->random);
		g_hash_table_insert(adapter->devices, (void *)(uintptr_t)device_get_addr(device),
				    device);
	}

	device_seen(device, found->connectable, g_get_monotonic_time());
	if (!discovery_has_clients(discovery) || !discoverable ||
	    !discovery_wants(discovery, &eir, found->rssi))
		return;
	device_update(device, &eir, found->rssi, discovery_filtered(discovery) ? 0 : RSSI_STEP,
		      discovery_duplicate(discovery));
}

static void adapter_on_blocked(void *owner, bool blocked)
{
	Adapter *adapter = owner;

	power_blocked(adapter->power, blocked);
}

static void adapter_on_scan_over(void *owner)
{
	Adapter *adapter = owner;

	discovery_scan_over(adapter->discovery);
}

static const RadioEars adapter_ears = {
	.found = adapter_on_found,
	.blocked = adapter_on_blocked,
	.scan_over = adapter_on_scan_over,
};

static void on_discovering(void *owner)
{
	adapter_signal(owner, ADAPTER_DISCOVERING);
}

static void on_discovery_ended(void *owner)
{
	Adapter *adapter = owner;
	GHashTableIter iter;
	void *device;

	g_hash_table_iter_init(&iter, adapter->devices);
	while (g_hash_table_iter_next(&iter, NULL, &device)) {
		device_forget_signal(device);
		if (!device_connectable(device))
			g_hash_table_iter_remove(&iter);
	}
}

static const DiscoveryOps discovery_ops = { .changed = on_discovering,
					    .ended = on_discovery_ended };

static void on_power_state(void *owner)
{
	adapter_signal(owner, ADAPTER_POWER_STATE);
}

static void on_power_going(void *owner)
{
	Adapter *adapter = owner;

	g_hash_table_remove_all(adapter->devices);
}

static void on_powered(void *owner, bool on)
{
	Adapter *adapter = owner;

	if (!on) {
		discovery_power_lost(adapter->discovery);
		adapter_signal(adapter, ADAPTER_DISCOVERING);
	}
	adapter_signal(adapter, ADAPTER_POWERED);
}

static const PowerOps power_ops = { .state = on_power_state,
				    .going = on_power_going,
				    .changed = on_powered };

static int on_sweep(void *data)
{
	Adapter *adapter = data;
	int64_t deadline = g_get_monotonic_time() - (int64_t)adapter->temporary_ms * 1000;
	GHashTableIter iter;
	void *device;

	g_hash_table_iter_init(&iter, adapter->devices);
	while (g_hash_table_iter_next(&iter, NULL, &device))
		if (device_last_seen(device) < deadline)
			g_hash_table_iter_remove(&iter);
	return G_SOURCE_CONTINUE;
}

static void device_destroy(void *data)
{
	device_free(data, false);
}

static int on_complete(void *data)
{
	Adapter *adapter = data;

	adapter->completing = 0;
	object_show(adapter->object, 3);
	return G_SOURCE_REMOVE;
}

Adapter *adapter_new(Bus *bus, Radio *radio, bool fresh, unsigned int temporary_ms)
{
	Adapter *adapter = g_new0(Adapter, 1);
	g_autofree char *path = g_strdup_printf("/org/bluez/hci%u", radio->index);

	adapter->bus = bus;
	adapter->radio = radio;
	adapter->temporary_ms = temporary_ms;
	adapter->discoverable_timeout = 180;
	adapter->devices = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, device_destroy);
	adapter->discovery = discovery_new(bus, radio, &discovery_ops, adapter);
	adapter->power = power_new(bus, radio, &power_ops, adapter);
	adapter->object = object_new(bus, path, adapter_ifaces, fresh ? 2 : 3, adapter);
	if (fresh)
		adapter->completing = g_timeout_add(COMPLETE_MS, on_complete, adapter);
	adapter->sweep = g_timeout_add(SWEEP_MS, on_sweep, adapter);
	radio_listen(radio, &adapter_ears, adapter);
	return adapter;
}

Adapter *adapter_free(Adapter *adapter, bool silently)
{
	GHashTableIter iter;
	void *device;

	if (!adapter)
		return NULL;

	radio_listen(adapter->radio, NULL, NULL);
	g_source_remove(adapter->sweep);
	if (adapter->completing)
		g_source_remove(adapter->completing);
	g_hash_table_iter_init(&iter, adapter->devices);
	while (g_hash_table_iter_next(&iter, NULL, &device)) {
		g_hash_table_iter_steal(&iter);
		if (discovery_is_on(adapter->discovery))
			device_forget_signal(device);
		device_free(device, silently);
	}
	if (!silently) {
		power_lost(adapter->power);
		object_flush(adapter->object);
	}
	g_hash_table_remove_all(adapter->devices);
	g_hash_table_unref(adapter->devices);
	discovery_free(adapter->discovery);
	power_free(adapter->power);
	object_free(adapter->object, silently);
	g_free(adapter->alias);
	g_free(adapter);
	return NULL;
}

const Radio *adapter_radio(const Adapter *adapter)
{
	return adapter->radio;
}
