/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GattManager1 and LEAdvertisingManager1 of an adapter. */
#pragma once

#include "object.h"

extern const Iface manager_gatt_iface;
extern const Iface manager_advertising_iface;
