/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* An LE device address with its type, as HCI has it. */

#include <stdbool.h>
#include <stdint.h>
#include <bluetooth/bluetooth.h>

#include "clock.h"

typedef struct DeviceAddress {
	uint8_t type;		/* 0 public, 1 random */
	bdaddr_t address;
} __attribute__((packed)) DeviceAddress;

static inline bool device_address_equal(const DeviceAddress *a, const DeviceAddress *b)
{
	return a->type == b->type && !bacmp(&a->address, &b->address);
}

/* of 48 bits, as printed */
static inline DeviceAddress device_address(uint64_t addr, bool random)
{
	DeviceAddress ret = { .type = random };

	for (int i = 0; i < 6; i++)
		ret.address.b[i] = (uint8_t)(addr >> 8 * i);
	return ret;
}
