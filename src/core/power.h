/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The power of a radio: on while a session uses it, off again if it was off before we came. BlueZ makes one
 * change at a time, and refuses others meanwhile, so we ask for one only when the last has come about or
 * failed. A session that comes while the radio is going off waits until it is on again. People may also
 * switch it by hand: power_keep, power_off.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/agenda.h"
#include "core/broker.h"
#include "core/wait.h"
#include "util/error.h"

/* What BlueZ was asked for. */
typedef enum PowerCall {
	POWER_NONE,
	POWER_ON,
	POWER_OFF,
} PowerCall;

typedef struct Power {
	PowerCall call;
	bool answered;			/* BlueZ has answered the call; Powered may still have to change */
	bool ours;			/* we powered it on, and so may power it off */
	bool kept;			/* it is to stay on, also without sessions */
	bool restore;			/* it was on before it was unplugged */
	Task settle;
	Task late;			/* the call has taken too long */
	WaitLine waits;			/* who waits for it to be on */
	WaitLine offs;			/* who waits for it to be off */
} Power;

/*
 * Asks for the radio to be on: 0 if there is nothing to wait for (it is on, or rfkill blocks it), 1 if wait's
 * done will be called, E_BLUEZ_UNAVAILABLE or E_NOT_READY if it is not there.
 */
int power_on(Radio *radio, Wait *wait, Reason *reason);

/* Somebody has asked for the radio to be on for good: it does not go off with the last session. Holds until
 * it is off, or could not be powered on. */
void power_keep(Radio *radio);

/* Powers the radio off, whoever uses it (core/radio-use.h tells). 0 if it is off, 1 if wait's done will be
 * called, E_BLUEZ_UNAVAILABLE or E_NOT_READY if it is not there. */
int power_off(Radio *radio, Wait *wait, Reason *reason);

/* The answer to ops->radio_power: 0, -ERFKILL if the radio is blocked, -EBUSY if BlueZ is making another
 * program's change, or another error. */
void power_done(Radio *radio, int error, const Reason *reason);

/* For radio.c and radios.c. */
void power_init(Radio *radio);
void power_end(Radio *radio);
void power_restore(Radio *radio);			/* it was on before it was unplugged */
void power_changed(Radio *radio);			/* BlueZ's Powered did */
void power_gone(Radio *radio, int error, const Reason *reason);	/* who waits gets that */
