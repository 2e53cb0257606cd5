/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a radio's sessions, links and peripheral side together want of BlueZ. */
#include "core/scan-wish.h"

#include "core/links.h"
#include "core/peripheral.h"
#include "core/session.h"

ScanWish scan_wish(const Radio *radio)
{
	const bool monitored = radio->broker->monitored, seeking = links_seeking(radio) > 0;
	ScanWish wish = { 0 };

	if (!radio->present)
		return wish;
	wish.overhear = monitored && radio->bluez.powered && links_connecting(radio) > 0;
	wish.on = (radio->scanning->len > 0 || seeking) && radio->bluez.powered;
	if (!wish.on)
		return wish;
	wish.show = !monitored ? SHOW_REPORTS : seeking ? SHOW_DEVICES : SHOW_NOTHING;
	/* BlueZ shows devices only where it discovers, and that is active */
	wish.active = wish.show != SHOW_NOTHING;
	for (guint i = 0; i < radio->scanning->len && !wish.active; i++)
		wish.active = ((const Session *)g_ptr_array_index(radio->scanning, i))->filter.active;
	wish.ignore_devices = monitored && radio->links->len == 0 && !peripheral_is_used(radio->peripheral);
	return wish;
}

bool scan_wish_equal(const ScanWish *a, const ScanWish *b)
{
	return a->on == b->on && a->active == b->active && a->show == b->show && a->ignore_devices == b->ignore_devices &&
	       a->overhear == b->overhear;
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
