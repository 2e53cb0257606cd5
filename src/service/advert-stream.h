/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Session1.AcquireAdvertisements: a SOCK_SEQPACKET pipe for a session's reports, many to a datagram
 * (bluebroker-stream.h). What does not fit into it waits in the session's FIFO, and is lost there and nowhere
 * else.
 */
#pragma once

#include "service/call.h"

int advert_stream_acquire(Call *call, void *object, Reason *reason);
