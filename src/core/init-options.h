/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options with which a session is initialised. */
#pragma once

#include <stdbool.h>

#include "util/macros.h"

/* Session1.Init's options. */
typedef struct InitOptions {
	uint32_t antenna;	/* INT_ANT 0, EXT_ANT 1 */
	bool antenna_set;
	uint32_t pin;
	bool pin_set;
	bool secure;
	bool privacy;
	uint16_t mtu;		/* 0: not asked for */
	uint32_t fifo;		/* reports; 0: as configured */
	bool drop_newest;
} InitOptions;
