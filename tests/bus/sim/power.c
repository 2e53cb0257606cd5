/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The power of an adapter. */
#include "power.h"

#define CONTROLLER_MS 5 /* a controller's answer */
#define ENABLE_MS 30 /* until bluetoothd powers on what it finds off */

struct Power {
	Bus *bus;
	Radio *radio;
	const PowerOps *ops;
	void *owner;
	const char *state;
	bool on;
	bool target;
	guint command;
	GDBusMethodInvocation *call; /* the write under way; NULL: our own doing */
};

static void power_set_state(Power *power, const char *state)
{
	if (g_str_equal(power->state, state))
		return;
	power->state = state;
	power->ops->state(power->owner);
}

static void power_set_on(Power *power, bool on)
{
	if (power->on == on)
		return;
	power->on = on;
	power->ops->changed(power->owner, on);
}

static int on_command(void *data)
{
	Power *power = data;

	power->command = 0;
	if (power->target && power->radio->blocked) {
		power_set_state(power, "off-blocked");
		if (power->call)
			bus_error(power->bus, g_steal_pointer(&power->call), "Failed",
				  "Failed"); /* by kernel 6.1 */
		return G_SOURCE_REMOVE;
	}

	radio_power(power->radio, power->target);
	if (power->call)
		bus_reply(power->bus, g_steal_pointer(&power->call), NULL);
	power_set_on(power, power->target);
	power_set_state(power, power->target ? "on" : "off");
	return G_SOURCE_REMOVE;
}

static void power_command(Power *power, bool on, GDBusMethodInvocation *call)
{
	unsigned int ms = call ? MAX(CONTROLLER_MS, bus_delay(power->bus, "Set:Powered"))
			       : ENABLE_MS;

	power->target = on;
	power->call = call;
	power->command = g_timeout_add(ms, on_command, power);
}

void power_set(Power *power, bool on, GDBusMethodInvocation *call)
{
	if (power->command) {
		bus_error(power->bus, call, "Busy", "");
		return;
	}
	if (on == power->on) {
		bus_reply(power->bus, call, NULL);
		return;
	}

	if (!on)
		power->ops->going(power->owner);
	if (!g_str_equal(power->state, "off-blocked"))
		power_set_state(power, on ? "off-enabling" : "on-disabling");
	power_command(power, on, call);
}

void power_blocked(Power *power, bool blocked)
{
	if (blocked) {
		power_set_state(power, "off-blocked");
		power_set_on(power, false);
		return;
	}

	power_set_state(power, "off");
	if (!power->command)
		power_command(power, true, NULL);
}

void power_lost(Power *power)
{
	power_set_on(power, false);
}

bool power_is_on(const Power *power)
{
	return power->on;
}

const char *power_state(const Power *power)
{
	return power->state;
}

Power *power_new(Bus *bus, Radio *radio, const PowerOps *ops, void *owner)
{
	Power *power = g_new0(Power, 1);

	power->bus = bus;
	power->radio = radio;
	power->ops = ops;
	power->owner = owner;
	power->on = radio->powered;
	power->state = power->on ? "on" : radio->blocked ? "off-blocked" : "off";
	if (!power->on && !radio->blocked)
		power_command(power, true, NULL);
	return power;
}

Power *power_free(Power *power)
{
	if (!power)
		return NULL;

	if (power->command)
		g_source_remove(power->command);
	if (power->call)
		bus_error(power->bus, power->call, "Failed", "gone");
	g_free(power);
	return NULL;
}
