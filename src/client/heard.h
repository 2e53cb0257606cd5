/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One advertising report as the daemon streams it (bluebroker-stream.h), and how it is printed. */
#pragma once

#include <bluebroker-stream.h>
#include <glib.h>
#include <stdbool.h>

#include "meaning/addr.h"
#include "util/macros.h"

typedef struct Heard {
	uint64_t time;		/* CLOCK_BOOTTIME, microseconds */
	uint64_t sequence;
	char address[ADDR_STRING_SIZE];
	uint8_t addr_type;
	uint8_t adv_type;
	int16_t rssi;		/* dBm; RSSI_UNKNOWN */
	const uint8_t *data;
	size_t length;
	int8_t tx_power;	/* dBm; TX_POWER_UNKNOWN */
	uint8_t primary_phy;	/* 0: not told */
	uint8_t secondary_phy;
	uint8_t sid;		/* SID_NONE */
	uint8_t flags;		/* BB_STREAM_EXTENDED and so on */
} Heard;

/* heard->data points into the report's datagram, which must outlive it. */
void heard_init(Heard *heard, const bb_stream_report *report);

/* Appends the device's name, made safe for a terminal; nothing if the report has none. */
void heard_append_name(GString *out, const Heard *heard);

typedef struct HeardStyle {
	bool raw;		/* bytes instead of their meaning */
	int64_t wall_offset;	/* wall clock - CLOCK_BOOTTIME, microseconds */
	uint64_t lost;		/* so far */
} HeardStyle;

/* Each appends one line with its newline. */
void heard_append_line(GString *out, const Heard *heard, const HeardStyle *style);
void heard_append_json(GString *out, const Heard *heard, const HeardStyle *style);
