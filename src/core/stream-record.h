/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports as the bytes that AcquireAdvertisements hands out. bluebroker-stream.h, which programs
 * include, has the layout and reads it. */
#pragma once

#include "core/ring.h"

/*
 * Writes the reports in the ring, oldest first, as one datagram: at most max reports (up to 65535), and as
 * many as fit into size bytes (at least BB_STREAM_HEADER_SIZE). They stay in the ring. lost: for the header.
 * Returns the datagram's length, and in *ret_count how many reports are in it.
 */
size_t stream_datagram(const Ring *ring, size_t max, uint64_t lost, uint8_t *bytes, size_t size,
		       size_t *ret_count);
