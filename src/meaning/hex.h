/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes in hex, as people type them. */
#pragma once

#include <glib.h>

#include "util/error.h"

/* Appends the bytes of text: hex digits, with blanks, colons, commas, dashes or 0x between bytes; at most
 * AD_MAX. 0, or E_INVALID_ARGUMENTS and reason says which character is wrong. */
int hex_parse(const char *text, GByteArray *bytes, Reason *reason);
