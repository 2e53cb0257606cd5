/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LocalCharacteristic1 and LocalDescriptor1: values that we set, and those that peers ask for. */
#pragma once

#include "service/call.h"

int local_value_dbus_set(Call *call, void *attr, Reason *reason);
int local_value_dbus_notify(Call *call, void *attr, Reason *reason);
int local_value_dbus_respond(Call *call, void *attr, Reason *reason);
int local_value_dbus_reject(Call *call, void *attr, Reason *reason);
