/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link to a device: who wants it, who has it, and whose turn it is. */
#include "core/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/pairing.h"
#include "core/session.h"

#define TRIES_MAX 4			/* after that a transient failure counts as one */
#define RETRY_FIRST (250 * USEC_PER_MSEC)
#define RETRY_MAX (1 * USEC_PER_SEC)
#define RETRY_LOST (5 * USEC_PER_SEC)	/* between tries to get a lost link back */
#define ATTEMPT_UNANSWERED (15 * USEC_PER_SEC)
#define ATTEMPT_MAX (40 * USEC_PER_SEC)	/* the kernel gives up after 20 s; then there are the services */
#define CLOSE_MAX (10 * USEC_PER_SEC)

/*
 * Whoever is told of something may call in again: connect, let go, cancel, drop a session. While that may happen no link is
 * settled, and so none is freed; links_leave makes up for it.
 */
static bool links_enter(Radio *radio)
{
	bool first = !radio->settling_links;

	radio->settling_links = true;
	return first;
}

static void links_leave(Radio *radio, bool first, uint64_t now)
{
	if (!first)
		return;
	radio->settling_links = false;
	links_settle(radio, now);
}

static void link_changed(Link *link, unsigned changes)
{
	if (changes && link->exposed)
		link->broker->ops->link_changed(link->broker->userdata, link, changes);
}

static Link *link_new(Radio *radio, const Addr *addr)
{
	Link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->broker = radio->broker;
	link->radio = radio;
	link->addr = *addr;
	link->bluez.rssi = RSSI_UNKNOWN;
	link->linger = USEC_NEVER;
	link->deadline = USEC_NEVER;
	link->waits = g_ptr_array_new();
	link->holds = g_array_new(FALSE, FALSE, sizeof(Hold));
	link->attrs = g_ptr_array_new();
	g_ptr_array_add(radio->links, link);
	return link;
}

static void link_drop_attrs(Link *link)
{
	while (link->attrs->len > 0)
		attr_free(g_ptr_array_index(link->attrs, link->attrs->len - 1));
}

static void link_hide(Link *link)
{
	if (!link->exposed)
		return;
	link->broker->ops->link_removed(link->broker->userdata, link);
	link->exposed = false;
}

/* The link is gone, and a pairing under way with it. */
static void link_end_pairing(Link *link)
{
	Reason reason;

	if (!link->pairing)
		return;
	reason_set(&reason, E_NOT_CONNECTED, "the link was lost");
	link->pair_asked = true;	/* there is nothing to undo */
	link_pair_done(link, E_NOT_CONNECTED, &reason);
}

static void link_free(Link *link)
{
	g_assert(link->waits->len == 0);
	link_hide(link);
	/* off the list first: who is told of the end of something, and connects again, gets a new one */
	g_ptr_array_remove(link->radio->links, link);
	link_end_pairing(link);
	link_drop_attrs(link);
	g_ptr_array_free(link->waits, TRUE);
	g_ptr_array_free(link->attrs, TRUE);
	g_array_free(link->holds, TRUE);
	free(link);
}

Link *link_find(const Radio *radio, const Addr *addr)
{
	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		if (addr_equal(&link->addr, addr))
			return link;
	}
	return NULL;
}

/* --- holders --- */

static Hold *link_hold(const Link *link, const Session *session)
{
	for (guint i = 0; i < link->holds->len; i++) {
		Hold *hold = &g_array_index(link->holds, Hold, i);

		if (hold->session == session)
			return hold;
	}
	return NULL;
}

bool link_is_held(const Link *link, const Session *session)
{
	return link_hold(link, session);
}

static void link_add_hold(Link *link, Session *session, bool auto_reconnect)
{
	Hold *hold = link_hold(link, session);

	if (hold) {
		hold->auto_reconnect |= auto_reconnect;
		return;
	}
	g_array_append_val(link->holds, ((Hold){ .session = session, .auto_reconnect = auto_reconnect }));
	link->linger = USEC_NEVER;
	link_changed(link, LINK_HOLDERS);
}

