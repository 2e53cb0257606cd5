/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of bluebrokerd, and the configuration file that it names. */
#pragma once

#include <stdbool.h>

#include "core/config.h"

typedef struct CommandLine {
	const char *address;	/* of the bus; NULL: the system bus */
	const char *directory;	/* where the ledger of open links is kept; NULL: RUNTIME_DIRECTORY */
	const char *bluez_socket;	/* where the face listens; NULL: as configured, empty: nowhere */
	const char *keys;	/* path of the socket that gives the keys of bonded devices */
} CommandLine;

/*
 * Reads the options and the configuration file, and prints help, configuration keys or errors as needed.
 * True: run the daemon with *ret_config and *ret. False: exit with *ret_status.
 */
bool command_line_parse(int argc, char *argv[], Config *ret_config, CommandLine *ret, int *ret_status);
