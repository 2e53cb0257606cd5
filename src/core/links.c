/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of a radio: the queue for its slots, and what is due. */
#include "core/links.h"

#include "core/absent.h"
#include "core/attr.h"
#include "core/connect-wait.h"
#include "core/hold.h"
#include "core/link.h"
#include "core/pairing.h"
#include "core/slots.h"
#include "core/turn.h"

/* One pass over all links of the radio; whether something changed, so that another is needed. */
static bool links_settle_once(Radio *radio, uint64_t now)
{
	bool changed = false;

	for (guint i = radio->links->len; i-- > 0;) {
		Link *link = g_ptr_array_index(radio->links, i);
		LinkState old = link->state;

		link_settle(link, now);
		changed |= link->state != old;
		if (link->state == LINK_DOWN && link->waits.waits.length == 0 && link->holds->len == 0) {
			link_free(link);
			changed = true;
		}
	}
	return turns_settle(radio, now) || changed;
}

int links_connect(Radio *radio, const Addr *addr, ConnectWait *wait, uint64_t now, Reason *reason)
{
	Link *link = link_find(radio, addr);
	LinkMirror mirror = { .rssi = RSSI_UNKNOWN };
	int r;

	r = radio_ready(radio, reason);
	if (r != 0)
		return r;
	r = hold_charge(&wait->hold, wait->wait.session, reason);
	if (r != 0)
		return r;
	if (!link) {
		link = link_new(radio, addr);
		absent_recall(link, now);
		heard_recall(link, now);
		if (radio->broker->ops->link_look(radio->broker->userdata, radio, addr, &mirror))
			link_set_mirror(link, &mirror);
	}
	/* another program may have connected the device: then the link is up at once */
	if (link->state == LINK_DOWN && link->bluez.connected && link->bluez.resolved)
		link_begin(link, now);
	if (link->state == LINK_UP) {
		hold_add(link, wait->wait.session, wait->auto_reconnect, &wait->hold);
		return 0;
	}
	radio_wake_links(radio);
	if (heard_is_surely_beacon(link, now)) {
		charge_end(&wait->hold);
		return connect_wait_beacon_reason(E_CONNECTION_REFUSED, link, reason);
	}
	if (!link_is_wanted(link)) {
		link->order = radio->broker->next_link++;
		link->asked_turn = radio->broker->last_turn;
	}
	connect_wait_stand(wait, link);
	if (link->tries == 0)
		link->retry_at = 0;
	return 1;
}

/* --- the sessions --- */

void links_drop_session(Radio *radio, Session *session, uint64_t now)
{
	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		hold_drop(link, session, now);
		connect_waits_drop(link, session);
	}
	radio_wake_links(radio);
}

bool links_hold_session(const Radio *radio, const Session *session)
{
	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		if (hold_is_there(link, session))
			return true;
		if (wait_line_find(&link->waits, session))
			return true;
	}
	return false;
}

void links_peer_gone(Radio *radio, const char *connection)
{
	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		for (guint a = 0; a < link->attrs->len; a++)
			listeners_peer_gone(g_ptr_array_index(link->attrs, a), connection);
	}
}

/* --- time, and the end --- */

/* Ends what has run out of time; returns the next deadline of those who wait for the link. */
static uint64_t link_expire(Link *link, uint64_t now)
{
	uint64_t due = connect_waits_expire(link, now);

	connect_waits_refuse_beacon(link, now);
	if (link->recover_until != 0 && link->recover_until <= now)
		link_recover_expired(link, now);
	if (link->pairing.watchdog_at != 0 && link->pairing.watchdog_at <= now)
		pairing_watchdog(link, now);
	if (link->deadline <= now)
		link_time_out(link, now);
	return due;
}

static uint64_t link_due(const Link *link, uint64_t now)
{
	uint64_t due = MIN(link->deadline, link->linger);

	if (link->recover_until != 0)
		due = MIN(due, link->recover_until);
	if (link->pairing.watchdog_at != 0)
		due = MIN(due, link->pairing.watchdog_at);
	if (link->state == LINK_QUEUED && link->retry_at > now)
		due = MIN(due, link->retry_at);
	return due;
}

/* Not called while bluetoothd does not answer: then no time runs. Returns the next deadline. */
static uint64_t links_expire(Radio *radio, uint64_t now)
{
	uint64_t due = USEC_NEVER;

	for (guint i = 0; i < radio->links->len; i++)
		due = usec_earlier(due, link_expire(g_ptr_array_index(radio->links, i), now));
	return due;
}

static uint64_t links_due(const Radio *radio, uint64_t now)
{
	uint64_t due = turns_due(radio, now);

	for (guint i = 0; i < radio->links->len; i++)
		due = usec_earlier(due, link_due(g_ptr_array_index(radio->links, i), now));
	return due;
}

void links_run(Task *task, uint64_t now)
{
	Radio *radio = CONTAINER_OF(task, Radio, links_due);
	const bool stalled = radio->broker->bluez_stalled;
	uint64_t due = stalled ? USEC_NEVER : links_expire(radio, now);

	while (links_settle_once(radio, now))
		;
	task_at(task, stalled ? USEC_NEVER : usec_earlier(due, links_due(radio, now)));
	/* a scan is about to begin for a link that is sought: its silence counts from now */
	if (!radio_is_scanning(radio) && slots_seeking(radio) > 0)
		radio->last_report = now;
	radio_wake(radio);
}

/* Moves all deadlines, so that the pause does not count. */
static void link_postpone(Link *link, uint64_t pause)
{
	uint64_t *const limits[] = { &link->deadline, &link->recover_until, &link->pairing.watchdog_at,
				     &link->pairing.grace_until };

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (*limits[i] != 0 && *limits[i] != USEC_NEVER)
			*limits[i] += pause;
}

void links_resume(Radio *radio, uint64_t pause)
{
	for (guint i = 0; i < radio->links->len; i++)
		link_postpone(g_ptr_array_index(radio->links, i), pause);
	radio_wake_links(radio);
}

void links_radio_gone(Radio *radio, uint64_t now)
{
	Reason reason;
	int r;

	r = radio_ready(radio, &reason);
	for (guint i = 0; i < radio->links->len; i++)
		link_radio_gone(g_ptr_array_index(radio->links, i), r, &reason, now);
	radio_wake_links(radio);
}

void links_end(Radio *radio)
{
	while (radio->links->len > 0)
		link_free(g_ptr_array_index(radio->links, radio->links->len - 1));
}
