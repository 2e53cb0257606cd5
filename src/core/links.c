/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of a radio: the queue for its slots, and what is due. */
#include "core/links.h"

#include <errno.h>

#include "core/attr.h"
#include "core/connect-wait.h"
#include "core/hold.h"
#include "core/link.h"
#include "core/pairing.h"
#include "core/turn.h"

bool links_enter(Radio *radio)
{
	bool first = !radio->settling_links;

	radio->settling_links = true;
	return first;
}

void links_leave(Radio *radio, bool first, uint64_t now)
{
	if (!first)
		return;
	radio->settling_links = false;
	links_settle(radio, now);
}

unsigned links_used(const Radio *radio)
{
	unsigned n = 0;

	for (guint i = 0; i < radio->links->len; i++) {
		LinkState state = ((const Link *)g_ptr_array_index(radio->links, i))->state;

		n += state == LINK_CONNECTING || state == LINK_UP || state == LINK_CLOSING;
	}
	return n;
}

/* Whether something changed. */
static bool links_settle_once(Radio *radio, uint64_t now)
{
	bool changed = false;

	for (guint i = radio->links->len; i-- > 0;) {
		Link *link = g_ptr_array_index(radio->links, i);
		LinkState old = link->state;

		link_settle(link, now);
		changed |= link->state != old;
		if (link->state == LINK_DOWN && link->waits->len == 0 && link->holds->len == 0) {
			link_free(link);
			changed = true;
		}
	}
	return turns_settle(radio, now) || changed;
}

void links_settle(Radio *radio, uint64_t now)
{
	if (radio->settling_links)
		return;
	radio->settling_links = true;
	/* again, since those who were told on the way may have wanted something new */
	while (links_settle_once(radio, now))
		;
	radio->settling_links = false;
	/* a scan that begins for a link has not been silent so far */
	if (!radio_is_scanning(radio) && links_seeking(radio) > 0)
		radio->last_report = now;
	radio_settle(radio);
}

int link_connect(Radio *radio, const Addr *addr, ConnectWait *wait, uint64_t now, Reason *reason)
{
	Link *link = link_find(radio, addr);
	LinkMirror mirror = { .rssi = RSSI_UNKNOWN };
	int r;

	r = radio_ready(radio, reason);
	if (r != 0)
		return r;
	if (!link) {
		link = link_new(radio, addr);
		if (!link)
			return -ENOMEM;
		link_recall(link, now);
		link_recall_heard(link, now);
		if (radio->broker->ops->link_look(radio->broker->userdata, radio, addr, &mirror))
			link_set_mirror(link, &mirror);
	}
	/* others may hold it open */
	if (link->state == LINK_DOWN && link->bluez.connected && link->bluez.resolved)
		link_begin(link, now);
	if (link->state == LINK_UP) {
		link_add_hold(link, wait->session, wait->auto_reconnect);
		return 0;
	}

	if (link_is_surely_beacon(link, now)) {
		r = link_beacon_reason(E_CONNECTION_REFUSED, link, reason);
		links_settle(radio, now);
		return r;
	}
	if (!link_is_wanted(link))
		link->order = radio->broker->next_link++;
	wait->link = link;
	wait->failed = false;
	g_ptr_array_add(link->waits, wait);
	broker_wake_at(radio->broker, wait->deadline);
	if (link->tries == 0)
		link->retry_at = 0;
	links_settle(radio, now);
	return 1;
}

/* --- the sessions --- */

void links_drop_session(Radio *radio, Session *session, uint64_t now)
{
	bool first = links_enter(radio);
	Reason reason;

	reason_set(&reason, E_NOT_READY, "the session ended");
	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		link_drop_hold(link, session, now);
		for (guint w = link->waits->len; w-- > 0;) {
			ConnectWait *wait = g_ptr_array_index(link->waits, w);

			if (wait->session == session)
				connect_wait_end(wait, E_NOT_READY, &reason);
			w = MIN(w, link->waits->len);
		}
	}
	links_leave(radio, first, now);
}

bool links_hold_session(const Radio *radio, const Session *session)
{
	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		if (link_is_held(link, session))
			return true;
		for (guint w = 0; w < link->waits->len; w++)
			if (((ConnectWait *)g_ptr_array_index(link->waits, w))->session == session)
				return true;
	}
	return false;
}

void links_peer_gone(Radio *radio, const char *connection)
{
	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		for (guint a = 0; a < link->attrs->len; a++)
			attr_peer_gone(g_ptr_array_index(link->attrs, a), connection);
	}
}

/* --- time, and the end --- */

unsigned links_seeking(const Radio *radio)
{
	unsigned n = 0;

	for (guint i = 0; i < radio->links->len; i++)
		n += ((Link *)g_ptr_array_index(radio->links, i))->state == LINK_SEEKING;
	return n;
}

unsigned links_connecting(const Radio *radio)
{
	unsigned n = 0;

	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		n += link->state == LINK_CONNECTING && !link->bluez.connected;
	}
	return n;
}

uint64_t links_tick(Radio *radio, uint64_t now)
{
	uint64_t due;
	bool first;

	if (radio->broker->bluez_stalled)
		return USEC_NEVER;
	first = links_enter(radio);
	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		link_expire_waits(link, now);
		link_refuse_beacon(link, now);
		if (link->mend_until != 0 && link->mend_until <= now)
			link_mend_expired(link, now);
		if (link->doubt_at != 0 && link->doubt_at <= now)
			link_doubt(link, now);
		if (link->deadline <= now)
			link_time_out(link, now);
	}
	links_leave(radio, first, now);
	due = turns_due(radio, now);
	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		due = MIN(due, MIN(link->deadline, link->linger));
		if (link->mend_until != 0)
			due = MIN(due, link->mend_until);
		if (link->doubt_at != 0)
			due = MIN(due, link->doubt_at);
		if (link->state == LINK_QUEUED && link->retry_at > now)
			due = MIN(due, link->retry_at);
		for (guint w = 0; w < link->waits->len; w++)
			due = MIN(due, ((ConnectWait *)g_ptr_array_index(link->waits, w))->deadline);
	}
	return due;
}

/* What began before it stands where it stood. */
static void link_postpone(Link *link, uint64_t pause)
{
	uint64_t *const limits[] = { &link->deadline, &link->mend_until, &link->doubt_at, &link->forgive_until };

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		if (*limits[i] != 0 && *limits[i] != USEC_NEVER)
			*limits[i] += pause;
}

void links_resume(Radio *radio, uint64_t pause, uint64_t now)
{
	for (guint i = 0; i < radio->links->len; i++)
		link_postpone(g_ptr_array_index(radio->links, i), pause);
	links_settle(radio, now);
	broker_wake_at(radio->broker, links_tick(radio, now));
}

void links_radio_gone(Radio *radio, uint64_t now)
{
	bool first = links_enter(radio);
	Reason reason;
	int r;

	r = radio_ready(radio, &reason);
	for (guint i = 0; i < radio->links->len; i++)
		link_radio_gone(g_ptr_array_index(radio->links, i), r, &reason, now);
	links_leave(radio, first, now);
}

void links_free(Radio *radio)
{
	radio->settling_links = true;
	while (radio->links->len > 0)
		link_free(g_ptr_array_index(radio->links, radio->links->len - 1));
	g_ptr_array_free(radio->links, TRUE);
}
