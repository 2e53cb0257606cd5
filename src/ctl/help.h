/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --help prints. */
#pragma once

#include "ctl/options.h"

/* Prints a command's help on standard output; NULL: that of the whole program. */
void help_print(const Command *command);
