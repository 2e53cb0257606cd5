/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal while a live table is on it. However the program ends, terminal_close() restores the
 * terminal. */
#pragma once

#include <stdbool.h>

#include "util/macros.h"

/* Whether standard output is a terminal on which a frame can be drawn. */
bool terminal_usable(void);

/* Switches to the alternate screen: no cursor, no line wrapping, no echo of keys. May be called again
 * after terminal_close(). */
void terminal_open(void);
void terminal_close(void);	/* does nothing if it is not open */

typedef enum TerminalKey {
	KEY_OTHER,
	KEY_GONE,		/* nothing comes any more */
	KEY_QUIT,		/* q */
	KEY_UP,			/* also k, and j for down, likewise below */
	KEY_DOWN,
	KEY_PAGE_UP,		/* b */
	KEY_PAGE_DOWN,		/* blank */
	KEY_HOME,		/* g */
	KEY_END,		/* G */
} TerminalKey;

/* Reads a key; others that were typed are there still. */
TerminalKey terminal_key(int fd);

void terminal_size(unsigned *ret_columns, unsigned *ret_rows);
