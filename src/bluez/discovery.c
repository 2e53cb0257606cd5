/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Discovery filters. */
#include "bluez/discovery.h"

#include "util/macros.h"

/* No device has these services: made up here. */
static const char *const nobodys_uuids[] = { "7d1f2e6a-93c4-4b0e-8a57-5ec1b09d34f2",
					     "7d1f2e6a-93c4-4b0e-8a57-5ec1b09d34f3" };

Discovery discovery_for(const DesiredScan *wanted, bool monitored)
{
	if (!wanted->on)
		return DISCOVERY_NONE;
	if (wanted->show == SHOW_REPORTS)
		return DISCOVERY_REPORTS;
	if (wanted->show == SHOW_DEVICES)
		return DISCOVERY_DEVICES;
	return wanted->active || !monitored ? DISCOVERY_QUIET : DISCOVERY_NONE;
}

/*
 * Any filter at all makes BlueZ scan without pauses and show devices without discoverable flags; one with a
 * proximity makes it signal each report, however little the RSSI moved (as of 5.8x; before, any filter does).
 * The proximity has to be a path loss: with an RSSI, even of -127, the kernel drops reports that a radio
 * gives without RSSI. A path loss alone rejects nothing, because BlueZ looks at it only beside an RSSI; and
 * this is the greatest there is.
 *
 * With UUIDs, the kernel drops all that does not have one of them, before bluetoothd is woken.
 */
#define PATHLOSS_MAX 137

int discovery_append_filter(sd_bus_message *m, Discovery discovery, unsigned turn)
{
	switch (discovery) {
	case DISCOVERY_QUIET:
		return sd_bus_message_append(m, "a{sv}", 2, "Transport", "s", "le", "UUIDs", "as", 1,
					     nobodys_uuids[turn % ARRAY_SIZE(nobodys_uuids)]);
	case DISCOVERY_DEVICES:
		return sd_bus_message_append(m, "a{sv}", 2, "Transport", "s", "le", "Pathloss", "q",
					     PATHLOSS_MAX);
	default:
		return sd_bus_message_append(m, "a{sv}", 3, "Transport", "s", "le", "DuplicateData", "b", 1,
					     "Pathloss", "q", PATHLOSS_MAX);
	}
}
