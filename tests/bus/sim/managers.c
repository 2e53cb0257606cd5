/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GattManager1 and LEAdvertisingManager1 of an adapter, as far as a scanner looks at them. */
#include "managers.h"

/* Registering is for those who simulate GATT and advertising too; a scanner only looks at the
 * properties. */
static void managers_call(void *owner, const char *method, GVariant *args,
			  GDBusMethodInvocation *call)
{
	(void)owner;
	(void)method;
	(void)args;
	g_dbus_method_invocation_return_dbus_error(call, BLUEZ_ERROR "NotSupported",
						   "Operation is not supported");
}

static GVariant *advertising_get(void *owner, unsigned int prop)
{
	static const char *const includes[] = { "tx-power", "appearance", "local-name" };

	(void)owner;
	switch (prop) {
	case 0:
		return g_variant_new_byte(0);
	case 1:
		return g_variant_new_byte(5);
	default:
		return g_variant_new_strv(includes, G_N_ELEMENTS(includes));
	}
}

static const char *const advertising_props[] = { "ActiveInstances", "SupportedInstances",
						 "SupportedIncludes", NULL };

const Iface manager_gatt_iface = { .name = "org.bluez.GattManager1", .call = managers_call };

const Iface manager_advertising_iface = {
	.name = "org.bluez.LEAdvertisingManager1",
	.props = advertising_props,
	.get = advertising_get,
	.call = managers_call,
};
