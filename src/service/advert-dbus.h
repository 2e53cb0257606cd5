/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1's methods of the peripheral side: what is advertised, and the centrals. */
#pragma once

#include "service/call.h"

int set_advertisement(Call *call, Reason *reason);
int set_advertisement_params(Call *call, Reason *reason);
int set_advertisement_raw(Call *call, Reason *reason);
int advertise(Call *call, Reason *reason);
int tx_power(Call *call, Reason *reason);
int set_pin(Call *call, Reason *reason);
int gatts_mtu(Call *call, Reason *reason);
int disconnect_client(Call *call, Reason *reason);
