/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link to a device: who wants it, who has it, and how it comes and goes. */
#include "core/link.h"

#include <errno.h>
#include <stdlib.h>

#include "core/links.h"
#include "core/pairing.h"
#include "core/turn.h"

#define TRIES_MAX 4			/* after that a transient failure counts as one */
#define RETRY_FIRST (250 * USEC_PER_MSEC)
#define RETRY_MAX (1 * USEC_PER_SEC)
#define ATTEMPT_UNANSWERED (15 * USEC_PER_SEC)
#define ATTEMPT_MAX (40 * USEC_PER_SEC)	/* the kernel gives up after 20 s; then there are the services */
#define MEND_MAX (30 * USEC_PER_SEC)	/* then its holders are told that it is lost */
#define CLOSE_MAX (10 * USEC_PER_SEC)

void link_changed(Link *link, unsigned changes)
{
	if (changes && link->exposed)
		link->broker->ops->link_changed(link->broker->userdata, link, changes);
}

Link *link_new(Radio *radio, const Addr *addr)
{
	Link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->broker = radio->broker;
	link->radio = radio;
	link->addr = *addr;
	link->identity = identities_resolve(radio->identities, addr);
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

	/* while the link is mended, bluetoothd's answer tells more */
	if (!link->pairing || link->mend_until != 0)
		return;
	reason_set(&reason, E_NOT_CONNECTED, "the link was lost");
	link_pair_end(link, E_NOT_CONNECTED, &reason);
}

void link_free(Link *link)
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
	const Addr identity = identities_resolve(radio->identities, addr);

	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		if (addr_equal(&link->addr, addr) || addr_equal(&link->identity, &identity))
			return link;
	}
	return NULL;
}

bool link_is_wanted(const Link *link)
{
	return link->waits->len > 0 || link_wants_back(link);
}

/* --- states --- */

/* Work goes on. */
static void link_resume(Link *link)
{
	link->mend_until = 0;
	/* what BlueZ does not show any more was kept only for its subscribers */
	for (guint i = link->attrs->len; i-- > 0;) {
		Attr *attr = g_ptr_array_index(link->attrs, i);

		if (attr->present)
			attr_restore(attr);
		else
			attr_free(attr);
	}
	link_pair_resume(link);
}

void link_serve_waits(Link *link)
{
	while (link->waits->len > 0) {
		ConnectWait *wait = g_ptr_array_index(link->waits, 0);

		link_add_hold(link, wait->session, wait->auto_reconnect);
		connect_wait_end(wait, 0, NULL);
	}
}

static void link_up(Link *link)
{
	link->state = LINK_UP;
	link->tries = 0;
	link->retry_at = 0;
	link->deadline = USEC_NEVER;
	link_succeeded(link);
	if (!link->exposed) {
		link->exposed = true;
		link->broker->ops->link_added(link->broker->userdata, link);
	}
	link_resume(link);
	link_serve_waits(link);
}

void link_own(Link *link, bool ours)
{
	if (link->ours == ours)
		return;
	link->ours = ours;
	link->broker->ops->link_owned(link->broker->userdata, link);
}

void link_close(Link *link, uint64_t now)
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

/* Those who do not want it back have lost it. */
static void link_tell_lost(Link *link, const char *reason, bool was_up, uint64_t now)
{
	if (was_up && link->holds->len > 0)
		link->broker->ops->link_lost(link->broker->userdata, link, reason);
	for (guint i = link->holds->len; i-- > 0;) {
		const Hold *hold = &g_array_index(link->holds, Hold, i);

		if (!hold->auto_reconnect)
			link_drop_hold(link, hold->session, now);
	}
}

/* The link is down, by whomever. */
static void link_lost(Link *link, const char *reason, uint64_t now)
{
	bool was_up = link->state == LINK_UP || link->mend_until != 0;
	bool forgiven = link->pair_under_way || link->forgive_until > now || link->mend_until > now;

	/* those who hold it have not asked for a pairing that breaks the link */
	link->mend_until = was_up && forgiven && strcmp(reason, "disconnected") == 0 ? now + MEND_MAX : 0;
	link->state = LINK_DOWN;
	link->deadline = USEC_NEVER;
	link_own(link, false);
	link->tries = 0;
	link->linger = USEC_NEVER;
	link_cancel_work(link);
	if (link->mend_until == 0)
		link_tell_lost(link, reason, was_up, now);
	else
		broker_wake_at(link->broker, link->mend_until);
	link->retry_at = MAX(link->retry_at, now);
}

/* Not cut, after all; or it does not come back. */
void link_mend_expired(Link *link, uint64_t now)
{
	if (link->state == LINK_UP) {
		link_resume(link);
		return;
	}
	link->mend_until = 0;
	link_cancel_work(link);
	link_tell_lost(link, "disconnected", true, now);
}

