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
	/* mirrored */
	bool present;		/* BlueZ shows it now */
	Uuid uuid;
	bool primary;
	char **flags;		/* BlueZ's words */
	uint16_t mtu;		/* 0: not told */
	/* ours */
	uint32_t properties;	/* PROP_ bits */
	GBytes *value;		/* what was read or notified here last, or NULL */
	GQueue ops;		/* AttrOp; the head may be running */
	GArray *subs;		/* AttrSub */
	GPtrArray *streams;	/* AttrStream */
	GQueue notified;	/* Notified: values that those two are to be told of, */
	Task notify;		/* at the end of the turn */
	bool upstream;		/* BlueZ sends us its notifications */
	bool wants_pairing;	/* it was refused for want of one */
	Session *claim;		/* who alone may write */
};

/* In link->attrs, by handle and kind. */
Attr *attr_new(Link *link, AttrKind kind, uint16_t handle);
/* Ends all operations with E_DOES_NOT_EXIST. */
Attr *attr_free(Attr *attr);

Attr *attr_find(const Link *link, AttrKind kind, uint16_t handle);

/* From the edge: what BlueZ says of it. */
/* of its service or characteristic; none, if that is not known */
void attr_set_parent(Attr *attr, uint16_t handle);
void attr_set_uuid(Attr *attr, const Uuid *uuid);
void attr_set_primary(Attr *attr, bool primary);
void attr_set_flags(Attr *attr, char **flags);		/* takes them over */
void attr_set_mtu(Attr *attr, uint16_t mtu);

/* BlueZ showed a value that no read of ours gave: a notification, unless it is too long for one or nobody
 * here wants any. */
void attr_value(Attr *attr, GBytes *value, uint64_t now);

/* BlueZ shows it, with all that it says of it. */
void attr_appeared(Attr *attr);
/* BlueZ does not show it any more. It goes, unless the link is down and somebody still wants its
 * notifications, or has a claim on it or on a part of it. */
void attr_vanished(Attr *attr);

/* The link is gone, or back: what was under way ends with E_NOT_CONNECTED; notifications are asked for again
 * if BlueZ forgot them. */
void attr_link_lost(Attr *attr);
void attr_restore(Attr *attr);

/* For attr-op.c: what it is known to be now. */
void attr_take_value(Attr *attr, GBytes *value);
