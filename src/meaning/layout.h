/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the values of the Bluetooth SIG's characteristics and descriptors hold, field by field: a table (its
 * GATT Specification Supplement), and what reads values by it. Numbers on air are little-endian. A value is
 * hostile: it may be shorter or longer than its layout, and then it is not shown by it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "meaning/uuid.h"
#include "util/error.h"
#include "util/macros.h"

typedef enum LayoutType {
	LAYOUT_END,		/* no more fields */
	LAYOUT_U8,
	LAYOUT_U16,
	LAYOUT_U24,
	LAYOUT_U32,
	LAYOUT_U40,
	LAYOUT_I8,
	LAYOUT_I16,
	LAYOUT_I24,
	LAYOUT_I32,
	LAYOUT_SFLOAT,		/* IEEE 11073-20601: 16 bits, decimal */
	LAYOUT_FLOAT,		/* the same in 32 bits */
	LAYOUT_VERSION,		/* U16 in binary coded decimals, 0xJJMN */
	LAYOUT_TIME,		/* Date Time, 7 bytes */
	LAYOUT_DATE,		/* the first four of them */
	LAYOUT_TEXT,		/* UTF-8, all that is left, up to a NUL */
	LAYOUT_BYTES,		/* all that is left */
	/* These take no bytes: they are of the last integer before. */
	LAYOUT_BITS,		/* some bits of it, as a number */
	LAYOUT_SET,		/* words for each bit of it that is 1 */
} LayoutType;

enum {
	LAYOUT_FLAGS = 1 << 0,		/* an integer on which it depends which fields follow; not shown */
	LAYOUT_HIDDEN = 1 << 1,		/* an integer that is shown by what follows only */
	LAYOUT_HEX = 1 << 2,		/* an integer that people write in hexadecimal */
	LAYOUT_REPEATED = 1 << 3,	/* as often as there are bytes for it; LAYOUT_SET always is */
	LAYOUT_OPTIONAL = 1 << 4,	/* may be left out at the end */
	LAYOUT_HAS_UNKNOWN = 1 << 5,	/* the number unknown stands for "not known" */
};

typedef struct LayoutField {
	const char *name;	/* a_b */
	LayoutType type;
	unsigned options;	/* LAYOUT_FLAGS … */
	/* the number is raw * multiplier * 10^exponent * 2^binary, in that unit; multiplier 0 is 1 */
	const char *unit;
	uint16_t multiplier;
	int8_t exponent;
	int8_t binary;		/* 0 or negative */
	int32_t unknown;
	/* the field is there where (flags & mask) == bits */
	uint32_t mask;
	uint32_t bits;
	uint8_t shift;		/* LAYOUT_BITS: the lowest, and how many */
	uint8_t width;
	const char *words;	/* "zero|one||three": what the numbers, or the bits, are called; or NULL */
	const char *(*name_of)(uint16_t number);	/* the same as a function; or NULL */
} LayoutField;

typedef struct Layout {
	uint16_t uuid;
	const LayoutField *fields;	/* ends with LAYOUT_END */
} Layout;

/* In ascending order of UUID. */
extern const Layout layouts[];
extern const size_t layout_count;

/* The layout of what has that UUID; NULL: none is known. */
const Layout *layout_find(const Uuid *uuid);

typedef enum LayoutKind {
	LAYOUT_IS_NUMBER,	/* number, decimals */
	LAYOUT_IS_WORD,		/* number, and text, which is ours */
	LAYOUT_IS_TEXT,		/* text; of LAYOUT_TEXT it is the device's: any bytes */
	LAYOUT_IS_BYTES,	/* text: the bytes */
	LAYOUT_IS_NONE,		/* there is no number; text says why */
} LayoutKind;

typedef struct LayoutValue {
	const LayoutField *field;
	LayoutKind kind;
	double number;
	unsigned decimals;	/* behind the point, as many as the field has */
	const char *text;	/* into the value, the table, or buffer */
	size_t length;
	char buffer[32];
} LayoutValue;

typedef struct LayoutIter {
	const LayoutField *field;	/* the next one */
	const uint8_t *bytes;
	size_t length;
	size_t offset;
	uint32_t flags;
	uint64_t last;		/* the integer that was read last */
	unsigned last_width;	/* its bits */
	unsigned bit;		/* the next of a LAYOUT_SET */
} LayoutIter;

/* bytes must outlive the iterator and what it returns. */
void layout_iter_init(LayoutIter *iter, const Layout *layout, const uint8_t *bytes, size_t length);

/* The next field that is there. False: there are no more, or no bytes for the next. ret must stay in place
 * as long as its text is used. */
bool layout_next(LayoutIter *iter, LayoutValue *ret);

/* 0 if the value has that layout; else E_INVALID_ARGUMENTS, and reason says what is too much or missing. */
int layout_check(const Layout *layout, const uint8_t *bytes, size_t length, Reason *reason);
