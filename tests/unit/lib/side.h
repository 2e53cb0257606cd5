/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edge toward BlueZ on a connection that the test has the other end of, above a bed: with one adapter,
 * and what calls need. */
#pragma once

#include "bed.h"
#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "wire.h"

typedef struct Side {
	Bed bed;
	Wire wire;
	Adapter adapter;
	Bluez bluez;
} Side;

/* lay_out: bed_init_radio or one that does more. */
void side_init(Side *side, void (*lay_out)(Bed *bed));
void side_end(Side *side);	/* as bed_end */
