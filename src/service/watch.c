/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manager1.Watch and WatchRows, and their signals: Changed; RowChanged and RowsLost. */
#include "service/watch.h"

#include "service/emit.h"
#include "service/path.h"
#include "service/rows.h"
#include "service/service.h"

/* Bytes of a signal's content. */
#define CHANGED_BYTES 4
#define LOST_BYTES 8
#define ROW_BYTES 400

/* A row goes to each that watches: more of a user's would have us send more than he has to ask for. */
#define ROW_WATCHERS_PER_USER 8

static void set_watched(Service *service, Peer *peer, bool on, bool rows)
{
	const bool before = peer->watches || peer->watches_rows;

	peer->watches = on;
	peer->watches_rows = rows;
	if (!before && (on || rows))
		g_ptr_array_add(service->watchers, peer);
	else if (before && !on && !rows)
		g_ptr_array_remove(service->watchers, peer);
}

int watch_set(Call *call, void *object UNUSED, Reason *reason UNUSED)
{
	int on, r;

	r = sd_bus_message_read(call->message, "b", &on);
	if (r < 0)
		return r;
	set_watched(call->service, call->peer, on, call->peer->watches_rows);
	call->peer->told = 0;
	return call_reply(call, NULL);
}

static unsigned row_watchers(const Service *service, const User *user)
{
	unsigned n = 0;

	for (guint i = 0; i < service->watchers->len; i++) {
		const Peer *peer = g_ptr_array_index(service->watchers, i);

		n += peer->watches_rows && peer->user == user;
	}
	return n;
}

int watch_set_rows(Call *call, void *object UNUSED, Reason *reason)
{
	Peer *peer = call->peer;
	int on, r;

	r = sd_bus_message_read(call->message, "b", &on);
	if (r < 0)
		return r;
	if (on && !peer->watches_rows && row_watchers(call->service, peer->user) >= ROW_WATCHERS_PER_USER)
		return reason_set(reason, E_LIMIT_REACHED, "uid %u watches rows with %d connections already",
				  call_uid(call), ROW_WATCHERS_PER_USER);
	set_watched(call->service, peer, peer->watches, on);
	peer->rows_lost = 0;
	return call_reply(call, NULL);
}

void watch_asked(const Call *call)
{
	call->peer->told = 0;
}

void watch_forget(Service *service, Peer *peer)
{
	set_watched(service, peer, false, false);
}

/* --- signals --- */

static int new_signal(const Service *service, const char *name, sd_bus_message **ret)
{
	return sd_bus_message_new_signal(service->bus, ret, PATH_ROOT, MANAGER_INTERFACE, name);
}

static void tell(Service *service, Peer *peer, ListChange list)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = new_signal(service, "Changed", &m);
	if (r >= 0)
		r = sd_bus_message_append(m, "u", (uint32_t)list);
	if (r < 0) {
		emit_check(r);
		return;
	}
	peer->told |= list;
	(void)service_send(service, peer->name, m, CHANGED_BYTES);
}

static int tell_row(Service *service, const Peer *peer, const ListRow *row)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	r = new_signal(service, "RowChanged", &m);
	if (r >= 0)
		r = sd_bus_message_append(m, "ub", (uint32_t)row->list, (int)row->there);
	if (r >= 0)
		r = rows_append(m, row, user_uid(peer->user));
	return r < 0 ? r : service_send(service, peer->name, m, ROW_BYTES);
}

/* Those that are lost are counted, and that is told before any other row. */
static int tell_lost(Service *service, Peer *peer)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	if (peer->rows_lost == 0)
		return 0;
	r = new_signal(service, "RowsLost", &m);
	if (r >= 0)
		r = sd_bus_message_append(m, "t", peer->rows_lost);
	if (r >= 0)
		r = service_send(service, peer->name, m, LOST_BYTES);
	if (r >= 0)
		peer->rows_lost = 0;
	return r;
}

void watch_reads(Service *service, Peer *peer)
{
	if (peer->watches_rows)
		(void)tell_lost(service, peer);
}

static bool may_know(const Peer *peer, const ListRow *row)
{
	const uid_t uid = user_uid(peer->user);

	for (guint i = 0; row->uids && i < row->uids->len; i++)
		if (g_array_index(row->uids, uid_t, i) == uid)
			return true;
	return !row->uids;
}

void watch_list_changed(void *userdata, const ListRow *row)
{
	Service *service = userdata;

	for (guint i = 0; i < service->watchers->len; i++) {
		Peer *peer = g_ptr_array_index(service->watchers, i);

		if (!may_know(peer, row))
			continue;
		if (peer->watches && !(peer->told & row->list))
			tell(service, peer, row->list);
		if (peer->watches_rows &&
		    (tell_lost(service, peer) < 0 || tell_row(service, peer, row) < 0))
			peer->rows_lost++;
	}
}
