/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which UUIDs an attribute of ours cannot have: bluetoothd makes such attributes itself, or the UUID is a
 * type of which services and characteristics are built. */
#pragma once

#include "meaning/uuid.h"
#include "util/error.h"

/* 0 if the UUID may be used, else E_NOT_SUPPORTED. */
int served_uuid_check(const Uuid *uuid, Reason *reason);
