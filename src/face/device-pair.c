/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairing, for one program. Whoever is not connected is connected first, as bluetoothd does it. */
#include "face/device-pair.h"

#include <errno.h>

#include "core/link.h"
#include "core/links.h"
#include "core/pairing.h"
#include "face/agent.h"
#include "face/device-link.h"
#include "face/device.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/view.h"

static void finish(Request *request, int error, const Reason *reason)
{
	switch (error) {
	case -EALREADY:
		request_finish_with(request, BLUEZ_ERROR("AlreadyExists"), "Already Paired");
		return;
	case E_NOT_PERMITTED:
		request_finish_with(request, BLUEZ_ERROR("AuthenticationRejected"), reason->text);
		return;
	case E_TIMED_OUT:
		request_finish_with(request, BLUEZ_ERROR("AuthenticationTimeout"), "Authentication Timeout");
		return;
	case E_NOT_CONNECTED:
		request_finish_with(request, BLUEZ_ERROR("AuthenticationCanceled"),
				    "Authentication Canceled");
		return;
	case E_CONNECTION_REFUSED:
	case E_FAILED:
		request_finish_with(request, BLUEZ_ERROR("AuthenticationFailed"), "Authentication Failed");
		return;
	default:
		request_finish(request, error, reason);
	}
}

static void on_paired(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	DeviceView *device = place_device(&request->place);

	if (device) {
		device->pairing = NULL;
		agents_cancel(device);
	}
	if (device && error == 0 && !device->paired) {
		device->paired = true;
		view_device_changed(device, DEVICE_BIT(DEVICE_PAIRED) | DEVICE_BIT(DEVICE_BONDED));
		view_tell(device->view);
	}
	if (error == 0)
		(void)request_reply(request, "");
	finish(request, error, reason);
}

static void on_asked(PairWait *wait, const Link *link UNUSED, uint32_t id, PairingKind kind, uint32_t passkey)
{
	const Request *request = CONTAINER_OF(wait, Request, pair);
	DeviceView *device = place_device(&request->place);

	if (device)
		agent_ask(request->place.connection, device, id, kind, passkey);
}

static void begin(Request *request, DeviceView *device)
{
	Link *link = view_held_link(device);
	Reason reason = { "" };
	int r;

	wait_init(&request->wait, &device->view->radio->broker->agenda, on_paired);
	request->pair.asked = on_asked;
	/* whoever calls BlueZ's Pair has decided to pair, and knows of no other consent */
	request->pair.just_works = true;
	request->pair.has_passkey = false;
	request->wait.session = device->view->session;
	r = link ? pairing_begin(link, &request->pair, &reason) : E_NOT_CONNECTED;
	if (r != 0) {
		device->pairing = NULL;
		finish(request, r, &reason);
	}
}

static void on_connected(Wait *wait, int error, const Reason *reason)
{
	Request *request = CONTAINER_OF(wait, Request, wait);
	DeviceView *device = place_device(&request->place);

	if (error != 0 || !device) {
		if (device)
			device->pairing = NULL;
		finish(request, error != 0 ? error : E_NOT_CONNECTED, reason);
		return;
	}
	device_link_came(device);
	request->opened_link = true;
	begin(request, device);
}

int device_pair(Request *request)
{
	DeviceView *device = request->place.device;
	Request *kept = NULL;
	Reason reason = { "" };
	Session *session;
	int r;

	if (device->pairing)
		return request_refuse(request, BLUEZ_ERROR("InProgress"), "In Progress");
	if (device->paired)
		return request_refuse(request, BLUEZ_ERROR("AlreadyExists"), "Already Exists");
	if (!view_is_powered(device->view))
		return request_refuse(request, BLUEZ_ERROR("NotReady"), "Resource Not Ready");
	r = view_session(device->view, &session, &reason);
	if (r != 0)
		return request_refuse_for(request, r, &reason);
	r = request_keep(request, on_connected, &kept);
	if (r < 0)
		return r;
	device->pairing = kept;
	kept->place.addr = device->addr;
	if (view_held_link(device)) {
		begin(kept, device);
		return 0;
	}
	r = device_link_connect(device, kept, session, &reason);
	if (r == 0)
		on_connected(&kept->wait, 0, NULL);
	else if (r != 1) {
		device->pairing = NULL;
		finish(kept, r, &reason);
	}
	return 0;
}

int device_cancel_pairing(Request *request)
{
	DeviceView *device = request->place.device;
	Request *pairing = device->pairing;
	Link *link = pairing && pairing->opened_link ? view_held_link(device) : NULL;
	int r;

	if (!pairing)
		return request_refuse(request, BLUEZ_ERROR("DoesNotExist"), "Does Not Exist");
	device->pairing = NULL;
	wait_cancel(&pairing->wait);
	agents_cancel(device);
	finish(pairing, E_NOT_CONNECTED, NULL);
	r = request_reply(request, "");
	/* a link that was opened for the pairing goes with it */
	if (link)
		device_link_release(device, link);
	return r;
}
