/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links that a batch keeps open, so that all its lines share them. */
#pragma once

#include <stdbool.h>

#include "ctl/options.h"

typedef struct Holds Holds;

Holds *holds_new(void);
void holds_free(Holds *holds);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Holds, holds_free)

/* Sees to it that the link to the command's device is open. Where the radio has no room for one more, the one
 * that was not used for longest is let go of. False: the error has been printed, and *ret_exit is set. */
bool holds_take(Holds *holds, const Options *options, ExitCode *ret_exit);

/* Lets go of all links. */
void holds_drop(Holds *holds);