static bool link_drop_hold(Link *link, const Session *session)
{
	Hold *hold = link_hold(link, session);

	if (!hold)
		return false;
	g_array_remove_index(link->holds, (guint)(hold - (Hold *)(void *)link->holds->data));
	link_unclaim(link, session);
	for (guint i = 0; i < link->attrs->len; i++)
		attr_drop_session(g_ptr_array_index(link->attrs, i), session);
	link_changed(link, LINK_HOLDERS);
	return true;
}

static bool link_wants_back(const Link *link)
{
	for (guint i = 0; i < link->holds->len; i++)
		if (g_array_index(link->holds, Hold, i).auto_reconnect)
			return true;
	return false;
}

static bool link_is_wanted(const Link *link)
{
	return link->waits->len > 0 || link_wants_back(link);
}

/* --- claims --- */

bool link_may_write(const Link *link, const Attr *attr, const Session *session)
{
	const Attr *of = attr->kind == ATTR_DESCRIPTOR && attr->parent ? attr->parent : attr;

	return (!link->claim || link->claim == session) && (!of->claim || of->claim == session);
}

int link_claim(Link *link, Attr *attr, Session *session, Reason *reason)
{
	bool busy = link->claim && link->claim != session;

	if (attr)
		busy |= attr->claim && attr->claim != session;
	for (guint i = 0; i < link->attrs->len && !attr; i++) {
		const Attr *part = g_ptr_array_index(link->attrs, i);

		busy |= part->claim && part->claim != session;
	}
	if (busy)
		return reason_set(reason, E_BUSY, "another session has a claim there");
	if (attr)
		attr->claim = session;
	else
		link->claim = session;
	return 0;
}

void link_unclaim(Link *link, const Session *session)
{
	if (link->claim == session)
		link->claim = NULL;
	for (guint i = 0; i < link->attrs->len; i++) {
		Attr *attr = g_ptr_array_index(link->attrs, i);

		if (attr->claim == session)
			attr->claim = NULL;
	}
}

/* --- waiters --- */

