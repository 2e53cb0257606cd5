/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* An LE device address with its type, and the clock of the test bed. */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <bluetooth/bluetooth.h>

#define SECOND 1000000000ULL

typedef struct DeviceAddress {
	uint8_t type;		/* 0 public, 1 random */
	bdaddr_t address;
} __attribute__((packed)) DeviceAddress;

static inline bool device_address_equal(const DeviceAddress *a, const DeviceAddress *b)
{
	return a->type == b->type && !bacmp(&a->address, &b->address);
}

/* CLOCK_MONOTONIC, in nanoseconds */
static inline uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}
