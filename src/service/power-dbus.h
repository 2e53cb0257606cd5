/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adapter1.SetPower. */
#pragma once

#include "service/call.h"

int power_dbus_set(Call *call, void *radio, Reason *reason);
