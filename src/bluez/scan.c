/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BlueZ's discovery session of one radio, as a small state machine. */
#include "bluez/scan.h"

#include <glib.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "util/log.h"

#define RETRY_FIRST (250 * USEC_PER_MSEC)
#define RETRY_MAX (10 * USEC_PER_SEC)
#define RETRY_BUSY (500 * USEC_PER_MSEC)

static void scan_settle(Scan *scan);

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
	if (scan->wanted)
		scan_settle_in(scan, wait);
}

/* What was asked for may have been done all the same. */
static bool is_no_answer(const sd_bus_error *error)
{
	return sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) || sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT);
}

/* A call failed: begin anew in a while, longer each time. */
static void scan_failed(Scan *scan, const char *method, const sd_bus_error *error)
{
	uint64_t wait = RETRY_FIRST << MIN(scan->failures, 8u);

	scan->failures++;
	scan->adapter->bluez->broker->stats.upstream_errors++;
	log_limited(LOG_WARNING, "hci%u: %s failed (%s: %s), trying again", scan->adapter->index, method, error->name,
		    error->message ? error->message : "");
	scan_retry_in(scan, MIN(wait, RETRY_MAX));
}

static int on_started(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Scan *scan = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);

	scan->call = sd_bus_slot_unref(scan->call);
	if (!error) {
		scan->state = SCAN_RUNNING;
		scan->failures = 0;
		log_debug("hci%u: discovery is on", scan->adapter->index);
		scan_settle(scan);
		return 0;
	}
	if (is_no_answer(error)) {
		/* it may have started all the same: get to a known state */
		scan->adapter->bluez->broker->stats.upstream_errors++;
		log_limited(LOG_WARNING, "hci%u: no answer to StartDiscovery", scan->adapter->index);
		scan->state = SCAN_RUNNING;
		scan->restart = true;
		scan_settle(scan);
		return 0;
	}
	if (sd_bus_error_has_name(error, "org.bluez.Error.InProgress")) {
		/*
		 * We have no session, so it is the kernel that still scans for a bluetoothd that was killed. It ends that
		 * after 10.24 s; a power cycle would be quicker, and cut everybody's links.
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

	scan->call = sd_bus_slot_unref(scan->call);
	if (sd_bus_message_is_method_error(m, NULL)) {
		scan_failed(scan, "SetDiscoveryFilter", sd_bus_message_get_error(m));
		return 0;
	}
	scan->state = SCAN_IDLE;
	if (scan->wanted &&
	    bluez_call(scan->adapter->bluez, scan->adapter->path, ADAPTER_INTERFACE, "StartDiscovery", &scan->call,
		       on_started, scan, NULL) >= 0)
		scan->state = SCAN_STARTING;
	return 0;
}

static int on_stopped(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Scan *scan = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);

	scan->call = sd_bus_slot_unref(scan->call);
	if (error) {
		scan->adapter->bluez->broker->stats.upstream_errors++;
		log_debug("hci%u: StopDiscovery: %s", scan->adapter->index, error->name);
	}
	if (error && (is_no_answer(error) || sd_bus_error_has_name(error, "org.bluez.Error.InProgress"))) {
		/* the session may still be there, or a start that was not answered may yet come about: stop that too */
		scan->state = SCAN_RUNNING;
		scan->restart = true;
		scan_settle_in(scan, RETRY_BUSY);
		return 0;
	}
	scan->state = SCAN_IDLE;
	scan_settle(scan);
	return 0;
}

/*
 * RSSI -127 rejects nothing, and makes BlueZ signal each report however little the RSSI moved; any filter at all makes it
 * scan without pauses and show devices without discoverable flags.
 */
static int append_filter(sd_bus_message *m, void *userdata UNUSED)
{
	return sd_bus_message_append(m, "a{sv}", 3, "Transport", "s", "le", "DuplicateData", "b", 1, "RSSI", "n",
				     (int)-127);
}

/* Takes the next step from where we are to what is wanted. One call at a time. */
static void scan_settle(Scan *scan)
{
	Adapter *adapter = scan->adapter;
	int r = 0;

	if (scan->call || scan->retry)
		return;

	if (scan->state == SCAN_RUNNING && (!scan->wanted || scan->restart)) {
		scan->restart = false;
		r = bluez_call(adapter->bluez, adapter->path, ADAPTER_INTERFACE, "StopDiscovery", &scan->call, on_stopped,
			       scan, NULL);
		if (r >= 0)
			scan->state = SCAN_STOPPING;
	} else if (scan->state == SCAN_IDLE && scan->wanted && adapter->state.powered) {
		scan->restart = false;
		r = bluez_call(adapter->bluez, adapter->path, ADAPTER_INTERFACE, "SetDiscoveryFilter", &scan->call,
			       on_filter_set, scan, append_filter);
		if (r >= 0)
			scan->state = SCAN_FILTERING;
	}
	if (r < 0)
		log_error("hci%u: cannot call bluetoothd: %s", adapter->index, strerror(-r));
}

void scan_init(Scan *scan, Adapter *adapter)
{
	*scan = (Scan){ .adapter = adapter };
}

void scan_deinit(Scan *scan)
{
	scan->call = sd_bus_slot_unref(scan->call);
	scan->retry = sd_event_source_disable_unref(scan->retry);
}

void scan_want(Scan *scan, bool wanted)
{
	scan->wanted = wanted;
	if (!wanted)
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
	scan->restart = false;
}

void scan_powered_on(Scan *scan)
{
	scan->retry = sd_event_source_disable_unref(scan->retry);
	scan->failures = 0;
	scan_settle(scan);
}
