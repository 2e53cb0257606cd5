/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program is still to be told of its tree, in order: it does not read as fast as things happen, or
 * its list of objects is being written. Only what and where: the words are made when they are sent, of what
 * is so by then. Charged to the program's user; at the limit the program is cut off.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/charge.h"

typedef struct Iface Iface;
typedef struct Place Place;
typedef struct Program Program;

typedef enum NewsKind {
	NEWS_ADDED,
	NEWS_REMOVED,
	NEWS_IFACE_ADDED,
	NEWS_IFACE_REMOVED,
	NEWS_CHANGED,
	NEWS_VALUE,		/* a notified value */
} NewsKind;

typedef struct News {
	NewsKind kind;
	char *path;
	unsigned place;		/* PlaceKind */
	const Iface *iface;	/* NULL: all of the place's */
	uint32_t rows;		/* of properties, bits */
	GBytes *value;
} News;

typedef struct Outbox {
	GQueue news;		/* News */
	Charge charge;
	unsigned held;		/* how many lists are being written: nothing goes out meanwhile */
} Outbox;

/* For tree.c. Whether something has to wait: then outbox_push is to be called instead of telling it. */
bool outbox_must_wait(const Program *program);
/* Takes value's reference. */
void outbox_push(Program *program, NewsKind kind, const Place *place, const char *path, const Iface *iface,
		 uint32_t rows, GBytes *value);

/* A list is being written; is there, or will not be. */
void outbox_hold(Program *program);
void outbox_release(Program *program);
/* Tells what can be told now. */
void outbox_flush(Program *program);
void outbox_clear(Program *program);
