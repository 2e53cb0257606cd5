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
#define ATTEMPT_MAX (40 * USEC_PER_SEC)	/* the kernel gives up after 20 s; then there are the services */
#define CLOSE_MAX (10 * USEC_PER_SEC)

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
	link_end_pairing(link);
	link_hide(link);
	link_drop_attrs(link);
	g_assert(link->waits->len == 0);
	g_ptr_array_remove(link->radio->links, link);
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

static void link_fail_waits(Link *link, int error, const Reason *reason)
{
	while (link->waits->len > 0)
		wait_end(g_ptr_array_index(link->waits, 0), error, reason);
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
		if (link->tries == 0)
			return reason_set(reason, E_LIMIT_REACHED, "all %u link slots of hci%u are taken (MaxLinks)",
					  link->broker->config.max_links, link->radio->index);
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
		link_hide(link);
		return;
	}
	link->state = LINK_CLOSING;
	link->deadline = now + CLOSE_MAX;
	broker_wake_at(link->broker, link->deadline);
	link->broker->ops->link_disconnect(link->broker->userdata, link);
}

/* The link is down, by whomever: those who do not want it back have lost it. */
static void link_lost(Link *link, const char *reason, uint64_t now)
{
	bool was_up = link->state == LINK_UP;

	link->state = LINK_DOWN;
	link->deadline = USEC_NEVER;
	link->ours = false;
	link_end_pairing(link);
	for (guint i = 0; i < link->attrs->len; i++)
		attr_link_lost(g_ptr_array_index(link->attrs, i));
	if (was_up && link->holds->len > 0)
		link->broker->ops->link_lost(link->broker->userdata, link, reason);
	for (guint i = link->holds->len; i-- > 0;) {
		const Hold *hold = &g_array_index(link->holds, Hold, i);

		if (!hold->auto_reconnect)
			link_drop_hold(link, hold->session);
	}
	link->retry_at = now;
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
	bool again = error == -EAGAIN && link->tries < TRIES_MAX && link->waits->len > 0;

	link->deadline = USEC_NEVER;
	link->state = LINK_DOWN;
	if (again) {
		link->retry_at = now + MIN(RETRY_FIRST << (link->tries - 1), RETRY_MAX);
	} else {
		link->retry_at = now + RETRY_LOST;
		link_fail_waits(link, error == -EAGAIN ? E_FAILED : error, reason);
	}
}

void link_connect_done(Link *link, int error, const Reason *reason, uint64_t now)
{
	Radio *radio = link->radio;

	if (link->state == LINK_CONNECTING && error != 0)
		link_retry(link, error, reason, now);
	links_settle(radio, now);
}

void link_disconnect_done(Link *link, uint64_t now)
{
	if (link->state != LINK_CLOSING || link->bluez.connected)
		return;
	link_lost(link, "disconnected", now);
	links_settle(link->radio, now);
}

void link_mirror(Radio *radio, const Addr *addr, const LinkMirror *mirror, uint64_t now)
{
	Link *link = link_find(radio, addr);
	unsigned changes = 0;
	LinkMirror old;

	if (!link)
		return;
	old = link->bluez;
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

	if (link->state == LINK_CONNECTING && mirror->connected && mirror->resolved)
		link_up(link);
	else if ((link->state == LINK_UP || link->state == LINK_CLOSING) && !mirror->connected)
		link_lost(link, "disconnected", now);
	links_settle(radio, now);
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

void links_settle(Radio *radio, uint64_t now)
{
	unsigned used = 0;
	bool busy = false;
	Link *link;

	if (radio->settling_links)
		return;
	radio->settling_links = true;
	for (guint i = radio->links->len; i-- > 0;) {
		link = g_ptr_array_index(radio->links, i);
		link_settle(link, now);
		if (link->state == LINK_DOWN && link->waits->len == 0 && link->holds->len == 0)
			link_free(link);
	}
	for (guint i = 0; i < radio->links->len; i++) {
		link = g_ptr_array_index(radio->links, i);
		busy |= link->state == LINK_CONNECTING;
		used += link->state == LINK_CONNECTING || link->state == LINK_UP || link->state == LINK_CLOSING;
	}
	link = busy || used >= radio->broker->config.max_links ? NULL : next_in_queue(radio, now);
	if (link)
		link_begin(link, now);
	radio->settling_links = false;
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
		link->order = radio->broker->next_link++;
		if (radio->broker->ops->link_look(radio->broker->userdata, radio, addr, &mirror))
			link->bluez = mirror;
		if (mirror.known)
			link->addr.type = mirror.addr_type;
	}
	if (link->state == LINK_UP) {
		link_add_hold(link, wait->session, wait->auto_reconnect);
		return 0;
	}

	wait->link = link;
	g_ptr_array_add(link->waits, wait);
	broker_wake_at(radio->broker, wait->deadline);
	if (link->state == LINK_DOWN)
		link->retry_at = 0;
	links_settle(radio, now);
	/* others may hold it open: then it is up by now, and the waiter has been told */
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
	links_settle(radio, now);
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
	uint64_t due = USEC_NEVER;
	Reason reason;

	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		link_expire_waits(link, now);
		if (link->deadline <= now && link->state == LINK_CONNECTING) {
			/* BlueZ may still be at it: take the attempt back before the next one */
			link->broker->ops->link_disconnect(link->broker->userdata, link);
			reason_set(&reason, E_TIMED_OUT, "the device did not answer in time");
			link_retry(link, E_TIMED_OUT, &reason, now);
		} else if (link->deadline <= now && link->state == LINK_CLOSING) {
			link_lost(link, "disconnected", now);
		}
	}
	links_settle(radio, now);
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
	Reason reason;
	int r;

	r = radio_ready(radio, &reason);
	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		link->bluez = (LinkMirror){ .rssi = RSSI_UNKNOWN };
		if (link->state != LINK_DOWN)
			link_lost(link, !broker->bluez_up ? "bluez-gone" : !radio->present ? "radio-gone" : "radio-off", now);
		link_fail_waits(link, r, &reason);
	}
	links_settle(radio, now);
}

void links_free(Radio *radio)
{
	while (radio->links->len > 0)
		link_free(g_ptr_array_index(radio->links, radio->links->len - 1));
	g_ptr_array_free(radio->links, TRUE);
}
