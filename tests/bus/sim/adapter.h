/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An adapter object with its devices: Adapter1, GattManager1 and LEAdvertisingManager1 over one
 * radio. */
#pragma once

#include "agents.h"
#include "air.h"

typedef struct Adapter Adapter;

/* fresh: plugged in while bluetoothd runs, and then its advertising manager comes a moment later
 * than the rest. temporary_ms: how long a device that is not heard of any more stays. The power
 * goes on by itself, as with AutoEnable, unless the radio is blocked. */
Adapter *adapter_new(Bus *bus, Air *air, Radio *radio, const Agents *agents, bool fresh,
		     unsigned int temporary_ms);
Adapter *adapter_free(Adapter *adapter, bool silently);
const char *adapter_alias(const Adapter *adapter);
const Radio *adapter_radio(const Adapter *adapter);
