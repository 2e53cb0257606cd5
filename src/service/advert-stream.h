/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Session1.AcquireAdvertisements: a SOCK_SEQPACKET pipe for a session's reports, many to a datagram
 * (bluebroker-stream.h). Reports that do not fit into the pipe wait in the session's FIFO, and are lost there
 * and nowhere else.
 */
#pragma once

#include "service/call.h"

int advert_stream_acquire(Call *call, void *object, Reason *reason);
