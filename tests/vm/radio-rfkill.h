/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The kernel's switch for one radio, as a laptop's key or airplane mode would use it. */

#include <stdbool.h>

/* index: the N of hciN. Negative errno on failure. */
int rfkill_block(int index, bool block);
