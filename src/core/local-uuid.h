/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which UUIDs an attribute of ours cannot have, because bluetoothd makes those itself or because they are
 * what attributes are made of. */
#pragma once

#include "meaning/uuid.h"
#include "util/error.h"

/* 0, or E_NOT_SUPPORTED. */
int local_uuid_check(const Uuid *uuid, Reason *reason);
