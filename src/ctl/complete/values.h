/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand for an option's value, and for a command's argument. */
#pragma once

#include "ctl/complete/ask.h"
#include "ctl/option.h"

/* Of an option that takes a value. False: nobody but the user knows. */
bool values_of_option(const Option *option, Ask *ask, Candidates *candidates);

/* Of the argument with that index; arguments: those before it, NULL-terminated. */
void values_of_argument(const Command *command, char *const *arguments, Ask *ask, Candidates *candidates);
