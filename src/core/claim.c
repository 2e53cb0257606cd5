/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claims: who alone may write. */
#include "core/claim.h"

#include "core/link.h"

bool claim_allows(const Link *link, const Attr *attr, const Session *session)
{
	const Attr *of = attr->kind == ATTR_DESCRIPTOR && attr->parent ? attr->parent : attr;

	return (!link->claim || link->claim == session) && (!of->claim || of->claim == session);
}

int claim_take(Link *link, Attr *attr, Session *session, Reason *reason)
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

void claim_release(Link *link, const Session *session)
{
	if (link->claim == session)
		link->claim = NULL;
	for (guint i = 0; i < link->attrs->len; i++) {
		Attr *attr = g_ptr_array_index(link->attrs, i);

		if (attr->claim == session)
			attr->claim = NULL;
	}
}
