/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shell-style patterns. Where the text does not match, only the last * that was met is tried again, with one
 * character more: whatever an earlier * could take, the last one can take as well. So each character of the
 * text starts at most one new walk over the pattern.
 */
#include "core/glob.h"

#include <string.h>

/* A byte that is not valid UTF-8 counts as a character of its own, above all real ones. */
#define BAD_BYTE(byte) (0x110000u + (byte))

typedef struct Pattern {
	const char *at;
	const char *end;
	/* no [ from here on is closed by a ]; NULL: not known. Remembered, as each walk would search again */
	const char *unclosed;
} Pattern;

/* Takes one character off the front. */
static uint32_t take_char(const char **at, const char *end)
{
	static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t *bytes = (const uint8_t *)*at;
	uint32_t value = bytes[0];
	size_t more;

	(*at)++;
	if (value < 0x80)
		return value;
	if (value >= 0xc2 && value <= 0xdf)
		more = 1;
	else if (value >= 0xe0 && value <= 0xef)
		more = 2;
	else if (value >= 0xf0 && value <= 0xf4)
		more = 3;
	else
		return BAD_BYTE(bytes[0]);

	if ((size_t)(end - *at) < more)
		return BAD_BYTE(bytes[0]);
	value &= 0x3fu >> more;
	for (size_t i = 1; i <= more; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return BAD_BYTE(bytes[0]);
		value = value << 6 | (bytes[i] & 0x3f);
	}
	if (value < smallest[more] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return BAD_BYTE(bytes[0]);
	*at += more;
	return value;
}

/* The same in a pattern, where \ makes the next character plain. */
static uint32_t take_quoted(const char **at, const char *end)
{
	if (**at == '\\' && *at + 1 < end)
		(*at)++;
	return take_char(at, end);
}

/* *ret: whether c is in the set; *at: just behind its [, moved past its ]. False: the set is not closed. */
static bool set_match(const char **at, const char *end, uint32_t c, bool *ret)
{
	const char *p = *at;
	bool negated = false, found = false, first = true;

	if (p < end && *p == '!') {
		negated = true;
		p++;
	}
	while (p < end) {
		uint32_t low, high;

		if (*p == ']' && !first) {
			*at = p + 1;
			*ret = found != negated;
			return true;
		}
		first = false;

		low = high = take_quoted(&p, end);
		if (end - p >= 2 && p[0] == '-' && p[1] != ']') {
			p++;
			high = take_quoted(&p, end);
		}
		if (c >= low && c <= high)
			found = true;
	}
	return false;
}

/* Whether the next element of the pattern, which is not *, matches c; goes past it. */
static bool element_match(Pattern *pattern, uint32_t c)
{
	bool matches;

	if (*pattern->at == '?') {
		pattern->at++;
		return true;
	}
	if (*pattern->at == '[' && (!pattern->unclosed || pattern->at < pattern->unclosed)) {
		const char *start = pattern->at++;

		if (set_match(&pattern->at, pattern->end, c, &matches))
			return matches;
		pattern->unclosed = pattern->at = start;
	}
	return take_quoted(&pattern->at, pattern->end) == c;
}

bool glob_match(const char *glob, const char *text, size_t text_length)
{
	Pattern pattern = { .at = glob, .end = glob + strlen(glob) };
	const char *end = text_length > 0 ? text + text_length : text;
	const char *after_star = NULL, *retry = NULL;

	while (text < end) {
		if (pattern.at < pattern.end && *pattern.at == '*') {
			after_star = ++pattern.at;
			retry = text;
			continue;
		}
		if (pattern.at < pattern.end && element_match(&pattern, take_char(&text, end)))
			continue;

		/* no match: the last * takes one character more */
		if (!after_star)
			return false;
		take_char(&retry, end);
		text = retry;
		pattern.at = after_star;
	}
	while (pattern.at < pattern.end && *pattern.at == '*')
		pattern.at++;
	return pattern.at == pattern.end;
}