static void wait_end(ConnectWait *wait, int error, const Reason *reason)
{
	g_ptr_array_remove(wait->link->waits, wait);
	wait->link = NULL;
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

/* All who wait now; not those who, being told, ask again. */
static void link_fail_waits(Link *link, int error, const Reason *reason)
{
	ConnectWait *wait;

	for (guint i = 0; i < link->waits->len; i++)
		((ConnectWait *)g_ptr_array_index(link->waits, i))->failed = true;
	while ((wait = next_failed(link)))
		wait_end(wait, error, reason);
}

/* The radio's slots in use. */
static unsigned links_used(const Radio *radio)
{
	unsigned n = 0;

	for (guint i = 0; i < radio->links->len; i++) {
		LinkState state = ((const Link *)g_ptr_array_index(radio->links, i))->state;

		n += state == LINK_CONNECTING || state == LINK_UP || state == LINK_CLOSING;
	}
	return n;
}

/* Why a wait is over whose time is. */
static int link_timeout(const Link *link, Reason *reason)
{
	char text[ADDR_STRING_SIZE];

	addr_format(&link->addr, text);
	switch (link->state) {
	case LINK_SEEKING:
		return reason_set(reason, E_TIMED_OUT, "%s was not heard; is it near, and advertising?", text);
	case LINK_QUEUED:
		if (links_used(link->radio) >= link->broker->config.max_links)
			return reason_set(reason, E_LIMIT_REACHED, "all %u link slots of hci%u are taken (MaxLinks)",
					  link->broker->config.max_links, link->radio->index);
		if (link->tries == 0)
			return reason_set(reason, E_TIMED_OUT, "hci%u was busy connecting to another device",
					  link->radio->index);
		/* fall through */
	default:
		return reason_set(reason, E_TIMED_OUT, "%s did not answer in time", text);
	}
}

static void link_expire_waits(Link *link, uint64_t now)
{
	Reason reason;
	int r;

	for (guint i = link->waits->len; i-- > 0;) {
		ConnectWait *wait = g_ptr_array_index(link->waits, i);

		if (wait->deadline > now)
			continue;
		r = link_timeout(link, &reason);
		wait_end(wait, r, &reason);
		i = MIN(i, link->waits->len);
	}
}

/* --- states --- */

static void link_up(Link *link)
{
	link->state = LINK_UP;
	link->tries = 0;
	link->retry_at = 0;
	link->deadline = USEC_NEVER;
	if (!link->exposed) {
		link->exposed = true;
		link->broker->ops->link_added(link->broker->userdata, link);
	}
	/* what BlueZ does not show any more was kept only for its subscribers */
	for (guint i = link->attrs->len; i-- > 0;) {
		Attr *attr = g_ptr_array_index(link->attrs, i);

		if (attr->present)
			attr_restore(attr);
		else
			attr_free(attr);
	}
	while (link->waits->len > 0) {
		ConnectWait *wait = g_ptr_array_index(link->waits, 0);

		link_add_hold(link, wait->session, wait->auto_reconnect);
		wait_end(wait, 0, NULL);
	}
}

static void link_close(Link *link, uint64_t now)
{
	link->linger = USEC_NEVER;
	if (!link->ours) {
		/* others opened it: it is theirs to close */
		link->state = LINK_DOWN;
		link->deadline = USEC_NEVER;
		return;
	}
	link->state = LINK_CLOSING;
	link->deadline = now + CLOSE_MAX;
	broker_wake_at(link->broker, link->deadline);
	link->broker->ops->link_disconnect(link->broker->userdata, link);
}

/* What was under way on it ends. */
static void link_cancel_work(Link *link)
{
	link_end_pairing(link);
	for (guint i = 0; i < link->attrs->len; i++)
		attr_link_lost(g_ptr_array_index(link->attrs, i));
}

/* The link is down, by whomever: those who do not want it back have lost it. */
static void link_lost(Link *link, const char *reason, uint64_t now)
{
	bool was_up = link->state == LINK_UP;

	link->state = LINK_DOWN;
	link->deadline = USEC_NEVER;
	link->ours = false;
	link->tries = 0;
	link->linger = USEC_NEVER;
	link_cancel_work(link);
	if (was_up && link->holds->len > 0)
		link->broker->ops->link_lost(link->broker->userdata, link, reason);
	for (guint i = link->holds->len; i-- > 0;) {
		const Hold *hold = &g_array_index(link->holds, Hold, i);

		if (!hold->auto_reconnect)
			link_drop_hold(link, hold->session);
	}
	link->retry_at = MAX(link->retry_at, now);
}

static void link_begin(Link *link, uint64_t now)
{
	link->state = LINK_CONNECTING;
	link->tries++;
	link->ours = !link->bluez.connected;
	link->deadline = now + ATTEMPT_MAX;
	broker_wake_at(link->broker, link->deadline);
	if (!link->bluez.connected)
		link->broker->ops->link_connect(link->broker->userdata, link);
	else if (link->bluez.resolved)
		link_up(link);
}

static void link_retry(Link *link, int error, const Reason *reason, uint64_t now)
{
	/* BlueZ says the same of a device that is not there (after the kernel's 20 s) and of one that does not want us */
	bool unanswered = error == -EAGAIN && link->deadline != USEC_NEVER &&
			  now + ATTEMPT_MAX >= link->deadline + ATTEMPT_UNANSWERED;
	bool again = error == -EAGAIN && link->tries < TRIES_MAX && link->waits->len > 0;

	if (error == -EAGAIN)
		error = unanswered ? E_TIMED_OUT : E_CONNECTION_REFUSED;
	link->deadline = USEC_NEVER;
	link->state = LINK_DOWN;
	if (again) {
		link->retry_at = now + MIN(RETRY_FIRST << (link->tries - 1), RETRY_MAX);
	} else {
		link->tries = 0;
		link->retry_at = now + RETRY_LOST;
		link_fail_waits(link, error, reason);
	}
}

void link_connect_done(Link *link, int error, const Reason *reason, uint64_t now)
{
	Radio *radio = link->radio;
	bool first = links_enter(radio);

	if (link->state == LINK_CONNECTING && error != 0)
		link_retry(link, error, reason, now);
	links_leave(radio, first, now);
}

void link_disconnect_done(Link *link, uint64_t now)
{
	Radio *radio = link->radio;
	bool first;

	if (link->state != LINK_CLOSING || link->bluez.connected)
		return;
	first = links_enter(radio);
	link_lost(link, "disconnected", now);
	links_leave(radio, first, now);
}

static void link_take_mirror(Link *link, const LinkMirror *mirror)
{
	const LinkMirror old = link->bluez;
	unsigned changes = 0;

	link->bluez = *mirror;
	if (mirror->known)
		link->addr.type = mirror->addr_type;
	if (old.connected != mirror->connected)
		changes |= LINK_CONNECTED;
	if (old.paired != mirror->paired)
		changes |= LINK_PAIRED;
	if (old.rssi != mirror->rssi)
		changes |= LINK_RSSI;
	link_changed(link, changes);
}

void link_mirror(Radio *radio, const Addr *addr, const LinkMirror *mirror, uint64_t now)
{
	Link *link = link_find(radio, addr);
	bool was_connected, first;
	Reason reason;

	if (!link)
		return;
	first = links_enter(radio);
	was_connected = link->bluez.connected;
	link_take_mirror(link, mirror);

	if (link->state == LINK_CONNECTING && mirror->connected && mirror->resolved) {
		link_up(link);
	} else if (link->state == LINK_CONNECTING && was_connected && !mirror->connected) {
		/* BlueZ has answered Connect already: nothing else will tell us */
		reason_set(&reason, E_FAILED, "the link was lost while the services were being discovered");
		link_cancel_work(link);
		link_retry(link, -EAGAIN, &reason, now);
	} else if ((link->state == LINK_UP || link->state == LINK_CLOSING) && !mirror->connected) {
		link_lost(link, "disconnected", now);
	}
	links_leave(radio, first, now);
}

/* --- the queue --- */

static Link *next_in_queue(const Radio *radio, uint64_t now)
{
	Link *best = NULL;
	int best_priority = -1;

	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);
		int priority = 0;

		if (link->state != LINK_QUEUED || link->retry_at > now)
			continue;
		for (guint w = 0; w < link->waits->len; w++)
			priority = MAX(priority, ((ConnectWait *)g_ptr_array_index(link->waits, w))->priority);
		if (priority > best_priority || (priority == best_priority && link->order < best->order)) {
			best = link;
			best_priority = priority;
		}
	}
	return best;
}

