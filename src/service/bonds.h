/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1.Forget and Adapter1.GetBonds. */
#pragma once

#include "service/call.h"

int bonds_forget(Call *call, void *object, Reason *reason);
int bonds_get(Call *call, void *radio, Reason *reason);
