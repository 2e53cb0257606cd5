/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any scan filter on any reports, against a second matcher that is slow and simple: one loop a condition, and name
 * patterns by a table of all prefixes.
 *
 * The input: a byte with the most entries; a byte with the number of conditions, and these (see take_condition); then
 * reports until it ends (see take_report).
 */
#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "core/filter.h"
#include "core/glob.h"
#include "fuzz.h"
#include "meaning/ad.h"

#define CONDITIONS_MAX 24
#define NAME_MAX_BYTES 248

typedef enum Kind {
	ADDRESS,
	UUID,
	MANUFACTURER,
	ADV_TYPE,
	PATTERN,
	NAME,
	RSSI,
	PATHLOSS,
	SCAN_RESPONSES,
	KINDS,
} Kind;

typedef struct Condition {
	Kind kind;
	int number;		/* of those that are one */
	uint8_t start;		/* of a pattern */
	uint8_t ad_type;
	size_t length;
	uint8_t bytes[256];	/* address, UUID in full, pattern, name with a NUL */
} Condition;

typedef struct Input {
	const uint8_t *at;
	size_t left;
} Input;

static uint8_t take_byte(Input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

static size_t take_bytes(Input *in, uint8_t *to, size_t wanted)
{
	size_t length = wanted < in->left ? wanted : in->left;

	if (length > 0)
		memcpy(to, in->at, length);
	in->at += length;
	in->left -= length;
	return length;
}

static int take_number(Input *in)
{
	int low = take_byte(in);

	return low | take_byte(in) << 8;
}

/* Addresses differ in two bytes, so that some are met. */
static Addr take_address(Input *in)
{
	Addr addr = { .bytes = { 0xc0 } };

	addr.bytes[4] = take_byte(in);
	addr.bytes[5] = take_byte(in);
	return addr;
}

static int add_uuid(Filter *filter, Input *in, Condition *c)
{
	static const size_t widths[] = { 2, 4, 16 };
	uint8_t bytes[16] = { 0 };
	size_t width = widths[take_byte(in) % 3];
	Uuid uuid;

	take_bytes(in, bytes, width);
	PROMISE(uuid_from_bytes(bytes, width, &uuid) == 0);
	memcpy(c->bytes, uuid.bytes, 16);
	return filter_add_uuid(filter, &uuid);
}

static int add_pattern(Filter *filter, Input *in, Condition *c)
{
	size_t length;
	int r;

	c->start = take_byte(in);
	c->ad_type = take_byte(in);
	length = take_byte(in);
	memset(c->bytes, 0, sizeof(c->bytes));
	take_bytes(in, c->bytes, length);
	c->length = length;
	r = filter_add_pattern(filter, c->start, c->ad_type, c->bytes, length);
	PROMISE((r == -EINVAL) == (length == 0 || c->start + length > AD_FIELD_MAX));
	return r;
}

static int set_name(Filter *filter, Input *in, Condition *c)
{
	size_t length = take_byte(in);
	int r;

	c->length = take_bytes(in, c->bytes, length);
	c->bytes[c->length] = '\0';
	r = filter_set_name(filter, (const char *)c->bytes);
	PROMISE(r == (strlen((const char *)c->bytes) > NAME_MAX_BYTES ? -E2BIG : 0));
	return r;
}

/* Reads a condition and gives it to the filter; returns what the filter said. */
static int take_condition(Filter *filter, Input *in, Condition *c)
{
	Addr addr;

	c->kind = (Kind)(take_byte(in) % KINDS);
	switch (c->kind) {
	case ADDRESS:
		addr = take_address(in);
		memcpy(c->bytes, addr.bytes, sizeof(addr.bytes));
		return filter_add_address(filter, &addr);
	case UUID:
		return add_uuid(filter, in, c);
	case MANUFACTURER:
		c->number = take_number(in);
		return filter_add_manufacturer(filter, (uint16_t)c->number);
	case ADV_TYPE:
		c->number = take_byte(in);
		return filter_add_adv_type(filter, (uint8_t)c->number);
	case PATTERN:
		return add_pattern(filter, in, c);
	case NAME:
		return set_name(filter, in, c);
	case RSSI:
		c->number = (int16_t)take_number(in);
		filter_set_rssi(filter, (int16_t)c->number);
		return 0;
	case PATHLOSS:
		c->number = take_number(in);
		filter_set_pathloss(filter, (uint16_t)c->number);
		return 0;
	default:
		c->number = take_byte(in) & 1;
		filter_set_scan_responses(filter, c->number);
		return 0;
	}
}

static Report *take_report(Input *in)
{
	uint8_t data[AD_MAX];
	ReportInfo info = { .data = data };
	Report *report;

	info.addr = take_address(in);
	info.adv_type = take_byte(in);
	info.rssi = (int8_t)take_byte(in);
	info.tx_power = (int8_t)take_byte(in);
	info.length = take_bytes(in, data, (size_t)take_number(in) % (AD_MAX + 1));
	PROMISE(report_new(&report, &info) == 0);
	return report;
}

/* ---- the second matcher ---- */

/* One character of text, and past it. What is no UTF-8 is one byte long. */
static unsigned slow_char(const uint8_t *text, size_t length, size_t *at)
{
	for (size_t n = 1; n <= 4 && *at + n <= length; n++) {
		const char *start = (const char *)text + *at;

		if (text[*at] == 0 || g_utf8_validate(start, (gssize)n, NULL)) {
			*at += n;
			return text[*at - n] == 0 ? 0 : g_utf8_get_char(start);
		}
	}
	return 0x110000u + text[(*at)++];
}

static unsigned slow_quoted(const uint8_t *text, size_t length, size_t *at)
{
	if (text[*at] == '\\' && *at + 1 < length)
		(*at)++;
	return slow_char(text, length, at);
}

/* A set at pattern[at], which is past its [: where it ends (past the ]), or 0; and whether c is in it. */
static size_t slow_set(const uint8_t *pattern, size_t length, size_t at, unsigned c, bool *ret)
{
	bool negated = at < length && pattern[at] == '!', in = false;
	size_t first;

	at += negated;
	first = at;
	for (;;) {
		unsigned low, high;

		if (at >= length)
			return 0;
		if (pattern[at] == ']' && at > first)
			break;
		low = slow_quoted(pattern, length, &at);
		high = low;
		if (at + 1 < length && pattern[at] == '-' && pattern[at + 1] != ']') {
			at++;
			high = slow_quoted(pattern, length, &at);
		}
		in |= low <= c && c <= high;
	}
	*ret = in != negated;
	return at + 1;
}

/* reach[i]: the pattern up to here can have used up the first i characters of the text. */
static bool slow_glob(const uint8_t *pattern, size_t length, const uint8_t *text, size_t text_length)
{
	bool reach[256] = { true }, next[256];
	unsigned chars[256];
	size_t count = 0, at = 0;

	for (size_t i = 0; i < text_length;)
		chars[count++] = slow_char(text, text_length, &i);

	while (at < length) {
		size_t after = at;

		memset(next, 0, sizeof(next));
		if (pattern[at] == '*') {
			for (size_t i = 0; i <= count; i++)
				next[i] = reach[i] || (i > 0 && next[i - 1]);
			after = at + 1;
		} else {
			bool in = false, any = pattern[at] == '?', set = false;
			unsigned literal = 0;
			size_t past = pattern[at] == '[' ? slow_set(pattern, length, at + 1, 0, &in) : 0;

			if (past > 0) {
				set = true;
				after = past;
			} else {
				literal = slow_quoted(pattern, length, &after);
			}
			for (size_t i = 0; i < count; i++) {
				if (set)
					slow_set(pattern, length, at + 1, chars[i], &in);
				next[i + 1] = reach[i] && (set ? in : any || chars[i] == literal);
			}
		}
		memcpy(reach, next, sizeof(reach));
		at = after;
	}
	return reach[count];
}

static bool slow_field(const Condition *c, uint8_t type, const uint8_t *data, size_t length)
{
	static const uint8_t lists[] = { 0, 0, 2, 2, 4, 4, 16, 16 };
	size_t width = type < 8 ? lists[type] : type == 0x16 ? 2 : type == 0x20 ? 4 : type == 0x21 ? 16 : 0;

	switch (c->kind) {
	case UUID:
		for (size_t at = 0; width > 0 && at + width <= length && (type < 8 || at == 0); at += width) {
			Uuid uuid;

			PROMISE(uuid_from_air(data + at, width, &uuid) == 0);
			if (memcmp(uuid.bytes, c->bytes, 16) == 0)
				return true;
		}
		return false;
	case MANUFACTURER:
		return type == 0xff && length >= 2 && (data[0] | data[1] << 8) == c->number;
	case PATTERN:
		return type == c->ad_type && c->start + c->length <= length &&
		       memcmp(data + c->start, c->bytes, c->length) == 0;
	default:
		return false;
	}
}

/* The first complete name that is not empty, else the first shortened one. */
static bool slow_name(const Condition *c, const Report *report)
{
	const uint8_t *names[2] = { NULL, NULL };
	size_t lengths[2] = { 0, 0 };
	char *text;
	bool met;

	for (size_t at = 0; at < report->length && report->data[at] > 0;) {
		size_t length = report->data[at], is_short = report->data[at + 1] == 8;

		if (length > report->length - at - 1)
			break;
		if ((is_short || report->data[at + 1] == 9) && length > 1 && report->data[at + 2] && !names[is_short]) {
			names[is_short] = report->data + at + 2;
			lengths[is_short] = length - 1;
		}
		at += length + 1;
	}
	if (!names[0] && !names[1])
		return false;
	text = names[0] ? ad_name_text(names[0], lengths[0]) : ad_name_text(names[1], lengths[1]);
	met = slow_glob(c->bytes, strlen((const char *)c->bytes), (const uint8_t *)text, strlen(text));
	g_free(text);
	return met;
}

static bool slow_condition(const Condition *c, const Report *report)
{
	int power = report->tx_power;

	switch (c->kind) {
	case ADDRESS:
		return memcmp(report->addr.bytes, c->bytes, 6) == 0;
	case ADV_TYPE:
		return report->adv_type == c->number;
	case RSSI:
		return report->rssi != RSSI_UNKNOWN && report->rssi >= c->number;
	case SCAN_RESPONSES:
		return c->number || report->adv_type != ADV_SCAN_RESPONSE;
	case NAME:
		return slow_name(c, report);
	default:
		break;
	}

	for (size_t at = 0; at < report->length && report->data[at] > 0;) {
		size_t length = report->data[at];

		if (length > report->length - at - 1)
			break;
		if (slow_field(c, report->data[at + 1], report->data + at + 2, length - 1))
			return true;
		if (report->data[at + 1] == 0x0a && length > 1 && power == TX_POWER_UNKNOWN && c->kind == PATHLOSS) {
			power = (int8_t)report->data[at + 2];
			return report->rssi != RSSI_UNKNOWN && power - report->rssi <= c->number;
		}
		at += length + 1;
	}
	return c->kind == PATHLOSS && power != TX_POWER_UNKNOWN && report->rssi != RSSI_UNKNOWN &&
	       power - report->rssi <= c->number;
}

/* A kind with several conditions needs one of them, except where setting it again replaces it. */
static bool slow_match(const Condition *conditions, size_t count, const Report *report)
{
	for (int kind = 0; kind < KINDS; kind++) {
		bool there = false, met = false;

		for (size_t i = 0; i < count; i++) {
			if ((int)conditions[i].kind != kind)
				continue;
			if (kind >= NAME)
				met = false;
			there = true;
			met |= slow_condition(&conditions[i], report);
		}
		if (there && !met)
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Condition conditions[CONDITIONS_MAX];
	Input in = { data, size };
	size_t most = take_byte(&in), wanted = take_byte(&in), count = 0, entries = 0, before;
	Filter *filter;

	filter = filter_new(most);
	for (size_t i = 0; i < wanted && count < CONDITIONS_MAX; i++) {
		Condition *c = &conditions[count];
		int r;

		before = filter_size(filter);
		memset(c, 0, sizeof(*c));
		r = take_condition(filter, &in, c);
		if (c->kind < NAME && r != -EINVAL)
			PROMISE(r == (entries < most ? 0 : -EDQUOT));
		if (r != 0) {
			PROMISE(filter_size(filter) == before);
			continue;
		}
		entries += c->kind < NAME;
		count++;
	}
	while (in.left > 0) {
		Report *report = take_report(&in);

		PROMISE(filter_match(filter, report, NULL) == slow_match(conditions, count, report));
		report_unref(report);
	}
	filter_free(filter);
	return 0;
}
