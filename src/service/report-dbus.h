/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports as D-Bus values, taken out of a session's FIFO: as an answer, and as a signal. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/session.h"
#include "service/call.h"

/* GetAdv, GetAdvertisements: a(syynay), the documented five fields; ReadAdvertisements: a(tsyynaya{sv}) and
 * the losses so far, t. */
int report_dbus_get(Call *call, void *object, Reason *reason);
int report_dbus_get_all(Call *call, void *object, Reason *reason);
int report_dbus_read(Call *call, void *object, Reason *reason);

/* Appends a(tsyynaya{sv}) of at most max reports, then the losses t. */
int report_dbus_append(sd_bus_message *m, Session *session, size_t max);
