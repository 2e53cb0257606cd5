/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The power of a radio: on while a session uses it, off again if it was off before we came. BlueZ takes one change at a
 * time, and refuses another meanwhile, so nothing is asked of it before what was asked last has come about or failed. Who
 * comes while the radio is going off waits until it is on again.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "util/error.h"

/* Somebody who waits for the radio to be on. Lives in the waiter; off the list before done is called. */
typedef struct PowerWait {
	void (*done)(struct PowerWait *wait, int error, const Reason *reason);
	Radio *radio;			/* NULL while not waiting */
} PowerWait;

/* What BlueZ was asked for. */
typedef enum PowerCall {
	POWER_NONE,
	POWER_ON,
	POWER_OFF,
} PowerCall;

typedef struct Power {
	PowerCall call;
	bool answered;			/* Powered itself is still to come */
	uint64_t deadline;		/* of the call */
	bool ours;			/* we powered it on, and so may power it off */
	GPtrArray *waits;		/* PowerWait */
} Power;

/*
 * Asks for the radio to be on: 0 if there is nothing to wait for (it is on, or blocked so that waiting is no use), 1 if
 * wait->done will be called, E_BLUEZ_UNAVAILABLE or E_NOT_READY where it is not there.
 */
int radio_power_on(Radio *radio, PowerWait *wait, uint64_t now, Reason *reason);
void power_wait_cancel(PowerWait *wait);	/* no harm if it does not wait */

/* The answer to ops->radio_power: 0, -ERFKILL where it is blocked, -EBUSY where somebody else is at it, or another error. */
void radio_power_done(Radio *radio, int error, const Reason *reason, uint64_t now);

/* For radio.c. */
void power_init(Power *power);
void power_deinit(Power *power);
void radio_power_settle(Radio *radio, uint64_t now);	/* the sessions that use it came or went */
void radio_power_restore(Radio *radio, uint64_t now);	/* it was on before it was unplugged */
void radio_power_changed(Radio *radio, uint64_t now);	/* Powered did */
void radio_power_gone(Radio *radio, int error, const Reason *reason);
uint64_t radio_power_tick(Radio *radio, uint64_t now);	/* when it has something due next */
