/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a Bed's links: who waits for what is done with one, and BlueZ's side by hand. */
#pragma once

#include "bed-links.h"
#include "core/attr-op.h"
#include "core/attr.h"
#include "core/listener.h"

#define HANDLE 3	/* of bed->attr */

typedef struct Asker {
	OpWait wait;
	unsigned called;
	int error;
	char text[256];
	char value[64];
	void (*then)(struct Asker *asker);	/* what it does when told */
	Bed *bed;
	void *other;
} Asker;

/* As bed_init_radio, with the link; the log is empty after it. */
void bed_init_link(Bed *bed);

/* BlueZ shows the service and the characteristic, and what is given. */
Attr *bed_show_attrs(Bed *bed);
Attr *bed_attr(Link *link, AttrKind kind, uint16_t handle, Attr *parent, const char *flags);

/* For the link's first holder. */
int bed_read(Attr *attr, uint16_t offset, Asker *asker);
int bed_read_for(Attr *attr, Session *session, uint16_t offset, Asker *asker);
int bed_write_at(Attr *attr, Session *session, OpKind kind, uint16_t offset, const void *value, size_t length,
		 Asker *asker);
int bed_write(Attr *attr, Session *session, OpKind kind, const char *value, Asker *asker);
int bed_add_stream(Attr *attr, AttrStream *stream, Asker *asker);
int bed_subscribe(Attr *attr, Session *session, const char *connection, Asker *asker);

/* Notifications of bed->attr are on for session a by :1.1. */
void bed_notify(Bed *bed);

/* The session's first subscription, or NULL. */
AttrSub *bed_sub(const Attr *attr, const Session *session);

/* The edge's answer to what it was given as number n of those that it still has. */
void bed_answer(Bed *bed, guint n, int error, const char *value);
void bed_value(Bed *bed, Attr *attr, const char *value);

/* What the user of a and b pays for, beside streams and the like. */
uint64_t bed_charged(const Bed *bed);

/* Nothing is left to that user; it is again. */
void bed_spend(Bed *bed);
void bed_earn(Bed *bed);
