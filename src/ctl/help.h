/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --help prints. */
#pragma once

#include "ctl/options.h"

/* On standard output. NULL: about all commands. */
void help_print(const Command *command);
