/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bed that a test of core lies in: a broker whose edges (bed-radio, bed-face) write down what is asked of
 * them, and a clock that the test moves by hand.
 */
#pragma once

#include <check.h>
#include <glib.h>

#include "addrs.h"
#include "core/broker-events.h"
#include "core/link.h"
#include "core/radios.h"
#include "core/sessions.h"
#include "unit.h"

typedef struct Bed {
	Broker *broker;
	Config config;
	RadioOps radio_ops;	/* the edges' ops; a test may set its own */
	FaceOps face_ops;
	Face face;
	uint64_t now;
	GString *log;		/* what was asked of the edges, a word each (bed-edges.h), in order */

	/* set up by bed_init_radio and bed_init_link */
	Radio *radio;
	Session *a, *b, *c;	/* private sessions 1 to 3, of uid 1, 1 and 2; connections :1.1 to :1.3 */
	Link *link;		/* to device 5, up, held by a and b; a has auto_reconnect */
	Attr *service, *attr;	/* attr: a characteristic that can do everything */
	uint64_t spent;		/* charged by bed_spend */

	/* toward the radio */
	LinkMirror devices[256];	/* what BlueZ knows, by the address's last byte */
	GPtrArray *running;		/* AttrOp that the edge has, in order */
	GPtrArray *adverts;		/* Advert: registered with BlueZ, and not unregistered */
	GPtrArray *services;		/* LocalService: likewise */
	bool slow;			/* a value counts as taken only with local_flow_taken */
	int reach_error;		/* result of notifying one of several subscribers */
	int antenna_result;
	unsigned owned;			/* how often link->ours was said to have changed */

	/* toward the programs */
	bool batches_pass;		/* what session_batch answers */
	unsigned batched;		/* reports taken by batches */
	unsigned radio_changes;		/* RadioChange bits told since the last look */
	unsigned link_changes;		/* LinkChange bits likewise */
	unsigned bonds_changed;
	GString *rows;			/* news of rows since the last look: "+bond5(five):all -client7/2:0,1" */
	unsigned shown;			/* services and attributes of ours that the programs were shown */
} Bed;

void bed_init(Bed *bed);

/* The Bed with a powered radio, hci0, and three sessions; then the log is emptied. */
void bed_init_radio(Bed *bed);

/* Ends the Bed. Checks that all that was asked of the edges has been undone. */
void bed_end(Bed *bed);

void bed_say(Bed *bed, const char *format, ...) PRINTF_LIKE(2, 3);

/* bed_expect() checks the log and empties it, bed_forget() only empties it. */
void bed_expect(Bed *bed, const char *log);
void bed_forget(Bed *bed);
void bed_expect_rows(Bed *bed, const char *rows);	/* checks those, and empties them */

/* bed_tick() runs the agenda once, bed_settle() until nothing more is due now: so each step of a test
 * ends. */
void bed_tick(Bed *bed);
void bed_settle(Bed *bed);
uint64_t bed_next(const Bed *bed);	/* when the agenda has to be run next */

/* Lets time pass, and runs the agenda whenever it is due meanwhile. */
void bed_pass(Bed *bed, uint64_t microseconds);

/* A radio appears as hci`index`; `last` is the last byte of its address. */
Radio *bed_radio(Bed *bed, uint8_t last, unsigned index, bool powered);
void bed_power(Bed *bed, Radio *radio, bool on);

Session *bed_session(Bed *bed, Radio *radio, uid_t uid, const char *owner);
int bed_start(Bed *bed, Session *session, int seconds);

void bed_report(Bed *bed, Radio *radio, const ReportInfo *info);
void bed_hear(Bed *bed, Radio *radio, uint16_t number);
