/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an AD structure says: its bytes taken apart, not yet printed. */
#pragma once

#include <stdbool.h>

#include "meaning/ad.h"
#include "meaning/beacon.h"
#include "util/macros.h"

typedef enum DecodedKind {
	DECODED_BYTES,		/* a type that is not taken apart here, or too short for its type */
	DECODED_FLAGS,		/* number */
	DECODED_UUIDS,		/* walk them with ad_field_next_uuid() or decode_next_uuid() */
	DECODED_NAME,		/* rest: the text, up to the first NUL */
	DECODED_TX_POWER,	/* dbm */
	DECODED_CLASS,		/* number */
	DECODED_APPEARANCE,	/* number */
	DECODED_INTERVAL,	/* number: units of 0.625 ms */
	DECODED_CONN_INTERVALS,	/* number, number2: units of 1.25 ms; 0xffff: none */
	DECODED_URI,		/* number: the scheme's code point, rest: what follows */
	DECODED_SERVICE_DATA,	/* uuid, rest, beacon */
	DECODED_MANUFACTURER,	/* number: company, rest, beacon */
} DecodedKind;

typedef struct Decoded {
	AdField field;
	DecodedKind kind;
	bool malformed;		/* the length does not fit the type */
	uint32_t number;
	uint32_t number2;
	int8_t dbm;
	Uuid uuid;
	const uint8_t *rest;
	size_t rest_length;
	Beacon beacon;
} Decoded;

/* Takes the structure apart. ret points into the field's bytes, which must outlive it. */
void decode_field(const AdField *field, Decoded *ret);

/* Walks the UUIDs of a DECODED_UUIDS: service UUIDs, or solicited ones. *position starts at 0; false after
 * the last. */
bool decode_next_uuid(const Decoded *decoded, size_t *position, Uuid *ret);

typedef enum DecodeEndKind {
	END_CLEAN,		/* the structures fill the data */
	END_PADDING,		/* zeros follow */
	END_TERMINATED,		/* a zero length byte, and then bytes that are not all zero */
	END_TRUNCATED,		/* a structure that says it is longer than what is left */
} DecodeEndKind;

/* How the data ends, and where that tail begins. */
typedef struct DecodeEnd {
	DecodeEndKind kind;
	size_t offset;
	unsigned claimed;	/* END_TRUNCATED: bytes that should follow the length byte */
	size_t left;		/* END_TRUNCATED: bytes that do follow it */
} DecodeEnd;

DecodeEnd decode_end(const uint8_t *data, size_t length);
