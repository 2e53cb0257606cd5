/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls that wait for a link. */
#include "core/connect-wait.h"

#include "core/identity.h"
#include "core/link.h"
#include "core/slots.h"
#include "core/session.h"

static ConnectWait *of_item(const GList *item)
{
	return item ? CONTAINER_OF((Wait *)item->data, ConnectWait, wait) : NULL;
}

/* A call was cancelled: the link may not be wanted any more, and a user session may have nothing left that
 * keeps it. */
static void on_left(WaitLine *line, Wait *wait)
{
	charge_end(&CONTAINER_OF(wait, ConnectWait, wait)->hold);
	radio_wake_links(CONTAINER_OF(line, Link, waits)->radio);
	session_idle_again(wait->session);
}

void connect_waits_init(Link *link)
{
	wait_line_init(&link->waits, on_left);
}

void connect_wait_stand(ConnectWait *wait, Link *link)
{
	wait_stand(&link->waits, &wait->wait);
}

ConnectWait *connect_waits_first(const Link *link)
{
	return of_item(link->waits.waits.head);
}

ConnectWait *connect_wait_next(const ConnectWait *wait)
{
	return of_item(wait->wait.place.next);
}

void connect_wait_end(ConnectWait *wait, int error, const Reason *reason)
{
	charge_end(&wait->hold);
	wait_end(&wait->wait, error, reason);
	session_idle_again(wait->wait.session);
}

void connect_waits_fail(Link *link, int error, const Reason *reason)
{
	ConnectWait *wait;

	while ((wait = connect_waits_first(link)))
		connect_wait_end(wait, error, reason);
}

void connect_waits_drop(Link *link, const Session *session)
{
	ConnectWait *next = connect_waits_first(link), *wait;
	Reason reason;

	reason_set(&reason, E_NOT_READY, "the session ended");
	while ((wait = next)) {
		next = connect_wait_next(wait);
		if (wait->wait.session == session)
			connect_wait_end(wait, E_NOT_READY, &reason);
	}
}

int connect_wait_beacon_reason(int error, const Link *link, Reason *reason)
{
	char text[ADDR_STRING_SIZE];

	return reason_set(reason, error,
			  "%s is heard, but takes no connections: all that it sends is not connectable",
			  addr_format(&link->addr, text));
}

void connect_waits_refuse_beacon(Link *link, uint64_t now)
{
	Reason reason;

	if (link->waits.waits.length == 0 || !heard_is_surely_beacon(link, now))
		return;
	(void)connect_wait_beacon_reason(E_CONNECTION_REFUSED, link, &reason);
	connect_waits_fail(link, E_CONNECTION_REFUSED, &reason);
}

/* The answer to a call whose deadline has come: why there is no link yet. */
static int link_timeout(const Link *link, Reason *reason)
{
	char text[ADDR_STRING_SIZE];

	if (heard_is_beacon(link) && !link->bluez.connected)
		return connect_wait_beacon_reason(E_TIMED_OUT, link, reason);
	addr_format(&link->addr, text);
	switch (link->state) {
	case LINK_SEEKING:
		if (addr_is_resolvable(&link->addr) && identities_count_keys(link->radio->identities) == 0)
			return reason_set(reason, E_TIMED_OUT,
				"%s was not heard; if that is the private address of a bonded "
				"device, connect to its identity address, or give the daemon its key "
				"(bluebrokerd-keys.socket)",
				text);
		return reason_set(reason, E_TIMED_OUT, "%s was not heard; is it near, and advertising?",
				  text);
	case LINK_QUEUED:
		if (slots_used(link->radio) >= link->broker->config.max_links)
			return reason_set(reason, E_LIMIT_REACHED,
					  "all %u link slots of hci%u are taken (MaxLinks)",
					  link->broker->config.max_links, link->radio->index);
		if (link->begun == 0)
			return reason_set(reason, E_TIMED_OUT, "hci%u was busy connecting to another device",
					  link->radio->index);
		/* fall through */
	default:
		return reason_set(reason, E_TIMED_OUT, "%s did not answer in time", text);
	}
}

uint64_t connect_waits_expire(Link *link, uint64_t now)
{
	ConnectWait *next = connect_waits_first(link), *wait;
	uint64_t due = USEC_NEVER;
	Reason reason;
	int r;

	while ((wait = next)) {
		next = connect_wait_next(wait);
		if (wait->deadline > now) {
			due = MIN(due, wait->deadline);
			continue;
		}
		r = link_timeout(link, &reason);
		connect_wait_end(wait, r, &reason);
	}
	return due;
}
