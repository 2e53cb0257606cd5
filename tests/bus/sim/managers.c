/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GattManager1 and LEAdvertisingManager1 of an adapter. */
#include "adapter-private.h"
#include "application.h"
#include "managers.h"

static void gatt_call(void *owner, const char *method, GVariant *args, GDBusMethodInvocation *call)
{
	applications_call(((Adapter *)owner)->server, method, args, call);
}

static void advertising_call(void *owner, const char *method, GVariant *args, GDBusMethodInvocation *call)
{
	adverts_call(((Adapter *)owner)->adverts, method, args, call);
}

static GVariant *advertising_get(void *owner, unsigned int prop)
{
	return adverts_get(((Adapter *)owner)->adverts, prop);
}

const Iface manager_gatt_iface = { .name = "org.bluez.GattManager1", .call = gatt_call };

const Iface manager_advertising_iface = {
	.name = "org.bluez.LEAdvertisingManager1",
	.props = adverts_props,
	.get = advertising_get,
	.call = advertising_call,
};
