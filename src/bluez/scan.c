/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scan of one radio, as a small state machine. */
#include "bluez/scan.h"

#include <glib.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/mirror.h"
#include "util/log.h"

#define RETRY_FIRST (250 * USEC_PER_MSEC)
#define RETRY_MAX (10 * USEC_PER_SEC)
#define RETRY_BUSY (500 * USEC_PER_MSEC)

/*
 * A controller that leaves out duplicates forgets what it has reported when a scan begins. Many never report
 * a device twice; for those the kernel restarts the scan all the time as long as reports pass the discovery
 * filter, but none passes a quiet one. So we restart it.
 */
#define RENEW_DUPLICATES (1 * USEC_PER_SEC)

/*
 * The kernel ends a discovery after 10.24 s. From then until bluetoothd's next start it scans passively for
 * the advertisement monitor, and bluetoothd takes what is heard for its discovery's. So we renew the
 * discovery before that, which bluetoothd handles well.
 */
#define RENEW_ALL (9500 * USEC_PER_MSEC)

static Discovery scan_discovery(const Scan *scan)
{
	return discovery_for(&scan->wanted, scan->monitor.state == ADVERT_MONITOR_ON);
}

static ScanMode scan_mode(const Scan *scan)
{
	const bool monitor = scan->monitor.state == ADVERT_MONITOR_ON;

	if (scan->state != SCAN_RUNNING)
		return monitor && scan->adapter->state.powered ? SCAN_MODE_PASSIVE : SCAN_MODE_OFF;
	if (scan->filter != DISCOVERY_QUIET)
		return SCAN_MODE_DISCOVERY;
	return monitor ? SCAN_MODE_QUIET_ALL : SCAN_MODE_QUIET;
}

static void scan_tell(const Scan *scan)
{
	if (scan->adapter->radio)
		radio_set_scan_mode(scan->adapter->radio, scan_mode(scan));
}

static int on_retry(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	Scan *scan = userdata;

	scan->retry = sd_event_source_disable_unref(scan->retry);
	scan_settle(scan);
	return 0;
}

static void scan_settle_in(Scan *scan, uint64_t wait)
{
	scan->retry = sd_event_source_disable_unref(scan->retry);
	(void)sd_event_add_time_relative(scan->adapter->bluez->event, &scan->retry, CLOCK_BOOTTIME, wait,
					 10 * USEC_PER_MSEC, on_retry, scan);
}

static void scan_retry_in(Scan *scan, uint64_t wait)
{
	scan->state = SCAN_IDLE;
	scan->retry = sd_event_source_disable_unref(scan->retry);
	if (scan->wanted.on)
		scan_settle_in(scan, wait);
	scan_tell(scan);
}

/* Whether there was no answer: bluetoothd may have done what was asked for all the same. */
static bool is_no_answer(const sd_bus_error *error)
{
	return sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) ||
	       sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT);
}

static int scan_call(Scan *scan, const char *method, sd_bus_message_handler_t callback, MsgAppend append,
		     ScanState state)
{
	const Adapter *adapter = scan->adapter;
	int r;

	r = bluez_call_with(adapter->bluez, adapter->path, ADAPTER_INTERFACE, method, &scan->call, callback,
			    scan, append, scan);
	if (r < 0)
		log_error("hci%u: cannot call bluetoothd: %s", adapter->index, strerror(-r));
	else
		scan->state = state;
	return r;
}

/* A call failed: begin anew in a while, longer each time. */
static void scan_failed(Scan *scan, const char *method, const sd_bus_error *error)
{
	uint64_t wait = MIN(RETRY_FIRST << MIN(scan->failures, 8u), RETRY_MAX);

	scan->failures++;
	broker_upstream_failed(scan->adapter->bluez->broker);
	log_limited(LOG_WARNING, "hci%u: %s failed (%s: %s), trying again", scan->adapter->index, method,
		    error->name, error->message ? error->message : "");
	if (scan->state != SCAN_CHANGING) {
		scan_retry_in(scan, wait);
		return;
	}
	/* whether it still runs is not known: stop it, and start again */
	scan->state = SCAN_RUNNING;
	scan->restart = true;
	scan_settle_in(scan, wait);
}

