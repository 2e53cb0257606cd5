/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose turn it is, where what the programs of many users want of a radio is done one after the other: that
 * of the user who had its last turn longest ago, however much each of them wants. A turn is noted in all of
 * the user's sessions at the radio (session->rota); a user who is new there comes behind those who are not.
 */
#pragma once

#include <stdint.h>

#include "core/broker.h"

typedef enum RotaKind {
	ROTA_CONNECT,		/* attempts to connect (core/turn.h) */
	ROTA_ADVERT,		/* advertisements (rotation.c) */
	_ROTA_MAX,
} RotaKind;

void rota_join(Session *session);	/* for sessions.c: it is new */
/* The session's user has a turn, or has had it: all others come before it now. */
void rota_turn(Session *session, RotaKind kind);
/* Of two sessions, the one whose user comes first; the first, if it is the same user. One may be NULL. */
Session *rota_first(Session *a, Session *b, RotaKind kind);
