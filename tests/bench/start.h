/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long the daemon takes to start. */
#pragma once

#include "figures.h"
#include "world.h"

/* Ends and starts the world's daemon so many times. */
void start_measure(World *world, Figures *figures, unsigned int starts);
