/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The objects of the tree, one after the other. */
#include "service/inventory.h"

#include <stdio.h>

#include "service/objects.h"

static void list_link(GArray *paths, const Link *link)
{
	Path path = { .kind = PATH_LINK, .index = link->radio->index, .addr = link->addr };

	if (!link->exposed)
		return;
	g_array_append_val(paths, path);
	for (guint i = 0; i < link->attrs->len; i++) {
		const Attr *attr = g_ptr_array_index(link->attrs, i);

		path.kind = (PathKind)(PATH_SERVICE + attr->kind);
		path.handle = attr->handle;
		g_array_append_val(paths, path);
	}
}

static void list_local(GArray *paths, const LocalService *service)
{
	const Session *session = service->session;
	Path path = {
		.kind = PATH_LOCAL_SERVICE,
		.index = session->owner ? session->path_index : session->radio->index,
		.of_user = !session->owner,
		.id = session->id,
		.uid = user_uid(session->user),
		.service = service->number,
	};

	g_array_append_val(paths, path);
	for (guint i = 0; i < service->attrs->len; i++) {
		const LocalAttr *attr = g_ptr_array_index(service->attrs, i);
		bool inner = attr->kind == LOCAL_DESCRIPTOR;

		path.kind = inner ? PATH_LOCAL_DESCRIPTOR : PATH_LOCAL_CHARACTERISTIC;
		path.characteristic = inner ? attr->parent->number : attr->number;
		path.descriptor = inner ? attr->number : 0;
		g_array_append_val(paths, path);
	}
}

static void list_session(GArray *paths, const Session *session)
{
	Path path = {
		.kind = session->owner ? PATH_PRIVATE_SESSION : PATH_USER_SESSION,
		.index = session->owner ? session->path_index : session->radio->index,
		.of_user = !session->owner,
		.id = session->id,
		.uid = user_uid(session->user),
	};

	g_array_append_val(paths, path);
}

GArray *inventory_list(const Broker *broker)
{
	GArray *paths = g_array_new(FALSE, FALSE, sizeof(Path));

	for (guint i = 0; i < broker->radios->len; i++) {
		const Radio *radio = g_ptr_array_index(broker->radios, i);
		Path path = { .kind = PATH_ADAPTER, .index = radio->index };

		if (radio->present)
			g_array_append_val(paths, path);
		for (guint l = 0; l < radio->links->len; l++)
			list_link(paths, g_ptr_array_index(radio->links, l));
		for (guint l = 0; l < radio->peripheral->services->len; l++)
			list_local(paths, g_ptr_array_index(radio->peripheral->services, l));
	}
	for (guint i = 0; i < broker->sessions->len; i++)
		list_session(paths, g_ptr_array_index(broker->sessions, i));
	return paths;
}

const char *inventory_locate(const Service *service, const Path *path, char buffer[static PATH_SIZE])
{
	const LocalService *local;
	const LocalAttr *local_attr;
	const Link *link;
	const Attr *attr;

	switch (path->kind) {
	case PATH_ADAPTER:
		if (!object_radio(service, path))
			return NULL;
		snprintf(buffer, PATH_SIZE, PATH_ROOT "/hci%u", path->index);
		return buffer;
	case PATH_PRIVATE_SESSION:
		if (!object_is_session(service, path))
			return NULL;
		snprintf(buffer, PATH_SIZE, PATH_ROOT "/hci%u/session/%llu", path->index,
			 (unsigned long long)path->id);
		return buffer;
	case PATH_USER_SESSION:
		if (!object_is_session(service, path))
			return NULL;
		snprintf(buffer, PATH_SIZE, PATH_ROOT "/hci%u/session/uid%u", path->index, path->uid);
		return buffer;
	case PATH_LINK:
		link = object_link(service, path);
		return link ? path_of_link(link, buffer) : NULL;
	case PATH_LOCAL_SERVICE:
		local = object_local_service(service, path);
		return local ? path_of_local_service(local, buffer) : NULL;
	case PATH_LOCAL_CHARACTERISTIC:
	case PATH_LOCAL_DESCRIPTOR:
		local_attr = object_local_attr(service, path);
		return local_attr ? path_of_local_attr(local_attr, buffer) : NULL;
	default:
		attr = object_attr(service, path);
		return attr ? path_of_attr(attr, buffer) : NULL;
	}
}
