/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads values by their layouts. */
#include "meaning/layout.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a field; 0: as many as there are, or none. */
static size_t field_width(const LayoutField *field)
{
	static const uint8_t widths[] = {
		[LAYOUT_U8] = 1, [LAYOUT_U16] = 2, [LAYOUT_U24] = 3, [LAYOUT_U32] = 4, [LAYOUT_U40] = 5,
		[LAYOUT_I8] = 1, [LAYOUT_I16] = 2, [LAYOUT_I24] = 3, [LAYOUT_I32] = 4,
		[LAYOUT_SFLOAT] = 2, [LAYOUT_FLOAT] = 4, [LAYOUT_VERSION] = 2,
		[LAYOUT_TIME] = 7, [LAYOUT_DATE] = 4, [LAYOUT_SET] = 0,
	};

	return widths[field->type];
}

static bool takes_rest(const LayoutField *field)
{
	return field->type == LAYOUT_TEXT || field->type == LAYOUT_BYTES;
}

static int compare_uuids(const void *key, const void *row)
{
	return (int)*(const uint16_t *)key - (int)((const Layout *)row)->uuid;
}

const Layout *layout_find(const Uuid *uuid)
{
	uint32_t number;
	uint16_t key;

	if (!uuid_short(uuid, &number) || number > UINT16_MAX)
		return NULL;
	key = (uint16_t)number;
	return bsearch(&key, layouts, layout_count, sizeof(*layouts), compare_uuids);
}

void layout_iter_init(LayoutIter *iter, const Layout *layout, const uint8_t *bytes, size_t length)
{
	*iter = (LayoutIter){ .field = layout->fields, .bytes = bytes, .length = length };
}

/* --- numbers --- */

static uint64_t read_le(const uint8_t *at, size_t width)
{
	uint64_t value = 0;

	while (width-- > 0)
		value = value << 8 | at[width];
	return value;
}

/* The lowest bits of raw, as a number with a sign. */
static int64_t sign(uint64_t raw, unsigned bits)
{
	const uint64_t top = UINT64_C(1) << (bits - 1);

	raw &= (top << 1) - 1;
	return raw & top ? (int64_t)raw - (int64_t)(top << 1) : (int64_t)raw;
}

/* Divides rather than multiplies by a fraction, so that 365 * 10^-1 is the double that is nearest to 36.5. */
static double scale(double number, int exponent)
{
	double power = 1;

	for (int i = 0; i < abs(exponent); i++)
		power *= 10;
	return exponent < 0 ? number / power : number * power;
}

static void set_text(LayoutValue *ret, LayoutKind kind, const char *text)
{
	ret->kind = kind;
	ret->text = text;
	ret->length = strlen(text);
}

/* The word for a number in "zero|one||three". False: it has none. */
static bool find_word(const char *words, uint64_t number, LayoutValue *ret)
{
	for (; number > 0; number--) {
		words = strchr(words, '|');
		if (!words)
			return false;
		words++;
	}
	ret->text = words;
	ret->length = strcspn(words, "|");
	return ret->length > 0;
}

static void set_integer(LayoutValue *ret, int64_t raw)
{
	const LayoutField *field = ret->field;
	const int exponent = field->exponent;

	ret->kind = LAYOUT_IS_NUMBER;
	ret->number = scale((double)raw * (field->multiplier > 0 ? field->multiplier : 1), exponent) /
		      (double)(UINT64_C(1) << -field->binary);
	ret->decimals = (unsigned)MAX(MIN(-field->binary, 3), MAX(0, -exponent));
	if (field->options & LAYOUT_HAS_UNKNOWN && raw == field->unknown) {
		set_text(ret, LAYOUT_IS_NONE, "unknown");
	} else if (field->options & LAYOUT_HEX) {
		snprintf(ret->buffer, sizeof(ret->buffer), "0x%0*llx", 2 * (int)field_width(field),
			 (unsigned long long)raw);
		set_text(ret, LAYOUT_IS_TEXT, ret->buffer);
	} else if (field->name_of && field->name_of((uint16_t)raw)) {
		set_text(ret, LAYOUT_IS_WORD, field->name_of((uint16_t)raw));
	} else if (field->words && raw >= 0 && find_word(field->words, (uint64_t)raw, ret)) {
		ret->kind = LAYOUT_IS_WORD;
	}
}

/* A decimal number: exponent and mantissa with a sign each. Five of the mantissas are none. */
static void set_decimal(LayoutValue *ret, uint64_t raw, unsigned bits)
{
	const int64_t least = -(INT64_C(1) << (bits - 1));
	const int64_t mantissa = sign(raw, bits);
	const int exponent = (int)sign(raw >> bits, bits == 12 ? 4 : 8);

	ret->kind = LAYOUT_IS_NUMBER;
	ret->number = scale((double)mantissa, exponent);
	ret->decimals = (unsigned)MAX(0, -exponent);
	if (exponent != 0)
		return;
	if (mantissa == -least - 1)
		set_text(ret, LAYOUT_IS_NONE, "not a number");
	else if (mantissa == least)
		set_text(ret, LAYOUT_IS_NONE, "not at this resolution");
	else if (mantissa == -least - 2)
		set_text(ret, LAYOUT_IS_NONE, "infinity");
	else if (mantissa == least + 2)
		set_text(ret, LAYOUT_IS_NONE, "-infinity");
	else if (mantissa == least + 1)
		set_text(ret, LAYOUT_IS_NONE, "reserved");
}