static int on_started(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Scan *scan = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);

	scan->call = bluez_call_forget(scan->call);
	if (!error) {
		scan->state = SCAN_RUNNING;
		scan->failures = 0;
		log_debug("hci%u: discovery is on", scan->adapter->index);
		scan_settle(scan);
		return 0;
	}
	if (is_no_answer(error)) {
		/* it may have started all the same: get to a known state */
		broker_upstream_failed(scan->adapter->bluez->broker);
		log_limited(LOG_WARNING, "hci%u: no answer to StartDiscovery", scan->adapter->index);
		scan->state = SCAN_RUNNING;
		scan->restart = true;
		scan_settle(scan);
		return 0;
	}
	if (sd_bus_error_has_name(error, "org.bluez.Error.InProgress")) {
		/*
		 * We have no session, so it is the kernel that still scans for a bluetoothd that was killed.
		 * It ends that after 10.24 s; a power cycle would be quicker, and cut everybody's links.
		 */
		log_debug("hci%u: the kernel is still busy with an old scan", scan->adapter->index);
		scan_retry_in(scan, RETRY_BUSY);
		return 0;
	}
	scan_failed(scan, "StartDiscovery", error);
	return 0;
}

static int on_filter_set(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Scan *scan = userdata;

	scan->call = bluez_call_forget(scan->call);
	if (sd_bus_message_is_method_error(m, NULL)) {
		scan_failed(scan, "SetDiscoveryFilter", sd_bus_message_get_error(m));
		return 0;
	}
	if (scan->state == SCAN_CHANGING) {
		scan->state = SCAN_RUNNING;
		scan->failures = 0;
		scan_settle(scan);
		return 0;
	}
	scan->state = SCAN_IDLE;
	if (scan_discovery(scan) != scan->filter) {
		scan_settle(scan);
		return 0;
	}
	(void)scan_call(scan, "StartDiscovery", on_started, NULL, SCAN_STARTING);
	return 0;
}

static int on_stopped(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Scan *scan = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);

	scan->call = bluez_call_forget(scan->call);
	if (error) {
		broker_upstream_failed(scan->adapter->bluez->broker);
		log_debug("hci%u: StopDiscovery: %s", scan->adapter->index, error->name);
	}
	if (error && (is_no_answer(error) || sd_bus_error_has_name(error, "org.bluez.Error.InProgress"))) {
		/* the session may still be there, or a start that was not answered may yet come about: stop
		 * that too */
		scan->state = SCAN_RUNNING;
		scan->restart = true;
		scan_settle_in(scan, RETRY_BUSY);
		return 0;
	}
	scan->state = SCAN_IDLE;
	scan_settle(scan);
	return 0;
}

static int append_filter(sd_bus_message *m, void *userdata)
{
	const Scan *scan = userdata;

	return discovery_append_filter(m, scan->filter, scan->turn);
}

/*
 * Registers our advertisement monitor, or takes it back, as is wanted now. A scan for BlueZ's signals needs
 * none. False: the registration is still to be answered.
 */
static bool scan_settle_monitor(Scan *scan)
{
	AdvertMonitor *monitor = &scan->monitor;
	const bool wanted = scan->wanted.on && scan->wanted.show != SHOW_REPORTS;
	const bool again = scan->restart && scan->state == SCAN_IDLE;

	/* the answer to its registration calls scan_settle() */
	if (monitor->state == ADVERT_MONITOR_STARTING)
		return false;
	if (!wanted || again || monitor->failed)
		advert_monitor_stop(monitor);
	if (again)
		scan->restart = false;
	if (wanted && monitor->offered && !monitor->failed && monitor->state == ADVERT_MONITOR_OFF)
		advert_monitor_start(monitor);
	return monitor->state != ADVERT_MONITOR_STARTING;
}

