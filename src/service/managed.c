/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ObjectManager.GetManagedObjects. sd-bus has one of its own, which goes through all objects in one go. */
#include <errno.h>
#include <stdio.h>

#include "service/interfaces.h"
#include "service/objects.h"
#include "service/service.h"

#define OBJECTS_IN_SLICE 8	/* one takes 20 microseconds or so */
#define ATTEMPTS_MAX 4

/*
 * An answer that is written in slices. The caller takes it for newer than all signals that came before it, so
 * nothing that they told may be missing: after a signal it is begun anew, and at last (ATTEMPTS_MAX) written
 * in one go.
 */
typedef struct Listing {
	sd_bus_message *reply;
	GArray *paths;		/* Path */
	guint next;
	uint64_t news;		/* service->news when it was begun */
	unsigned attempts;
} Listing;

static void listing_free(void *data)
{
	Listing *listing = data;

	sd_bus_message_unref(listing->reply);
	if (listing->paths)
		g_array_free(listing->paths, TRUE);
	g_free(listing);
}

/* --- what there is --- */

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

static GArray *list_all(const Broker *broker)
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

/* Writes the object's path into buffer. NULL: the object is not there any more. */
static const char *locate(const Service *service, const Path *path, char buffer[static PATH_SIZE])
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

/* --- what it says --- */

static int append_properties(sd_bus_message *m, const char *path, const Interface *interface, void *object)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	for (const sd_bus_vtable *row = interface->vtable; row->type != _SD_BUS_VTABLE_END && r >= 0; row++) {
		if ((row->type != _SD_BUS_VTABLE_PROPERTY && row->type != _SD_BUS_VTABLE_WRITABLE_PROPERTY) ||
		    (row->flags & (SD_BUS_VTABLE_HIDDEN | SD_BUS_VTABLE_PROPERTY_EXPLICIT)))
			continue;
		r = sd_bus_message_open_container(m, 'e', "sv");
		if (r >= 0)
			r = sd_bus_message_append(m, "s", row->x.property.member);
		if (r >= 0)
			r = sd_bus_message_open_container(m, 'v', row->x.property.signature);
		if (r >= 0)
			r = row->x.property.get(NULL, path, interface->name, row->x.property.member, m,
						object, &error);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	sd_bus_error_free(&error);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_interfaces(sd_bus_message *m, Service *service, const char *path)
{
	int r;

	/* the interfaces that sd-bus serves by itself */
	r = sd_bus_message_append(m, "{sa{sv}}{sa{sv}}{sa{sv}}", "org.freedesktop.DBus.Peer", 0,
				  "org.freedesktop.DBus.Introspectable", 0, "org.freedesktop.DBus.Properties",
				  0);
	for (const Interface *interface = interfaces; interface->name && r >= 0; interface++) {
		void *object;

		if (interface->find(service->bus, path, interface->name, service, &object, NULL) <= 0)
			continue;
		r = sd_bus_message_open_container(m, 'e', "sa{sv}");
		if (r >= 0)
			r = sd_bus_message_append(m, "s", interface->name);
		if (r >= 0)
			r = append_properties(m, path, interface, object);
		if (r >= 0)
			r = sd_bus_message_close_container(m);
	}
	return r;
}

static int append_object(sd_bus_message *m, Service *service, const Path *key)
{
	char path[PATH_SIZE];
	int r;

	if (!locate(service, key, path))
		return 0;
	r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_append(m, "o", path);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	if (r >= 0)
		r = append_interfaces(m, service, path);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int listing_begin(Listing *listing, Call *call)
{
	int r;

	if (listing->paths)
		g_array_free(listing->paths, TRUE);
	listing->paths = list_all(call->service->broker);
	listing->next = 0;
	listing->news = call->service->news;
	listing->attempts++;
	listing->reply = sd_bus_message_unref(listing->reply);
	r = sd_bus_message_new_method_return(call->message, &listing->reply);
	return r < 0 ? r : sd_bus_message_open_container(listing->reply, 'a', "{oa{sa{sv}}}");
}

static int managed_objects_slice(Call *call, Reason *reason UNUSED)
{
	Service *service = call->service;
	Listing *listing = call->job.work;
	guint last;
	int r = 0;

	if (!listing->paths || listing->news != service->news)
		r = listing_begin(listing, call);
	last = listing->attempts < ATTEMPTS_MAX ? listing->next + OBJECTS_IN_SLICE : G_MAXUINT;
	for (; listing->next < MIN(last, listing->paths->len) && r >= 0; listing->next++)
		r = append_object(listing->reply, service,
				  &g_array_index(listing->paths, Path, listing->next));
	if (r >= 0 && listing->next < listing->paths->len)
		return CALL_DEFERRED;
	if (r >= 0)
		r = sd_bus_message_close_container(listing->reply);
	if (r >= 0)
		r = sd_bus_send(NULL, listing->reply, NULL);
	return r < 0 ? r : 0;
}

static int get_managed_objects(Call *call, void *object UNUSED, Reason *reason)
{
	return job_start(call, managed_objects_slice, g_new0(Listing, 1), listing_free, false, reason);
}

const Method managed_objects_method = { .run = get_managed_objects, .question = true };
