/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RemoteCharacteristic1 and RemoteDescriptor1: reads and writes. */
#pragma once

#include "service/call.h"

int attr_value_read(Call *call, void *attr, Reason *reason);
int attr_value_read_descriptor(Call *call, void *attr, Reason *reason);
int attr_value_write(Call *call, void *attr, Reason *reason);
