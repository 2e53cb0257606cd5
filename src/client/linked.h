/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links that are open at the daemon, whoever holds them. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/exit.h"

/* A link's Connection1. */
typedef struct LinkedRow {
	char *path;
	int adapter;		/* N of hciN */
	char *address;		/* as the device was asked for */
	char *identity;		/* the one that it keeps; address, where no other is known */
	char *address_type;	/* NULL: not known */
	char *name;		/* NULL: not known */
	gboolean connected;
	gboolean paired;
	uint32_t holders;
	int16_t rssi;		/* RSSI_UNKNOWN */
} LinkedRow;

/* All of them, sorted by radio and address; if adapter >= 0, that radio's only. The caller owns the array of
 * LinkedRow. NULL: the error has been printed, and *ret_exit is set. */
GArray *linked_rows(GDBusConnection *connection, int adapter, ExitCode *ret_exit);

/* Whether it is a link to the device with that address, its identity's or the one it was asked for with. */
bool linked_is_to(const LinkedRow *row, const char *address);
