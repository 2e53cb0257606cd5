/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes over the bus, as text. */
#pragma once

#include <glib.h>

/* A dictionary, a{sv}, "{'timeout': <uint32 500>}". */
GVariant *options(const char *text);
/* The same as a method's only argument, (a{sv}); floating. */
GVariant *dictionary(const char *text);

/* Bytes, ay, as hex digits. */
GVariant *bytes_of(const char *hex);
char *hex_of(GVariant *bytes);
