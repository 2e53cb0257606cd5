/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties of an Adapter1 object. */
#include "adapter-private.h"

#define NAME "BlueZ 5.66"

const char *const adapter_props[] = { "Address",
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

void adapter_signal(Adapter *adapter, unsigned int prop)
{
	object_changed(adapter->object, 0, prop);
}

const char *adapter_alias(const Adapter *adapter)
{
	return adapter->alias ? adapter->alias : NAME;
}

GVariant *adapter_get(void *owner, unsigned int prop)
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
		return g_variant_new_string(adapter_alias(adapter));
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

void adapter_set(void *owner, unsigned int prop, GVariant *value,
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
		if (adapter->server)
			server_named(adapter->server);
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
