/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Radios and links, as the daemon's ObjectManager shows them. */
#include "ctl/monitor/objects.h"

#include <string.h>

#include "client/bus.h"

#define LINK_INTERFACE "com.example.Bluetooth.Connection1"

char *objects_radio(const char *path, const char **ret_rest)
{
	const char *slash;

	if (!g_str_has_prefix(path, BROKER_PATH "/hci"))
		return NULL;
	path += strlen(BROKER_PATH "/");
	slash = strchrnul(path, '/');
	*ret_rest = slash;
	return g_strndup(path, (size_t)(slash - path));
}

/* The address in a link's path; NULL: it is no link's. The caller owns it. */
static char *address_of(const char *rest)
{
	static const char device[] = "/device/";

	if (!g_str_has_prefix(rest, device) || strchr(rest + strlen(device), '/'))
		return NULL;
	return g_strdelimit(g_strdup(rest + strlen(device)), "_", ':');
}

void objects_show(Objects *objects, const char *path, GVariant *interfaces, bool first)
{
	g_autoptr(GVariant) facts = NULL;
	g_autofree char *address = NULL;
	const char *rest;
	g_autofree char *radio = objects_radio(path, &rest);

	if (!radio)
		return;
	address = address_of(rest);
	facts = g_variant_lookup_value(interfaces, address ? LINK_INTERFACE : ADAPTER_INTERFACE,
				       G_VARIANT_TYPE_VARDICT);
	if (!facts)
		return;
	if (!address)
		g_hash_table_add(objects->radios, g_strdup(radio));
	tracker_update(objects->tracker, address ? THING_LINK : THING_RADIO, radio, address, facts, first);
}

void objects_hide(Objects *objects, const char *path, const char *const *interfaces)
{
	const char *rest;
	g_autofree char *radio = objects_radio(path, &rest), *address = radio ? address_of(rest) : NULL;

	if (!radio || !g_strv_contains(interfaces, address ? LINK_INTERFACE : ADAPTER_INTERFACE))
		return;
	if (!address)
		g_hash_table_remove(objects->radios, radio);
	tracker_remove(objects->tracker, address ? THING_LINK : THING_RADIO, radio, address);
}

void objects_change(Objects *objects, const char *path, const char *interface, GVariant *facts)
{
	const char *rest;
	g_autofree char *radio = objects_radio(path, &rest), *address = radio ? address_of(rest) : NULL;

	if (radio && g_str_equal(interface, address ? LINK_INTERFACE : ADAPTER_INTERFACE))
		tracker_change(objects->tracker, address ? THING_LINK : THING_RADIO, radio, address, facts);
}
