/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What BlueZ says of a link's device, and what that does to the link. */
#include <string.h>

#include "core/link.h"

void link_set_mirror(Link *link, const LinkMirror *mirror)
{
	link->bluez = *mirror;
	if (!mirror->known)
		return;
	link->identity.type = mirror->addr_type;
	/* an address that is not the identity is a private one, and those are random */
	link->addr.type = addr_equal(&link->addr, &link->identity) ? mirror->addr_type : ADDR_RANDOM;
}

static void link_take_mirror(Link *link, const LinkMirror *mirror)
{
	const LinkMirror old = link->bluez;
	unsigned changes = 0;

	link_set_mirror(link, mirror);
	if (old.connected != mirror->connected)
		changes |= LINK_CONNECTED;
	if (old.paired != mirror->paired)
		changes |= LINK_PAIRED;
	if (old.rssi != mirror->rssi)
		changes |= LINK_RSSI;
	if (strcmp(old.name, mirror->name) != 0)
		changes |= LINK_NAME;
	link_changed(link, changes);
}

void link_mirror(Radio *radio, const Addr *addr, const LinkMirror *mirror, uint64_t now)
{
	Link *link = link_find(radio, addr);
	bool was_connected;

	if (!link)
		return;
	was_connected = link->bluez.connected;
	link_take_mirror(link, mirror);
	if (mirror->connected)
		link->broken = false;

	if (link->state == LINK_CONNECTING && mirror->connected && mirror->resolved) {
		link_up(link);
	} else if (link->state == LINK_CONNECTING && was_connected && !mirror->connected) {
		link_cancel_work(link);
		/* one failure counts once: where Connect is still to be answered, its answer leads to the
		 * next try */
		link->broken = link->calling;
		if (!link->calling)
			link_broke(link, now);
	} else if ((link->state == LINK_UP || link->state == LINK_CLOSING) && !mirror->connected) {
		link_lost(link, "disconnected", now);
	}
	radio_wake_links(radio);
}

void link_radio_gone(Link *link, int error, const Reason *reason, uint64_t now)
{
	bool bluez_up = link->broker->bluez_up, present = link->radio->present;
	LinkMirror mirror = link->bluez;

	/* a radio that is only off still knows its devices */
	if (!present)
		mirror = (LinkMirror){ .rssi = RSSI_UNKNOWN };
	mirror.connected = mirror.resolved = false;
	link_take_mirror(link, &mirror);
	if (link->state != LINK_DOWN)
		link_lost(link, !bluez_up ? "bluez-gone" : !present ? "radio-gone" : "radio-off", now);
	connect_waits_fail(link, error, reason);
	if (present)
		return;
	/* the link's object path has the radio's in it, and BlueZ does not say that each attribute is gone */
	link_hide(link);
	for (guint a = link->attrs->len; a-- > 0;)
		attr_vanished(g_ptr_array_index(link->attrs, a));
}
