/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of calls that wait. What came from the bus may hold more than its arguments: file descriptors, and
 * header fields that nobody knows. So what is kept is a copy, of a size that is known.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "util/error.h"
#include "util/macros.h"

#define MESSAGE_KEPT_MAX 65536	/* bytes of arguments */

/* About how many bytes a copy takes. E_LIMIT_REACHED: more than MESSAGE_KEPT_MAX of arguments;
 * E_INVALID_ARGUMENTS: file descriptors among them, which none of our methods takes. Leaves the message
 * rewound. */
int message_size(sd_bus_message *m, size_t *ret, Reason *reason);

/* A method call with the same arguments, sender, destination and cookie, to read, to answer and to dispatch
 * (sd_bus_enqueue_for_read) as if it was the first. */
int message_copy(sd_bus_message *m, sd_bus_message **ret);
