/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that stands in the tree now. */
#pragma once

#include <glib.h>

#include "service/path.h"
#include "service/service.h"

GArray *inventory_list(const Broker *broker);	/* Path */
/* Writes the object's path into buffer. NULL: the object is not there any more. */
const char *inventory_locate(const Service *service, const Path *path, char buffer[static PATH_SIZE]);
