/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What links and pairing do to a Device1 object, and whether it is kept. */
#include "device-private.h"

void device_store(Device *device)
{
	const StoredDevice stored = {
		.adapter = device->home->radio->addr,
		.addr = device->addr,
		.random = device->random,
		.paired = device->paired,
		.trusted = device->trusted,
		.blocked = device->blocked,
		.privacy = device->privacy,
		.name = device->name,
		.alias = device->alias,
	};

	if (device->lasting)
		store_put(air_sim(device->home->air)->store, &stored);
}

void device_identify(Device *device, const Privacy *privacy)
{
	if (!privacy->on)
		return;
	/* what is kept on disk under its former address stays there: a restart shows that as a device, too */
	device->privacy = *privacy;
	device->random = privacy->random;
	if (device->addr == privacy->identity)
		return;
	device->home->rename(device->home->owner, device, privacy->identity);
	connection_set_addr(device->connection, privacy->identity, privacy->random);
	device_signal(device, DEVICE_ADDRESS);
	device_signal(device, DEVICE_ADDRESS_TYPE);
}

void device_set_lasting(Device *device, bool lasting)
{
	device->lasting = lasting;
	device->doomed = false;
	if (lasting)
		device_store(device);
	else
		store_remove(air_sim(device->home->air)->store, device->home->radio->addr, device->addr);
}

static bool device_is_connected(const Device *device)
{
	return connection_is_up(device->connection);
}

static void on_connected(void *owner)
{
	Device *device = owner;
	bool up = device_is_connected(device);

	device->last_seen = g_get_monotonic_time();
	device_signal(device, DEVICE_CONNECTED);
	if (up) {
		device_set_lasting(device, true);
		pairing_linked(device->pairing, connection_link(device->connection));
	} else {
		pairing_unlinked(device->pairing, true);
		/* Temporary again; but not when it is the radio that goes. */
		if (!device->paired && !device->trusted && !device->closing &&
		    device->home->radio->powered)
			device_set_lasting(device, false);
	}
	if (!up && device->removing)
		device->home->remove(device->home->owner, device);
}

static bool uuids_equal(const GPtrArray *a, const GPtrArray *b)
{
	for (unsigned int i = 0; a->len == b->len && i < a->len; i++)
		if (!g_str_equal(a->pdata[i], b->pdata[i]))
			return false;
	return a->len == b->len;
}

/* The services that it has take the place of those that it advertises, for good. */
static void device_set_services(Device *device, const AttrTable *table)
{
	GPtrArray *uuids = gatt_list_uuids(table);

	device->resolved_once = true;
	if (!uuids_equal(uuids, device->uuids))
		device_signal(device, DEVICE_UUIDS);
	g_ptr_array_unref(device->uuids);
	device->uuids = uuids;
}

static void on_resolved(void *owner, const AttrTable *table)
{
	Device *device = owner;

	if (table)
		device_set_services(device, table);
	/* Before the objects: their InterfacesAdded come after ServicesResolved. */
	device_signal(device, DEVICE_SERVICES_RESOLVED);
	if (!table)
		return;
	gatt_update(device->gatt, table);
	if (pairing_is_paired(device->pairing) && !device->paired) {
		device->paired = true;
		device_signal(device, DEVICE_PAIRED);
		device_signal(device, DEVICE_BONDED);
		device_store(device);
	}
	pairing_resolved(device->pairing);
}

static void on_connect_failed(void *owner)
{
	Device *device = owner;

	pairing_unlinked(device->pairing, false);
}

static bool on_elevate(void *owner)
{
	Device *device = owner;

	return pairing_elevate(device->pairing, connection_link(device->connection));
}

const ConnectionOps device_connection_ops = {
	.changed = on_connected,
	.resolved = on_resolved,
	.failed = on_connect_failed,
	.elevate = on_elevate,
};

static const char *on_pairing_begins(void *owner)
{
	Device *device = owner;

	return connection_begin(device->connection);
}

static void on_paired(void *owner)
{
	Device *device = owner;

	device_identify(device, &link_peer(connection_link(device->connection))->privacy);
	device_set_lasting(device, true);
	if (!connection_is_resolved(device->connection))
		return; /* Paired is told later */
	device->paired = true;
	device_signal(device, DEVICE_PAIRED);
	device_signal(device, DEVICE_BONDED);
	device_store(device);
	pairing_resolved(device->pairing);
}

static void on_pairing_failed(void *owner, bool by_call)
{
	Device *device = owner;

	/* What a peripheral has asked for and not got ends with the device itself. */
	if (!by_call && device_is_connected(device))
		device->removing = true;
	/* It is as if it had just been found. */
	device->last_seen = g_get_monotonic_time();
	if (device->trusted || !device->lasting)
		return;
	device_set_lasting(device, false);
	device->doomed = true;
}

const PairingOps device_pairing_ops = {
	.begin = on_pairing_begins,
	.paired = on_paired,
	.failed = on_pairing_failed,
};

Device *device_new_stored(const DeviceHome *home, const StoredDevice *stored)
{
	Device *device = device_new(home, stored->addr, stored->random);

	device->lasting = true;
	device->trusted = stored->trusted;
	device->blocked = stored->blocked;
	device->paired = stored->paired;
	device->privacy = stored->privacy;
	device->alias = g_strdup(stored->alias);
	g_strlcpy(device->name, stored->name, sizeof(device->name));
	if (stored->paired)
		pairing_remember(device->pairing);
	return device;
}

bool device_remove(Device *device, GDBusMethodInvocation *call)
{
	device_set_lasting(device, false);
	device_central_close(device);
	pairing_disconnect(device->pairing);
	device->removing = connection_is_up(device->connection);
	connection_disconnect(device->connection, call);
	return !device->removing;
}

void device_power_lost(Device *device)
{
	device_central_close(device);
	connection_close(device->connection);
}

bool device_may_go(const Device *device)
{
	return !device->lasting &&
	       (device->doomed || (!device->central && !connection_link(device->connection)));
}
