/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports as messages: a format is where they are published and what is in there. Pure. Nothing from the air
 * gets into a topic but addresses in hex. Topics and fields: bluebroker-mqtt.conf(5).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "meaning/addr.h"
#include "mqtt/heard.h"
#include "mqtt/names.h"

/* What all messages of a gateway share. */
typedef struct FormatContext {
	const char *prefix;	/* of our own topics; no '/' at its ends */
	const char *gateway;	/* the gateway's id; no '/' */
	const char *radio;	/* the radio's address, AA:BB:CC:DD:EE:FF */
	DeviceNames *names;	/* which have learned from the report, too */
} FormatContext;

/* What the formats share: the report's address as text, and a topic of its levels (which end with NULL). */
void format_address(const Heard *heard, char buffer[static ADDR_STRING_SIZE]);
const char *format_name(const FormatContext *context, const Heard *heard);	/* NULL: not known */
void format_topic(GString *topic, ...) G_GNUC_NULL_TERMINATED;

/* Each replaces what is in topic and payload. */

/* Everything a report has: <prefix>/<gateway>/report/<address>. */
void format_json(const FormatContext *context, const Heard *heard, GString *topic, GString *payload);

/* As Ruuvi's gateways do: ruuvi/<radio>/<address>. */
void format_ruuvi(const FormatContext *context, const Heard *heard, uint64_t now_us, GString *topic,
		  GString *payload);

/*
 * What Theengs decodes: home/<gateway>/BTtoMQTT/undecoded. A message for each service data of the report, or
 * one if it has none; index counts from 0. False: there is no message of that number, nor a later one. There
 * is none at all for a report with nothing to decode: neither service data nor manufacturer data nor a name.
 */
bool format_theengs(const FormatContext *context, const Heard *heard, unsigned index, GString *topic,
		    GString *payload);

/*
 * Several reports in a message, as the daemon's stream has them (bluebroker-stream.h), at
 * <prefix>/<gateway>/reports. The header says also what is to be added to the records' times.
 */
typedef struct FormatBinary {
	GByteArray *payload;	/* what has been taken; empty: nothing */
	unsigned count;
	int64_t to_unix;	/* of the first report */
} FormatBinary;

void format_binary_init(FormatBinary *binary);
void format_binary_clear(FormatBinary *binary);
/* Takes a report. False: it does not fit any more, or the clock was set meanwhile; publish first (an empty
 * one takes any report). length_max: bytes of payload. */
bool format_binary_add(FormatBinary *binary, const Heard *heard, size_t length_max);
void format_binary_topic(const FormatContext *context, GString *topic);
/* Empties it, after it has been published. */
void format_binary_restart(FormatBinary *binary);
