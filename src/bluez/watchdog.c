/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether bluetoothd answers at all. */
#include "bluez/watchdog.h"

#include <string.h>

#include "bluez/bluez.h"
#include "util/log.h"

/* Ticks in stall_seconds. After a tick without a message bluetoothd is pinged; when the ping has not been
 * answered for TICKS ticks, bluetoothd has stalled. */
#define TICKS 2

static uint64_t watchdog_now(const Watchdog *watchdog)
{
	uint64_t now = 0;

	(void)sd_event_now(watchdog->bluez->event, CLOCK_MONOTONIC, &now);
	return now;
}

bool watchdog_is_stalled(const Watchdog *watchdog)
{
	return watchdog->since != 0;
}

void watchdog_heard(Watchdog *watchdog, sd_bus_message *m)
{
	if (!watchdog->heard && bluez_is_sender(watchdog->bluez, m))
		watchdog->heard = true;
}

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	watchdog_heard(userdata, m);
	return 0;
}

static void watchdog_recover(Watchdog *watchdog)
{
	const uint64_t pause = watchdog_now(watchdog) - watchdog->since;

	if (watchdog->since == 0)
		return;
	log_notice("bluetoothd answers again, after %llu s", (unsigned long long)(pause / USEC_PER_SEC));
	watchdog->since = 0;
	watchdog->recovered(watchdog->userdata, pause);
}

static int on_pong(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Watchdog *watchdog = userdata;

	watchdog->ping = sd_bus_slot_unref(watchdog->ping);
	/* an error that the bus gives in its place does not count */
	if (bluez_is_sender(watchdog->bluez, m))
		watchdog_recover(watchdog);
	return 0;
}

static void watchdog_ask(Watchdog *watchdog)
{
	int r = bluez_ping(watchdog->bluez, &watchdog->ping, on_pong, watchdog);

	if (r < 0)
		log_error("cannot call bluetoothd: %s", strerror(-r));
}

static uint64_t watchdog_period(const Watchdog *watchdog)
{
	return watchdog->bluez->broker->config.stall_seconds * USEC_PER_SEC / TICKS;
}

static void watchdog_rest(Watchdog *watchdog)
{
	watchdog->timer = sd_event_source_disable_unref(watchdog->timer);
	watchdog->ping = sd_bus_slot_unref(watchdog->ping);
	watchdog->silent = 0;
}

static int on_tick(sd_event_source *source, uint64_t usec UNUSED, void *userdata)
{
	Watchdog *watchdog = userdata;
	const uint64_t now = watchdog_now(watchdog), period = watchdog_period(watchdog);
	/* this process did not run for a while, and the answer may be there, unread */
	const bool late = now > watchdog->due + period / 2;

	if (watchdog->heard || late)
		watchdog->silent = 0;
	else if (watchdog->ping)
		watchdog->silent++;
	if (watchdog->silent >= TICKS && watchdog->since == 0) {
		watchdog->since = now;
		log_warning("bluetoothd has not answered for %u s: until it does, calls that need it are "
			    "refused; restarting it may help", watchdog->bluez->broker->config.stall_seconds);
		watchdog->stalled(watchdog->userdata);
	}
	if (!watchdog->heard && !watchdog->ping) {
		if (!watchdog->is_wanted(watchdog->userdata)) {
			watchdog_rest(watchdog);
			return 0;
		}
		watchdog_ask(watchdog);
	}
	watchdog->heard = false;
	watchdog->due = now + period;
	(void)sd_event_source_set_time(source, watchdog->due);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

void watchdog_sent(Watchdog *watchdog)
{
	const uint64_t period = watchdog_period(watchdog);

	if (watchdog->timer || period == 0)
		return;
	watchdog->heard = false;
	watchdog->due = watchdog_now(watchdog) + period;
	(void)sd_event_add_time(watchdog->bluez->event, &watchdog->timer, CLOCK_MONOTONIC, watchdog->due,
				period / 10, on_tick, watchdog);
}

void watchdog_lost(Watchdog *watchdog)
{
	watchdog_rest(watchdog);
	watchdog->since = 0;
}

int watchdog_init(Watchdog *watchdog)
{
	return sd_bus_add_filter(watchdog->bluez->bus, &watchdog->filter, on_message, watchdog);
}

void watchdog_deinit(Watchdog *watchdog)
{
	watchdog_rest(watchdog);
	watchdog->filter = sd_bus_slot_unref(watchdog->filter);
}
