/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The power of a radio: who wants it, and what BlueZ is asked for. */
#include "core/power.h"

#include <errno.h>

#include "core/radio.h"

void power_init(Power *power)
{
	*power = (Power){ .deadline = USEC_NEVER, .waits = g_ptr_array_new() };
}

void power_deinit(Power *power)
{
	g_assert(power->waits->len == 0);
	g_ptr_array_free(power->waits, TRUE);
}

static void power_tell(Power *power, int error, const Reason *reason)
{
	/* one at a time: a waiter that is told may take others off the list */
	while (power->waits->len > 0) {
		PowerWait *wait = g_ptr_array_steal_index(power->waits, 0);

		wait->radio = NULL;
		wait->done(wait, error, reason);
	}
}

static void radio_ask_power(Radio *radio, PowerCall call, uint64_t now)
{
	Broker *broker = radio->broker;
	Power *power = &radio->power;

	power->call = call;
	power->answered = false;
	power->deadline = now + broker->config.power_on_seconds * USEC_PER_SEC;
	broker_wake_at(broker, power->deadline);
	broker->ops->radio_power(broker->userdata, radio, call == POWER_ON);
}

void radio_power_settle(Radio *radio, uint64_t now)
{
	Power *power = &radio->power;

	if (power->call != POWER_NONE || !radio->present)
		return;
	if (power->waits->len > 0 && !radio->bluez.powered) {
		power->ours = true;
		radio_ask_power(radio, POWER_ON, now);
	} else if (radio->users == 0 && power->waits->len == 0 && power->ours) {
		/* nobody is left who wanted it on, and it was off before we came */
		power->ours = false;
		if (radio->bluez.powered)
			radio_ask_power(radio, POWER_OFF, now);
	}
}

void radio_power_restore(Radio *radio, uint64_t now)
{
	radio_ask_power(radio, POWER_ON, now);
}

/* What was asked for has come about, or failed. */
static void power_call_over(Radio *radio, int error, const Reason *reason, uint64_t now)
{
	Power *power = &radio->power;
	const PowerCall call = power->call;

	power->call = POWER_NONE;
	power->deadline = USEC_NEVER;
	if (call == POWER_OFF && (radio->users > 0 || power->waits->len > 0)) {
		/* somebody came meanwhile: it is on for them, or will be */
		power->ours = true;
		if (!radio->bluez.powered)
			radio_ask_power(radio, POWER_ON, now);
		else
			power_tell(power, 0, NULL);
		return;
	}
	if (call == POWER_ON) {
		power->ours = power->ours && error == 0 && radio->bluez.powered;
		power_tell(power, error, reason);
	}
	radio_power_settle(radio, now);
}

void radio_power_changed(Radio *radio, uint64_t now)
{
	Power *power = &radio->power;
	const bool on = radio->bluez.powered;

	if (!on)
		power->ours = false;
	else if (power->call != POWER_OFF)
		power_tell(power, 0, NULL);
	if (power->call == (on ? POWER_ON : POWER_OFF) && power->answered)
		power_call_over(radio, 0, NULL, now);
}

void radio_power_done(Radio *radio, int error, const Reason *reason, uint64_t now)
{
	Power *power = &radio->power;
	const bool wanted = power->call == POWER_ON, busy = error == -EBUSY;

	if (power->call == POWER_NONE)
		return;
	power->answered = true;
	if (wanted && busy)
		power->ours = false;
	/* where it is blocked there is nothing to wait for: the session stands, and scans once rfkill lets it */
	if (wanted && error != 0 && !busy && (error == -ERFKILL || radio->bluez.blocked))
		power_call_over(radio, 0, NULL, now);
	else if (error != 0 && !(wanted && busy))
		power_call_over(radio, error, reason, now);
	else if (radio->bluez.powered == wanted)
		power_call_over(radio, 0, NULL, now);
	/* else Powered itself is on its way; the deadline stands */
}

void radio_power_gone(Radio *radio, int error, const Reason *reason)
{
	radio->power.call = POWER_NONE;
	radio->power.deadline = USEC_NEVER;
	power_tell(&radio->power, error, reason);
}

int radio_power_on(Radio *radio, PowerWait *wait, uint64_t now, Reason *reason)
{
	int r = radio_ready(radio, reason);

	if (r == 0 && radio->power.call != POWER_OFF)
		return 0;
	if (r != 0 && (r != E_NOT_READY || !radio->present))
		return r;
	if (r != 0 && radio->bluez.blocked)
		return 0;

	wait->radio = radio;
	g_ptr_array_add(radio->power.waits, wait);
	radio_power_settle(radio, now);
	return 1;
}

void power_wait_cancel(PowerWait *wait)
{
	if (!wait->radio)
		return;
	g_ptr_array_remove(wait->radio->power.waits, wait);
	wait->radio = NULL;
}

uint64_t radio_power_tick(Radio *radio, uint64_t now)
{
	const Broker *broker = radio->broker;
	Reason reason;

	if (radio->power.call != POWER_NONE && radio->power.deadline <= now) {
		reason_set(&reason, E_NOT_READY, "hci%u did not power on within %u s", radio->index,
			   broker->config.power_on_seconds);
		power_call_over(radio, E_NOT_READY, &reason, now);
	}
	return radio->power.deadline;
}
