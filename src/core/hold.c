/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds: the sessions that have a link. */
#include "core/hold.h"

#include "core/link.h"
#include "core/links.h"
#include "core/pairing.h"
#include "core/session.h"

static Hold *link_hold(const Link *link, const Session *session)
{
	for (guint i = 0; i < link->holds->len; i++) {
		Hold *hold = &g_array_index(link->holds, Hold, i);

		if (hold->session == session)
			return hold;
	}
	return NULL;
}

bool hold_is_there(const Link *link, const Session *session)
{
	return link_hold(link, session);
}

int hold_charge(Charge *charge, const Session *session, Reason *reason)
{
	return charge_bytes(charge, session->user, sizeof(Hold) + sizeof(Link), reason);
}

void hold_add(Link *link, Session *session, bool auto_reconnect, Charge *charge)
{
	Hold *hold = link_hold(link, session);

	if (hold) {
		hold->auto_reconnect |= auto_reconnect;
		charge_end(charge);
		return;
	}
	g_array_append_val(link->holds, ((Hold){ session, auto_reconnect, *charge }));
	*charge = (Charge){ 0 };
	link->linger = USEC_NEVER;
	link_changed(link, LINK_HOLDERS);
}

bool hold_drop(Link *link, const Session *session, uint64_t now)
{
	Hold *hold = link_hold(link, session);
	Session *holder;

	if (!hold)
		return false;
	holder = hold->session;
	charge_end(&hold->charge);
	g_array_remove_index(link->holds, (guint)(hold - (Hold *)(void *)link->holds->data));
	claim_release(link, session);
	pairing_drop_session(link, session, now);
	for (guint i = 0; i < link->attrs->len; i++)
		listeners_drop_session(g_ptr_array_index(link->attrs, i), session);
	link_changed(link, LINK_HOLDERS);
	session_idle_again(holder);
	return true;
}

bool hold_wants_back(const Link *link)
{
	for (guint i = 0; i < link->holds->len; i++)
		if (g_array_index(link->holds, Hold, i).auto_reconnect)
			return true;
	return link->recover_until != 0 && link->holds->len > 0;
}

int hold_release(Link *link, Session *session, uint64_t now)
{
	const bool held = hold_drop(link, session, now);

	radio_wake_links(link->radio);
	return held ? 0 : E_NOT_CONNECTED;
}