void link_begin(Link *link, uint64_t now)
{
	link->state = LINK_CONNECTING;
	link->tries++;
	link->begun = now;
	/* before it is asked for */
	link_own(link, !link->bluez.connected);
	link->deadline = now + ATTEMPT_MAX;
	broker_wake_at(link->broker, link->deadline);
	link->calling = !link->bluez.connected;
	link->broken = false;
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
	/* a link that is mended has until mend_until: the kernel may be busy with a device that does not answer */
	bool again = error == -EAGAIN &&
		     (link->mend_until != 0 || (link->waits->len > 0 && link->tries < TRIES_MAX));

	if (error == -EAGAIN)
		error = unanswered ? E_TIMED_OUT : E_CONNECTION_REFUSED;
	link->deadline = USEC_NEVER;
	link->state = LINK_DOWN;
	if (again) {
		link->retry_at = now + MIN(RETRY_FIRST << MIN(link->tries - 1, TRIES_MAX), RETRY_MAX);
	} else {
		link->tries = 0;
		link_failed(link, now);
		link_fail_waits(link, error, reason);
		if (link->mend_until != 0)
			link_mend_expired(link, now);
	}
}

/* The link went down again before its services were known. */
static void link_broke(Link *link, uint64_t now)
{
	Reason reason;

	/* BlueZ does not say why; but a device that has lost its key ends each link so, when it is to be encrypted */
	if (link->bluez.paired)
		reason_set(&reason, E_FAILED, "the link was lost before the services were known, as is each one to a device that "
			   "was paired and has lost its key: if it was reset, its bond is no good any more; forget it "
			   "(Session1.Forget), and pair again");
	else
		reason_set(&reason, E_FAILED, "the link was lost while the services were being discovered");
	link_retry(link, -EAGAIN, &reason, now);
}

bool link_is_recovering(const Link *link)
{
	return link->mend_until != 0;
}

void link_connect_done(Link *link, int error, const Reason *reason, uint64_t now)
{
	Radio *radio = link->radio;
	bool first = links_enter(radio);

	link->calling = false;
	if (link->state == LINK_CONNECTING && error != 0)
		link_retry(link, error, reason, now);
	else if (link->state == LINK_CONNECTING && link->broken)
		link_broke(link, now);
	links_leave(radio, first, now);
}

void link_disconnect_done(Link *link, int error, uint64_t now)
{
	Radio *radio = link->radio;
	bool first;

	/* BlueZ answers before the link is down: the mirror tells. Where it does not take it down, waiting is no use. */
	if (link->state != LINK_CLOSING || (error == 0 && link->bluez.connected))
		return;
	first = links_enter(radio);
	link_lost(link, "disconnected", now);
	links_leave(radio, first, now);
}

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
	link_changed(link, changes);
}

void link_mirror(Radio *radio, const Addr *addr, const LinkMirror *mirror, uint64_t now)
{
	Link *link = link_find(radio, addr);
	bool was_connected, first;

	if (!link)
		return;
	first = links_enter(radio);
	was_connected = link->bluez.connected;
	link_take_mirror(link, mirror);
	if (mirror->connected)
		link->broken = false;

	if (link->state == LINK_CONNECTING && mirror->connected && mirror->resolved) {
		link_up(link);
	} else if (link->state == LINK_CONNECTING && was_connected && !mirror->connected) {
		link_cancel_work(link);
		/* one failure counts once: where Connect is still to be answered, that is when to try again */
		link->broken = link->calling;
		if (!link->calling)
			link_broke(link, now);
	} else if ((link->state == LINK_UP || link->state == LINK_CLOSING) && !mirror->connected) {
		link_lost(link, "disconnected", now);
	}
	links_leave(radio, first, now);
}

void link_settle(Link *link, uint64_t now)
{
	bool usable = broker_bluez_ready(link->broker, NULL) == 0 && link->radio->present && link->radio->bluez.powered;

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

void link_time_out(Link *link, uint64_t now)
{
	Reason reason;

	if (link->state == LINK_CONNECTING) {
		/* BlueZ may still be at it: take the attempt back before the next one */
		link_close(link, now);
		link->tries = 0;
		link_failed(link, now);
		reason_set(&reason, E_TIMED_OUT, "the device did not answer in time");
		link_fail_waits(link, E_TIMED_OUT, &reason);
	} else if (link->state == LINK_CLOSING) {
		link_lost(link, "disconnected", now);
	}
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
	link_fail_waits(link, error, reason);
	if (present)
		return;
	/* its path goes with the radio's, and so do BlueZ's objects, without a word of each */
	link_hide(link);
	for (guint a = link->attrs->len; a-- > 0;)
		attr_vanished(g_ptr_array_index(link->attrs, a));
}
