/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link to a device: who wants it, who has it, and how it comes and goes. */
#include "core/link.h"

#include <errno.h>

#include "core/absent.h"
#include "core/links.h"
#include "core/news.h"
#include "core/orders.h"
#include "core/pairing.h"
#include "core/post.h"

#define TRIES_MAX 4			/* after that a transient failure counts as one */
#define RETRY_FIRST (250 * USEC_PER_MSEC)
#define RETRY_MAX (1 * USEC_PER_SEC)
#define ATTEMPT_UNANSWERED (15 * USEC_PER_SEC)
/* the kernel gives up after 20 s; then there are the services */
#define ATTEMPT_MAX (40 * USEC_PER_SEC)
#define RECOVER_MAX (30 * USEC_PER_SEC)	/* then its holders are told that it is lost */
#define CLOSE_MAX (10 * USEC_PER_SEC)

void link_changed(Link *link, unsigned changes)
{
	if (changes && link->exposed)
		news_link_changed(link, changes);
}

Link *link_new(Radio *radio, const Addr *addr)
{
	Link *link = g_new0(Link, 1);

	link->broker = radio->broker;
	link->radio = radio;
	link->addr = *addr;
	link->identity = identities_resolve(radio->identities, addr);
	link->bluez.rssi = RSSI_UNKNOWN;
	link->linger = USEC_NEVER;
	link->deadline = USEC_NEVER;
	connect_waits_init(link);
	pairing_init(link);
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

void link_hide(Link *link)
{
	if (!link->exposed)
		return;
	/* the leaves before the branches */
	for (guint i = link->attrs->len; i-- > 0;)
		news_attr_removed(g_ptr_array_index(link->attrs, i));
	news_link_removed(link);
	link->exposed = false;
}

static void link_show(Link *link)
{
	if (link->exposed)
		return;
	link->exposed = true;
	news_link_added(link);
	for (guint i = 0; i < link->attrs->len; i++)
		news_attr_added(g_ptr_array_index(link->attrs, i));
}

/* The link is gone, and a pairing under way with it. */
static void link_end_pairing(Link *link)
{
	Reason reason;

	/* while the link is recovered, bluetoothd's answer tells more */
	if (link->recover_until != 0)
		return;
	reason_set(&reason, E_NOT_CONNECTED, "the link was lost");
	pairing_end(link, E_NOT_CONNECTED, &reason);
}

static void link_end(void *data)
{
	Link *link = data;

	g_ptr_array_free(link->attrs, TRUE);
	g_array_free(link->holds, TRUE);
	g_free(link);
}

void link_free(Link *link)
{
	wait_line_deinit(&link->waits);
	link_hide(link);
	g_ptr_array_remove(link->radio->links, link);
	link_end_pairing(link);
	pairing_deinit(link);
	link_drop_attrs(link);
	post_bury(link->broker, link, link_end);
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
	return link->waits.waits.length > 0 || hold_wants_back(link);
}

/* --- states --- */

/* Work goes on. */
static void link_resume(Link *link)
{
	link->recover_until = 0;
	/* what BlueZ does not show any more was kept only for its subscribers */
	for (guint i = link->attrs->len; i-- > 0;) {
		Attr *attr = g_ptr_array_index(link->attrs, i);

		if (attr->present)
			attr_restore(attr);
		else
			attr_free(attr);
	}
	pairing_resume(link);
}

void link_serve_waits(Link *link)
{
	ConnectWait *wait;

	while ((wait = connect_waits_first(link))) {
		hold_add(link, wait->wait.session, wait->auto_reconnect);
		connect_wait_end(wait, 0, NULL);
	}
}

void link_up(Link *link)
{
	link->state = LINK_UP;
	link->tries = 0;
	link->retry_at = 0;
	link->deadline = USEC_NEVER;
	absent_clear(link);
	link_show(link);
	link_resume(link);
	link_serve_waits(link);
}

void link_own(Link *link, bool ours)
{
	if (link->ours == ours)
		return;
	link->ours = ours;
	news_links_owned(link->broker);
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
	order_link_disconnect(link);
}

/* What was under way on it ends. */
void link_cancel_work(Link *link)
{
	link_end_pairing(link);
	for (guint i = 0; i < link->attrs->len; i++)
		attr_link_lost(g_ptr_array_index(link->attrs, i));
}

/* Those who do not want it back have lost it. */
static void link_tell_lost(Link *link, const char *reason, bool was_up, uint64_t now)
{
	for (guint i = 0; was_up && i < link->holds->len; i++)
		news_link_lost(link, g_array_index(link->holds, Hold, i).session, reason);
	for (guint i = link->holds->len; i-- > 0;) {
		const Hold *hold = &g_array_index(link->holds, Hold, i);

		if (!hold->auto_reconnect)
			hold_drop(link, hold->session, now);
	}
}

/* The link is down, by whomever. */
void link_lost(Link *link, const char *reason, uint64_t now)
{
	bool was_up = link->state == LINK_UP || link->recover_until != 0;
	bool graced = link->pairing.under_way || link->pairing.grace_until > now || link->recover_until > now;

	/* those who hold it have not asked for a pairing that breaks the link */
	link->recover_until = was_up && graced && strcmp(reason, "disconnected") == 0 ? now + RECOVER_MAX : 0;
	link->state = LINK_DOWN;
	link->deadline = USEC_NEVER;
	link_own(link, false);
	link->tries = 0;
	link->linger = USEC_NEVER;
	link_cancel_work(link);
	if (link->recover_until == 0)
		link_tell_lost(link, reason, was_up, now);
	link->retry_at = MAX(link->retry_at, now);
}

/* Not cut, after all; or it does not come back. */
void link_recover_expired(Link *link, uint64_t now)
{
	if (link->state == LINK_UP) {
		link_resume(link);
		return;
	}
	link->recover_until = 0;
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
	link->calling = !link->bluez.connected;
	link->broken = false;
	if (!link->bluez.connected)
		order_link_connect(link);
	else if (link->bluez.resolved)
		link_up(link);
}

static void link_retry(Link *link, int error, const Reason *reason, uint64_t now)
{
	/* BlueZ says the same of a device that is not there (after the kernel's 20 s) and of one that does
	 * not want us */
	bool unanswered = error == -EAGAIN && link->deadline != USEC_NEVER &&
			  now + ATTEMPT_MAX >= link->deadline + ATTEMPT_UNANSWERED;
	/* a link that is recovered has until recover_until: the kernel may be busy with a device that does
	 * not answer */
	bool again = error == -EAGAIN &&
		     (link->recover_until != 0 || (link->waits.waits.length > 0 && link->tries < TRIES_MAX));

	if (error == -EAGAIN)
		error = unanswered ? E_TIMED_OUT : E_CONNECTION_REFUSED;
	link->deadline = USEC_NEVER;
	link->state = LINK_DOWN;
	if (again) {
		link->retry_at = now + MIN(RETRY_FIRST << MIN(link->tries - 1, TRIES_MAX), RETRY_MAX);
	} else {
		link->tries = 0;
		absent_note(link, now);
		connect_waits_fail(link, error, reason);
		if (link->recover_until != 0)
			link_recover_expired(link, now);
	}
}

/* The link went down again before its services were known. */
void link_broke(Link *link, uint64_t now)
{
	Reason reason;

	/* BlueZ does not say why; but a device that has lost its key ends each link so, when it is to be
	 * encrypted */
	if (link->bluez.paired)
		reason_set(&reason, E_FAILED,
			   "the link was lost before the services were known, as is each one "
			   "to a device that was paired and has lost its key: if it was reset, its bond is "
			   "no good any more; forget it (Session1.Forget), and pair again");
	else
		reason_set(&reason, E_FAILED, "the link was lost while the services were being discovered");
	link_retry(link, -EAGAIN, &reason, now);
}

bool link_is_recovering(const Link *link)
{
	return link->recover_until != 0;
}

void link_connect_done(Link *link, int error, const Reason *reason, uint64_t now)
{
	link->calling = false;
	if (link->state == LINK_CONNECTING && error != 0)
		link_retry(link, error, reason, now);
	else if (link->state == LINK_CONNECTING && link->broken)
		link_broke(link, now);
	radio_wake_links(link->radio);
}

void link_disconnect_done(Link *link, int error, uint64_t now)
{
	/* BlueZ answers before the link is down: the mirror tells. Where it does not take it down, waiting is
	 * no use. */
	if (link->state != LINK_CLOSING || (error == 0 && link->bluez.connected))
		return;
	link_lost(link, "disconnected", now);
	radio_wake_links(link->radio);
}

void link_settle(Link *link, uint64_t now)
{
	bool usable = broker_bluez_ready(link->broker, NULL) == 0 && link->radio->present &&
		      link->radio->bluez.powered;

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
		if (link->holds->len == 0 && link->waits.waits.length == 0 && link->linger == USEC_NEVER)
			link->linger = now + link->broker->config.link_linger_seconds * USEC_PER_SEC;
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
		absent_note(link, now);
		reason_set(&reason, E_TIMED_OUT, "the device did not answer in time");
		connect_waits_fail(link, E_TIMED_OUT, &reason);
	} else if (link->state == LINK_CLOSING) {
		link_lost(link, "disconnected", now);
	}
}
