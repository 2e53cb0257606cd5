/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A radio and three sessions, for the tests of links. */
#pragma once

#include "links.h"

typedef struct Place {
	World world;
	Radio *radio;
	Session *a, *b, *c;
} Place;

static inline void place_init(Place *place)
{
	world_init(&place->world);
	place->radio = world_radio(&place->world, 1, 0, true);
	place->a = world_session(&place->world, place->radio, 1, ":1.1");
	place->b = world_session(&place->world, place->radio, 1, ":1.2");
	place->c = world_session(&place->world, place->radio, 2, ":1.3");
	g_string_truncate(place->world.log, 0);
}

static inline void fail_connect(Place *place, uint8_t last, int error)
{
	Reason reason;

	reason_set(&reason, E_FAILED, "said the edge");
	link_connect_done(world_link(place->radio, last), error, &reason, place->world.now);
}
