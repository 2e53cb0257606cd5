/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of GLib's in messages of sd-bus. */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* Appends any value, as an argument of its type. -errno. */
int variant_append(sd_bus_message *message, GVariant *value);

/* Reads what is left of a message, or of the container that was entered, as a tuple. The caller owns it.
 * -errno. */
int variant_read(sd_bus_message *message, GVariant **ret);
