/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of bluebrokerd, and the configuration file that it names. */
#pragma once

#include <stdbool.h>

#include "core/config.h"

typedef struct CommandLine {
	const char *address;	/* of the bus; NULL: the system bus */
	const char *directory;	/* for what the next daemon is to know; NULL: the service's */
	const char *keys;	/* the socket where keys of bonded devices are had */
} CommandLine;

/*
 * Reads the options and the configuration, and prints what was asked for or is wrong with them. True: run
 * with that configuration and what the options say. False: end with that exit status.
 */
bool command_line_parse(int argc, char *argv[], Config *ret_config, CommandLine *ret, int *ret_status);