static void link_settle(Link *link, uint64_t now)
{
	bool usable = link->broker->bluez_up && link->radio->present && link->radio->bluez.powered;

	switch (link->state) {
	case LINK_DOWN:
	case LINK_SEEKING:
	case LINK_QUEUED:
		if (!link_is_wanted(link) || !usable)
			link->state = LINK_DOWN;
		else
			link->state = link->bluez.known ? LINK_QUEUED : LINK_SEEKING;
		if (link->state == LINK_QUEUED && link->retry_at > now)
			broker_wake_at(link->broker, link->retry_at);
		/* a link that others hold open costs the radio nothing */
		if (link->state == LINK_QUEUED && link->bluez.connected)
			link_begin(link, now);
		break;
	case LINK_CONNECTING:
		if (!link_is_wanted(link))
			link_close(link, now);
		break;
	case LINK_UP:
		if (link->holds->len == 0 && link->waits->len == 0 && link->linger == USEC_NEVER) {
			link->linger = now + link->broker->config.link_linger_seconds * USEC_PER_SEC;
			broker_wake_at(link->broker, link->linger);
		}
		if (link->linger <= now)
			link_close(link, now);
		break;
	case LINK_CLOSING:
		break;
	}
}

/* A link that nobody holds, and that stays open only in case somebody comes back. */
static Link *find_lingering(const Radio *radio)
{
	Link *best = NULL;

	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		if (link->state == LINK_CLOSING)
			return NULL;	/* a slot is about to be free */
		if (link->state == LINK_UP && link->linger != USEC_NEVER && (!best || link->linger < best->linger))
			best = link;
	}
	return best;
}

