/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link that two sessions hold, and a characteristic that can do everything, for the tests of attributes. */
#pragma once

#include "links.h"

typedef struct Place {
	World world;
	Radio *radio;
	Session *a, *b;
	Link *link;
	Attr *service, *attr;	/* attr: a characteristic that can do everything */
	uint64_t spent;
} Place;

#define HANDLE 3

static inline Attr *show_attrs(Place *place)
{
	place->service = world_attr(place->link, ATTR_SERVICE, 1, NULL, "");
	place->attr = world_attr(place->link, ATTR_CHARACTERISTIC, HANDLE, place->service,
				 "read,write,write-without-response,reliable-write,notify");
	return place->attr;
}

static inline void place_init(Place *place)
{
	Connecter second = { 0 };

	world_init(&place->world);
	place->radio = world_radio(&place->world, 1, 0, true);
	place->a = world_session(&place->world, place->radio, 1, ":1.1");
	place->b = world_session(&place->world, place->radio, 1, ":1.2");
	place->link = world_link_up(&place->world, place->radio, 5, place->a, true);
	ck_assert_int_eq(world_connect(&place->world, place->radio, 5, place->b, &second), 0);
	show_attrs(place);
	world_expect(&place->world, "+1 +3");
}

/* What the user of both sessions pays for, beside streams and the like. */
static inline uint64_t place_charged(const Place *place)
{
	return user_charged(place->a->user, QUOTA_BYTES);
}

/* Nothing is left to the user. */
static inline void place_spend(Place *place)
{
	place->spent = user_limit(place->a->user, QUOTA_BYTES) - place_charged(place);
	ck_assert_int_eq(user_charge(place->a->user, QUOTA_BYTES, place->spent), 0);
}

static inline void place_earn(Place *place)
{
	user_discharge(place->a->user, QUOTA_BYTES, place->spent);
}

/* On for session a by :1.1. */
static inline void place_notify(Place *place)
{
	Asker asker = { 0 };

	ck_assert_int_eq(world_subscribe(place->attr, place->a, ":1.1", &asker), 1);
	world_answer(&place->world, 0, 0, NULL);
	ck_assert_uint_eq(asker.called, 1);
	world_expect(&place->world, "notify(3)");
}
