/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who a device is while its address is a private one (resolvable, Vol 3 Part H 2.2.2). */
#pragma once

#include "report.h"

/* A new address. */
uint64_t privacy_make(const Privacy *privacy);
/* Whether it is one of its. */
bool privacy_made(const Privacy *privacy, uint64_t addr);
