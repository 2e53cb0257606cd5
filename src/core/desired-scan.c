/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a radio's sessions, links and peripheral side together want of BlueZ. */
#include "core/desired-scan.h"

#include "core/slots.h"
#include "core/peripheral.h"
#include "core/session.h"

DesiredScan desired_scan(const Radio *radio)
{
	const bool monitored = radio->broker->monitored, seeking = slots_seeking(radio) > 0;
	DesiredScan desired = { 0 };

	if (!radio->present)
		return desired;
	desired.overhear = monitored && radio->bluez.powered && slots_connecting(radio) > 0;
	desired.on = (radio->scanning->len > 0 || seeking) && radio->bluez.powered;
	if (!desired.on)
		return desired;
	desired.show = !monitored ? SHOW_REPORTS : seeking ? SHOW_DEVICES : SHOW_NOTHING;
	/* BlueZ shows devices only during discovery, which is an active scan */
	desired.active = desired.show != SHOW_NOTHING;
	for (guint i = 0; i < radio->scanning->len && !desired.active; i++)
		desired.active = ((const Session *)g_ptr_array_index(radio->scanning, i))->filter.active;
	desired.ignore_devices =
		monitored && radio->links->len == 0 && !peripheral_is_used(radio->peripheral);
	return desired;
}

bool desired_scan_equal(const DesiredScan *a, const DesiredScan *b)
{
	return a->on == b->on && a->active == b->active && a->show == b->show &&
	       a->ignore_devices == b->ignore_devices && a->overhear == b->overhear;
}

const char *scan_mode_name(ScanMode mode)
{
	static const char *const names[] = {
		[SCAN_MODE_OFF] = "off",
		[SCAN_MODE_DISCOVERY] = "discovery",
		[SCAN_MODE_QUIET] = "quiet",
		[SCAN_MODE_QUIET_ALL] = "quiet-all",
		[SCAN_MODE_PASSIVE] = "passive",
	};

	return names[mode];
}
