/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name that a radio says it has: to centrals, in the service Generic Access. It is BlueZ's Alias. */
#pragma once

#include "core/radio.h"

#define RADIO_NAME_LIMIT 247	/* bytes; what is longer BlueZ cuts */

/* Somebody who waits for the radio's new name. */
struct NameWait {
	Wait wait;
	Task order;
	const Radio *radio;
	char name[RADIO_NAME_LIMIT + 1];
	void *edge;		/* the edge's own */
};

/* Empty: the name that the host gives it. 0: its done will be called; E_INVALID_ARGUMENTS,
 * E_BLUEZ_UNAVAILABLE, E_NOT_READY (unplugged). */
int radio_name_set(Radio *radio, const char *name, NameWait *wait, Reason *reason);

/* The answer to ops->radio_rename. */
void radio_name_done(NameWait *wait, int error, const Reason *reason);

/* For radios.c. */
void radio_names_init(Radio *radio);
void radio_names_gone(Radio *radio, int error, const Reason *reason);	/* with the radio */
