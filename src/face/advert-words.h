/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program says of its advertisement: the properties of LEAdvertisement1. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/advert.h"
#include "core/radio.h"
#include "util/error.h"

typedef struct AdvertWords {
	AdvertData data;
	AdvertParams params;
	uint32_t interval_min_ms;
	uint32_t interval_max_ms;
	uint16_t timeout;		/* seconds; 0: none */
	uint16_t discoverable_timeout;	/* likewise */
	bool broadcast;
	bool says_discoverable;
	bool has_name;
	bool includes_name;
} AdvertWords;

/* Reads the a{sv} that stands next. discoverable: where it does not say so itself. E_INVALID_ARGUMENTS,
 * E_NOT_SUPPORTED, or a negative errno. */
int advert_words_read(sd_bus_message *m, const Radio *radio, bool discoverable, AdvertWords *ret,
		      Reason *reason);
