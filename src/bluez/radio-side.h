/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RadioOps (core/ops.h) of BlueZ: which function here does what core wants of a radio. */
#pragma once

#include "core/ops.h"

extern const RadioOps radio_side;	/* userdata: Bluez */
