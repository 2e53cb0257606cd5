/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports from the HCI monitor, and the way back to it. */
#include "source.h"

#include <errno.h>
#include <string.h>

#include "core/broker-events.h"
#include "core/radios.h"
#include "util/log.h"

static int source_try(Source *source);

static bool is_wanting(const Source *source)
{
	return !source->monitor && source->config && source->config->source != SOURCE_DBUS;
}

static const char *why_not(int error)
{
	return error == -EPERM ? "no CAP_NET_RAW" : strerror(-error);
}

static int on_retry(sd_event_source *event UNUSED, uint64_t now UNUSED, void *userdata)
{
	Source *source = userdata;

	source->retry = sd_event_source_disable_unref(source->retry);
	(void)source_try(source);
	return 0;
}

/* Tries again only while somebody scans: nobody else needs the monitor. */
static void source_settle_retry(Source *source, bool scanning)
{
	if (!is_wanting(source) || !scanning)
		source->retry = sd_event_source_disable_unref(source->retry);
	else if (!source->retry)
		(void)sd_event_add_time_relative(source->event, &source->retry, CLOCK_BOOTTIME, SOURCE_RETRY,
						 1 * USEC_PER_SEC, on_retry, source);
}

/* The monitor hears all radios, so it is told which of them scan for us. */
void source_listen(Source *source)
{
	uint16_t indices[MONITOR_RADIOS_MAX];
	size_t n = 0;
	int r;

	for (guint i = 0; i < source->broker->radios->len && n < ARRAY_SIZE(indices); i++) {
		const Radio *radio = g_ptr_array_index(source->broker->radios, i);

		if (radio_wants_monitor(radio))
			indices[n++] = (uint16_t)radio->index;
	}
	source_settle_retry(source, n > 0);
	if (!source->monitor)
		return;
	r = monitor_listen(source->monitor, indices, n);
	if (r < 0)
		log_warning("the HCI monitor cannot listen to the radios that scan: %s", strerror(-r));
}

static void on_report(void *userdata, unsigned index, const ReportInfo *info)
{
	const Source *source = userdata;
	Radio *radio = broker_radio(source->broker, index);
	g_autoptr(Report) report = NULL;

	if (!radio || radio->index != index || report_new(&report, info) < 0)
		return;
	radios_report(radio, report, info->time);
}

static void on_lost(void *userdata, uint32_t packets)
{
	broker_monitor_lost(((Source *)userdata)->broker, packets);
	log_limited(LOG_WARNING, "%u advertising events came faster than they were read, and are lost",
		    packets);
}

static void on_failed(void *userdata, int error)
{
	Source *source = userdata;

	log_warning("the HCI monitor is gone (%s): advertisements come from BlueZ's signals from now on",
		    strerror(-error));
	source->error = error;
	source->monitor = monitor_free(source->monitor);
	broker_set_monitored(source->broker, false);
	source_listen(source);
}

/* Tries to open the monitor. Logs the outcome if it differs from the last attempt's. */
static int source_try(Source *source)
{
	static const MonitorOps ops = { .report = on_report, .lost = on_lost, .failed = on_failed };
	const int before = source->error;
	int r;

	r = monitor_new(&source->monitor, source->event, source->priority, &ops, source);
	source->error = MIN(r, 0);
	if (r >= 0) {
		log_info("advertisements come from the HCI monitor");
		broker_set_monitored(source->broker, true);
	} else if (r != before) {
		log_info("advertisements come from BlueZ's signals (the HCI monitor: %s)", why_not(r));
	}
	source_listen(source);
	return r;
}

void source_radio_added(Source *source)
{
	if (is_wanting(source))
		(void)source_try(source);
}

int source_open(Source *source, sd_event *event, int64_t priority, const Config *config, Broker *broker)
{
	int r;

	*source = (Source){ .config = config, .broker = broker, .event = event, .priority = priority };
	if (config->source == SOURCE_DBUS)
		return 0;
	r = source_try(source);
	if (r >= 0 || config->source == SOURCE_AUTO)
		return 0;
	log_error("[Scan] Source=hci-monitor: %s", r == -EPERM ? "it takes CAP_NET_RAW" : strerror(-r));
	return r;
}

void source_close(Source *source)
{
	source->retry = sd_event_source_disable_unref(source->retry);
	source->monitor = monitor_free(source->monitor);
}
