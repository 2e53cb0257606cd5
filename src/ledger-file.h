/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that holds the ledger of links that we opened (core/ledger.h). It lies in the runtime directory,
 * so it is gone after a reboot, as the links are. */
#pragma once

#include "bluez/bluez.h"
#include "core/broker.h"

typedef struct LedgerFile {
	char *path;		/* NULL: nothing is kept */
	char *temporary;	/* written first, then renamed to path */
	char *old;		/* the text that the last daemon left; NULL: none, or used up */
	size_t old_size;
	char *written;
	bool failed;		/* the last write failed, and that was logged */
} LedgerFile;

/* directory NULL: the service's (systemd's RUNTIME_DIRECTORY); without either, no file is kept. */
void ledger_file_open(LedgerFile *file, const char *directory);
void ledger_file_close(LedgerFile *file);
/* Another set of links is ours: writes the file, if its text changes. */
void ledger_file_save(LedgerFile *file, const Bluez *bluez, const Broker *broker);
/* A radio has appeared: closes the links that the last daemon left open there. */
void ledger_file_adopt(LedgerFile *file, const Bluez *bluez, Radio *radio);
/* All radios that were there at start-up are known: the rest of the last daemon's ledger is of no use. */
void ledger_file_settled(LedgerFile *file);
/* The daemon ends, and has closed its links: removes the file, and writes no other. */
void ledger_file_clear(LedgerFile *file);
