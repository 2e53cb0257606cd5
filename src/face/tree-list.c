/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ObjectManager.GetManagedObjects, written in slices. What happens meanwhile the program is told behind it
 * (face/outbox.h).
 */
#include <string.h>

#include "core/agenda.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/tree.h"

#define OBJECTS_IN_SLICE 16
/* Bytes of the answer: less than libraries refuse. */
#define LIST_MAX (32 * 1024 * 1024)
#define OBJECT_SIZE 512		/* about what one takes */

typedef struct Listing {
	RequestWork work;
	Request *request;
	sd_bus_message *reply;
	GPtrArray *paths;
	guint next;
	Task slice;
} Listing;

static void listing_free(RequestWork *work)
{
	Listing *listing = CONTAINER_OF(work, Listing, work);

	task_cancel(&listing->slice);
	sd_bus_message_unref(listing->reply);
	g_ptr_array_free(listing->paths, TRUE);
	connection_end_list(listing->request->place.connection);
	outbox_release(listing->request->place.program);
	g_free(listing);
}

static int collect(const Place *place, void *userdata)
{
	char path[PLACE_PATH_SIZE];

	g_ptr_array_add(userdata, g_strdup(place_path(place, path)));
	return 0;
}

static int write_slice(Listing *listing)
{
	const guint end = MIN(listing->next + OBJECTS_IN_SLICE, listing->paths->len);
	int r = 0;

	for (; listing->next < end && r >= 0; listing->next++) {
		const char *path = g_ptr_array_index(listing->paths, listing->next);
		Place place;

		if (place_find_in(listing->request->place.program, path, &place))
			r = tree_append_object(&place, path, listing->reply);
	}
	return r;
}

static void on_slice(Task *task, uint64_t now UNUSED)
{
	Listing *listing = CONTAINER_OF(task, Listing, slice);
	Request *request = listing->request;
	int r = write_slice(listing);

	if (r >= 0 && listing->next < listing->paths->len) {
		task_at(task, AT_ONCE);
		return;
	}
	if (r >= 0)
		r = sd_bus_message_close_container(listing->reply);
	if (r >= 0)
		(void)request_reply_message(request, listing->reply);
	request_finish(request, r < 0 ? r : 0, NULL);
}

int tree_list_objects(Request *request)
{
	Program *program = request->place.program;
	Request *kept = NULL;
	Listing *listing;
	int r;

	r = request_keep(request, NULL, &kept);
	if (r < 0)
		return r;
	listing = g_new0(Listing, 1);
	listing->work.free = listing_free;
	listing->request = kept;
	kept->work = &listing->work;
	listing->paths = g_ptr_array_new_with_free_func(g_free);
	task_init(&listing->slice, &program->programs->broker->agenda, on_slice);
	outbox_hold(program);
	(void)tree_each(program, collect, listing->paths);
	r = sd_bus_message_new_method_return(request->message, &listing->reply);
	if (r >= 0)
		r = sd_bus_message_open_container(listing->reply, 'a', "{oa{sa{sv}}}");
	if (r < 0 || listing->paths->len > LIST_MAX / OBJECT_SIZE) {
		request_finish_with(kept, SD_BUS_ERROR_LIMITS_EXCEEDED, "too many objects for one answer");
		return 0;
	}
	if (connection_begin_list(kept->place.connection, listing->paths->len * (size_t)OBJECT_SIZE) < 0) {
		request_finish_with(kept, SD_BUS_ERROR_LIMITS_EXCEEDED,
				    "the answer passes the memory of the program's user (FifoBytesPerUser)");
		return 0;
	}
	/* the first slice is often all */
	on_slice(&listing->slice, 0);
	return 0;
}
