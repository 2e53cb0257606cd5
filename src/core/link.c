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

#define TRIES_MAX 4			/* after so many, a failure that may be transient is final */
#define RETRY_FIRST (250 * USEC_PER_MSEC)
#define RETRY_MAX (1 * USEC_PER_SEC)
/* an attempt that fails as late as that: the device did not answer */
#define ATTEMPT_UNANSWERED (15 * USEC_PER_SEC)
/* the kernel tries for 20 s to connect; the rest is for the discovery of services */
#define ATTEMPT_MAX (40 * USEC_PER_SEC)
#define RECOVER_MAX (30 * USEC_PER_SEC)	/* then the holders are told that the link is lost */
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
	/* descriptors and characteristics before what they belong to */
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

/* Ends a pairing that is under way, because the link is gone. */
static void link_end_pairing(Link *link)
{
	Reason reason;

	/* while the link is being recovered, bluetoothd's answer to Pair tells better how that ended */
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

/* The link is up: operations, notifications and a pairing that had to wait for it go on. */
static void link_resume(Link *link)
{
	link->recover_until = 0;
	/* while the link was down, attributes that BlueZ no longer shows were kept for their subscribers */
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
		hold_add(link, wait->wait.session, wait->auto_reconnect, &wait->hold);
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
		/* another program or the device opened it, so it is not ours to close */
		link->state = LINK_DOWN;
		link->deadline = USEC_NEVER;
		return;
	}
	link->state = LINK_CLOSING;
	link->deadline = now + CLOSE_MAX;
	order_link_disconnect(link);
}

/* Ends what was under way on the link: a pairing, and operations on attributes. */
void link_cancel_work(Link *link)
{
	link_end_pairing(link);
	for (guint i = 0; i < link->attrs->len; i++)
		attr_link_lost(g_ptr_array_index(link->attrs, i));
}

/* Tells all holders that the link is lost, if it was up, and ends the holds without auto_reconnect. */
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

/* The link is down, whoever closed it. */
void link_lost(Link *link, const char *reason, uint64_t now)
{
	bool was_up = link->state == LINK_UP || link->recover_until != 0;
	bool graced = link->pairing.under_way || link->pairing.grace_until > now || link->recover_until > now;

	/* a loss that a pairing caused is hidden from the holders: the link is opened again first */
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

/* The time to recover the link is over: either it was never cut, or it does not come back. */
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
	/* noted before BlueZ is asked: the ledger must have it even if we are killed in between */
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
	/* BlueZ gives one error for a device that does not answer and for one that refuses the connection:
	 * only the time that it took tells which (begun is deadline - ATTEMPT_MAX) */
	bool unanswered = error == -EAGAIN && link->deadline != USEC_NEVER &&
			  now + ATTEMPT_MAX >= link->deadline + ATTEMPT_UNANSWERED;
	/* a link that is being recovered may be tried any number of times until recover_until: the kernel may
	 * be busy with another device that does not answer */
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

	/* BlueZ does not say why; but a bonded device that has lost its key ends each link like that, when
	 * the link is to be encrypted */
	if (link->bluez.paired)
		reason_set(&reason, E_CONNECTION_REFUSED,
			   "the link was lost before the services were known, as is each one "
			   "to a device that was paired and has lost its key: if it was reset, its bond is "
			   "no good any more; forget it (Session1.Forget), and pair again");
	else
		reason_set(&reason, E_CONNECTION_REFUSED,
			   "the link was lost while the services were being discovered");
	link->deadline = USEC_NEVER;	/* the device has answered, however late */
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
	/* after success BlueZ still has to take the link down, and link_mirror hears of that; after an error
	 * nothing will come */
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
		/* a device that others have connected needs no turn of the radio */
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
