/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections to the message bus. */
#include "mqtt/bus.h"

#include <stdbool.h>

#include "util/macros.h"

int bus_open(sd_bus **ret, sd_event *event, const char *address)
{
	CLEANUP(sd_bus_unrefp) sd_bus *bus = NULL;
	int r;

	if (address) {
		r = sd_bus_new(&bus);
		if (r >= 0)
			r = sd_bus_set_address(bus, address);
		if (r >= 0)
			r = sd_bus_set_bus_client(bus, true);
		if (r >= 0)
			r = sd_bus_start(bus);
	} else {
		r = sd_bus_open_system(&bus);
	}
	if (r >= 0)
		r = sd_bus_attach_event(bus, event, SD_EVENT_PRIORITY_NORMAL);
	if (r < 0)
		return r;
	*ret = bus;
	bus = NULL;
	return 0;
}
