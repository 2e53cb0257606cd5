/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Radios and links, as the daemon's ObjectManager shows them to everybody. */
#pragma once

#include "ctl/monitor/tracker.h"

#define ADAPTER_INTERFACE "com.example.Bluetooth.Adapter1"

typedef struct Objects {
	Tracker *tracker;
	GHashTable *radios;	/* hciN that are there */
} Objects;

/* Splits /com/example/Bluetooth/hciN[/…] into hciN, which the caller owns, and what follows. NULL: it is no
 * such path. */
char *objects_radio(const char *path, const char **ret_rest);

/* An object came, or is there (first), with these interfaces: a{sa{sv}}. */
void objects_show(Objects *objects, const char *path, GVariant *interfaces, bool first);
void objects_hide(Objects *objects, const char *path, const char *const *interfaces);
void objects_change(Objects *objects, const char *path, const char *interface, GVariant *facts);
