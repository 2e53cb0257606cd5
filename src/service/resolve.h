/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1.ResolveAdvData. */
#pragma once

#include "service/call.h"

int resolve_adv_data(Call *call, void *object, Reason *reason);
