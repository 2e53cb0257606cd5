/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The discovery sessions of one adapter. */
#include "sessions.h"

static void session_free(void *data)
{
	Session *session = data;

	if (session->watch)
		g_bus_unwatch_name(session->watch);
	if (session->call)
		bus_error(session->sessions->bus, session->call, "InProgress",
			  "Operation already in progress");
	filter_free(session->filter);
	g_free(session->owner);
	g_free(session);
}

Sessions *sessions_new(Bus *bus, void (*gone)(void *data, Session *session), void *data)
{
	Sessions *sessions = g_new0(Sessions, 1);

	sessions->bus = bus;
	sessions->list = g_ptr_array_new_with_free_func(session_free);
	sessions->gone = gone;
	sessions->data = data;
	return sessions;
}

Sessions *sessions_free(Sessions *sessions)
{
	if (!sessions)
		return NULL;

	g_ptr_array_unref(sessions->list);
	g_free(sessions);
	return NULL;
}

Session *sessions_find(const Sessions *sessions, const char *owner)
{
	for (unsigned int i = 0; i < sessions->list->len; i++) {
		Session *session = sessions->list->pdata[i];

		if (g_str_equal(session->owner, owner))
			return session;
	}
	return NULL;
}

static void on_gone(GDBusConnection *connection, const char *name, void *data)
{
	Session *session = data;

	(void)connection;
	(void)name;
	/* Nobody waits for an answer, nor will use the filter. */
	g_clear_object(&session->call);
	g_clear_pointer(&session->filter, filter_free);
	session->sessions->gone(session->sessions->data, session);
}

Session *sessions_add(Sessions *sessions, const char *owner)
{
	Session *session = g_new0(Session, 1);

	session->sessions = sessions;
	session->owner = g_strdup(owner);
	session->watch = g_bus_watch_name_on_connection(sessions->bus->connection, owner,
							G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
							on_gone, session, NULL);
	g_ptr_array_add(sessions->list, session);
	return session;
}

void sessions_remove(Sessions *sessions, Session *session)
{
	g_ptr_array_remove(sessions->list, session);
}

void sessions_clear(Sessions *sessions)
{
	g_ptr_array_set_size(sessions->list, 0);
}

bool sessions_any(const Sessions *sessions, const Session *except)
{
	for (unsigned int i = 0; i < sessions->list->len; i++) {
		const Session *session = sessions->list->pdata[i];

		if (session != except && session->discovering)
			return true;
	}
	return false;
}

MergedFilter *sessions_merge(const Sessions *sessions)
{
	g_autoptr(GPtrArray) filters = g_ptr_array_new();

	for (unsigned int i = 0; i < sessions->list->len; i++) {
		const Session *session = sessions->list->pdata[i];

		if (session->discovering)
			g_ptr_array_add(filters, session->filter);
	}
	return merged_new(filters);
}

bool sessions_duplicate(const Sessions *sessions)
{
	for (unsigned int i = 0; i < sessions->list->len; i++) {
		const Session *session = sessions->list->pdata[i];

		if (session->discovering && session->filter && session->filter->duplicate)
			return true;
	}
	return false;
}

bool sessions_match(const Sessions *sessions, const Eir *eir, int rssi)
{
	for (unsigned int i = 0; i < sessions->list->len; i++) {
		const Session *session = sessions->list->pdata[i];

		if (session->discovering && filter_match(session->filter, eir, rssi))
			return true;
	}
	return false;
}

bool sessions_pattern(const Sessions *sessions, const Eir *eir, const char *addr, bool *ret)
{
	bool any = false, fits = false;

	for (unsigned int i = 0; i < sessions->list->len; i++) {
		const Session *session = sessions->list->pdata[i];
		const char *pattern = NULL;

		if (session->discovering && session->filter)
			pattern = session->filter->pattern;
		if (!pattern)
			continue;
		any = true;
		fits |= g_str_has_prefix(addr, pattern) ||
			(eir->has_name && g_str_has_prefix(eir->name, pattern));
	}
	if (any)
		*ret = fits;
	return any;
}
