/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LocalService1.Characteristic and LocalCharacteristic1.Descriptor: new attributes of ours. */
#pragma once

#include "core/local.h"
#include "service/call.h"

/* The UUID and the options are read from the message, the new path is the answer. parent: NULL for a
 * characteristic. */
int local_new_attr(Call *call, LocalService *service, LocalAttr *parent, Reason *reason);
