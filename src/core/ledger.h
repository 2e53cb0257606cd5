/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which links are ours, in writing: bluetoothd keeps a link that it opened for us when we are killed, and
 * does not tell who wanted it. The next daemon reads it, and closes what its programs do not have any more. A
 * line is a radio and a device; the first says of which bluetoothd they were. What it was is no use to
 * another one.
 */
#pragma once

#include <glib.h>
#include <stddef.h>

#include "core/broker.h"
#include "meaning/addr.h"
#include "util/macros.h"

#define LEDGER_ENTRIES_MAX 256
#define LEDGER_SIZE_MAX 16384	/* more than as many lines */

typedef struct LedgerEntry {
	Addr radio;
	Addr addr;
} LedgerEntry;

/* bluez: a word for this life of bluetoothd, of printable characters. */
GString *ledger_format(const Broker *broker, const char *bluez);

/* How many there are, at most LEDGER_ENTRIES_MAX; 0 where it is of another bluetoothd, or not a ledger.
 * Whoever wrote it. */
size_t ledger_parse(const char *text, size_t length, const char *bluez,
		    LedgerEntry entries[static LEDGER_ENTRIES_MAX]);

/* A link, or an attempt at one, that was ours before we were: it is closed. For the time when a radio has
 * just appeared. */
void link_adopt(Radio *radio, const Addr *addr, uint64_t now);
