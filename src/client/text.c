/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for a terminal: cleaning, measuring, cutting. */
#include "client/text.h"

/* More marks on one character than any language writes would run over the lines above and below. */
#define MARKS_MAX 4

static bool utf8 = true;

void text_set_utf8(bool value)
{
	utf8 = value;
}

bool text_is_utf8(void)
{
	return utf8;
}

static bool is_printable(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:		/* among them the marks that change the writing direction */
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_UNASSIGNED:
		return false;
	default:
		return true;
	}
}

/* Chooses between pictures of the character before it, of which terminals do not agree how wide they are. */
static bool is_variation(gunichar c)
{
	return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

void text_append(GString *out, const char *text, gssize length)
{
	/* for length 0 text may be NULL, which GLib does not take */
	g_autofree char *valid = g_utf8_make_valid(length == 0 ? "" : text, length);
	unsigned marks = 0;

	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		marks = g_unichar_ismark(c) ? marks + 1 : 0;
		if (utf8 && (is_variation(c) || marks > MARKS_MAX))
			continue;
		if (!utf8)
			g_string_append_c(out, c < 0x80 && is_printable(c) ? (char)c : '?');
		else
			g_string_append_unichar(out, is_printable(c) ? c : 0xfffd);
	}
}

char *text_clean(const char *text, gssize length)
{
	GString *out = g_string_new(NULL);

	text_append(out, text, length);
	return g_string_free(out, FALSE);
}

static unsigned char_width(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

unsigned text_width(const char *clean)
{
	unsigned width = 0;

	for (const char *at = clean; *at; at = g_utf8_next_char(at))
		width += char_width(g_utf8_get_char(at));
	return width;
}

bool text_is_unsure(const char *clean)
{
	for (const char *at = clean; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		/* Latin; Greek and Cyrillic; box drawing */
		if (c >= 0x300 && !(c >= 0x370 && c < 0x530) && !(c >= 0x2500 && c < 0x2580))
			return true;
	}
	return false;
}

/* Letters of scripts that are written from the right. */
static bool is_from_right(gunichar c)
{
	return (c >= 0x0590 && c < 0x0900) || (c >= 0xfb1d && c < 0xfe00) || (c >= 0xfe70 && c < 0xff00) ||
	       (c >= 0x10800 && c < 0x11000) || (c >= 0x1e800 && c < 0x1f000);
}

void text_append_cells(GString *out, const char *clean, unsigned cells)
{
	bool cut = text_width(clean) > cells;
	unsigned room = cut && cells > 0 ? cells - 1 : cells;
	bool from_right = false;
	unsigned used = 0;

	for (const char *at = clean; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (used + char_width(c) > room)
			break;
		from_right |= is_from_right(c);
		used += char_width(c);
		g_string_append_unichar(out, c);
	}
	if (cut && cells > 0) {
		g_string_append(out, utf8 ? "…" : "~");
		used++;
	}
	/* a left-to-right mark: else the next number on the line would be drawn left of the text */
	if (from_right)
		g_string_append_unichar(out, 0x200e);
	for (; used < cells; used++)
		g_string_append_c(out, ' ');
}

void text_append_hex(GString *out, const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	char *at;

	g_string_set_size(out, out->len + 2 * length);
	at = out->str + out->len - 2 * length;
	for (size_t i = 0; i < length; i++) {
		*at++ = digits[bytes[i] >> 4];
		*at++ = digits[bytes[i] & 0x0f];
	}
}

void text_append_escape(GString *out, gunichar c)
{
	if (c <= 0xffff)
		g_string_append_printf(out, "\\u%04x", c);
	else
		g_string_append_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
				       0xdc00 + ((c - 0x10000) & 0x3ff));
}
