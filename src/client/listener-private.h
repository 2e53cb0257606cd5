/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For listener*.c only. */
#pragma once

#include "client/listener.h"

struct Listener {
	BrokerManager1 *manager;
	BrokerAdapter1 *radio;	/* NULL if it was unplugged before we had a proxy */
	BrokerSession1 *session;
	bool radio_away;
	const ListenerEvents *events;
	void *userdata;
	ListenerWay way;
	int stream;		/* -1: not open yet, or closed */
	unsigned stream_source;
	bool fetching;		/* a call of ReadAdvertisements waits for its answer */
	bool fetch_again;	/* there are more */
	Reports reports;	/* those that came last */
	bool closed;
};

/* Begins to take reports in, in the listener's way. False: error is set. */
bool listener_take(Listener *listener, const ListenerRequest *request, GError **error);
/* The scan is over: takes all reports that the daemon still holds. */
void listener_take_rest(Listener *listener);
void listener_end_stream(Listener *listener);

/* Asks the daemon whether it still has our request to scan: most causes only interrupt the scan, and then
 * it goes on later. */
void listener_ask(Listener *listener, const char *reason);