/* --- what else there is --- */

/* Parts that are not known are 0, and are shown as that. */
static void set_time(LayoutValue *ret, const uint8_t *at, bool date_only)
{
	const size_t size = sizeof(ret->buffer);
	int n = snprintf(ret->buffer, size, "%04u-%02u-%02u", (unsigned)read_le(at, 2), at[2], at[3]);

	if (!date_only)
		snprintf(ret->buffer + n, size - (size_t)n, "T%02u:%02u:%02u", at[4], at[5], at[6]);
	set_text(ret, LAYOUT_IS_TEXT, ret->buffer);
}

static void set_rest(LayoutIter *iter, LayoutValue *ret)
{
	ret->kind = ret->field->type == LAYOUT_TEXT ? LAYOUT_IS_TEXT : LAYOUT_IS_BYTES;
	/* an empty value may have no address */
	ret->text = iter->length > 0 ? (const char *)iter->bytes + iter->offset : "";
	ret->length = iter->length - iter->offset;
	if (ret->kind == LAYOUT_IS_TEXT)
		ret->length = strnlen(ret->text, ret->length);
	iter->offset = iter->length;
}

/* The next bit of the last integer that is 1. False: there is none any more. */
static bool next_bit(LayoutIter *iter, LayoutValue *ret)
{
	while (iter->bit < iter->last_width && !(iter->last >> iter->bit & 1))
		iter->bit++;
	if (iter->bit == iter->last_width)
		return false;
	ret->kind = LAYOUT_IS_WORD;
	ret->number = iter->bit;
	if (!find_word(ret->field->words, iter->bit, ret)) {
		snprintf(ret->buffer, sizeof(ret->buffer), "bit %u", iter->bit);
		set_text(ret, LAYOUT_IS_WORD, ret->buffer);
	}
	iter->bit++;
	return true;
}

/* Reads the field, whose bytes are there. False: it is not shown. */
static bool read_field(LayoutIter *iter, LayoutValue *ret)
{
	const LayoutField *field = ret->field;
	const size_t width = field_width(field);
	const uint8_t *at = width > 0 ? iter->bytes + iter->offset : NULL;
	const uint64_t raw = width <= 5 ? read_le(at, width) : 0;

	iter->offset += width;
	if (field->options & LAYOUT_FLAGS)
		iter->flags = (uint32_t)raw;
	switch (field->type) {
	case LAYOUT_SFLOAT:
		set_decimal(ret, raw, 12);
		return true;
	case LAYOUT_FLOAT:
		set_decimal(ret, raw, 24);
		return true;
	case LAYOUT_VERSION:
		snprintf(ret->buffer, sizeof(ret->buffer), "%x.%x.%x", (unsigned)raw >> 8,
			 (unsigned)raw >> 4 & 0xf, (unsigned)raw & 0xf);
		set_text(ret, LAYOUT_IS_TEXT, ret->buffer);
		return true;
	case LAYOUT_TIME:
	case LAYOUT_DATE:
		set_time(ret, at, field->type == LAYOUT_DATE);
		return true;
	case LAYOUT_TEXT:
	case LAYOUT_BYTES:
		set_rest(iter, ret);
		return true;
	case LAYOUT_BITS:
		set_integer(ret, (int64_t)(iter->last >> field->shift & ((UINT64_C(1) << field->width) - 1)));
		return true;
	case LAYOUT_SET:
		return false;
	default:
		break;
	}
	iter->last = raw;
	iter->last_width = 8 * (unsigned)width;
	iter->bit = 0;
	set_integer(ret, field->type >= LAYOUT_I8 && field->type <= LAYOUT_I32 ?
				 sign(raw, 8 * (unsigned)width) : (int64_t)raw);
	return !(field->options & (LAYOUT_FLAGS | LAYOUT_HIDDEN));
}

/* Whether there is something of the field, or should be. */
static bool is_there(const LayoutIter *iter)
{
	const LayoutField *field = iter->field;
	const bool at_end = iter->offset == iter->length;

	if ((iter->flags & field->mask) != field->bits)
		return false;
	return field->type == LAYOUT_SET || !at_end ||
	       !(field->options & (LAYOUT_REPEATED | LAYOUT_OPTIONAL));
}

bool layout_next(LayoutIter *iter, LayoutValue *ret)
{
	while (iter->field->type != LAYOUT_END) {
		*ret = (LayoutValue){ .field = iter->field };
		if (!is_there(iter)) {
			iter->field++;
			continue;
		}
		if (iter->field->type == LAYOUT_SET) {
			if (next_bit(iter, ret))
				return true;
			iter->field++;
			continue;
		}
		if (!takes_rest(iter->field) && iter->length - iter->offset < field_width(iter->field))
			return false;
		if (!(iter->field->options & LAYOUT_REPEATED))
			iter->field++;
		if (read_field(iter, ret))
			return true;
	}
	return false;
}

int layout_check(const Layout *layout, const uint8_t *bytes, size_t length, Reason *reason)
{
	LayoutValue value;
	LayoutIter iter;
	size_t left;

	layout_iter_init(&iter, layout, bytes, length);
	while (layout_next(&iter, &value))
		;
	left = length - iter.offset;
	if (iter.field->type != LAYOUT_END)
		return reason_set(reason, E_INVALID_ARGUMENTS, "too short, ends in %s", iter.field->name);
	if (left > 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%zu byte%s too long", left,
				  left == 1 ? "" : "s");
	return 0;
}
