/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adapter1.SetPower: the radio's switch. */
#include "service/power-dbus.h"

#include <stddef.h>

#include "bus/options.h"
#include "core/radio-use.h"
#include "service/path.h"
#include "service/service.h"

static int read_force(sd_bus_message *m, void *force, Reason *reason UNUSED)
{
	return options_read_flag(m, force);
}

/* Where rfkill blocks the radio, nobody waits for it: so it may not be on. */
static int on_powered(Call *call, int error, Reason *reason)
{
	const Path path = path_parse(sd_bus_message_get_path(call->message));
	const Radio *radio = broker_radio(call->service->broker, path.index);

	if (error == 0)
		error = radio ? radio_ready(radio, reason) : E_NO_SUCH_ADAPTER;
	return error != 0 ? error : call_reply(call, NULL);
}

static void on_off(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);

	call_finish(call, error != 0 ? error : call_reply(call, NULL), reason);
}

static int switch_off(Call *call, Radio *radio, bool force, Reason *reason)
{
	int r = 0;

	if (radio->bluez.powered || radio->power.call != POWER_NONE)
		r = radio_use_check(radio, call_uid(call), force, reason);
	if (r == 0)
		r = call_keep(call, reason);
	if (r != 0)
		return r;
	call_wait(call, on_off);
	r = power_off(radio, &call->wait, reason);
	if (r == 1)
		return CALL_DEFERRED;
	return r != 0 ? r : call_reply(call, NULL);
}

int power_dbus_set(Call *call, void *object, Reason *reason)
{
	static const Option table[] = {
		{ "force", "b", read_force },
		{ 0 }
	};
	Radio *radio = object;
	bool force = false;
	int on, r;

	r = sd_bus_message_read(call->message, "b", &on);
	if (r < 0)
		return r;
	r = options_read(call->message, table, &force, reason);
	if (r != 0)
		return r;
	if (!on)
		return switch_off(call, radio, force, reason);
	power_keep(radio);
	r = call_wait_power(call, radio, on_powered, reason);
	return r == CALL_DEFERRED ? r : on_powered(call, r, reason);
}
