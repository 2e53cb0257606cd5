/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands that name an attribute share. */
#pragma once

#include "client/link.h"
#include "ctl/options.h"

/* Checks the forms of the command's arguments, then does link_open() with them. */
Link *attribute_open(const Options *options, ExitCode *ret_exit);

/* Finds the attribute that the command's second argument names, of one of the kinds (a mask). It belongs
 * to *ret_tree. NULL: the error has been printed, and *ret_exit is set. */
GattAttr *attribute_find(Link *link, const Options *options, unsigned kinds, GPtrArray **ret_tree,
				 ExitCode *ret_exit);
