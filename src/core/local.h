/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The services that programs offer to peers: a session's services, their characteristics and descriptors.
 * Each service is registered with BlueZ by itself, so that adding, or removing it disturbs no other, unless
 * it is of a group (core/local-group).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/broker.h"
#include "core/charge.h"
#include "core/peripheral.h"
#include "core/wait.h"
#include "meaning/constants.h"
#include "meaning/uuid.h"
#include "util/error.h"
#include "util/macros.h"

#define LOCAL_CHARS_MAX 1000		/* nbr_chars */
/* ms, whatever read_timeout says: after 5 s bluetoothd answers with an error */
#define LOCAL_READ_WAIT_MAX 4500

typedef enum LocalKind {
	LOCAL_CHARACTERISTIC,
	LOCAL_DESCRIPTOR,
} LocalKind;

typedef enum LocalState {
	LOCAL_DOWN,
	LOCAL_REGISTERING,
	LOCAL_UP,
} LocalState;

struct LocalService {
	Peripheral *peripheral;
	Session *session;
	Charge charge;
	unsigned number;	/* S of serviceS */
	Uuid uuid;
	bool primary;
	bool start;		/* it is shown by itself once all nbr_chars are there */
	uint16_t nbr_chars;
	GPtrArray *attrs;	/* LocalAttr: each characteristic with its descriptors behind it */
	unsigned chars;		/* characteristics so far */
	GPtrArray *group;	/* LocalService: of core/local-group; NULL: it is registered by itself */
	GPtrArray *includes;	/* LocalService: to which it refers; NULL: none */
	bool wanted;		/* it is to be visible to peers */
	uint16_t handle;	/* where BlueZ put it last; 0: not told, or it has changed since */
	LocalState state;
	bool stale;		/* it has parts that BlueZ was not told of */
	uint64_t due;		/* when to register it; USEC_NEVER: no time was set */
	/* who waits until it is visible; told E_NOT_READY if it was stopped, or the radio went away */
	WaitLine waits;
	bool ending;		/* it is being removed bit by bit, and waits are for that */
	Task removal;
	void *edge;		/* the edge's own */
};

/* A bus connection that wants an attribute's signals. */
typedef struct LocalListener {
	char *connection;
	Charge charge;
	uint32_t triggers;	/* EVENT_CHAR_… */
} LocalListener;

struct LocalAttr {
	LocalService *service;
	LocalKind kind;
	Charge charge;		/* QUOTA_ATTRIBUTES */
	Charge bytes;		/* its memory */
	unsigned number;	/* C of charC, D of descD */
	LocalAttr *parent;	/* a descriptor's characteristic; NULL: it is a characteristic */
	unsigned descriptors;	/* so far */
	Uuid uuid;
	uint32_t properties;	/* PROP_ bits */
	uint32_t permissions;	/* PERM_ bits */
	uint32_t read_timeout_ms;
	/* the program is asked for each value, and whether it takes one: none is stored */
	bool asks;
	char **flags;		/* BlueZ's, as the program gave them; NULL: by properties and permissions */
	GBytes *value;
	GArray *subscribers;	/* LocalSubscriber */
	uint32_t events;	/* EVENT_CHAR_… since Events was read */
	GArray *listeners;	/* LocalListener */
	WaitLine reads;		/* LocalRead, oldest first */
	WaitLine writes;	/* LocalWrite, likewise */
};

/* What a program says of a characteristic or descriptor. */
typedef struct LocalOptions {
	uint32_t properties;
	uint32_t permissions;
	GBytes *value;		/* borrowed; NULL: empty */
	uint32_t read_timeout_ms;
	bool asks;		/* as LocalAttr's */
	char **flags;		/* copied; or NULL */
} LocalOptions;

/* Default options; peers need encryption if the session has a pin (as in Pycom's class) or is secure. */
LocalOptions local_options(const Session *session, LocalKind kind);

/* E_LIMIT_REACHED (attributes of the user), E_INVALID_ARGUMENTS (nbr_chars), E_NOT_SUPPORTED (uuid). */
int local_service_new(Session *session, const Uuid *uuid, bool primary, uint16_t nbr_chars, bool start,
		      LocalService **ret, Reason *reason);

/* parent NULL: a characteristic; else a descriptor of it. A service that is visible is registered anew.
 * E_LIMIT_REACHED (attributes or memory of the user; nbr_chars), E_INVALID_ARGUMENTS, E_NOT_SUPPORTED
 * (uuid). */
int local_attr_new(LocalService *service, LocalAttr *parent, const Uuid *uuid, const LocalOptions *options,
		   uint64_t now, LocalAttr **ret, Reason *reason);

/* Shows the service to peers: 0 if it is visible already, 1 if wait's done will be called, or what
 * radio_ready says. */
int local_service_start(LocalService *service, Wait *wait, uint64_t now, Reason *reason);
void local_service_stop(LocalService *service);

LocalService *local_service_find(const Session *session, unsigned number);
/* The next service from the i-th on that is offered to peers (not one that waits for its parts, or is
 * stopped); i moves behind it. NULL: there is none. */
const LocalService *local_service_offered(const Peripheral *peripheral, guint *i);
LocalAttr *local_attr_find(const LocalService *service, LocalKind kind, unsigned characteristic,
			   unsigned descriptor);

/* The answer to ops->local_register: 0, -EAGAIN if another try may help, or an error. */
void local_registered(LocalService *service, int error, const Reason *reason, uint64_t now);
/* The same where bluetoothd has read the service and refused it: if the service asked for its former handle,
 * it is first tried again with any handle. */
void local_refused(LocalService *service, int error, const Reason *reason, uint64_t now);
/* BlueZ has put the service at that handle: it asks for the same one when it is registered anew. */
void local_placed(LocalService *service, uint16_t handle);

/* For local-removal.c: BlueZ is to show it no more. */
void local_service_unregister(LocalService *service);

/* For peripheral.c. */
/* returns when something is due next */
uint64_t local_service_settle(LocalService *service, uint64_t now);
void local_service_forgotten(LocalService *service);	/* the radio or bluetoothd is gone */
