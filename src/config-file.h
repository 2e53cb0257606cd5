/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the configuration. */
#pragma once

#include "core/config.h"

/* config_parse of what the file has. A missing file is an error too: E_DOES_NOT_EXIST; one that cannot be
 * read: E_FAILED. */
int config_file_load(Config *config, const char *path, Reason *reason);
