/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications of devices' characteristics, for one program. */
#include "face/gatt-private.h"

#include "bus/attr-pipe.h"
#include "core/link.h"
#include "core/listener.h"
#include "face/battery.h"
#include "face/programs.h"
#include "face/tree.h"
#include "util/fd.h"

/* --- notifications --- */

static void tell_notifying(const Place *place)
{
	tree_changed(place, &gatt_characteristic_iface, CHARACTERISTIC_BIT(CHARACTERISTIC_NOTIFYING));
}

static void add_notified(const Place *place)
{
	AttrView *view = gatt_view(place);

	if (!view || g_ptr_array_find(view->notified, place->connection, NULL))
		return;
	g_ptr_array_add(view->notified, place->connection);
	if (view->notified->len == 1)
		tell_notifying(place);
}

/* Whether it was there. With the last one, the program's subscription ends. */
static bool remove_notified(const Place *place, const Connection *connection)
{
	AttrView *view = gatt_view(place);

	if (!view || !g_ptr_array_remove(view->notified, (gpointer)connection))
		return false;
	if (view->notified->len == 0) {
		if (!battery_needs(place->device, place->attr))
			listener_unsubscribe(place->attr, place->view->session);
		tell_notifying(place);
	}
	return true;
}

void gatt_connection_gone(View *view, const Connection *connection)
{
	for (GList *item = view->by_age.head; item; item = item->next) {
		DeviceView *device = item->data;
		GHashTableIter iter;
		void *attr;

		g_hash_table_iter_init(&iter, device->attrs);
		while (g_hash_table_iter_next(&iter, &attr, NULL))
			(void)remove_notified(&(Place){ .kind = PLACE_CHARACTERISTIC,
							.program = view->program,
							.view = view,
							.device = device,
							.attr = attr },
					      connection);
	}
}

static void on_subscribed(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	Place place;

	if (error == 0 && gatt_still_there(request, &place))
		add_notified(&place);
	if (error == 0)
		(void)request_reply(request, "");
	gatt_finish(request, error, reason);
}

int gatt_start_notify(Request *request)
{
	const Place *place = &request->place;
	Request *kept = NULL;
	Reason reason = { "" };
	int r;

	if (!gatt_can_notify(place))
		return request_refuse(request, BLUEZ_ERROR("NotSupported"), "Operation is not supported");
	if (gatt_has_pipe(place, true))
		return request_refuse(request, BLUEZ_ERROR("NotPermitted"), "Notify acquired");
	r = gatt_keep(request, on_subscribed, &kept);
	if (r < 0)
		return r;
	r = listener_subscribe(place->attr, kept->wait.session, place->program->owner, &kept->op, &reason);
	if (r == 1)
		return 0;
	if (r == 0)
		on_subscribed(&kept->wait, 0, NULL);
	else
		gatt_finish(kept, r, &reason);
	return 0;
}

int gatt_stop_notify(Request *request)
{
	if (!remove_notified(&request->place, request->place.connection))
		return request_refuse(request, BLUEZ_ERROR("Failed"), "No notify session started");
	return request_reply(request, "");
}

/* --- pipes --- */

static int reply_pipe(Request *request, const Place *place, int fd, bool notify)
{
	int r = request_reply(request, "hq", fd, (int)attr_pipe_mtu(place->attr));

	tree_changed(place, &gatt_characteristic_iface,
		     CHARACTERISTIC_BIT(notify ? CHARACTERISTIC_NOTIFY_ACQUIRED :
						 CHARACTERISTIC_WRITE_ACQUIRED));
	return r;
}

static void on_acquired(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	Place place;

	if (error == 0 && !gatt_still_there(request, &place))
		error = E_NOT_CONNECTED;
	if (error == 0)
		(void)reply_pipe(request, &place, request->fd, true);
	gatt_finish(request, error, reason);
}

static void on_pipe_ended(void *userdata, Attr *attr, bool notify)
{
	View *view = userdata;
	DeviceView *device = attr ? view_device(view, &attr->link->addr) : NULL;

	if (device && device->linked)
		tree_changed(&(Place){ .kind = PLACE_CHARACTERISTIC, .program = view->program, .view = view,
				       .device = device, .attr = attr },
			     &gatt_characteristic_iface,
			     CHARACTERISTIC_BIT(notify ? CHARACTERISTIC_NOTIFY_ACQUIRED :
						CHARACTERISTIC_WRITE_ACQUIRED));
}

static int acquire(Request *request, bool notify)
{
	const AttrPipeEvents events = { .ended = on_pipe_ended, .userdata = request->place.view };
	const Place *place = &request->place;
	CLEANUP(fd_closep) int fd = -1;
	Request *kept = NULL;
	GattOptions options;
	Reason reason = { "" };
	int r;

	r = gatt_read_options(request->message, &options);
	if (r < 0)
		return gatt_refuse_arguments(request, r);
	if (!(notify ? gatt_can_acquire_notify : gatt_can_command)(place))
		return request_refuse(request, BLUEZ_ERROR("NotSupported"), "Operation is not supported");
	if (gatt_has_pipe(place, notify))
		return request_refuse(request, BLUEZ_ERROR("NotPermitted"),
				      notify ? "Notify acquired" : "Write acquired");
	if (notify && gatt_view(place) && gatt_view(place)->notified->len > 0)
		return request_refuse(request, BLUEZ_ERROR("InProgress"), "In Progress");
	r = gatt_keep(request, on_acquired, &kept);
	if (r < 0)
		return r;
	r = attr_pipe_open(place->program->programs->event, place->attr, place->view->session, notify,
			   &kept->op, &events, &fd, &reason);
	if (r == 1) {
		kept->fd = fd_steal(&fd);
		return 0;
	}
	if (r == 0)
		(void)reply_pipe(kept, place, fd, notify);
	gatt_finish(kept, r, &reason);
	return 0;
}

int gatt_acquire_notify(Request *request)
{
	return acquire(request, true);
}

int gatt_acquire_write(Request *request)
{
	return acquire(request, false);
}
