/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that others wrote (names from the air, strings from the bus), made safe for a terminal. Nothing that
 * controls a terminal or reorders a line gets through.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/macros.h"

/* Whether the terminal takes UTF-8 (the default); if not, all that is not ASCII becomes '?'. */
void text_set_utf8(bool utf8);
bool text_is_utf8(void);

/* Appends text (any bytes; length -1: up to its NUL). Invalid bytes and what is not printable are
 * replaced. */
void text_append(GString *out, const char *text, gssize length);

/* The same, as a new string. Free with g_free. */
char *text_clean(const char *text, gssize length);

/* Cells that clean text takes on a terminal. */
unsigned text_width(const char *clean);

/* Whether terminals may take another number of cells for it than text_width() tells: emoji, for example. */
bool text_is_unsure(const char *clean);

/* Appends clean text cut or padded with blanks to exactly that many cells; cut text ends with a mark. */
void text_append_cells(GString *out, const char *clean, unsigned cells);

/* Appends bytes as lower-case hex. */
void text_append_hex(GString *out, const uint8_t *bytes, size_t length);

/* Appends a character as JSON escapes it: \uXXXX, two of them above U+FFFF. */
void text_append_escape(GString *out, gunichar c);
