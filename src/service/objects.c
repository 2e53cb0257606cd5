/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands at which path of the tree. */
#include "service/objects.h"

#include <string.h>

/* --- by path --- */

Radio *object_radio(const Service *service, const Path *path)
{
	Radio *radio = path->kind == PATH_ADAPTER ? broker_radio(service->broker, path->index) : NULL;

	return radio && radio->present && radio->index == path->index ? radio : NULL;
}

bool object_is_session(const Service *service, const Path *path)
{
	const Session *session;

	switch (path->kind) {
	case PATH_ADAPTER:
	case PATH_USER_SESSION:
		/* a radio that is unplugged, or has another number now, still has its sessions */
		return broker_radio(service->broker, path->index);
	case PATH_PRIVATE_SESSION:
		/* a session keeps the path it was given, whatever number its radio has today */
		session = sessions_find(service->broker, path->id);
		return session && session->path_index == path->index;
	default:
		return false;
	}
}

Link *object_link_at(const Service *service, const Path *path)
{
	bool below = path->kind >= PATH_LINK && path->kind <= PATH_DESCRIPTOR;
	Radio *radio = below ? broker_radio(service->broker, path->index) : NULL;
	Link *link = radio ? link_find(radio, &path->addr) : NULL;

	/* an object has one path, though a device has many addresses */
	return link && addr_equal(&link->addr, &path->addr) ? link : NULL;
}

Link *object_link(const Service *service, const Path *path)
{
	Link *link = object_link_at(service, path);

	return link && link->exposed ? link : NULL;
}

Attr *object_attr(const Service *service, const Path *path)
{
	Link *link = object_link(service, path);

	if (!link || path->kind == PATH_LINK)
		return NULL;
	return attr_find(link, (AttrKind)(path->kind - PATH_SERVICE), path->handle);
}

LocalService *object_local_service(const Service *service, const Path *path)
{
	const Radio *radio = broker_radio(service->broker, path->index);
	const Session *session;

	if (path->kind < PATH_LOCAL_SERVICE || path->kind > PATH_LOCAL_DESCRIPTOR)
		return NULL;
	if (path->of_user) {
		session = radio ? sessions_find_user(radio, path->uid) : NULL;
	} else {
		session = sessions_find(service->broker, path->id);
		if (session && session->path_index != path->index)
			return NULL;
	}
	return session ? local_service_find(session, path->service) : NULL;
}

LocalAttr *object_local_attr(const Service *service, const Path *path)
{
	LocalService *local = object_local_service(service, path);

	if (!local || path->kind == PATH_LOCAL_SERVICE)
		return NULL;
	return local_attr_find(local,
			       path->kind == PATH_LOCAL_DESCRIPTOR ? LOCAL_DESCRIPTOR : LOCAL_CHARACTERISTIC,
			       path->characteristic, path->descriptor);
}

const char *object_attr_interface(const Attr *attr)
{
	static const char *const interfaces[] = {
		[ATTR_SERVICE] = REMOTE_SERVICE_INTERFACE,
		[ATTR_CHARACTERISTIC] = REMOTE_CHARACTERISTIC_INTERFACE,
		[ATTR_DESCRIPTOR] = REMOTE_DESCRIPTOR_INTERFACE,
	};

	return interfaces[attr->kind];
}

const char *object_local_attr_interface(const LocalAttr *attr)
{
	return attr->kind == LOCAL_DESCRIPTOR ? LOCAL_DESCRIPTOR_INTERFACE : LOCAL_CHARACTERISTIC_INTERFACE;
}

static bool leaf_exists(const Service *service, const Path *path)
{
	return object_link(service, path) ? path->kind == PATH_LINK || object_attr(service, path) :
	       path->kind == PATH_LOCAL_SERVICE ? object_local_service(service, path) != NULL :
						   object_local_attr(service, path) != NULL;
}

int object_refuse_missing(const Service *service, const char *object, const char *interface,
			  sd_bus_error *error)
{
	const Path path = path_parse(object);
	const char *name = error_name(E_DOES_NOT_EXIST);

	if (path.kind == PATH_MANAGER)
		return 0;
	if (path.kind == PATH_UNKNOWN)
		return sd_bus_error_setf(error, name, "there is no object %s", object);
	if (path.kind >= PATH_LINK)
		return leaf_exists(service, &path) ?
			       0 :
			       sd_bus_error_setf(error, name, "%s is not there (any more)", object);
	if (strcmp(interface, ADAPTER1_INTERFACE) == 0 && !object_radio(service, &path))
		return sd_bus_error_setf(error, error_name(E_NO_SUCH_ADAPTER),
					 "there is no radio at %s; Manager1.Adapters lists them", object);
	if (object_is_session(service, &path))
		return 0;
	if (path.kind == PATH_PRIVATE_SESSION)
		return sd_bus_error_setf(error, name, "there is no session %s (any more)", object);
	return sd_bus_error_setf(error, error_name(E_NO_SUCH_ADAPTER),
				 "there is no radio hci%u; Manager1.Adapters lists them", path.index);
}

