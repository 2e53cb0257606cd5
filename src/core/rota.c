/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users take turns. */
#include "core/rota.h"

#include <string.h>

#include "core/session.h"

static bool is_of_one_user(const Session *a, const Session *b)
{
	return a->radio == b->radio && a->user == b->user;
}

void rota_join(Session *session)
{
	const Broker *broker = session->broker;

	for (size_t kind = 0; kind < _ROTA_MAX; kind++)
		session->rota[kind] = broker->last_turn;
	for (guint i = 0; i < broker->sessions->len; i++) {
		const Session *other = g_ptr_array_index(broker->sessions, i);

		if (other != session && is_of_one_user(other, session)) {
			memcpy(session->rota, other->rota, sizeof(session->rota));
			return;
		}
	}
}

void rota_turn(Session *session, RotaKind kind)
{
	Broker *broker = session->broker;

	broker->last_turn++;
	for (guint i = 0; i < broker->sessions->len; i++) {
		Session *other = g_ptr_array_index(broker->sessions, i);

		if (is_of_one_user(other, session))
			other->rota[kind] = broker->last_turn;
	}
}

Session *rota_first(Session *a, Session *b, RotaKind kind)
{
	if (!a || !b)
		return a ? a : b;
	return b->rota[kind] < a->rota[kind] ? b : a;
}
