/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is heard of a device that somebody wants a link to. */
#include "core/heard.h"

#include "core/devices.h"
#include "core/link.h"
#include "core/links.h"
#include "core/radio.h"

#define PACKETS_MIN 3

void heard_recall(Link *link, uint64_t now)
{
	const DeviceRow *row = devices_find(link->radio->devices, &link->addr);

	/* a connectable packet counts in the table for longer than DEVICE_SILENT_AFTER: not connectable there
	 * means that none was heard in that time */
	if (!row || row->last_seen + DEVICE_SILENT_AFTER <= now || row->connectable < 0)
		return;
	if (row->connectable) {
		link->heard.connectable = true;
		return;
	}
	link->heard.since = row->last_seen - MIN(row->last_seen - row->present_since, DEVICE_SILENT_AFTER);
	link->heard.last = row->last_seen;
	link->heard.packets = (unsigned)MIN(row->present_reports, (uint64_t)PACKETS_MIN);
}

bool heard_is_beacon(const Link *link)
{
	return link->heard.packets > 0 && !link->heard.connectable;
}

bool heard_is_surely_beacon(const Link *link, uint64_t now)
{
	const Heard *heard = &link->heard;

	return heard_is_beacon(link) && !link->bluez.connected && heard->packets >= PACKETS_MIN &&
	       heard->last >= heard->since + DEVICE_SILENT_AFTER && heard->last + DEVICE_SILENT_AFTER > now;
}

static void link_hear(Link *link, const Report *report, uint64_t now)
{
	Heard *heard = &link->heard;

	if (report->adv_type == ADV_CONNECTABLE || report->adv_type == ADV_CONNECTABLE_DIRECTED) {
		heard->connectable = true;
	} else if (report->adv_type == ADV_SCANNABLE || report->adv_type == ADV_NON_CONNECTABLE) {
		/* after so long a silence the device may behave otherwise: all begins anew */
		if (heard->packets == 0 || heard->last + DEVICE_SILENT_AFTER < now) {
			heard->since = now;
			heard->packets = 0;
		}
		heard->last = now;
		heard->packets++;
	}
}

void heard_note(Radio *radio, const Report *report, uint64_t now)
{
	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);
		Addr identity;

		/* few links wait: whose an address is, is asked for these alone */
		if (link->waits.waits.length == 0 || link->heard.connectable)
			continue;
		identity = identities_resolve(radio->identities, &report->addr);
		if (!addr_equal(&link->addr, &report->addr) && !addr_equal(&link->identity, &identity))
			continue;
		link_hear(link, report, now);
		if (heard_is_surely_beacon(link, now))
			radio_wake_links(radio);
	}
}
