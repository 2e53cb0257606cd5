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

bool link_is_held(const Link *link, const Session *session)
{
	return link_hold(link, session);
}

void link_add_hold(Link *link, Session *session, bool auto_reconnect)
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

bool link_drop_hold(Link *link, const Session *session, uint64_t now)
{
	Hold *hold = link_hold(link, session);

	if (!hold)
		return false;
	g_array_remove_index(link->holds, (guint)(hold - (Hold *)(void *)link->holds->data));
	link_unclaim(link, session);
	link_drop_pairing(link, session, now);
	for (guint i = 0; i < link->attrs->len; i++)
		attr_drop_session(g_ptr_array_index(link->attrs, i), session);
	link_changed(link, LINK_HOLDERS);
	session_settle(session);
	return true;
}

bool link_wants_back(const Link *link)
{
	for (guint i = 0; i < link->holds->len; i++)
		if (g_array_index(link->holds, Hold, i).auto_reconnect)
			return true;
	return link->mend_until != 0 && link->holds->len > 0;
}

int link_release(Link *link, Session *session, uint64_t now)
{
	Radio *radio = link->radio;
	bool first = links_enter(radio);
	bool held = link_drop_hold(link, session, now);

	links_leave(radio, first, now);
	return held ? 0 : E_NOT_CONNECTED;
}
