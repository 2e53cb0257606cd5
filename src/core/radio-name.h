/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name that a radio says it has: to centrals, in the service Generic Access. It is BlueZ's Alias. */
#pragma once

#include "core/radio.h"

#define RADIO_NAME_LIMIT 247	/* bytes; BlueZ cuts what is longer */

/* Somebody who waits for the radio's new name. */
struct NameWait {
	Wait wait;
	Task order;
	const Radio *radio;
	char name[RADIO_NAME_LIMIT + 1];
	void *edge;		/* the edge's own */
};

/* name: empty for the one that BlueZ makes of the host's name. 0: wait's done will be called;
 * E_INVALID_ARGUMENTS, E_BLUEZ_UNAVAILABLE, E_NOT_READY (unplugged). */
int radio_name_set(Radio *radio, const char *name, NameWait *wait, Reason *reason);

/* The answer to ops->radio_rename. */
void radio_name_done(NameWait *wait, int error, const Reason *reason);

/* For radios.c. */
void radio_names_init(Radio *radio);
void radio_names_gone(Radio *radio, int error, const Reason *reason);	/* the radio is gone */
