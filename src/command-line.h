/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of bluebrokerd, and the configuration file that it names. */
#pragma once

#include <stdbool.h>

#include "core/config.h"

/*
 * Reads the options and the configuration, and prints what was asked for or is wrong with them. True: run with that
 * configuration, on the bus of that address, or on the system bus where it is NULL, and with that directory for what the
 * next daemon is to know, or the service's where it is NULL. False: end with that exit status.
 */
bool command_line_parse(int argc, char *argv[], Config *ret_config, const char **ret_address, const char **ret_directory,
			int *ret_status);
