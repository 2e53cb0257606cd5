/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of links when two addresses turn out to be of one device. */
#include "core/hold.h"
#include "core/link.h"
#include "core/links.h"
#include "core/news.h"

static bool link_is_idle(const Link *link)
{
	return link->state == LINK_DOWN || link->state == LINK_SEEKING || link->state == LINK_QUEUED;
}

/* Both are links to one device: those who wait for the idle one wait for the other from now on. */
static void link_join(Link *link, Link *idle, uint64_t now)
{
	ConnectWait *wait;

	if (idle->holds->len > 0) {
		/* the device is reached through the other link only, so holders of this one have lost it */
		for (guint i = 0; i < idle->holds->len; i++)
			news_link_lost(idle, g_array_index(idle->holds, Hold, i).session, "disconnected");
		while (idle->holds->len > 0)
			hold_drop(idle, g_array_index(idle->holds, Hold, idle->holds->len - 1).session, now);
	}
	while ((wait = connect_waits_first(idle)))
		wait_move(&wait->wait, &link->waits);
	if (link->state == LINK_UP)
		link_serve_waits(link);
}

/* Of two links to one device, joins the idle one to the other; two that are both busy stay as they are. */
static void links_join(Link *a, Link *b, uint64_t now)
{
	if (link_is_idle(b))
		link_join(a, b, now);
	else if (link_is_idle(a))
		link_join(b, a, now);
}

static void link_identify(Link *link, uint64_t now)
{
	Addr identity = identities_resolve(link->radio->identities, &link->addr);
	LinkMirror mirror;

	if (!addr_equal(&identity, &link->addr) && !addr_equal(&identity, &link->identity)) {
		link->identity = identity;
		link_changed(link, LINK_IDENTITY);
	}
	/* BlueZ may know the device by its other address */
	if (!link->bluez.known &&
	    link->broker->ops->link_look(link->broker->userdata, link->radio, &link->addr, &mirror))
		link_mirror(link->radio, &link->addr, &mirror, now);
}

void links_identify(Radio *radio, uint64_t now)
{
	for (guint i = 0; i < radio->links->len; i++)
		link_identify(g_ptr_array_index(radio->links, i), now);
	for (guint i = 0; i < radio->links->len; i++) {
		for (guint j = i + 1; j < radio->links->len; j++) {
			Link *a = g_ptr_array_index(radio->links, i), *b = g_ptr_array_index(radio->links, j);

			if (addr_equal(&a->identity, &b->identity))
				links_join(a, b, now);
		}
	}
	radio_wake_links(radio);
}
