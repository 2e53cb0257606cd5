/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1: scanning. */
#pragma once

#include "service/call.h"

/* Finds the session of StartScan, and powers its radio, unless the duration is 0, which scan_start
 * refuses. */
int scan_check_start(Call *call, void *object, Reason *reason);
int scan_start(Call *call, void *object, Reason *reason);
int scan_stop(Call *call, void *object, Reason *reason);
int scan_is_active(Call *call, void *object, Reason *reason);
int scan_set_filter(Call *call, void *object, Reason *reason);
