/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes: how long they take, and what comes of many at once. */
#pragma once

#include "links-bed.h"

/* Alternately through the daemon and straight to BlueZ, so that noise hits both alike. */
void links_measure_latency(Bed *bed, unsigned int air_ms);

/* Programs that do the same to one characteristic, each again as soon as it has its answer; in turns
 * all through the daemon and all straight to BlueZ. */
void links_measure_crowd(Bed *bed, bool writes, unsigned int air_ms);