/* --- for sd-bus --- */

static int found(void *object, void **ret_found)
{
	if (!object)
		return 0;
	*ret_found = object;
	return 1;
}

int object_find_manager(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, void *userdata,
			void **ret_found, sd_bus_error *error UNUSED)
{
	return found(strcmp(path, PATH_ROOT) == 0 ? userdata : NULL, ret_found);
}

int object_find_adapter(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, void *userdata,
			void **ret_found, sd_bus_error *error UNUSED)
{
	const Path parsed = path_parse(path);

	return found(object_radio(userdata, &parsed), ret_found);
}

int object_find_session(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, void *userdata,
			void **ret_found, sd_bus_error *error UNUSED)
{
	const Path parsed = path_parse(path);

	return found(object_is_session(userdata, &parsed) ? userdata : NULL, ret_found);
}

int object_find_link(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED, void *userdata,
		     void **ret_found, sd_bus_error *error UNUSED)
{
	const Path parsed = path_parse(path);

	return found(parsed.kind == PATH_LINK ? object_link(userdata, &parsed) : NULL, ret_found);
}

int object_find_attr(sd_bus *bus UNUSED, const char *path, const char *interface, void *userdata,
		     void **ret_found, sd_bus_error *error UNUSED)
{
	const Path parsed = path_parse(path);
	Attr *attr = object_attr(userdata, &parsed);

	return found(attr && strcmp(interface, object_attr_interface(attr)) == 0 ? attr : NULL, ret_found);
}

int object_find_local_service(sd_bus *bus UNUSED, const char *path, const char *interface UNUSED,
			      void *userdata, void **ret_found, sd_bus_error *error UNUSED)
{
	const Path parsed = path_parse(path);
	bool here = parsed.kind == PATH_LOCAL_SERVICE;

	return found(here ? object_local_service(userdata, &parsed) : NULL, ret_found);
}

int object_find_local_attr(sd_bus *bus UNUSED, const char *path, const char *interface, void *userdata,
			   void **ret_found, sd_bus_error *error UNUSED)
{
	const Path parsed = path_parse(path);
	LocalAttr *attr = object_local_attr(userdata, &parsed);

	return found(attr && strcmp(interface, object_local_attr_interface(attr)) == 0 ? attr : NULL,
		     ret_found);
}

/* --- what stands below a path, for Introspect: not the whole tree, which anybody could ask for again and
 * again --- */

static void list_node(GPtrArray *nodes, const char *path)
{
	g_ptr_array_add(nodes, g_strdup(path));
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
		const GPtrArray *services =
			((const Radio *)g_ptr_array_index(radios, i))->peripheral->services;

		for (guint l = 0; l < services->len; l++) {
			const LocalService *local = g_ptr_array_index(services, l);

			if (!local->ending && strcmp(path_of_session(local->session, path), session) == 0)
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

int object_list(sd_bus *bus UNUSED, const char *prefix, void *userdata, char ***ret_nodes,
		 sd_bus_error *error UNUSED)
{
	GPtrArray *nodes = g_ptr_array_new();
	const Path path = path_parse(prefix);
	const LocalAttr *local_attr;
	const Attr *attr;

	switch (path.kind) {
	case PATH_LINK:
		list_attrs(nodes, object_link(userdata, &path), NULL);
		break;
	case PATH_SERVICE:
	case PATH_CHARACTERISTIC:
	case PATH_DESCRIPTOR:
		attr = object_attr(userdata, &path);
		list_attrs(nodes, attr ? attr->link : NULL, attr);
		break;
	case PATH_PRIVATE_SESSION:
	case PATH_USER_SESSION:
		list_services(nodes, userdata, prefix);
		break;
	case PATH_LOCAL_SERVICE:
		list_local_attrs(nodes, object_local_service(userdata, &path), NULL);
		break;
	case PATH_LOCAL_CHARACTERISTIC:
	case PATH_LOCAL_DESCRIPTOR:
		local_attr = object_local_attr(userdata, &path);
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
