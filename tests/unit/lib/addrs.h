/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses for tests. */
#pragma once

#include "meaning/addr.h"

Addr addr_of(const char *text, uint8_t type);

/* C0:00:00:00:00:LL, where LL is last: the address of a Bed's device of that number. */
Addr device_addr(uint8_t last);
