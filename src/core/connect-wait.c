/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Those who wait for a link. */
#include "core/connect-wait.h"

#include "core/identity.h"
#include "core/link.h"
#include "core/links.h"
#include "core/session.h"

/* Off the list. */
static void wait_remove(ConnectWait *wait)
{
	g_ptr_array_remove(wait->link->waits, wait);
	wait->link = NULL;
	session_settle(wait->session);
}

void connect_wait_end(ConnectWait *wait, int error, const Reason *reason)
{
	wait_remove(wait);
	wait->done(wait, error, reason);
}

static ConnectWait *next_failed(const Link *link)
{
	for (guint i = 0; i < link->waits->len; i++) {
		ConnectWait *wait = g_ptr_array_index(link->waits, i);

		if (wait->failed)
			return wait;
	}
	return NULL;
}

void link_fail_waits(Link *link, int error, const Reason *reason)
{
	ConnectWait *wait;

	for (guint i = 0; i < link->waits->len; i++)
		((ConnectWait *)g_ptr_array_index(link->waits, i))->failed = true;
	while ((wait = next_failed(link)))
		connect_wait_end(wait, error, reason);
}

int link_beacon_reason(int error, const Link *link, Reason *reason)
{
	char text[ADDR_STRING_SIZE];

	return reason_set(reason, error, "%s is heard, but takes no connections: all that it sends is not connectable",
			  addr_format(&link->addr, text));
}

void link_refuse_beacon(Link *link, uint64_t now)
{
	Reason reason;

	if (link->waits->len == 0 || !link_is_surely_beacon(link, now))
		return;
	(void)link_beacon_reason(E_CONNECTION_REFUSED, link, &reason);
	link_fail_waits(link, E_CONNECTION_REFUSED, &reason);
}

/* Why a wait is over whose time is. */
static int link_timeout(const Link *link, Reason *reason)
{
	char text[ADDR_STRING_SIZE];

	if (link_is_beacon(link) && !link->bluez.connected)
		return link_beacon_reason(E_TIMED_OUT, link, reason);
	addr_format(&link->addr, text);
	switch (link->state) {
	case LINK_SEEKING:
		if (addr_is_resolvable(&link->addr) && identities_count_keys(link->radio->identities) == 0)
			return reason_set(reason, E_TIMED_OUT, "%s was not heard; if that is the private address of a bonded "
					  "device, connect to its identity address, or give the daemon its key "
					  "(bluebrokerd-keys.socket)", text);
		return reason_set(reason, E_TIMED_OUT, "%s was not heard; is it near, and advertising?", text);
	case LINK_QUEUED:
		if (links_used(link->radio) >= link->broker->config.max_links)
			return reason_set(reason, E_LIMIT_REACHED, "all %u link slots of hci%u are taken (MaxLinks)",
					  link->broker->config.max_links, link->radio->index);
		if (link->begun == 0)
			return reason_set(reason, E_TIMED_OUT, "hci%u was busy connecting to another device",
					  link->radio->index);
		/* fall through */
	default:
		return reason_set(reason, E_TIMED_OUT, "%s did not answer in time", text);
	}
}

void link_expire_waits(Link *link, uint64_t now)
{
	Reason reason;
	int r;

	for (guint i = link->waits->len; i-- > 0;) {
		ConnectWait *wait = g_ptr_array_index(link->waits, i);

		if (wait->deadline > now)
			continue;
		r = link_timeout(link, &reason);
		connect_wait_end(wait, r, &reason);
		i = MIN(i, link->waits->len);
	}
}

void connect_wait_cancel(ConnectWait *wait, uint64_t now)
{
	Link *link = wait->link;

	if (!link)
		return;
	wait_remove(wait);
	links_settle(link->radio, now);
}