static void scan_set_filter(Scan *scan, Discovery filter, ScanState state)
{
	scan->filter = filter;
	scan->renewing = false;
	scan->turn++;
	(void)scan_call(scan, "SetDiscoveryFilter", on_filter_set, append_filter, state);
}

static void scan_settle_discovery(Scan *scan)
{
	const Discovery wanted = scan_discovery(scan);

	/* BlueZ may have the device that a link seeks: the refresh tells, before a discovery is begun for
	 * it */
	if (wanted == DISCOVERY_DEVICES && scan->state != SCAN_STOPPING && scan->adapter->bluez->refreshing)
		return;
	if (scan->state == SCAN_RUNNING && (wanted == DISCOVERY_NONE || scan->restart)) {
		scan->restart = false;
		(void)scan_call(scan, "StopDiscovery", on_stopped, NULL, SCAN_STOPPING);
	} else if (scan->state == SCAN_RUNNING && (wanted != scan->filter || scan->renewing)) {
		scan_set_filter(scan, wanted, SCAN_CHANGING);
	} else if (scan->state == SCAN_IDLE && wanted != DISCOVERY_NONE && scan->adapter->state.powered) {
		scan_set_filter(scan, wanted, SCAN_FILTERING);
	}
}

static int on_renew(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	Scan *scan = userdata;

	scan->renew = sd_event_source_disable_unref(scan->renew);
	if (scan->monitor.state == ADVERT_MONITOR_ON)
		scan->restart = true;
	else
		scan->renewing = true;
	scan_settle(scan);
	return 0;
}

static void scan_settle_renewal(Scan *scan)
{
	const bool quiet = scan->state == SCAN_RUNNING && scan->filter == DISCOVERY_QUIET;

	if (!quiet)
		scan->renew = sd_event_source_disable_unref(scan->renew);
	else if (!scan->renew)
		(void)sd_event_add_time_relative(scan->adapter->bluez->event, &scan->renew, CLOCK_BOOTTIME,
						 scan->monitor.state == ADVERT_MONITOR_ON ? RENEW_ALL :
											    RENEW_DUPLICATES,
						 100 * USEC_PER_MSEC, on_renew, scan);
}

/* One call at a time. */
void scan_settle(Scan *scan)
{
	if (scan->call || scan->retry || !scan_settle_monitor(scan))
		return;
	scan_settle_discovery(scan);
	scan_settle_renewal(scan);
	if (!scan->call)
		scan_tell(scan);
}

void scan_init(Scan *scan, Adapter *adapter)
{
	*scan = (Scan){ .adapter = adapter };
	advert_monitor_init(&scan->monitor, adapter);
}

void scan_deinit(Scan *scan)
{
	scan->call = bluez_call_forget(scan->call);
	scan->retry = sd_event_source_disable_unref(scan->retry);
	scan->renew = sd_event_source_disable_unref(scan->renew);
	advert_monitor_deinit(&scan->monitor);
}

void scan_want(Scan *scan, const DesiredScan *wanted)
{
	scan->wanted = *wanted;
	mirror_settle_devices(scan->adapter->bluez);
	if (!wanted->on)
		scan->retry = sd_event_source_disable_unref(scan->retry);
	scan_settle(scan);
}

void scan_restart(Scan *scan)
{
	scan->restart = true;
	scan_settle(scan);
}

void scan_powered_off(Scan *scan)
{
	/* a call that is under way is answered after this, and its answer tells how things are then */
	if (scan->state == SCAN_RUNNING)
		scan->state = SCAN_IDLE;
	scan->retry = sd_event_source_disable_unref(scan->retry);
	scan->renew = sd_event_source_disable_unref(scan->renew);
	scan->restart = scan->renewing = false;
	scan_tell(scan);
}

void scan_powered_on(Scan *scan)
{
	scan->retry = sd_event_source_disable_unref(scan->retry);
	scan->failures = 0;
	scan->monitor.failed = false;
	scan_settle(scan);
}
