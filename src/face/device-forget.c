/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adapter1's RemoveDevice: the program's view forgets a device; the bond goes, if the program's user may undo
 * it. */
#include "face/device-forget.h"

#include "core/bonds.h"
#include "core/link.h"
#include "face/device-link.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/view.h"

/* bluetoothd removes a device whose link is being closed, core does not: so it is waited for. */
#define AGAIN_AFTER (50 * USEC_PER_MSEC)
#define AGAIN_UNTIL (10 * USEC_PER_SEC)

/* What waits for the end of the device's link. */
typedef struct Forgetting {
	RequestWork work;
	Request *request;
	Task again;
	uint64_t until;
} Forgetting;

static void forgetting_free(RequestWork *work)
{
	Forgetting *forgetting = CONTAINER_OF(work, Forgetting, work);

	task_cancel(&forgetting->again);
	g_free(forgetting);
}

static void on_forgotten(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	DeviceView *device = place_device(&request->place);

	if (error == 0 && device)
		view_remove_device(device);
	if (error == 0)
		(void)request_reply(request, "");
	request_finish(request, error, reason);
}

/* Whether the device's link is on its way down, or an attempt is being taken back: nobody wants it. */
static bool is_ending(const DeviceView *device)
{
	const Link *link = link_find(device->view->radio, &device->addr);

	return link && (link->state == LINK_CLOSING || link->state == LINK_CONNECTING) &&
	       !link_is_wanted(link);
}

static void try_forget(Forgetting *forgetting, uint64_t now)
{
	Request *request = forgetting->request;
	DeviceView *device = place_device(&request->place);
	Reason reason = { "" };
	int r;

	if (!device || !device->view->session) {
		request_finish_with(request, BLUEZ_ERROR("DoesNotExist"), "Does Not Exist");
		return;
	}
	r = bond_forget(device->view->session, request->place.program->uid, &device->addr, &request->forget,
			&reason);
	if (r == E_BUSY && is_ending(device) && now < forgetting->until)
		task_at(&forgetting->again, now + AGAIN_AFTER);
	else if (r != 0)
		request_finish(request, r, &reason);
}

static void on_again(Task *task, uint64_t now)
{
	try_forget(CONTAINER_OF(task, Forgetting, again), now);
}

static int forget_bond(Request *request, DeviceView *device)
{
	const uint64_t now = programs_now(request->place.program->programs);
	Forgetting *forgetting;
	Request *kept = NULL;
	Reason reason = { "" };
	Session *session;
	int r;

	r = view_session(device->view, &session, &reason);
	if (r != 0)
		return request_refuse_for(request, r, &reason);
	r = request_keep(request, on_forgotten, &kept);
	if (r < 0)
		return r;
	kept->wait.session = session;
	kept->place.view = device->view;
	kept->place.addr = device->addr;
	forgetting = g_new0(Forgetting, 1);
	forgetting->work.free = forgetting_free;
	forgetting->request = kept;
	forgetting->until = now + AGAIN_UNTIL;
	task_init(&forgetting->again, &device->view->radio->broker->agenda, on_again);
	kept->work = &forgetting->work;
	try_forget(forgetting, now);
	return 0;
}

int device_forget(Request *request)
{
	const char *path;
	const Bond *bond;
	Place place;
	Link *link;
	int r;

	r = sd_bus_message_read(request->message, "o", &path);
	if (r < 0)
		return r;
	if (!place_find(request->place.connection, path, &place) || place.kind != PLACE_DEVICE ||
	    place.view != request->place.view)
		return request_refuse(request, BLUEZ_ERROR("DoesNotExist"), "Does Not Exist");
	link = view_held_link(place.device);
	if (link)
		device_link_release(place.device, link);
	bond = bond_find(place.view->radio, &place.device->addr);
	if (bond && bond_is_of(place.view->radio, &bond->addr, place.program->uid))
		return forget_bond(request, place.device);
	view_remove_device(place.device);
	return request_reply(request, "");
}
