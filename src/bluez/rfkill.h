/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether rfkill blocks a radio, from sysfs: BlueZ before 5.67 does not tell on D-Bus. */
#pragma once

#include <stdbool.h>

#include "util/macros.h"

/* False also where sysfs does not know the radio. */
bool rfkill_blocks(unsigned index);
