/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the links of a radio. */
#include "core/slots.h"

#include "core/link.h"

unsigned slots_used(const Radio *radio)
{
	unsigned n = 0;

	for (guint i = 0; i < radio->links->len; i++) {
		LinkState state = ((const Link *)g_ptr_array_index(radio->links, i))->state;

		n += state == LINK_CONNECTING || state == LINK_UP || state == LINK_CLOSING;
	}
	return n;
}

unsigned slots_seeking(const Radio *radio)
{
	unsigned n = 0;

	for (guint i = 0; i < radio->links->len; i++)
		n += ((Link *)g_ptr_array_index(radio->links, i))->state == LINK_SEEKING;
	return n;
}

unsigned slots_connecting(const Radio *radio)
{
	unsigned n = 0;

	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		n += link->state == LINK_CONNECTING && !link->bluez.connected;
	}
	return n;
}
