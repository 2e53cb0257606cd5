/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that name an attribute share. */
#pragma once

#include "client/link.h"
#include "ctl/options.h"

/* link_open() with the command's arguments, once their forms are checked. */
Link *attribute_open(const Options *options, ExitCode *ret_exit);

/* Finds the attribute that the second argument of the command names, of one of the kinds (a mask). It lives
 * in the tree. NULL: all is said, *ret_exit is set. */
GattAttr *attribute_find(Link *link, const Options *options, unsigned kinds, GPtrArray **ret_tree,
				 ExitCode *ret_exit);
