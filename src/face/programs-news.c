/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What core tells, passed on to the views that it is about. */
#include "face/programs-news.h"

#include <string.h>

#include "core/attr.h"
#include "core/client-pairing.h"
#include "core/link.h"
#include "core/local.h"
#include "face/agent.h"
#include "face/app.h"
#include "face/device-link.h"
#include "face/gatt.h"
#include "face/guests.h"
#include "face/listener.h"
#include "face/programs.h"
#include "face/tree.h"
#include "face/view.h"

static void on_bluez_changed(void *userdata, bool up)
{
	const Programs *programs = userdata;

	for (guint i = 0; i < programs->list->len; i++)
		program_bluez_changed(g_ptr_array_index(programs->list, i), up);
}

/* --- news of radios and links --- */

static void on_radio_added(void *userdata, Radio *radio)
{
	Programs *programs = userdata;

	for (guint i = 0; i < programs->list->len; i++)
		program_add_radio(g_ptr_array_index(programs->list, i), radio);
	listeners_add_radio(programs, radio->index);
}

static void on_radio_removed(void *userdata, const Radio *radio, unsigned index)
{
	Programs *programs = userdata;

	for (guint i = 0; i < programs->list->len; i++)
		program_remove_radio(g_ptr_array_index(programs->list, i), radio);
	listeners_remove_radio(programs, index);
}

/* Calls each for all views of the radio. */
static void each_view(const Programs *programs, const Radio *radio, void (*each)(View *view, void *userdata),
		      void *userdata)
{
	for (guint i = 0; i < programs->list->len; i++) {
		const Program *program = g_ptr_array_index(programs->list, i);

		for (guint v = 0; v < program->views->len; v++) {
			View *view = g_ptr_array_index(program->views, v);

			if (view->radio == radio)
				each(view, userdata);
		}
	}
}

static void tell_radio(View *view, void *userdata)
{
	view_radio_changed(view, *(const unsigned *)userdata);
}

static void on_radio_changed(void *userdata, Radio *radio, unsigned changes)
{
	each_view(userdata, radio, tell_radio, &changes);
}

typedef struct Lost {
	const Link *link;
	const Session *session;
} Lost;

static void tell_lost(View *view, void *userdata)
{
	const Lost *lost = userdata;
	DeviceView *device = view->session == lost->session ? view_device(view, &lost->link->addr) : NULL;

	if (device)
		device_link_lost(device, lost->link);
}

static void on_link_lost(void *userdata, Link *link, Session *session, const char *reason UNUSED)
{
	each_view(userdata, link->radio, tell_lost, &(Lost){ .link = link, .session = session });
}

static void tell_removed(View *view, void *userdata)
{
	const Link *link = userdata;
	DeviceView *device = view_device(view, &link->addr);

	if (device)
		device_link_removed(device, link);
}

static void on_link_removed(void *userdata, Link *link)
{
	each_view(userdata, link->radio, tell_removed, link);
}

/* How many links it holds is in its row. */
static void look_at_guest(View *view, void *userdata UNUSED)
{
	guest_look(view->program);
}

static void on_link_changed(void *userdata, Link *link, unsigned changes)
{
	if (changes & LINK_HOLDERS)
		each_view(userdata, link->radio, look_at_guest, NULL);
}

typedef struct AttrNews {
	Attr *attr;
	bool added;
} AttrNews;

static void tell_attr(View *view, void *userdata)
{
	const AttrNews *news = userdata;
	DeviceView *device = view_device(view, &news->attr->link->addr);
	Place place = { .program = view->program, .view = view, .device = device, .attr = news->attr,
			.kind = place_kind_of(news->attr) };

	if (!device)
		return;
	if (news->added ? !device->linked || view_held_link(device) != news->attr->link :
			  !device->linked && device->lost != news->attr->link)
		return;
	(news->added ? tree_added : tree_removed)(&place);
	if (!news->added)
		gatt_forget(device, news->attr);
}

static void on_attr_added(void *userdata, Attr *attr)
{
	each_view(userdata, attr->link->radio, tell_attr, &(AttrNews){ .attr = attr, .added = true });
}

static void on_attr_removed(void *userdata, Attr *attr)
{
	each_view(userdata, attr->link->radio, tell_attr, &(AttrNews){ .attr = attr });
}

typedef struct Notified {
	Attr *attr;
	const Session *session;
	GBytes *value;
} Notified;

static void tell_value(View *view, void *userdata)
{
	const Notified *notified = userdata;
	DeviceView *device = view->session == notified->session ?
			     view_device(view, &notified->attr->link->addr) : NULL;

	if (device && device->linked)
		gatt_notified(device, notified->attr, notified->value);
}

static void on_notification(void *userdata, Attr *attr, AttrSub *sub, GBytes *value, uint64_t now UNUSED)
{
	each_view(userdata, attr->link->radio, tell_value,
		  &(Notified){ .attr = attr, .session = sub->session, .value = value });
}

/* --- news of what programs serve --- */

typedef struct Served {
	LocalAttr *attr;
	uint32_t id;
	const Addr *client;
	uint16_t offset;
	const char *type;
	GBytes *value;
	bool on;
} Served;

static void serve(Programs *programs, LocalAttr *attr, void (*each)(View *view, void *userdata),
		  Served *served)
{
	served->attr = attr;
	each_view(programs, attr->service->session->radio, each, served);
}

static void serve_read(View *view, void *userdata)
{
	const Served *s = userdata;

	apps_read(view, s->attr, s->id, s->client, s->offset);
}

static void on_read_request(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset)
{
	serve(userdata, attr, serve_read, &(Served){ .id = id, .client = client, .offset = offset });
}

