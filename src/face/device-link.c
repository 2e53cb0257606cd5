/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device1's Connect and Disconnect: the program takes hold of a link, and lets go of it. */
#include "face/device-link.h"

#include <errno.h>

#include "core/hold.h"
#include "core/link.h"
#include "core/links.h"
#include "core/peripheral.h"
#include "face/battery.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/tree.h"

static void tell_changed(DeviceView *device, uint32_t rows)
{
	view_device_changed(device, rows);
	view_tell(device->view);
}

/* In the order in which bluetoothd tells it: of a link that the other end has cut, all at once. */
static void link_went(DeviceView *device, const Link *link, bool was_cut)
{
	device->linked = false;
	battery_end(device);
	if (!was_cut)
		tell_changed(device, DEVICE_BIT(DEVICE_SERVICES_RESOLVED));
	tell_changed(device, DEVICE_BIT(DEVICE_CONNECTED) |
			     (was_cut ? DEVICE_BIT(DEVICE_SERVICES_RESOLVED) : 0));
	tree_removed_attrs(
		&(Place){ .program = device->view->program, .view = device->view, .device = device }, link);
	/* core has let them go already: their own news are on the way */
	device->lost = link->attrs->len == 0 ? link : NULL;
	g_hash_table_remove_all(device->attrs);
	view_check_device(device);
}

/* In the order in which bluetoothd tells it. */
void device_link_came(DeviceView *device)
{
	device->linked = device->was_linked = true;
	device->lost = NULL;
	tell_changed(device, DEVICE_BIT(DEVICE_CONNECTED));
	tree_added_attrs(&(Place){ .program = device->view->program, .view = device->view, .device = device },
			 view_held_link(device));
	battery_begin(device);
	tell_changed(device, DEVICE_BIT(DEVICE_SERVICES_RESOLVED) | DEVICE_BIT(DEVICE_UUIDS));
}

void device_link_lost(DeviceView *device, const Link *link)
{
	if (device->linked)
		link_went(device, link, true);
}

void device_link_release(DeviceView *device, Link *link)
{
	(void)hold_release(link, device->view->session, programs_now(device->view->program->programs));
	if (device->linked)
		link_went(device, link, false);
}

void device_link_removed(DeviceView *device, const Link *link)
{
	if (device->lost == link)
		device->lost = NULL;
}

static int reply_path(Request *request)
{
	DeviceView *device = place_device(&request->place);
	const Place place = { .kind = PLACE_DEVICE, .view = request->place.view, .device = device };
	char path[PLACE_PATH_SIZE];

	return device ? request_reply(request, "o", place_path(&place, path)) : -ENOENT;
}

static void on_connected(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	DeviceView *device = error == 0 ? place_device(&request->place) : NULL;

	if (device)
		device_link_came(device);
	if (error == 0)
		(void)(request->gives_path ? reply_path(request) : request_reply(request, ""));
	if (error == E_TIMED_OUT || error == E_CONNECTION_REFUSED)
		request_finish_with(request, BLUEZ_ERROR("Failed"), "le-connection-abort-by-local");
	else
		request_finish(request, error, reason);
}

int device_link_connect(DeviceView *device, Request *kept, Session *session, Reason *reason)
{
	const Programs *programs = device->view->program->programs;
	const uint64_t now = programs_now(programs);

	kept->wait.session = session;
	kept->connect.deadline = now + programs->broker->config.connect_timeout_seconds * USEC_PER_SEC;
	return links_connect(device->view->radio, &device->addr, &kept->connect, now, reason);
}

/* gives_path: the answer has the device's path. */
static int begin_connect(Request *request, DeviceView *device, bool gives_path)
{
	Request *kept = NULL;
	Session *session;
	Reason reason = { "" };
	int r;

	/* bluetoothd's word for a radio that is off */
	if (!view_is_powered(device->view))
		return request_refuse(request, BLUEZ_ERROR("Failed"), "Input/output error");
	r = view_session(device->view, &session, &reason);
	if (r != 0)
		return request_refuse_for(request, r, &reason);
	r = request_keep(request, on_connected, &kept);
	if (r < 0)
		return r;
	kept->gives_path = gives_path;
	kept->connects = true;
	kept->place.addr = device->addr;
	r = device_link_connect(device, kept, session, &reason);
	if (r == 1)
		return 0;
	if (r == 0)
		on_connected(&kept->wait, 0, NULL);
	else
		request_finish(kept, r, &reason);
	return 0;
}

int device_link_connect_for(Request *request, DeviceView *device)
{
	return begin_connect(request, device, true);
}

int device_link_connect_called(Request *request)
{
	DeviceView *device = request->place.device;

	if (view_held_link(device))
		return request_reply(request, "");
	return begin_connect(request, device, false);
}

/* Those of the program's calls of Connect that still wait for the device. */
static void cancel_connects(DeviceView *device)
{
	const GPtrArray *connections = device->view->program->connections;

	for (guint c = 0; c < connections->len; c++) {
		const Connection *connection = g_ptr_array_index(connections, c);
		GList *next;

		for (GList *item = connection->requests.head; item; item = next) {
			Request *request = item->data;

			next = item->next;
			if (request->connects && place_device(&request->place) == device) {
				wait_cancel(&request->wait);
				request_finish_with(request, BLUEZ_ERROR("Failed"), "br-connection-canceled");
			}
		}
	}
}

/* No error where it is not connected: bluetoothd has none. */
int device_link_disconnect_called(Request *request)
{
	DeviceView *device = request->place.device;
	const View *view = device->view;
	Link *link = view_held_link(device);
	Reason reason;
	int r;

	cancel_connects(device);
	/* the answer first, as bluetoothd's: libraries close the connection at the news */
	r = request_reply(request, "");
	if (link)
		device_link_release(device, link);
	/* a central stays for the others whose services it uses */
	else if (device->central)
		(void)peripheral_disconnect_client(view->radio->peripheral, view->program->owner,
						   &device->addr, &reason);
	return r;
}
