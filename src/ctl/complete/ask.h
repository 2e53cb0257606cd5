/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon knows, as candidates. It is asked quickly and silently: a daemon that does not run is not
 * started, one that does not answer in time has nothing to say, and nothing is scanned or connected.
 */
#pragma once

#include "ctl/complete/candidates.h"

typedef struct Ask Ask;

/* adapter: N of hciN, or -1 for all radios. bus: as for bus_connect(). timeout: for all questions together, in
 * seconds; -1: one. */
Ask *ask_new(const char *bus, int adapter, int timeout);
void ask_free(Ask *ask);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ask, ask_free)

typedef enum AskDevices {
	ASK_LINKED = 1 << 0,
	ASK_BONDED = 1 << 1,
	ASK_HEARD = 1 << 2,
} AskDevices;

void ask_radios(Ask *ask, Candidates *candidates);
/* Addresses of those devices (a mask); and their names, once something is typed. */
void ask_devices(Ask *ask, unsigned which, Candidates *candidates);

typedef enum AskAttributes {
	ASK_READABLE,
	ASK_WRITABLE,
	ASK_NOTIFYING,
} AskAttributes;

/* UUIDs, or handles where those are not unique, of the device's attributes, if it has a link. device: its
 * address or name. */
void ask_attributes(Ask *ask, const char *device, AskAttributes which, Candidates *candidates);
