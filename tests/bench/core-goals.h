/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon's steps cost in time and memory, beside what they are meant to cost. */
#pragma once

#include "figures.h"

/* CPU time of this machine: a figure that another run gives only about. */
void core_measure_times(Figures *figures);
/* Bytes of malloc's: the same in each run. */
void core_measure_memory(Figures *figures);
