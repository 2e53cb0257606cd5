/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which advertisements the user asked for, from the filter options of the command line. Each value is checked
 * here, so that a mistake is told with the option's name and without asking the daemon.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "util/error.h"
#include "util/macros.h"

typedef struct Wanted {
	GPtrArray *addresses;	/* of char *: AA:BB:CC:DD:EE:FF */
	GPtrArray *uuids;	/* of char *: 36-character form */
	GArray *manufacturers;	/* of uint16_t */
	char *name;		/* glob; NULL: any */
	bool has_rssi;
	int16_t rssi;		/* dBm, at least */
} Wanted;

void wanted_init(Wanted *wanted);
void wanted_clear(Wanted *wanted);

/* Each takes the text of one option. E_INVALID_ARGUMENTS, and reason says what is allowed, or 0. */
int wanted_add_address(Wanted *wanted, const char *text, Reason *reason);
int wanted_add_uuid(Wanted *wanted, const char *text, Reason *reason);
int wanted_add_manufacturer(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_name(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_rssi(Wanted *wanted, const char *text, Reason *reason);

/* Adds the keys of Session1.SetScanFilter and Adapter1.GetDevices to an a{sv}. */
void wanted_to_dict(const Wanted *wanted, GVariantDict *dict);
