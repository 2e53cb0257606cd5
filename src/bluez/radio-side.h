/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What core wants of radios, and which function here does it. */
#pragma once

#include "core/ops.h"

extern const RadioOps radio_side;	/* userdata: Bluez */
