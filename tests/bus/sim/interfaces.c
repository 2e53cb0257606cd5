/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Introspection data of the org.bluez interfaces that are simulated: the members of BlueZ 5.66 that
 * belong to scanning and to links. */
#include "interfaces.h"

#define EXPERIMENTAL "experimental"

static const char *const interfaces_xml[] = {
	"<interface name='org.freedesktop.DBus.ObjectManager'>"
	"  <method name='GetManagedObjects'>"
	"    <arg name='objects' type='a{oa{sa{sv}}}' direction='out'/></method>"
	"  <signal name='InterfacesAdded'>"
	"    <arg name='object' type='o'/>"
	"    <arg name='interfaces' type='a{sa{sv}}'/></signal>"
	"  <signal name='InterfacesRemoved'>"
	"    <arg name='object' type='o'/>"
	"    <arg name='interfaces' type='as'/></signal>"
	"</interface>",
	"<interface name='org.bluez.AgentManager1'>"
	"  <method name='RegisterAgent'>"
	"    <arg name='agent' type='o' direction='in'/>"
	"    <arg name='capability' type='s' direction='in'/></method>"
	"  <method name='UnregisterAgent'>"
	"    <arg name='agent' type='o' direction='in'/></method>"
	"  <method name='RequestDefaultAgent'>"
	"    <arg name='agent' type='o' direction='in'/></method>"
	"</interface>",
	"<interface name='org.bluez.ProfileManager1'>"
	"  <method name='RegisterProfile'>"
	"    <arg name='profile' type='o' direction='in'/>"
	"    <arg name='UUID' type='s' direction='in'/>"
	"    <arg name='options' type='a{sv}' direction='in'/></method>"
	"  <method name='UnregisterProfile'>"
	"    <arg name='profile' type='o' direction='in'/></method>"
	"</interface>",
	"<interface name='org.bluez.Adapter1'>"
	"  <method name='StartDiscovery'/>"
	"  <method name='SetDiscoveryFilter'>"
	"    <arg name='properties' type='a{sv}' direction='in'/></method>"
	"  <method name='StopDiscovery'/>"
	"  <method name='RemoveDevice'>"
	"    <arg name='device' type='o' direction='in'/></method>"
	"  <method name='GetDiscoveryFilters'>"
	"    <arg name='filters' type='as' direction='out'/></method>"
	"  <property name='Address' type='s' access='read'/>"
	"  <property name='AddressType' type='s' access='read'/>"
	"  <property name='Name' type='s' access='read'/>"
	"  <property name='Alias' type='s' access='readwrite'/>"
	"  <property name='Class' type='u' access='read'/>"
	"  <property name='Powered' type='b' access='readwrite'/>"
	"  <property name='PowerState' type='s' access='read'>"
	"    <annotation name='" EXPERIMENTAL
	"' value='1'/></property>"
	"  <property name='Discoverable' type='b' access='readwrite'/>"
	"  <property name='DiscoverableTimeout' type='u' access='readwrite'/>"
	"  <property name='Pairable' type='b' access='readwrite'/>"
	"  <property name='PairableTimeout' type='u' access='readwrite'/>"
	"  <property name='Discovering' type='b' access='read'/>"
	"  <property name='UUIDs' type='as' access='read'/>"
	"  <property name='Modalias' type='s' access='read'/>"
	"  <property name='Roles' type='as' access='read'/>"
	"  <property name='ExperimentalFeatures' type='as' access='read'/>"
	"</interface>",
	"<interface name='org.bluez.GattManager1'>"
	"  <method name='RegisterApplication'>"
	"    <arg name='application' type='o' direction='in'/>"
	"    <arg name='options' type='a{sv}' direction='in'/></method>"
	"  <method name='UnregisterApplication'>"
	"    <arg name='application' type='o' direction='in'/></method>"
	"</interface>",
	"<interface name='org.bluez.LEAdvertisingManager1'>"
	"  <method name='RegisterAdvertisement'>"
	"    <arg name='advertisement' type='o' direction='in'/>"
	"    <arg name='options' type='a{sv}' direction='in'/></method>"
	"  <method name='UnregisterAdvertisement'>"
	"    <arg name='service' type='o' direction='in'/></method>"
	"  <property name='ActiveInstances' type='y' access='read'/>"
	"  <property name='SupportedInstances' type='y' access='read'/>"
	"  <property name='SupportedIncludes' type='as' access='read'/>"
	"  <property name='SupportedSecondaryChannels' type='as' access='read'/>"
	"</interface>",
	"<interface name='org.bluez.Device1'>"
	"  <method name='Connect'/>"
	"  <method name='Disconnect'/>"
	"  <method name='ConnectProfile'><arg name='UUID' type='s' direction='in'/></method>"
	"  <method name='DisconnectProfile'><arg name='UUID' type='s' direction='in'/></method>"
	"  <method name='Pair'/>"
	"  <method name='CancelPairing'/>"
	"  <property name='Address' type='s' access='read'/>"
	"  <property name='AddressType' type='s' access='read'/>"
	"  <property name='Name' type='s' access='read'/>"
	"  <property name='Alias' type='s' access='readwrite'/>"
	"  <property name='Class' type='u' access='read'/>"
	"  <property name='Appearance' type='q' access='read'/>"
	"  <property name='Icon' type='s' access='read'/>"
	"  <property name='Paired' type='b' access='read'/>"
	"  <property name='Bonded' type='b' access='read'/>"
	"  <property name='Trusted' type='b' access='readwrite'/>"
	"  <property name='Blocked' type='b' access='readwrite'/>"
	"  <property name='LegacyPairing' type='b' access='read'/>"
	"  <property name='RSSI' type='n' access='read'/>"
	"  <property name='Connected' type='b' access='read'/>"
	"  <property name='UUIDs' type='as' access='read'/>"
	"  <property name='Adapter' type='o' access='read'/>"
	"  <property name='ManufacturerData' type='a{qv}' access='read'/>"
	"  <property name='ServiceData' type='a{sv}' access='read'/>"
	"  <property name='TxPower' type='n' access='read'/>"
	"  <property name='ServicesResolved' type='b' access='read'/>"
	"  <property name='AdvertisingFlags' type='ay' access='read'>"
	"    <annotation name='" EXPERIMENTAL
	"' value='1'/></property>"
	"  <property name='AdvertisingData' type='a{yv}' access='read'>"
	"    <annotation name='" EXPERIMENTAL
	"' value='1'/></property>"
	"</interface>",
	"<interface name='org.bluez.GattService1'>"
	"  <property name='UUID' type='s' access='read'/>"
	"  <property name='Device' type='o' access='read'/>"
	"  <property name='Primary' type='b' access='read'/>"
	"  <property name='Includes' type='ao' access='read'/>"
	"</interface>",
	"<interface name='org.bluez.GattCharacteristic1'>"
	"  <method name='ReadValue'>"
	"    <arg name='options' type='a{sv}' direction='in'/>"
	"    <arg name='value' type='ay' direction='out'/></method>"
	"  <method name='WriteValue'>"
	"    <arg name='value' type='ay' direction='in'/>"
	"    <arg name='options' type='a{sv}' direction='in'/></method>"
	"  <method name='AcquireWrite'>"
	"    <arg name='options' type='a{sv}' direction='in'/>"
	"    <arg name='fd' type='h' direction='out'/>"
	"    <arg name='mtu' type='q' direction='out'/></method>"
	"  <method name='AcquireNotify'>"
	"    <arg name='options' type='a{sv}' direction='in'/>"
	"    <arg name='fd' type='h' direction='out'/>"
	"    <arg name='mtu' type='q' direction='out'/></method>"
	"  <method name='StartNotify'/>"
	"  <method name='StopNotify'/>"
	"  <property name='UUID' type='s' access='read'/>"
	"  <property name='Service' type='o' access='read'/>"
	"  <property name='Value' type='ay' access='read'/>"
	"  <property name='Notifying' type='b' access='read'/>"
	"  <property name='Flags' type='as' access='read'/>"
	"  <property name='WriteAcquired' type='b' access='read'/>"
	"  <property name='NotifyAcquired' type='b' access='read'/>"
	"  <property name='MTU' type='q' access='read'/>"
	"</interface>",
	"<interface name='org.bluez.GattDescriptor1'>"
	"  <method name='ReadValue'>"
	"    <arg name='options' type='a{sv}' direction='in'/>"
	"    <arg name='value' type='ay' direction='out'/></method>"
	"  <method name='WriteValue'>"
	"    <arg name='value' type='ay' direction='in'/>"
	"    <arg name='options' type='a{sv}' direction='in'/></method>"
	"  <property name='UUID' type='s' access='read'/>"
	"  <property name='Characteristic' type='o' access='read'/>"
	"  <property name='Value' type='ay' access='read'/>"
	"</interface>",
};

