/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values for the bus, written as text. */
#pragma once

#include <glib.h>

/* The a{sv} of a text like "{'timeout': <uint32 500>}". */
GVariant *options(const char *text);
/* The same as a method's only argument, (a{sv}); floating. */
GVariant *dictionary(const char *text);

/* The ay of hex digits, and back. */
GVariant *bytes_of(const char *hex);
char *hex_of(GVariant *bytes);
