/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "world.h"

void world_init(World *world, void (*lay_out)(Bed *bed))
{
	lay_out(&world->bed);
	wire_init(&world->wire);
	ck_assert_int_ge(sd_event_new(&world->event), 0);
	ck_assert_int_ge(service_new(&world->service, world->event, world->wire.service, world->bed.broker),
			 0);
	wire_run(&world->wire);
}

void world_end(World *world)
{
	service_free(world->service);
	sd_event_unref(world->event);
	wire_end(&world->wire);
	bed_end(&world->bed);
}
