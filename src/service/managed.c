/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ObjectManager.GetManagedObjects. sd-bus has one of its own, which goes through all objects in one go. */
#include "service/managed.h"

#include <errno.h>

#include "service/describe.h"
#include "service/emit.h"
#include "service/interfaces.h"
#include "service/inventory.h"
#include "util/siphash.h"

#define OBJECTS_IN_SLICE 8	/* one takes 20 microseconds or so */
#define CAME_MAX 20000	/* if more objects come while an answer is written, it is begun anew */
#define OBJECT_BYTES 640	/* most take less */

/*
 * An answer that is written in slices, while objects come, go and change. The caller takes it for newer than
 * all signals that came before it. So what comes is added; and of what stands in the answer already, and went
 * or changed since, the caller is told after the answer how it is by then, in slices too.
 */
typedef struct Listing {
	Call *call;
	GList place;		/* in service->listings, until the answer is sent */
	sd_bus_message *reply;
	GArray *paths;		/* Path; NULL: it is to be begun */
	guint next;
	GHashTable *known;	/* by path: what the answer has of it, KNOWN_ bits */
	GQueue came;		/* keys of known: what came, to be written behind paths */
	GQueue stale;		/* keys of known: what went or changed since it was written */
} Listing;

/* The bits below are those of the interfaces that the answer has. */
#define KNOWN_WRITTEN (1u << 31)	/* else it stands in came */
#define KNOWN_STALE (1u << 30)

static void listing_clear(Listing *listing)
{
	listing->reply = sd_bus_message_unref(listing->reply);
	if (listing->paths)
		g_array_free(listing->paths, TRUE);
	listing->paths = NULL;
	listing->next = 0;
	g_queue_clear(&listing->came);
	g_queue_clear(&listing->stale);
	g_hash_table_remove_all(listing->known);
}

static void listing_sent(Listing *listing)
{
	if (listing->place.data)
		g_queue_unlink(&listing->call->service->listings, &listing->place);
	listing->place.data = NULL;
}

static void listing_free(void *data)
{
	Listing *listing = data;

	listing_sent(listing);
	listing_clear(listing);
	g_hash_table_destroy(listing->known);
	g_free(listing);
}

static unsigned listing_knows(const Listing *listing, const char *path)
{
	return GPOINTER_TO_UINT(g_hash_table_lookup(listing->known, path));
}

/* A key that is there already stays the same. */
static void listing_learn(Listing *listing, const char *path, unsigned known)
{
	g_hash_table_insert(listing->known, g_strdup(path), GUINT_TO_POINTER(known));
}

/* --- what happens meanwhile --- */

static void listing_add(Listing *listing, const char *path)
{
	char *key = g_strdup(path);

	if (listing->came.length >= CAME_MAX) {
		listing_clear(listing);
		g_free(key);
		return;
	}
	g_hash_table_insert(listing->known, key, GUINT_TO_POINTER(0));
	g_queue_push_tail(&listing->came, key);
}

static void listing_note(Listing *listing, const char *path, bool came)
{
	const unsigned known = listing_knows(listing, path);
	void *key;

	if (!listing->paths)
		return;
	if (!g_hash_table_lookup_extended(listing->known, path, &key, NULL)) {
		if (came)
			listing_add(listing, path);
	} else if ((known & KNOWN_WRITTEN) && !(known & KNOWN_STALE)) {
		listing_learn(listing, path, known | KNOWN_STALE);
		g_queue_push_tail(&listing->stale, key);
	}
}

static void listings_note(Service *service, const char *path, const Session *session, bool came)
{
	for (GList *link = service->listings.head; link; link = link->next) {
		Listing *listing = link->data;

		/* an object of a session is its user's: others get no signal */
		if (!session || session->user == listing->call->peer->user)
			listing_note(listing, path, came);
	}
}

void managed_came(Service *service, const char *path, const Session *session)
{
	listings_note(service, path, session, true);
}

void managed_changed(Service *service, const char *path, const Session *session)
{
	listings_note(service, path, session, false);
}

/* --- what it says --- */

/* *written: the bits of the interfaces that it has. */
static int append_interfaces(sd_bus_message *m, Service *service, const char *path, unsigned *written)
{
	int r;

	/* the interfaces that sd-bus serves by itself */
	r = sd_bus_message_append(m, "{sa{sv}}{sa{sv}}{sa{sv}}", "org.freedesktop.DBus.Peer", 0,
				  "org.freedesktop.DBus.Introspectable", 0, "org.freedesktop.DBus.Properties",
				  0);
	for (unsigned i = 0; interfaces[i].name && r >= 0; i++) {
		void *object;

		if (interfaces[i].find(service->bus, path, interfaces[i].name, service, &object, NULL) <= 0)
			continue;
		*written |= 1u << i;
		r = describe_interface(m, path, &interfaces[i], object);
	}
	return r;
}

