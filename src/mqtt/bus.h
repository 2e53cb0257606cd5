/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections to the message bus. */
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

/* address: NULL: the system bus. -errno. */
int bus_open(sd_bus **ret, sd_event *event, const char *address);
