/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which objects there are on the tree. */
#include "service/objects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "service/link-dbus.h"
#include "service/local-dbus.h"
#include "service/path.h"
#include "service/service.h"

static Radio *find_radio(const Service *service, const Path *path)
{
	return broker_radio(service->broker, path->index);
}

/* A private session keeps the path it was given, whatever hci number its radio has today. */
static Session *find_session(const Service *service, const Path *path)
{
	Session *session = session_find_private(service->broker, path->id);

	return session && session->path_index == path->index ? session : NULL;
}

int find_manager_object(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, void *userdata,
			void **ret_found, sd_bus_error *error UNUSED)
{
	if (path_parse(path).kind != PATH_MANAGER)
		return 0;
	*ret_found = userdata;
	return 1;
}

int find_adapter_object(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, void *userdata,
			void **ret_found, sd_bus_error *error UNUSED)
{
	Path parsed = path_parse(path);
	const Radio *radio;

	if (parsed.kind != PATH_ADAPTER)
		return 0;
	radio = find_radio(userdata, &parsed);
	if (!radio || !radio->present || radio->index != parsed.index)
		return 0;
	*ret_found = userdata;
	return 1;
}

int find_session_object(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, void *userdata,
			void **ret_found, sd_bus_error *error UNUSED)
{
	Path parsed = path_parse(path);

	/* a radio that is unplugged, or has another number now, still has its sessions; a user's comes into being when it
	 * is first called */
	switch (parsed.kind) {
	case PATH_ADAPTER:
	case PATH_USER_SESSION:
		if (!find_radio(userdata, &parsed))
			return 0;
		break;
	case PATH_PRIVATE_SESSION:
		if (!find_session(userdata, &parsed))
			return 0;
		break;
	default:
		return 0;
	}
	*ret_found = userdata;
	return 1;
}

int find_link_object(sd_bus *bus UNUSED, const char *path, const char *interface, void *userdata, void **ret_found,
		     sd_bus_error *error UNUSED)
{
	static const struct {
		const char *interface;
		PathKind kind;
	} kinds[] = {
		{ CONNECTION_INTERFACE, PATH_LINK },
		{ REMOTE_SERVICE_INTERFACE, PATH_SERVICE },
		{ REMOTE_CHARACTERISTIC_INTERFACE, PATH_CHARACTERISTIC },
		{ REMOTE_DESCRIPTOR_INTERFACE, PATH_DESCRIPTOR },
	};
	Path parsed = path_parse(path);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (parsed.kind != kinds[i].kind || (interface && strcmp(interface, kinds[i].interface) != 0))
			continue;
		if (parsed.kind == PATH_LINK ? !link_at(userdata, &parsed) : !attr_at(userdata, &parsed))
			return 0;
		*ret_found = userdata;
		return 1;
	}
	return 0;
}

int find_local_object(sd_bus *bus UNUSED, const char *path, const char *interface, void *userdata, void **ret_found,
		      sd_bus_error *error UNUSED)
{
	static const struct {
		const char *interface;
		PathKind kind;
	} kinds[] = {
		{ LOCAL_SERVICE_INTERFACE, PATH_LOCAL_SERVICE },
		{ LOCAL_CHARACTERISTIC_INTERFACE, PATH_LOCAL_CHARACTERISTIC },
		{ LOCAL_DESCRIPTOR_INTERFACE, PATH_LOCAL_DESCRIPTOR },
	};
	Path parsed = path_parse(path);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (parsed.kind != kinds[i].kind || (interface && strcmp(interface, kinds[i].interface) != 0))
			continue;
		if (parsed.kind == PATH_LOCAL_SERVICE ? !local_service_at(userdata, &parsed) :
							!local_attr_at(userdata, &parsed))
			return 0;
		*ret_found = userdata;
		return 1;
	}
	return 0;
}

/* --- what stands below a path, for Introspect: not the whole tree, which anybody could ask for again and again --- */

static void list_node(GPtrArray *nodes, const char *path)
{
	g_ptr_array_add(nodes, strdup(path));
}

static void list_attrs(GPtrArray *nodes, const Link *link, const Attr *parent)
{
	char path[PATH_SIZE];

	for (guint i = 0; link && i < link->attrs->len; i++) {
		const Attr *attr = g_ptr_array_index(link->attrs, i);

		if (attr->parent == parent)
			list_node(nodes, path_of_attr(attr, path));
	}
}

static void list_local_attrs(GPtrArray *nodes, const LocalService *service, const LocalAttr *parent)
{
	char path[PATH_SIZE];

	for (guint i = 0; service && i < service->attrs->len; i++) {
		const LocalAttr *attr = g_ptr_array_index(service->attrs, i);

		if (attr->parent == parent)
			list_node(nodes, path_of_local_attr(attr, path));
	}
}

static void list_services(GPtrArray *nodes, const Service *service, const char *session)
{
	const GPtrArray *radios = service->broker->radios;
	char path[PATH_SIZE];

	for (guint i = 0; i < radios->len; i++) {
		const GPtrArray *services = ((const Radio *)g_ptr_array_index(radios, i))->peripheral->services;

		for (guint l = 0; l < services->len; l++) {
			const LocalService *local = g_ptr_array_index(services, l);

			if (strcmp(path_of_session(local->session, path), session) == 0)
				list_node(nodes, path_of_local_service(local, path));
		}
	}
}

/* Radios, links and sessions; sd-bus takes what stands below the path that it was asked for. */
static void list_broker(GPtrArray *nodes, const Service *service)
{
	const Broker *broker = service->broker;
	char path[PATH_SIZE];

	for (guint i = 0; i < broker->radios->len; i++) {
		const Radio *radio = g_ptr_array_index(broker->radios, i);

		if (radio->present)
			list_node(nodes, path_of_radio(radio, path));
		for (guint l = 0; l < radio->links->len; l++) {
			const Link *link = g_ptr_array_index(radio->links, l);

			if (link->exposed)
				list_node(nodes, path_of_link(link, path));
		}
	}
	for (guint i = 0; i < broker->sessions->len; i++)
		list_node(nodes, path_of_session(g_ptr_array_index(broker->sessions, i), path));
}

int list_objects(sd_bus *bus UNUSED, const char *prefix, void *userdata, char ***ret_nodes, sd_bus_error *error UNUSED)
{
	GPtrArray *nodes = g_ptr_array_new();
	const Path path = path_parse(prefix);
	const LocalAttr *local_attr;
	const Attr *attr;

	switch (path.kind) {
	case PATH_LINK:
		list_attrs(nodes, link_at(userdata, &path), NULL);
		break;
	case PATH_SERVICE:
	case PATH_CHARACTERISTIC:
	case PATH_DESCRIPTOR:
		attr = attr_at(userdata, &path);
		list_attrs(nodes, attr ? attr->link : NULL, attr);
		break;
	case PATH_PRIVATE_SESSION:
	case PATH_USER_SESSION:
		list_services(nodes, userdata, prefix);
		break;
	case PATH_LOCAL_SERVICE:
		list_local_attrs(nodes, local_service_at(userdata, &path), NULL);
		break;
	case PATH_LOCAL_CHARACTERISTIC:
	case PATH_LOCAL_DESCRIPTOR:
		local_attr = local_attr_at(userdata, &path);
		list_local_attrs(nodes, local_attr ? local_attr->service : NULL, local_attr);
		break;
	default:
		list_broker(nodes, userdata);
		break;
	}
	g_ptr_array_add(nodes, NULL);
	*ret_nodes = (char **)g_ptr_array_free(nodes, FALSE);
	return 0;
}
