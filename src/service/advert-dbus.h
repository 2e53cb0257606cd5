/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1: what is advertised. */
#pragma once

#include "service/call.h"

int advert_dbus_set(Call *call, void *object, Reason *reason);
int advert_dbus_set_params(Call *call, void *object, Reason *reason);
int advert_dbus_set_raw(Call *call, void *object, Reason *reason);
int advert_dbus_enable(Call *call, void *object, Reason *reason);
int advert_dbus_tx_power(Call *call, void *object, Reason *reason);
