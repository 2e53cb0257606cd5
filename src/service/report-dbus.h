/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports as D-Bus values, taken out of a session's FIFO. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/session.h"

/* Appends an array of the documented five fields, a(syynay), of at most max reports. */
int reports_append_plain(sd_bus_message *m, Session *session, size_t max);

/* Appends a(tsyynaya{sv}) of at most max reports, then the losses t. */
int reports_append_rich(sd_bus_message *m, Session *session, size_t max);
