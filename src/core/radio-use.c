/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who uses a radio. */
#include "core/radio-use.h"

#include "core/link.h"
#include "core/sessions.h"

static unsigned our_links(const Radio *radio)
{
	unsigned n = 0;

	for (guint i = 0; i < radio->links->len; i++) {
		const Link *link = g_ptr_array_index(radio->links, i);

		n += link->ours && link->bluez.connected;
	}
	return n;
}

RadioUse radio_use_of(const Radio *radio, uid_t uid)
{
	const unsigned ours = our_links(radio);
	RadioUse use = { .links = radio->bluez.links > ours ? radio->bluez.links - ours : 0 };

	for (guint i = 0; i < radio->broker->sessions->len; i++) {
		const Session *session = g_ptr_array_index(radio->broker->sessions, i);

		if (session->radio != radio || !sessions_needs_radio(session))
			continue;
		use.sessions++;
		use.others += user_uid(session->user) != uid;
	}
	return use;
}

int radio_use_check(const Radio *radio, uid_t uid, bool force, Reason *reason)
{
	const RadioUse use = radio_use_of(radio, uid);

	if (force && use.others > 0 && uid != 0)
		return reason_set(reason, E_ACCESS_DENIED,
				  "force: %u of the sessions on hci%u are of other users; only root may",
				  use.others, radio->index);
	if (!force && use.sessions + use.links > 0)
		return reason_set(reason, E_BUSY,
				  "hci%u is in use: sessions: %u (of other users: %u), links of others: %u; "
				  "option force powers it off all the same",
				  radio->index, use.sessions, use.others, use.links);
	return 0;
}
