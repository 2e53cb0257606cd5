/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes of a peer: services, characteristics, descriptors, known by their handles, as BlueZ shows
 * them. What is done with them is in core/attr-op.h, who wants their notifications in core/listener.h.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/attr-op.h"
#include "core/broker.h"
#include "core/listener.h"
#include "meaning/constants.h"
#include "meaning/uuid.h"
#include "util/error.h"
#include "util/macros.h"

typedef enum AttrKind {
	ATTR_SERVICE,
	ATTR_CHARACTERISTIC,
	ATTR_DESCRIPTOR,
} AttrKind;

#define ATT_PAST_THE_END "0x07 the offset is past the end of the value"
#define ATT_WANTS_PAIRING "0x05 the device wants a paired or encrypted link; pair first (Connection1.Pair)"

struct Attr {
	Link *link;
	AttrKind kind;
	uint16_t handle;
	Attr *parent;		/* service of a characteristic, characteristic of a descriptor */
	unsigned parts;		/* those whose parent it is */
	/* mirrored */
	bool present;		/* BlueZ shows it now */
	Uuid uuid;
	bool primary;
	char **flags;		/* BlueZ's words */
	uint16_t mtu;		/* 0: not told */
	bool tells_handle;	/* it has the property Handle (since BlueZ 5.69) */
	/* ours */
	uint32_t properties;	/* PROP_ bits */
	GBytes *value;		/* what was read or notified here last, or NULL */
	GQueue ops;		/* AttrOp; the head may be running */
	GArray *subs;		/* AttrSub */
	GPtrArray *streams;	/* AttrStream */
	GQueue notified;	/* Notified: values of which subs and streams are still to be told */
	Task notify;		/* tells them, at the end of the turn */
	bool upstream;		/* BlueZ sends us its notifications */
	bool wants_pairing;	/* the device refused an operation for want of pairing */
	Session *claim;		/* who alone may write */
};

/* A new attribute, in its place in link->attrs (by handle, then kind). There must be no such one yet. */
Attr *attr_new(Link *link, AttrKind kind, uint16_t handle);
/* Ends all operations with E_DOES_NOT_EXIST. */
Attr *attr_free(Attr *attr);

Attr *attr_find(const Link *link, AttrKind kind, uint16_t handle);

/* From the edge: what BlueZ says of the attribute. */
/* handle: of its service or characteristic; no parent, if that is not known */
void attr_set_parent(Attr *attr, uint16_t handle);
void attr_set_uuid(Attr *attr, const Uuid *uuid);
void attr_set_primary(Attr *attr, bool primary);
void attr_set_flags(Attr *attr, char **flags);		/* owns them from now on */
void attr_set_mtu(Attr *attr, uint16_t mtu);
void attr_set_tells_handle(Attr *attr);

/* BlueZ showed a value that no read of ours gave: a notification, unless it is too long for one or nobody
 * here wants any. */
void attr_value(Attr *attr, GBytes *value, uint64_t now);

/* BlueZ shows the attribute; all that it says of it has been set. */
void attr_appeared(Attr *attr);
/* BlueZ does not show the attribute any more. It is freed, unless the link is down and either is recovered,
 * or the attribute has listeners, a claim, or parts that are kept. */
void attr_vanished(Attr *attr);

/* The link is lost: operations end with E_NOT_CONNECTED, or wait where the link is recovered. */
void attr_link_lost(Attr *attr);
/* The link is back: goes on with the queue, and subscribes again if BlueZ has forgotten that there are
 * listeners. */
void attr_restore(Attr *attr);

/* For attr-op.c: the value that was read or notified last; takes a reference. */
void attr_take_value(Attr *attr, GBytes *value);