static void serve_write(View *view, void *userdata)
{
	const Served *s = userdata;

	apps_write(view, s->attr, s->id, s->client, s->offset, s->type, s->value);
}

static void on_write_request(void *userdata, LocalAttr *attr, uint32_t id, const Addr *client,
			     uint16_t offset, const char *type, GBytes *value)
{
	serve(userdata, attr, serve_write,
	      &(Served){ .id = id, .client = client, .offset = offset, .type = type, .value = value });
}

static void serve_subscribed(View *view, void *userdata)
{
	const Served *s = userdata;

	apps_subscribed(view, s->attr, s->client, s->on);
}

static void on_subscribed(void *userdata, LocalAttr *attr, const Addr *client, bool on)
{
	serve(userdata, attr, serve_subscribed, &(Served){ .client = client, .on = on });
}

static void serve_confirmed(View *view, void *userdata)
{
	apps_confirmed(view, ((const Served *)userdata)->attr);
}

static void on_confirmed(void *userdata, LocalAttr *attr)
{
	serve(userdata, attr, serve_confirmed, &(Served){ .client = NULL });
}

/* What other faces tell, and this one has no words for. */
static void on_service(void *userdata UNUSED, LocalService *service UNUSED)
{
}

static void on_local(void *userdata UNUSED, LocalAttr *attr UNUSED)
{
}

static void on_written(void *userdata UNUSED, LocalAttr *attr UNUSED, const Addr *client UNUSED,
		       GBytes *value UNUSED)
{
}

static void on_event(void *userdata UNUSED, Session *session UNUSED, const char *connection UNUSED,
		     uint32_t events UNUSED)
{
}

static bool on_batch(void *userdata UNUSED, Session *session UNUSED, bool press UNUSED)
{
	return false;
}

static void on_scan_stopped(void *userdata UNUSED, Session *session UNUSED, const char *connection UNUSED,
			    const char *reason UNUSED)
{
}

typedef struct ClientNews {
	const Session *session;
	const Addr *addr;
	bool connected;
} ClientNews;

static void tell_client(View *view, void *userdata)
{
	const ClientNews *news = userdata;

	if (strcmp(view->program->owner, news->session->owner) == 0)
		apps_client(view, news->addr, news->connected);
}

static void on_client(void *userdata, Session *session, const char *connection UNUSED, const Addr *addr,
		      bool connected)
{
	each_view(userdata, session->radio, tell_client,
		  &(ClientNews){ .session = session, .addr = addr, .connected = connected });
}

/* --- centrals that pair --- */

static const Program *find_program(const Programs *programs, const Session *session)
{
	for (guint i = 0; i < programs->list->len; i++) {
		const Program *program = g_ptr_array_index(programs->list, i);

		if (strcmp(program->owner, session->owner) == 0)
			return program;
	}
	return NULL;
}

static bool on_answers_clients(void *userdata, const Session *session)
{
	const Program *program = find_program(userdata, session);

	return program && agent_is_there(program);
}

static View *find_view(const Programs *programs, const Session *session)
{
	const Program *program = find_program(programs, session);

	return program ? view_find(program, session->radio->index) : NULL;
}

static void on_client_asked(void *userdata, Session *session, const Addr *addr, unsigned kind,
			    uint32_t passkey)
{
	View *view = find_view(userdata, session);
	DeviceView *device;

	/* it may have come before the program served */
	if (view)
		apps_client(view, addr, true);
	device = view ? view_device(view, addr) : NULL;
	if (device)
		agent_ask(g_ptr_array_index(device->view->program->connections, 0), device, AGENT_CLIENT,
			  (PairingKind)kind, passkey);
	else
		client_answer(session->radio, addr, false, 0);
}

static void on_link_asked(void *userdata, Session *session, Link *link, uint32_t id, unsigned kind,
			  uint32_t passkey)
{
	const View *view = find_view(userdata, session);
	DeviceView *device = view ? view_device(view, &link->addr) : NULL;
	Reason reason;

	if (device)
		agent_ask(g_ptr_array_index(device->view->program->connections, 0), device, id,
			  (PairingKind)kind, passkey);
	else
		(void)pairing_respond(link, id, false, 0, programs_now(userdata), &reason);
}

static void on_client_asked_over(void *userdata, Session *session, const Addr *addr)
{
	const View *view = find_view(userdata, session);
	const DeviceView *device = view ? view_device(view, addr) : NULL;

	if (device)
		agents_cancel(device);
}

const FaceOps programs_news = {
	.session_event = on_event,
	.session_batch = on_batch,
	.session_scan_stopped = on_scan_stopped,
	.session_client = on_client,
	.local_service_added = on_service,
	.local_service_removed = on_service,
	.local_attr_added = on_local,
	.local_attr_removed = on_local,
	.local_read_request = on_read_request,
	.local_written = on_written,
	.local_write_request = on_write_request,
	.local_confirmed = on_confirmed,
	.local_subscribed = on_subscribed,
	.attr_notification = on_notification,
	.radio_added = on_radio_added,
	.radio_removed = on_radio_removed,
	.radio_changed = on_radio_changed,
	.answers_clients = on_answers_clients,
	.client_asked = on_client_asked,
	.client_asked_over = on_client_asked_over,
	.link_asked = on_link_asked,
	.link_lost = on_link_lost,
	.link_removed = on_link_removed,
	.link_changed = on_link_changed,
	.attr_added = on_attr_added,
	.attr_removed = on_attr_removed,
	.bluez_changed = on_bluez_changed,
	.guests = guests_each,
};
