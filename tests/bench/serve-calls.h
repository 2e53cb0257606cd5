/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes of centrals. */
#pragma once

#include "serve-bed.h"

/* So many centrals, each of which asks again as soon as it is answered. */
void serve_measure_calls(ServeBed *bed, bool writes, unsigned int centrals);
