/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RemoteCharacteristic1.AcquireNotify and AcquireWrite: SOCK_SEQPACKET pipes, a value a datagram, one for each session; the
 * daemon fans out. A reader that is slow loses its own values (counted in the log at the end), nobody else's.
 */
#pragma once

#include "service/call.h"

int stream_acquire_notify(Call *call, Reason *reason);
int stream_acquire_write(Call *call, Reason *reason);
