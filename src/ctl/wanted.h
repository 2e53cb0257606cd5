/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which advertisements the user asked for, from the filter options of the command line. Values are checked
 * here, so that an error names the option, and the daemon need not be asked.
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
	int16_t rssi;		/* dBm, the weakest that is wanted */
} Wanted;

void wanted_init(Wanted *wanted);
void wanted_clear(Wanted *wanted);

/* Each takes the text of one option. 0, or E_INVALID_ARGUMENTS and reason says what is allowed. */
int wanted_add_address(Wanted *wanted, const char *text, Reason *reason);
int wanted_add_uuid(Wanted *wanted, const char *text, Reason *reason);
int wanted_add_manufacturer(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_name(Wanted *wanted, const char *text, Reason *reason);
int wanted_set_rssi(Wanted *wanted, const char *text, Reason *reason);

/* Adds the keys of Session1.SetScanFilter and Adapter1.GetDevices to an a{sv}. */
void wanted_to_dict(const Wanted *wanted, GVariantDict *dict);
