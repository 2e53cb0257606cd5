/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody who gives commands, at the daemon: a session on a connection of its own, for by one connection the
 * daemon would not tell two sessions apart that hold the same link. Closing it lets go of all that was held,
 * at once.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "mqtt/answer.h"
#include "mqtt/notifications.h"

typedef struct Requester Requester;

/* Its share of a link. */
typedef struct RequesterLink {
	Addr addr;
	char *path;
	bool wanted;		/* by connect: it stays when nothing else needs it */
	sd_bus_slot *watch;	/* for when it is there again; NULL: the daemon does not open it again */
} RequesterLink;

typedef struct RequesterPairing {
	uint32_t id;
	const char *kind;	/* "enter", "confirm" or "display" */
	uint32_t passkey;
} RequesterPairing;

typedef struct RequesterHandlers {
	/* one has to go (requester_over()); let go of it later, not from here */
	void (*over)(void *userdata);
	/* a device that it pairs with asks something */
	void (*pairing)(Requester *requester, const char *link, const RequesterPairing *pairing,
			void *userdata);
} RequesterHandlers;

/* What all requesters share. */
typedef struct RequesterContext {
	sd_event *event;
	Outlet *outlet;
	Notifications *notifications;
	const RequesterHandlers *handlers;
	void *userdata;
} RequesterContext;

/* address: of the bus. adapter: N of hciN. id: see Request. */
int requester_new(Requester **ret, const RequesterContext *context, const char *id, const char *address,
		  unsigned adapter);
/* reason: what those who had a link are told of its end; NULL: nothing. */
void requester_free(Requester *requester, const char *reason);

const char *requester_id(const Requester *requester);
/* Why it has to go: its lease is over ("lease"), or the bus has gone ("daemon-gone"); NULL: it has not. */
const char *requester_over(const Requester *requester);
/* The daemon did not answer, and nobody knows what it may do yet: the requester has to go, and all that with
 * it. */
void requester_give_up(Requester *requester);
/* It has said something: the lease begins anew. */
void requester_renew(Requester *requester);
/* Commands of it that are under way: its lease does not end before they have. */
void requester_use(Requester *requester, int difference);
unsigned requester_commands(const Requester *requester);
bool requester_is_idle(const Requester *requester);	/* it has neither commands nor links */

/* Calls opened when there is a session; failure: NULL, or why there is none. One that waits is not called any
 * more after requester_leave(). 0, or negative errno. */
typedef void (*RequesterOpened)(void *userdata, const Failure *failure);
int requester_open(Requester *requester, RequesterOpened opened, void *userdata);
void requester_leave(Requester *requester, void *userdata);

/* A call to the daemon that the session was opened at. path: NULL: of the session. 0 or negative errno. */
int requester_call_new(Requester *requester, sd_bus_message **ret, const char *path, const char *interface,
		       const char *member);
int requester_call(Requester *requester, sd_bus_slot **slot, sd_bus_message *m,
		   sd_bus_message_handler_t handler, void *userdata, uint64_t timeout_us);

/* NULL: it has none to that device. Valid until the loop goes on. */
RequesterLink *requester_link(const Requester *requester, const Addr *addr);
RequesterLink *requester_link_add(Requester *requester, const Addr *addr, const char *path);
/* The daemon opens it again when it is lost: that is told, and so is that it has. */
void requester_link_keep(Requester *requester, RequesterLink *link);
/* It has let go of the link: its notifications end. reason: as for requester_free(). */
void requester_link_drop(Requester *requester, const Addr *addr, const char *reason);
/* Whether the link is to stay though no command needs it. */
bool requester_link_stays(const Requester *requester, const RequesterLink *link);
