/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1.Connect. */
#pragma once

#include "service/call.h"

int connect_device(Call *call, void *object, Reason *reason);
