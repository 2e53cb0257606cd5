/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes of a Bed's links: callers that wait for an operation on one, and BlueZ's side, played by
 * the test. */
#pragma once

#include "bed-links.h"
#include "core/attr-op.h"
#include "core/attr.h"
#include "core/listener.h"

#define HANDLE 3	/* the handle of bed->attr */

typedef struct Asker {
	OpWait wait;
	unsigned called;
	int error;
	char text[256];
	char value[64];
	void (*then)(struct Asker *asker);	/* called when the answer comes; or NULL */
	Bed *bed;
	void *other;
} Asker;

/* As bed_init_radio(), and with bed->link; then the log is emptied. */
void bed_init_link(Bed *bed);

/* bed_show_attrs(): BlueZ shows bed->service and bed->attr. bed_attr(): it shows an attribute like this. */
Attr *bed_show_attrs(Bed *bed);
Attr *bed_attr(Link *link, AttrKind kind, uint16_t handle, Attr *parent, const char *flags);

/* These call core with an Asker that waits for the answer; bed_read() does so for the link's first holder. */
int bed_read(Attr *attr, uint16_t offset, Asker *asker);
int bed_read_for(Attr *attr, Session *session, uint16_t offset, Asker *asker);
int bed_write_at(Attr *attr, Session *session, OpKind kind, uint16_t offset, const void *value, size_t length,
		 Asker *asker);
int bed_write(Attr *attr, Session *session, OpKind kind, const char *value, Asker *asker);
int bed_add_stream(Attr *attr, AttrStream *stream, Asker *asker);
int bed_subscribe(Attr *attr, Session *session, const char *connection, Asker *asker);

/* Switches notifications of bed->attr on, for session a by connection :1.1. */
void bed_notify(Bed *bed);

/* The session's first subscription, or NULL: it has none. */
AttrSub *bed_sub(const Attr *attr, const Session *session);

/* The edge's answer to operation number n of those in bed->running. value: NULL for none. */
void bed_answer(Bed *bed, guint n, int error, const char *value);
void bed_value(Bed *bed, Attr *attr, const char *value);

/* Bytes charged to the user of sessions a and b (QUOTA_BYTES). */
uint64_t bed_charged(const Bed *bed);

/* bed_spend() charges all that is left of that user's quota, bed_earn() gives it back. */
void bed_spend(Bed *bed);
void bed_earn(Bed *bed);
