/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices that a scan has met: the rows behind the live table, SEEN_MAX at most. */
#pragma once

#include <glib.h>

#include "client/heard.h"
#include "client/pace.h"

#define SEEN_MAX 10000
#define SEEN_STALE_SECONDS 10	/* not heard for this long: the row sinks to the end of the table */

typedef struct SeenRow {
	char address[ADDR_STRING_SIZE];
	uint8_t addr_type;
	int16_t rssi;		/* of the last report; RSSI_UNKNOWN */
	double level;		/* smoothed, dBm */
	double rank;		/* follows level in steps, so that rows do not change places all the time */
	uint64_t last;		/* CLOCK_BOOTTIME, microseconds */
	uint64_t count;
	char *name;		/* fit for a terminal; NULL: none told yet */
	GByteArray *data;	/* last advertisement */
	GByteArray *response;	/* last scan response */
	Pace *pace;		/* NULL: not kept */
	unsigned run;		/* of reports without a gap in which the last one was */
} SeenRow;

typedef struct Seen Seen;

Seen *seen_new(void);
void seen_free(Seen *seen);

/* From now on each row has its pace. */
void seen_keep_pace(Seen *seen);

void seen_note(Seen *seen, const Heard *heard);
/* The radio did not scan for a while: what was not heard meanwhile says nothing about the devices. */
void seen_interrupt(Seen *seen);

unsigned seen_rows(const Seen *seen);

/* Appends how often the device advertised, as an object on a line. lost: reports of the whole scan. */
void seen_row_append_json(GString *out, const SeenRow *row, uint64_t lost);

/* Number of devices met, including those that had to be forgotten. */
uint64_t seen_devices(const Seen *seen);

/* The rows in the order of the table: the strongest first, stale ones last. Valid until the next call of
 * seen_note() or seen_sorted(). */
GPtrArray *seen_sorted(Seen *seen, uint64_t now);

bool seen_row_stale(const SeenRow *row, uint64_t now);
