/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file in which core/ledger.h is kept, in the directory for what lives as long as the machine runs. */
#pragma once

#include "bluez/bluez.h"
#include "core/broker.h"

typedef struct LedgerFile {
	char *path;		/* NULL: nothing is kept */
	char *temporary;	/* what is written there takes its place */
	char *old;		/* what the last daemon left; NULL: used up */
	size_t old_size;
	char *written;
	bool failed;		/* was said */
} LedgerFile;

/* directory NULL: that of the service (RUNTIME_DIRECTORY), or none. */
void ledger_file_open(LedgerFile *file, const char *directory);
void ledger_file_close(LedgerFile *file);
/* What is ours has changed. */
void ledger_file_save(LedgerFile *file, const Bluez *bluez, const Broker *broker);
/* A radio has appeared: what the last daemon had there is closed. */
void ledger_file_adopt(LedgerFile *file, const Bluez *bluez, Radio *radio);
/* All radios of the beginning are there: what is left is of no use. */
void ledger_file_settled(LedgerFile *file);
/* The daemon ends, and has closed what it had. */
void ledger_file_clear(LedgerFile *file);
