/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration file. */
#pragma once

#include "core/config.h"

/* Reads the file and has config_parse parse the text. Errors: config_parse's; E_DOES_NOT_EXIST if there is no
 * such file; E_FAILED if it cannot be read. */
int config_file_load(Config *config, const char *path, Reason *reason);