/* Whether something changed. */
static bool links_settle_once(Radio *radio, uint64_t now)
{
	bool busy = false, changed = false;
	Link *next, *spare;

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
	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		busy |= link->state == LINK_CONNECTING && link->ours;
	}
	next = busy ? NULL : next_in_queue(radio, now);
	if (!next)
		return changed;
	if (links_used(radio) < radio->broker->config.max_links) {
		link_begin(next, now);
		return true;
	}
	spare = find_lingering(radio);
	if (spare)
		link_close(spare, now);
	return changed || spare;
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
		if (radio->broker->ops->link_look(radio->broker->userdata, radio, addr, &mirror))
			link->bluez = mirror;
		if (mirror.known)
			link->addr.type = mirror.addr_type;
	}
	/* others may hold it open */
	if (link->state == LINK_DOWN && link->bluez.connected && link->bluez.resolved)
		link_begin(link, now);
	if (link->state == LINK_UP) {
		link_add_hold(link, wait->session, wait->auto_reconnect);
		return 0;
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

void connect_wait_cancel(ConnectWait *wait, uint64_t now)
{
	Link *link = wait->link;

	if (!link)
		return;
	g_ptr_array_remove(link->waits, wait);
	wait->link = NULL;
	links_settle(link->radio, now);
}

int link_release(Link *link, Session *session, uint64_t now)
{
	if (!link_drop_hold(link, session))
		return E_NOT_CONNECTED;
	links_settle(link->radio, now);
	return 0;
}

void links_drop_session(Radio *radio, Session *session, uint64_t now)
{
	bool first = links_enter(radio);
	Reason reason;

	reason_set(&reason, E_NOT_READY, "the session ended");
	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		link_drop_hold(link, session);
		for (guint w = link->waits->len; w-- > 0;) {
			ConnectWait *wait = g_ptr_array_index(link->waits, w);

			if (wait->session == session)
				wait_end(wait, E_NOT_READY, &reason);
			w = MIN(w, link->waits->len);
		}
	}
	links_leave(radio, first, now);
}

bool links_hold_session(const Radio *radio, const Session *session)
{
	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		if (link_hold(link, session))
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

uint64_t links_tick(Radio *radio, uint64_t now)
{
	bool first = links_enter(radio);
	uint64_t due = USEC_NEVER;
	Reason reason;

	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		link_expire_waits(link, now);
		if (link->deadline <= now && link->state == LINK_CONNECTING) {
			/* BlueZ may still be at it: take the attempt back before the next one */
			link_close(link, now);
			link->tries = 0;
			link->retry_at = now + RETRY_LOST;
			reason_set(&reason, E_TIMED_OUT, "the device did not answer in time");
			link_fail_waits(link, E_TIMED_OUT, &reason);
		} else if (link->deadline <= now && link->state == LINK_CLOSING) {
			link_lost(link, "disconnected", now);
		}
	}
	links_leave(radio, first, now);
	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		due = MIN(due, MIN(link->deadline, link->linger));
		if (link->state == LINK_QUEUED && link->retry_at > now)
			due = MIN(due, link->retry_at);
		for (guint w = 0; w < link->waits->len; w++)
			due = MIN(due, ((ConnectWait *)g_ptr_array_index(link->waits, w))->deadline);
	}
	return due;
}

void links_radio_gone(Radio *radio, uint64_t now)
{
	Broker *broker = radio->broker;
	bool first = links_enter(radio);
	Reason reason;
	int r;

	r = radio_ready(radio, &reason);
	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		LinkMirror mirror = link->bluez;

		/* a radio that is only off still knows its devices */
		if (!radio->present)
			mirror = (LinkMirror){ .rssi = RSSI_UNKNOWN };
		mirror.connected = mirror.resolved = false;
		link_take_mirror(link, &mirror);
		if (link->state != LINK_DOWN)
			link_lost(link, !broker->bluez_up ? "bluez-gone" : !radio->present ? "radio-gone" : "radio-off", now);
		link_fail_waits(link, r, &reason);
		if (radio->present)
			continue;
		/* its path goes with the radio's, and so do BlueZ's objects, without a word of each */
		link_hide(link);
		for (guint a = link->attrs->len; a-- > 0;)
			attr_vanished(g_ptr_array_index(link->attrs, a));
	}
	links_leave(radio, first, now);
}

void links_free(Radio *radio)
{
	radio->settling_links = true;
	while (radio->links->len > 0)
		link_free(g_ptr_array_index(radio->links, radio->links->len - 1));
	g_ptr_array_free(radio->links, TRUE);
}
