/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small helpers that every layer uses. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Times are CLOCK_BOOTTIME microseconds unless a unit is named. */
#define USEC_PER_MSEC ((uint64_t)1000)
#define USEC_PER_SEC ((uint64_t)1000000)
#define USEC_NEVER UINT64_MAX

/* For times that are found out by doing something: MIN would do it twice. */
static inline uint64_t usec_earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
/* The structure that contains the field which field_pointer points to. */
#define CONTAINER_OF(field_pointer, type, field) \
	((type *)(void *)((char *)(field_pointer) - offsetof(type, field)))
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))
