/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The power of a radio: who wants it, and what BlueZ is asked for. */
#include "core/power.h"

#include <errno.h>

#include "core/radio.h"

static void power_ask(Radio *radio, PowerCall call, uint64_t now)
{
	Broker *broker = radio->broker;
	Power *power = &radio->power;

	power->call = call;
	power->answered = false;
	task_at(&power->late, now + broker->config.power_on_seconds * USEC_PER_SEC);
	broker->ops->radio_power(broker->userdata, radio, call == POWER_ON);
}

/* Asks BlueZ for the power state that is wanted, unless an earlier call of ours is not over. */
static void on_settle(Task *task, uint64_t now)
{
	Radio *radio = CONTAINER_OF(task, Radio, power.settle);
	Power *power = &radio->power;
	const bool waited = power->waits.waits.length > 0, restore = power->restore;

	if (power->call != POWER_NONE || !radio->present)
		return;
	power->restore = false;
	if (radio->bluez.powered && power->offs.waits.length > 0) {
		power_ask(radio, POWER_OFF, now);
		return;
	}
	wait_line_end(&power->offs, 0, NULL);
	if (radio->bluez.powered && waited) {
		wait_line_end(&power->waits, 0, NULL);
	} else if (waited || (restore && !radio->bluez.powered)) {
		power->ours |= waited;
		power_ask(radio, POWER_ON, now);
	} else if (radio->users == 0 && power->ours) {
		/* nobody uses the radio any more, and it was off before we came */
		power->ours = false;
		if (radio->bluez.powered && !power->kept)
			power_ask(radio, POWER_OFF, now);
	}
}

static void power_wake(Radio *radio)
{
	task_at(&radio->power.settle, AT_ONCE);
}

void power_restore(Radio *radio)
{
	radio->power.restore = true;
	power_wake(radio);
}

/* The power state that we asked for has come about, or the call has failed. */
static void power_call_over(Radio *radio, int error, const Reason *reason)
{
	Power *power = &radio->power;
	const bool asked = power->offs.waits.length > 0, on = error == 0 && radio->bluez.powered;

	if (power->call == POWER_ON) {
		power->ours = power->ours && on;
		power->kept = power->kept && on;
		wait_line_end(&power->waits, error, reason);
	} else if (asked) {
		wait_line_end(&power->offs, error, reason);
	} else if (radio->users > 0 || power->waits.waits.length > 0) {
		/* somebody came while it was going off: it is on for them, or will be */
		power->ours = true;
	}
	power->call = POWER_NONE;
	task_cancel(&power->late);
	power_wake(radio);
}

static void on_late(Task *task, uint64_t now UNUSED)
{
	Radio *radio = CONTAINER_OF(task, Radio, power.late);
	Reason reason;

	reason_set(&reason, E_NOT_READY, "hci%u did not power %s within %u s", radio->index,
		   radio->power.call == POWER_ON ? "on" : "off", radio->broker->config.power_on_seconds);
	power_call_over(radio, E_NOT_READY, &reason);
}

void power_changed(Radio *radio)
{
	Power *power = &radio->power;
	const bool on = radio->bluez.powered;

	if (!on)
		power->ours = power->kept = false;
	else if (power->call != POWER_OFF)
		wait_line_end(&power->waits, 0, NULL);
	if (power->call == (on ? POWER_ON : POWER_OFF) && power->answered)
		power_call_over(radio, 0, NULL);
}

void power_done(Radio *radio, int error, const Reason *reason)
{
	Power *power = &radio->power;
	const bool wanted = power->call == POWER_ON, busy = error == -EBUSY;

	if (power->call == POWER_NONE)
		return;
	power->answered = true;
	if (wanted && busy)
		power->ours = false;
	/* where rfkill blocks the radio there is nothing to wait for: the session is opened all the same, and
	 * scans once the radio is unblocked */
	if (wanted && error != 0 && !busy && (error == -ERFKILL || radio->bluez.blocked))
		power_call_over(radio, 0, NULL);
	else if (error != 0 && !(wanted && busy))
		power_call_over(radio, error, reason);
	else if (radio->bluez.powered == wanted)
		power_call_over(radio, 0, NULL);
	/* else the change of Powered is still to come (power_changed), or comes too late (on_late) */
}

void power_gone(Radio *radio, int error, const Reason *reason)
{
	radio->power.call = POWER_NONE;
	task_cancel(&radio->power.late);
	wait_line_end(&radio->power.waits, error, reason);
	wait_line_end(&radio->power.offs, error, reason);
}

int power_on(Radio *radio, Wait *wait, Reason *reason)
{
	int r = radio_ready(radio, reason);

	if (r == 0 && radio->power.call != POWER_OFF && radio->power.offs.waits.length == 0)
		return 0;
	if (r != 0 && (r != E_NOT_READY || !radio->present))
		return r;
	if (r != 0 && radio->bluez.blocked)
		return 0;

	wait_stand(&radio->power.waits, wait);
	power_wake(radio);
	return 1;
}

void power_keep(Radio *radio)
{
	radio->power.kept = true;
}

int power_off(Radio *radio, Wait *wait, Reason *reason)
{
	int r = radio_ready(radio, reason);

	if (r != 0 && (r != E_NOT_READY || !radio->present))
		return r;
	if (r != 0 && radio->power.call != POWER_ON)
		return 0;

	radio->power.kept = false;
	wait_stand(&radio->power.offs, wait);
	power_wake(radio);
	return 1;
}

void power_init(Radio *radio)
{
	Power *power = &radio->power;

	*power = (Power){ .call = POWER_NONE };
	wait_line_init(&power->waits, NULL);
	wait_line_init(&power->offs, NULL);
	task_init(&power->settle, &radio->broker->agenda, on_settle);
	task_init(&power->late, &radio->broker->agenda, on_late);
}

void power_end(Radio *radio)
{
	task_cancel(&radio->power.settle);
	task_cancel(&radio->power.late);
	wait_line_deinit(&radio->power.waits);
	wait_line_deinit(&radio->power.offs);
}
