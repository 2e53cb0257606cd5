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

static void list_link(const Link *link, char **nodes, size_t *n)
{
	char path[PATH_SIZE];

	if (!link->exposed)
		return;
	nodes[(*n)++] = strdup(path_of_link(link, path));
	for (guint i = 0; i < link->attrs->len; i++)
		nodes[(*n)++] = strdup(path_of_attr(g_ptr_array_index(link->attrs, i), path));
}

static void list_local(const LocalService *service, char **nodes, size_t *n)
{
	char path[PATH_SIZE];

	nodes[(*n)++] = strdup(path_of_local_service(service, path));
	for (guint i = 0; i < service->attrs->len; i++)
		nodes[(*n)++] = strdup(path_of_local_attr(g_ptr_array_index(service->attrs, i), path));
}

static size_t count_below(const Radio *radio)
{
	const GPtrArray *services = radio->peripheral->services;
	size_t n = 0;

	for (guint i = 0; i < radio->links->len; i++)
		n += 1 + ((const Link *)g_ptr_array_index(radio->links, i))->attrs->len;
	for (guint i = 0; i < services->len; i++)
		n += 1 + ((const LocalService *)g_ptr_array_index(services, i))->attrs->len;
	return n;
}

int list_objects(sd_bus *bus UNUSED, const char *prefix UNUSED, void *userdata, char ***ret_nodes,
		 sd_bus_error *error UNUSED)
{
	const Service *service = userdata;
	const Broker *broker = service->broker;
	size_t n = broker->radios->len + broker->sessions->len + 1;
	char path[PATH_SIZE];
	char **nodes;

	for (guint i = 0; i < broker->radios->len; i++)
		n += count_below(g_ptr_array_index(broker->radios, i));
	nodes = calloc(n, sizeof(*nodes));
	if (!nodes)
		return -ENOMEM;
	n = 0;
	for (guint i = 0; i < broker->radios->len; i++) {
		const Radio *radio = g_ptr_array_index(broker->radios, i);

		if (radio->present)
			nodes[n++] = strdup(path_of_radio(radio, path));
		for (guint l = 0; l < radio->links->len; l++)
			list_link(g_ptr_array_index(radio->links, l), nodes, &n);
		for (guint l = 0; l < radio->peripheral->services->len; l++)
			list_local(g_ptr_array_index(radio->peripheral->services, l), nodes, &n);
	}
	for (guint i = 0; i < broker->sessions->len; i++)
		nodes[n++] = strdup(path_of_session(g_ptr_array_index(broker->sessions, i), path));
	*ret_nodes = nodes;
	return 0;
}
