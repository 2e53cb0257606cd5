/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.bluez.Battery1: the Battery Level (0x2a19) of a device whose link the program holds. */
#pragma once

#include "face/iface.h"
#include "face/view.h"

extern const Iface battery_iface;

/* The link is up: reads the level, and has it notified. It is not any more. */
void battery_begin(DeviceView *device);
void battery_end(DeviceView *device);
/* Whether the notifications of the attribute are wanted for that. */
bool battery_needs(const DeviceView *device, const Attr *attr);
/* A value of that characteristic came. */
void battery_value(DeviceView *device, const Attr *attr, GBytes *value);
