/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ledger: a text that says which links are ours. When this daemon is killed, bluetoothd keeps the links
 * that it opened for us, and does not tell who wanted them. So the next daemon reads the ledger, and closes
 * those that none of its own programs has asked for. The first line names the run of bluetoothd that has the
 * links (another run has none of them); each other line is the address of a radio and that of a device.
 */
#pragma once

#include <glib.h>
#include <stddef.h>

#include "core/broker.h"
#include "meaning/addr.h"
#include "util/macros.h"

#define LEDGER_ENTRIES_MAX 256
#define LEDGER_SIZE_MAX 16384	/* bytes; enough for LEDGER_ENTRIES_MAX lines */

typedef struct LedgerEntry {
	Addr radio;
	Addr addr;
} LedgerEntry;

/* bluez: a word for this run of bluetoothd, of printable characters. The caller frees the string. */
GString *ledger_format(const Broker *broker, const char *bluez);

/* Returns how many entries the text has, at most LEDGER_ENTRIES_MAX; 0 if it is of another run of bluetoothd,
 * or no ledger. The text is not trusted. */
size_t ledger_parse(const char *text, size_t length, const char *bluez,
		    LedgerEntry entries[static LEDGER_ENTRIES_MAX]);

/* Closes a link, or takes back an attempt at one, that an earlier daemon left behind. To be called when the
 * radio has just appeared. */
void link_adopt(Radio *radio, const Addr *addr, uint64_t now);
