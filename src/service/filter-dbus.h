/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1.SetScanFilter's dictionary, and the part of it that Adapter1.GetDevices takes. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/config.h"
#include "core/session.h"
#include "util/error.h"

/* Reads the a{sv} that stands next. On success the caller owns ret (scan_filter_clear). E_INVALID_ARGUMENTS,
 * E_LIMIT_REACHED (FilterEntries), negative errno. */
int filter_dbus_read(sd_bus_message *m, const Config *config, ScanFilter *ret, Reason *reason);

/* The same with only those keys that say which devices are meant. */
int filter_dbus_read_devices(sd_bus_message *m, const Config *config, ScanFilter *ret, Reason *reason);
