/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An adapter object with its devices: Adapter1 over one radio. */
#include "adapter-private.h"
#include "managers.h"

#define SWEEP_MS 200
#define COMPLETE_MS 12
#define RSSI_STEP 8 /* dB, without a filter */

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
		if (device_remove(device, call))
			g_hash_table_remove(adapter->devices, device_get_addr(device));
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

static void adapter_add(Adapter *adapter, Device *device)
{
	g_hash_table_insert(adapter->devices, (void *)(uintptr_t)device_get_addr(device), device);
}

static void adapter_on_remove(void *owner, Device *device)
{
	Adapter *adapter = owner;

	g_hash_table_remove(adapter->devices, device_get_addr(device));
}

/* There may be one already, of an earlier bond: it gives way. */
static void adapter_on_rename(void *owner, Device *device, uint64_t addr)
{
	Adapter *adapter = owner;

	g_hash_table_steal(adapter->devices, device_get_addr(device));
	g_hash_table_remove(adapter->devices, &addr);
	device_set_addr(device, addr);
	adapter_add(adapter, device);
}

/* The kernel knows whose a private address is, where there is a bond. */
static uint64_t adapter_resolve(const Adapter *adapter, uint64_t addr, bool *random)
{
	return store_resolve(air_sim(adapter->home.air)->store, adapter->radio->addr, addr, random);
}

Device *adapter_find(const Adapter *adapter, const Central *central)
{
	bool random = central->random;
	uint64_t addr = adapter_resolve(adapter, central->addr, &random);

	return g_hash_table_lookup(adapter->devices, &addr);
}

static void adapter_on_found(void *owner, const RadioFound *heard)
{
	RadioFound resolved = *heard, *found = &resolved;
	Adapter *adapter = owner;
	Discovery *discovery = adapter->discovery;
	bool discoverable;
	Device *device;
	char addr[18];
	Eir eir;

	found->addr = adapter_resolve(adapter, heard->addr, &found->random);
	eir_parse(&eir, found->data, found->len);
	if (!discovery_hears(discovery, &eir, found->rssi))
		return;

	addr_format(addr, found->addr, ':');
	discoverable = discovery_discoverable(discovery, &eir, addr);
	device = g_hash_table_lookup(adapter->devices, &found->addr);
	if (device && device_is_random(device) != found->random)
		return; /* its path is taken by the other one */
	if (!device) {
		if (!discoverable)
			return;
		device = device_new(&adapter->home, found->addr, found->random);
		adapter_add(adapter, device);
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

static void adapter_on_central(void *owner, Central *central, bool up)
{
	Adapter *adapter = owner;
	Device *device = adapter_find(adapter, central);
	bool random = central->random;
	uint64_t addr = adapter_resolve(adapter, central->addr, &random);

	if (!up) {
		server_leave(adapter->server, central);
		if (device)
			device_central_down(device);
		return;
	}
	if (!device) {
		device = device_new(&adapter->home, addr, random);
		adapter_add(adapter, device);
	}
	central_adopt(central, adapter->server, device_path(device));
	server_join(adapter->server, central);
	device_central_up(device, central);
}

static const RadioEars adapter_ears = {
	.found = adapter_on_found,
	.blocked = adapter_on_blocked,
	.scan_over = adapter_on_scan_over,
	.central = adapter_on_central,
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
		if (!device_connectable(device) && device_may_go(device))
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
	GHashTableIter iter;
	void *device;

	g_hash_table_iter_init(&iter, adapter->devices);
	while (g_hash_table_iter_next(&iter, NULL, &device))
		if (device_may_go(device))
			g_hash_table_iter_remove(&iter);
}

static void device_on_power_lost(void *addr, void *device, void *data)
{
	(void)addr;
	(void)data;
	device_power_lost(device);
}

static void on_powered(void *owner, bool on)
{
	Adapter *adapter = owner;

	if (!on) {
		/* First the discovery, for its end takes what is not connected with it. */
		discovery_power_lost(adapter->discovery);
		g_hash_table_foreach(adapter->devices, device_on_power_lost, NULL);
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
		if (device_last_seen(device) < deadline && device_may_go(device))
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

static void adapter_load(Adapter *adapter, const Store *store)
{
	for (unsigned int i = 0; i < store->list->len; i++) {
		const StoredDevice *stored = store->list->pdata[i];

		if (stored->adapter == adapter->radio->addr)
			adapter_add(adapter, device_new_stored(&adapter->home, stored));
	}
}

Adapter *adapter_new(Bus *bus, Air *air, Radio *radio, const Agents *agents, bool fresh,
		     unsigned int temporary_ms)
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
	adapter->home = (DeviceHome){ .bus = bus,
				      .air = air,
				      .radio = radio,
				      .agents = agents,
				      .adapter_path = adapter->object->path,
				      .rename = adapter_on_rename,
				      .remove = adapter_on_remove,
				      .owner = adapter };
	adapter_load(adapter, air_sim(air)->store);
	adapter->adverts = adverts_new(adapter);
	adapter->server = server_new(adapter);
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

	if (!silently)
		g_hash_table_foreach(adapter->devices, device_on_power_lost, NULL);
	radio_listen(adapter->radio, NULL, NULL);
	g_source_remove(adapter->sweep);
	if (adapter->completing)
		g_source_remove(adapter->completing);
	g_hash_table_iter_init(&iter, adapter->devices);
	while (g_hash_table_iter_next(&iter, NULL, &device)) {
		g_hash_table_iter_steal(&iter);
		if (discovery_is_on(adapter->discovery))
			device_forget_signal(device);
		if (silently)
			device_central_forget(device);
		device_free(device, silently);
	}
	if (!silently) {
		power_lost(adapter->power);
		object_flush(adapter->object);
	}
	g_hash_table_remove_all(adapter->devices);
	g_hash_table_unref(adapter->devices);
	adverts_free(adapter->adverts);
	server_free(adapter->server);
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
