/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses for the tests that need some. */
#pragma once

#include "meaning/addr.h"

Addr addr_of(const char *text, uint8_t type);

/* C0:00:00:00:00:LL, with which a Bed's devices are named. */
Addr device_addr(uint8_t last);
