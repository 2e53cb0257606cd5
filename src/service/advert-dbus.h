/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1's methods of the peripheral side: what is advertised, and the centrals. */
#pragma once

#include "service/call.h"

int set_advertisement(Call *call, void *object, Reason *reason);
int set_advertisement_params(Call *call, void *object, Reason *reason);
int set_advertisement_raw(Call *call, void *object, Reason *reason);
int advertise(Call *call, void *object, Reason *reason);
int tx_power(Call *call, void *object, Reason *reason);
int set_pin(Call *call, void *object, Reason *reason);
int gatts_mtu(Call *call, void *object, Reason *reason);
int disconnect_client(Call *call, void *object, Reason *reason);
