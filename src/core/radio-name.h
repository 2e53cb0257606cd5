/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name that a radio says it has: to centrals, in the service Generic Access. It is BlueZ's Alias. */
#pragma once

#include "core/radio.h"

#define RADIO_NAME_LIMIT 247	/* bytes; what is longer BlueZ cuts */

/* Somebody who waits for the radio's new name. Lives in the waiter; done is called once, at any time. */
struct NameWait {
	void (*done)(struct NameWait *wait, int error, const Reason *reason);
	const Radio *radio;
	Broker *broker;		/* NULL while not waiting */
	void *edge;		/* the edge's own */
};

/* Empty: the name that the host gives it. 0: wait->done is called; E_INVALID_ARGUMENTS, E_BLUEZ_UNAVAILABLE,
 * E_NOT_READY (unplugged). */
int radio_rename(Radio *radio, const char *name, NameWait *wait, Reason *reason);
void name_wait_cancel(NameWait *wait);	/* no harm if it does not wait */

/* The answer to ops->radio_rename. */
void name_wait_done(NameWait *wait, int error, const Reason *reason);