static int append_object(Listing *listing, const Path *key)
{
	sd_bus_message *m = listing->reply;
	unsigned written = KNOWN_WRITTEN;
	char path[PATH_SIZE];
	int r;

	if (!inventory_locate(listing->call->service, key, path) ||
	    (listing_knows(listing, path) & KNOWN_WRITTEN))
		return 0;
	r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");
	if (r >= 0)
		r = sd_bus_message_append(m, "o", path);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
	if (r >= 0)
		r = append_interfaces(m, listing->call->service, path, &written);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	listing_learn(listing, path, written);
	return r < 0 ? r : 0;
}

/* Tells the caller how an object is now. written: the bits of the interfaces that the answer has. */
static void catch_up(const Call *call, const char *path, unsigned written)
{
	Service *service = call->service;
	const char *caller = call->peer->name;
	const Path key = path_parse(path);
	char buffer[PATH_SIZE];
	const bool there = inventory_locate(service, &key, buffer);
	int r = 0;

	for (unsigned i = 0; interfaces[i].name && r >= 0; i++) {
		const Interface *interface = &interfaces[i];
		void *object;

		if (there &&
		    interface->find(service->bus, path, interface->name, service, &object, NULL) > 0)
			r = written & (1u << i) ? describe_changed(service, caller, path, interface, object) :
						  describe_came(service, caller, path, interface, object);
		else if (written & (1u << i))
			r = describe_gone(service, caller, path, interface);
	}
	emit_check(r);
}

/* --- in slices --- */

static int listing_grows(Listing *listing, guint objects, Reason *reason)
{
	return job_grows(listing->call, objects * OBJECT_BYTES,
			 "Services and Characteristics list what one link has", reason);
}

static int listing_begin(Listing *listing, Reason *reason)
{
	int r;

	listing->paths = inventory_list(listing->call->service->broker);
	listing->call->job.bytes = 0;
	r = listing_grows(listing, listing->paths->len, reason);
	if (r != 0)
		return r;
	r = sd_bus_message_new_method_return(listing->call->message, &listing->reply);
	if (r >= 0)
		r = sd_bus_message_open_container(listing->reply, 'a', "{oa{sa{sv}}}");
	return r < 0 ? r : 0;
}

static int listing_write_next(Listing *listing, Reason *reason)
{
	const char *path;
	Path key;
	int r;

	if (listing->next < listing->paths->len)
		return append_object(listing, &g_array_index(listing->paths, Path, listing->next++));
	path = g_queue_pop_head(&listing->came);
	key = path_parse(path);
	r = listing_grows(listing, 1, reason);
	if (r == 0)
		r = append_object(listing, &key);
	/* it has gone, and may come again */
	if (!(listing_knows(listing, path) & KNOWN_WRITTEN))
		g_hash_table_remove(listing->known, path);
	return r;
}

static bool listing_is_whole(const Listing *listing)
{
	return listing->next == listing->paths->len && listing->came.length == 0;
}

static int listing_write(Listing *listing, Reason *reason)
{
	int r = listing->paths ? 0 : listing_begin(listing, reason);

	for (unsigned i = 0; i < OBJECTS_IN_SLICE && r == 0 && !listing_is_whole(listing); i++)
		r = listing_write_next(listing, reason);
	if (r != 0 || !listing_is_whole(listing))
		return r != 0 ? r : CALL_DEFERRED;
	r = sd_bus_message_close_container(listing->reply);
	if (r >= 0)
		r = sd_bus_send(NULL, listing->reply, NULL);
	listing_sent(listing);
	return r < 0 ? r : 0;
}

static int managed_objects_slice(Call *call, Reason *reason)
{
	Listing *listing = call->job.work;
	int r = 0;

	if (listing->place.data) {
		r = listing_write(listing, reason);
		return r == 0 && !g_queue_is_empty(&listing->stale) ? CALL_DEFERRED : r;
	}
	for (unsigned i = 0; i < OBJECTS_IN_SLICE && !g_queue_is_empty(&listing->stale); i++) {
		const char *path = g_queue_pop_head(&listing->stale);

		catch_up(call, path, listing_knows(listing, path));
	}
	return g_queue_is_empty(&listing->stale) ? 0 : CALL_DEFERRED;
}

static int get_managed_objects(Call *call, void *object UNUSED, Reason *reason)
{
	Listing *listing = g_new0(Listing, 1);

	listing->call = call;
	g_queue_init(&listing->came);
	listing->known = g_hash_table_new_full(siphash_string, g_str_equal, g_free, NULL);
	g_queue_init(&listing->stale);
	listing->place.data = listing;
	g_queue_push_tail_link(&call->service->listings, &listing->place);
	return job_start(call, managed_objects_slice, listing, listing_free, false, reason);
}

const Method managed_objects_method = { .run = get_managed_objects, .question = true };
