/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bluetoothd keeps on disk. */
#include "store.h"

static void stored_free(void *data)
{
	StoredDevice *device = data;

	g_free(device->name);
	g_free(device->alias);
	g_free(device);
}

Store *store_new(void)
{
	Store *store = g_new0(Store, 1);

	store->list = g_ptr_array_new_with_free_func(stored_free);
	return store;
}

Store *store_free(Store *store)
{
	if (!store)
		return NULL;

	g_ptr_array_unref(store->list);
	g_free(store);
	return NULL;
}

void store_remove(Store *store, uint64_t adapter, uint64_t addr)
{
	for (unsigned int i = store->list->len; i > 0; i--) {
		const StoredDevice *device = store->list->pdata[i - 1];

		if (device->adapter == adapter && device->addr == addr)
			g_ptr_array_remove_index(store->list, i - 1);
	}
}

uint64_t store_resolve(const Store *store, uint64_t adapter, uint64_t addr, bool *random)
{
	for (unsigned int i = 0; *random && i < store->list->len; i++) {
		const StoredDevice *device = store->list->pdata[i];

		if (device->adapter != adapter || !privacy_made(&device->privacy, addr))
			continue;
		*random = device->privacy.random;
		return device->privacy.identity;
	}
	return addr;
}

void store_put(Store *store, const StoredDevice *device)
{
	StoredDevice *copy = g_memdup2(device, sizeof(*device));

	copy->name = g_strdup(device->name);
	copy->alias = g_strdup(device->alias);
	store_remove(store, device->adapter, device->addr);
	g_ptr_array_add(store->list, copy);
}
