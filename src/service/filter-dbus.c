/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scan filters from D-Bus dictionaries. */
#include "service/filter-dbus.h"

#include <string.h>

#include "service/batch-options.h"
#include "service/filter-condition.h"
#include "bus/options.h"

static int read_dedup(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	FilterTarget *target = userdata;
	uint32_t ms;
	int r;

	r = sd_bus_message_read_basic(m, 'u', &ms);
	if (r < 0)
		return r;
	target->scan->dedup_window = ms * USEC_PER_MSEC;
	return 0;
}

static int read_active(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	return options_read_flag(m, &((FilterTarget *)userdata)->scan->active);
}

static int read_delivery(sd_bus_message *m, void *userdata, Reason *reason)
{
	FilterTarget *target = userdata;
	const char *text;
	int r;

	r = sd_bus_message_read_basic(m, 's', &text);
	if (r < 0)
		return r;
	if (strcmp(text, "fifo") != 0 && strcmp(text, "signal") != 0)
		return reason_set(reason, E_INVALID_ARGUMENTS, "delivery: \"fifo\" or \"signal\"");
	target->scan->by_signal = strcmp(text, "signal") == 0;
	return 0;
}

static int read_batch_ms(sd_bus_message *m, void *userdata, Reason *reason)
{
	return batch_options_read_ms(m, &((FilterTarget *)userdata)->scan->batch_ms, reason);
}

static int read_batch_max(sd_bus_message *m, void *userdata, Reason *reason)
{
	return batch_options_read_max(m, &((FilterTarget *)userdata)->scan->batch_max, reason);
}

#define DEVICE_OPTIONS								\
	{ "addresses", "as", filter_condition_addresses },			\
	{ "uuids", "av", filter_condition_uuids },				\
	{ "manufacturers", "aq", filter_condition_manufacturers },		\
	{ "name", "s", filter_condition_name },					\
	{ "rssi", "n", filter_condition_rssi },					\
	{ "pathloss", "q", filter_condition_pathloss },				\
	{ "patterns", "a(yyay)", filter_condition_patterns },			\
	{ "adv_types", "ay", filter_condition_adv_types }

static const Option device_options[] = {
	DEVICE_OPTIONS,
	{ 0 }
};

static const Option scan_options[] = {
	DEVICE_OPTIONS,
	{ "dedup", "u", read_dedup },
	{ "active", "b", read_active },
	{ "scan_responses", "b", filter_condition_scan_responses },
	{ "delivery", "s", read_delivery },
	{ "batch_ms", "u", read_batch_ms },
	{ "batch_max", "u", read_batch_max },
	{ 0 }
};

static int read_with(sd_bus_message *m, const Option *options, const Config *config, ScanFilter *ret,
		     Reason *reason)
{
	CLEANUP(scan_filter_clear) ScanFilter scan = { 0 };
	FilterTarget target = { .scan = &scan, .config = config };
	int r;

	scan_filter_init(&scan, config);
	scan.filter = filter_new(config->filter_entries);
	r = options_read(m, options, &target, reason);
	if (r != 0)
		return r;
	/* no condition: nothing to ask for each report */
	if (!target.used)
		scan_filter_clear(&scan);
	*ret = scan;
	scan.filter = NULL;
	return 0;
}

int filter_dbus_read(sd_bus_message *m, const Config *config, ScanFilter *ret, Reason *reason)
{
	return read_with(m, scan_options, config, ret, reason);
}

int filter_dbus_read_devices(sd_bus_message *m, const Config *config, ScanFilter *ret, Reason *reason)
{
	return read_with(m, device_options, config, ret, reason);
}
