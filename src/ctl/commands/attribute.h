/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that name an attribute share. */
#pragma once

#include "client/hold.h"
#include "ctl/options.h"

/* hold_open() with the command's arguments, once their forms are checked. */
Hold *command_open_attribute(const Options *options, ExitCode *ret_exit);

/* Finds the attribute that the second argument of the command names, of one of the kinds (a mask). It lives in the tree.
 * NULL: all is said, *ret_exit is set. */
GattAttr *command_find_attribute(Hold *hold, const Options *options, unsigned kinds, GPtrArray **ret_tree,
				 ExitCode *ret_exit);
