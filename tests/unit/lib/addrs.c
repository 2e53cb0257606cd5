/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addrs.h"

#include <check.h>

Addr addr_of(const char *text, uint8_t type)
{
	Addr addr = { .type = type };

	ck_assert_int_eq(addr_parse(text, &addr), 0);
	return addr;
}

Addr device_addr(uint8_t last)
{
	return (Addr){ .bytes = { 0xc0, 0, 0, 0, 0, last }, .type = ADDR_RANDOM };
}
