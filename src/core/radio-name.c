/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name of a radio. */
#include "core/radio-name.h"

#include <string.h>

int radio_rename(Radio *radio, const char *name, NameWait *wait, Reason *reason)
{
	Broker *broker = radio->broker;

	if (strlen(name) > RADIO_NAME_LIMIT)
		return reason_set(reason, E_INVALID_ARGUMENTS, "Name: %zu bytes, at most %d", strlen(name),
				  RADIO_NAME_LIMIT);
	if (!g_utf8_validate(name, -1, NULL))
		return reason_set(reason, E_INVALID_ARGUMENTS, "Name: is not UTF-8");
	if (!broker->bluez_up)
		return radio_ready(radio, reason);
	if (!radio->present)
		return reason_set(reason, E_NOT_READY, "hci%u is unplugged", radio->index);
	wait->radio = radio;
	wait->broker = broker;
	broker->ops->radio_rename(broker->userdata, radio, name, wait);
	return 0;
}

void name_wait_cancel(NameWait *wait)
{
	if (!wait->broker)
		return;
	wait->broker->ops->radio_rename_forget(wait->broker->userdata, wait);
	wait->broker = NULL;
}

void name_wait_done(NameWait *wait, int error, const Reason *reason)
{
	wait->broker = NULL;
	wait->done(wait, error, reason);
}
