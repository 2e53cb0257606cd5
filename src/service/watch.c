/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manager1.Watch and its signal, Changed. */
#include "service/watch.h"

#include "service/emit.h"
#include "service/path.h"
#include "service/service.h"

#define SIGNAL_BYTES 4

int watch_set(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	GPtrArray *watchers = call->service->watchers;
	Peer *peer = call->peer;
	int on, r;

	r = sd_bus_message_read(call->message, "b", &on);
	if (r < 0)
		return r;
	watch_forget(call->service, peer);
	if (on)
		g_ptr_array_add(watchers, peer);
	peer->watches = on;
	peer->told = 0;
	return call_reply(call, NULL);
}

void watch_asked(const Call *call)
{
	call->peer->told = 0;
}

void watch_forget(Service *service, Peer *peer)
{
	if (peer->watches)
		g_ptr_array_remove(service->watchers, peer);
	peer->watches = false;
}

static void tell(Service *service, Peer *peer, ListChange list)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = sd_bus_message_new_signal(service->bus, &m, PATH_ROOT, MANAGER_INTERFACE, "Changed");
	if (r >= 0)
		r = sd_bus_message_append(m, "u", (uint32_t)list);
	if (r < 0) {
		emit_check(r);
		return;
	}
	peer->told |= list;
	service_send(service, peer->name, m, SIGNAL_BYTES);
}

void watch_list_changed(void *userdata, ListChange list, uid_t uid)
{
	Service *service = userdata;

	for (guint i = 0; i < service->watchers->len; i++) {
		Peer *peer = g_ptr_array_index(service->watchers, i);
		const uid_t who = user_uid(peer->user);

		if (!(peer->told & list) && (uid == UID_EVERYBODY || who == uid || who == 0))
			tell(service, peer, list);
	}
}

void watch_bonds_changed(void *userdata)
{
	watch_list_changed(userdata, LIST_BONDS, UID_EVERYBODY);
}
