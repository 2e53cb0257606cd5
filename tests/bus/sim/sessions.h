/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The discovery sessions of one adapter: one a bus connection, each with its filter, and what they
 * come to together. */
#pragma once

#include "bus.h"
#include "filter.h"

typedef struct Sessions Sessions;

typedef struct Session {
	Sessions *sessions;
	char *owner;
	guint watch;
	DiscoveryFilter *filter;
	bool discovering; /* else it has only set a filter */
	GDBusMethodInvocation *call; /* StartDiscovery or StopDiscovery under way */
} Session;

struct Sessions {
	Bus *bus;
	GPtrArray *list;
	void (*gone)(void *data, Session *session); /* its connection has left the bus */
	void *data;
};

Sessions *sessions_new(Bus *bus, void (*gone)(void *data, Session *session), void *data);
Sessions *sessions_free(Sessions *sessions);
Session *sessions_find(const Sessions *sessions, const char *owner); /* or NULL */
Session *sessions_add(Sessions *sessions, const char *owner);
void sessions_remove(Sessions *sessions, Session *session);
void sessions_clear(Sessions *sessions); /* calls under way fail */

/* Of those that discover: */
bool sessions_any(const Sessions *sessions, const Session *except); /* except may be NULL */
MergedFilter *sessions_merge(const Sessions *sessions);
bool sessions_duplicate(const Sessions *sessions); /* one wants data that is not new */
bool sessions_match(const Sessions *sessions, const Eir *eir, int rssi); /* one wants the report */
/* One has a pattern: then *ret is whether one of them fits. */
bool sessions_pattern(const Sessions *sessions, const Eir *eir, const char *addr, bool *ret);
