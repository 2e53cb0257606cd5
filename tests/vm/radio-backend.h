/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The air around controllers on /dev/vhci. */

#include "radio-central.h"
#include "radio-peer.h"
#include "request.h"

typedef struct Backend {
	Air air;
	bool filter_duplicates;		/* for radios plugged in from now on */
	uint64_t supervised;
} Backend;

extern const Verb radio_verbs[];	/* what only the radio on /dev/vhci can be asked for */
extern const char radio_help[];

void backend_init(Backend *backend);
void backend_deinit(Backend *backend);
/* Sends what is due. Returns when to be called again, or NEVER. */
uint64_t backend_run(Backend *backend, uint64_t now);

/* Sends an LE Meta event as it is. Returns how many radios' hosts got it, negative errno if one could not. */
int backend_send_event(Air *air, uint64_t target, const uint8_t *parameters, size_t length);
