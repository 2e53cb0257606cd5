/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which link is connected next, and when an attempt gives way. */
#include "core/turn.h"

#include "core/link.h"
#include "core/absent.h"
#include "core/slots.h"
#include "core/radio.h"
#include "core/rota.h"
#include "core/session.h"

#define SLICE (4 * USEC_PER_SEC)	/* reaches a device that advertises every second or two */
#define SLICE_CROWDED (2 * USEC_PER_SEC)	/* where more than CROWD links wait */
#define CROWD 4
#define SLICE_SERVICES (15 * USEC_PER_SEC)	/* to discover the services, where others wait for the slot */

/* --- the queue --- */

static int link_priority(const Link *link)
{
	int priority = 0;

	for (const ConnectWait *wait = connect_waits_first(link); wait; wait = connect_wait_next(wait))
		priority = MAX(priority, wait->priority);
	return priority;
}

/* Whose turn an attempt is: of the sessions that wait for the link or want it back, the one whose user comes
 * first. There is one for each link that is queued (link_settle). */
static Session *whose_turn(const Link *link)
{
	Session *first = NULL;

	for (const ConnectWait *wait = connect_waits_first(link); wait; wait = connect_wait_next(wait))
		first = rota_first(first, wait->wait.session, ROTA_CONNECT);
	for (guint i = 0; i < link->holds->len; i++) {
		const Hold *hold = &g_array_index(link->holds, Hold, i);

		if (hold->auto_reconnect || link->recover_until != 0)
			first = rota_first(first, hold->session, ROTA_CONNECT);
	}
	return first;
}

/* Whether the session's user has had a turn while the link waited. */
static bool was_passed_over(const Link *link, const Session *by)
{
	return by->rota[ROTA_CONNECT] > link->asked_turn;
}

/*
 * Links that were not tried in vain (tried_at 0) go first, by priority and age; then what was tried longest
 * ago. But that is how a user has one turn before another, not two: of users of whom one, or both, have had a
 * turn while the other waited, the one who had it longest ago goes first.
 */
static bool goes_before(const Link *a, const Link *b)
{
	const Session *first = whose_turn(a), *second = whose_turn(b);
	int left = link_priority(a), right = link_priority(b);

	if (first->user != second->user && (was_passed_over(a, second) || was_passed_over(b, first)))
		return first->rota[ROTA_CONNECT] < second->rota[ROTA_CONNECT];
	if (a->tried_at != b->tried_at)
		return a->tried_at < b->tried_at;
	if (left != right)
		return left > right;
	return a->order < b->order;
}

static bool link_is_ready(const Link *link, uint64_t now)
{
	return link->state == LINK_QUEUED && link->retry_at <= now;
}

/* The attempt that keeps the radio busy, also one that is being taken back; or NULL. Once the device is
 * connected, the attempt keeps only its slot: the radio is free for the next. */
static Link *find_attempt(const Radio *radio)
{
	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		if ((link->state == LINK_CONNECTING || link->state == LINK_CLOSING) && link->ours &&
		    !link->bluez.connected)
			return link;
	}
	return NULL;
}

/* Of the links that nobody holds, and that linger, the one that would be closed first; or NULL. */
static Link *find_lingering(const Radio *radio)
{
	Link *best = NULL;

	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		if (link->state == LINK_UP && link->linger != USEC_NEVER &&
		    (!best || link->linger < best->linger))
			best = link;
	}
	return best;
}

/* The oldest attempt that is connected (has a slot), but has not discovered its services yet; or NULL. */
static Link *find_dawdling(const Radio *radio)
{
	Link *best = NULL;

	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		if (link->state == LINK_CONNECTING && link->ours && link->recover_until == 0 &&
		    link->bluez.connected && (!best || link->begun < best->begun))
			best = link;
	}
	return best;
}

static bool a_slot_is_coming(const Radio *radio)
{
	for (guint i = 0; i < radio->links->len; i++)
		if (((const Link *)g_ptr_array_index(radio->links, i))->state == LINK_CLOSING)
			return true;
	return false;
}

static uint64_t slice_of(const Radio *radio, uint64_t now)
{
	unsigned waiting = 0;

	for (guint i = 0; i < radio->links->len; i++)
		waiting += link_is_ready(g_ptr_array_index(radio->links, i), now);
	return waiting > CROWD ? SLICE_CROWDED : SLICE;
}

/* Whether the attempt gives way to next: to one that callers wait for, always; to a lost link that is to come
 * back, only if nobody waits for the attempt either, or next was not tried in vain yet. */
static bool gives_way(const Link *attempt, const Link *next)
{
	/* a link that is being recovered has holders who know nothing of it, and a limit of its own */
	if (attempt->state == LINK_CLOSING || attempt->recover_until != 0)
		return false;
	return next->waits.waits.length > 0 || attempt->waits.waits.length == 0 || next->tried_at == 0;
}

/* Where attempt is not NULL: of the links to which it gives way. */
static Link *next_in_queue(const Radio *radio, const Link *attempt, uint64_t now)
{
	Link *best = NULL;

	for (guint i = 0; i < radio->links->len; i++) {
		Link *link = g_ptr_array_index(radio->links, i);

		if (!link_is_ready(link, now) || (attempt && !gives_way(attempt, link)))
			continue;
		if (!best || goes_before(link, best))
			best = link;
	}
	return best;
}

/* Takes the attempt back; those who wait for it go on waiting. */
static void link_yield(Link *link, uint64_t now)
{
	if (link->waits.waits.length > 0)
		absent_count(link, now);
	else
		absent_note(link, now);
	link_close(link, now);
}

static bool yield_when_due(Link *link, uint64_t due, uint64_t now)
{
	if (due > now)
		return false;
	link_yield(link, now);
	return true;
}

bool turns_settle(Radio *radio, uint64_t now)
{
	Link *attempt = find_attempt(radio), *next = next_in_queue(radio, attempt, now), *spare;

	if (!next)
		return false;
	if (attempt)
		return yield_when_due(attempt, attempt->begun + slice_of(radio, now), now);
	if (slots_used(radio) < radio->broker->config.max_links) {
		rota_turn(whose_turn(next), ROTA_CONNECT);
		link_begin(next, now);
		return true;
	}
	if (a_slot_is_coming(radio))
		return false;
	spare = find_lingering(radio);
	if (spare) {
		link_close(spare, now);
		return true;
	}
	spare = find_dawdling(radio);
	return spare && next_in_queue(radio, spare, now)
		       ? yield_when_due(spare, spare->begun + SLICE_SERVICES, now) : false;
}

uint64_t turns_due(const Radio *radio, uint64_t now)
{
	const Link *attempt = find_attempt(radio), *next = next_in_queue(radio, attempt, now);

	if (!next)
		return USEC_NEVER;
	if (attempt)
		return attempt->begun + slice_of(radio, now);
	attempt = find_dawdling(radio);
	if (!attempt || slots_used(radio) < radio->broker->config.max_links || a_slot_is_coming(radio))
		return USEC_NEVER;
	return next_in_queue(radio, attempt, now) ? attempt->begun + SLICE_SERVICES : USEC_NEVER;
}