/* Takes the experimental properties out of the list, or only their mark. */
static void interface_settle(GDBusInterfaceInfo *info, bool experimental)
{
	GDBusPropertyInfo **to = info->properties;

	for (GDBusPropertyInfo **from = info->properties; from && *from; from++) {
		bool marked = g_dbus_annotation_info_lookup((*from)->annotations, EXPERIMENTAL) !=
			      NULL;

		if (marked && !experimental) {
			g_dbus_property_info_unref(*from);
			continue;
		}
		if (marked) {
			for (GDBusAnnotationInfo **note = (*from)->annotations; *note; note++)
				g_dbus_annotation_info_unref(*note);
			(*from)->annotations[0] = NULL;
		}
		*to++ = *from;
	}
	if (to)
		*to = NULL;
}

GDBusInterfaceInfo *interface_info_new(const char *name, bool experimental)
{
	for (size_t i = 0; i < G_N_ELEMENTS(interfaces_xml); i++) {
		g_autofree char *xml = g_strconcat("<node>", interfaces_xml[i], "</node>", NULL);
		g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(xml, NULL);
		GDBusInterfaceInfo *info;

		g_assert(node);
		info = g_dbus_node_info_lookup_interface(node, name);
		if (info) {
			interface_settle(info, experimental);
			return g_dbus_interface_info_ref(info);
		}
	}
	g_assert_not_reached();
}
