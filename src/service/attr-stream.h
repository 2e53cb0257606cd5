/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RemoteCharacteristic1.AcquireNotify and AcquireWrite: pipes that carry one value in a datagram, a pipe for
 * each session; the daemon fans out. A reader that is slow loses its own values (counted in the log at the
 * end), nobody else's.
 */
#pragma once

#include "service/call.h"

int attr_stream_acquire_notify(Call *call, void *attr, Reason *reason);
int attr_stream_acquire_write(Call *call, void *attr, Reason *reason);
