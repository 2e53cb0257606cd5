/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A radio: what is known of it, and who uses it. */
#include "core/radio.h"

#include "core/news.h"

void radio_changed(Radio *radio, unsigned changes)
{
	if (changes && radio->present)
		news_radio_changed(radio, changes);
}

bool radio_is_scanning(const Radio *radio)
{
	return radio->desired.on;
}

bool radio_wants_monitor(const Radio *radio)
{
	/* not asked: radio->present. A bluetoothd that is stopped removes the radio before its scan ends */
	return radio->scanning->len > 0 || radio->desired.on || radio->desired.overhear;
}

bool radio_wants_signals(const Radio *radio)
{
	return radio->scanning->len > 0 && !radio->broker->monitored;
}

void radio_set_scan_mode(Radio *radio, ScanMode mode)
{
	if (radio->scan_mode == mode)
		return;
	radio->scan_mode = mode;
	radio_changed(radio, RADIO_SCAN_MODE);
}

const char *radio_source(const Radio *radio)
{
	if (!radio->present || !radio->bluez.powered)
		return "none";
	return radio->broker->monitored ? "hci-monitor" : "dbus";
}

void radio_set_addr_type(Radio *radio, uint8_t type)
{
	if (radio->addr.type == type)
		return;
	radio->addr.type = type;
	radio_changed(radio, RADIO_ADDRESS_TYPE);
}

int radio_ready(const Radio *radio, Reason *reason)
{
	int r = broker_bluez_ready(radio->broker, reason);

	if (r != 0)
		return r;
	if (!radio->present)
		return reason_set(reason, E_NOT_READY, "hci%u is unplugged", radio->index);
	if (radio->bluez.blocked && !radio->bluez.powered)
		return reason_set(reason, E_NOT_READY,
				  "hci%u is blocked; unblock it with: rfkill unblock bluetooth",
				  radio->index);
	if (!radio->bluez.powered)
		return reason_set(reason, E_NOT_READY, "hci%u is powered off; Init powers it on",
				  radio->index);
	return 0;
}

void radio_use(Radio *radio)
{
	radio->users++;
}

void radio_unuse(Radio *radio)
{
	radio->users--;
	task_at(&radio->power.settle, AT_ONCE);
}

void radio_add_scan(Radio *radio, Session *session, uint64_t now)
{
	if (radio->scanning->len == 0)
		radio->last_report = now;
	g_ptr_array_add(radio->scanning, session);
	radio_wake(radio);
}

void radio_remove_scan(Radio *radio, Session *session)
{
	g_ptr_array_remove(radio->scanning, session);
	radio_wake(radio);
}
