/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service on a connection that the test has the other end of, above a bed. */
#pragma once

#include "bed.h"
#include "service/service.h"
#include "wire.h"

typedef struct World {
	Bed bed;
	Wire wire;
	sd_event *event;
	Service *service;
} World;

/* lay_out: bed_init_radio or one that does more. */
void world_init(World *world, void (*lay_out)(Bed *bed));
/* As bed_end, after the service has ended. */
void world_end(World *world);
