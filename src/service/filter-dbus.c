/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scan filters from D-Bus dictionaries. */
#include "service/filter-dbus.h"

#include <errno.h>
#include <string.h>

#include "meaning/ad.h"
#include "service/batch-options.h"
#include "service/options.h"

#define PATTERN_TEXT                                                                                         \
	"patterns: start and bytes must lie within the %d bytes of an AD structure, and bytes not be empty"

typedef struct Target {
	ScanFilter *scan;
	const Config *config;
	bool used;		/* some condition was added */
} Target;

static int check_added(Target *target, int r, Reason *reason)
{
	if (r == -EDQUOT)
		return reason_set(reason, E_LIMIT_REACHED,
				  "the filter has more than %u conditions (FilterEntries)",
				  target->config->filter_entries);
	target->used = true;
	return r;
}

static int read_addresses(sd_bus_message *m, void *userdata, Reason *reason)
{
	Target *target = userdata;
	const char *text;
	Addr addr = { .type = ADDR_PUBLIC };
	int r;

	r = sd_bus_message_enter_container(m, 'a', "s");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read_basic(m, 's', &text)) > 0) {
		r = options_parse_addr(text, "addresses", &addr, reason);
		if (r == 0)
			r = check_added(target, filter_add_address(target->scan->filter, &addr), reason);
		if (r != 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(m) < 0 ? -EBADMSG : 0;
}

static int read_uuids(sd_bus_message *m, void *userdata, Reason *reason)
{
	Target *target = userdata;
	Uuid uuid;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "v");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_at_end(m, false)) == 0) {
		r = options_read_uuid(m, "uuids", &uuid, reason);
		if (r != 0)
			return r;
		r = check_added(target, filter_add_uuid(target->scan->filter, &uuid), reason);
		if (r != 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(m) < 0 ? -EBADMSG : 0;
}

static int read_manufacturers(sd_bus_message *m, void *userdata, Reason *reason)
{
	Target *target = userdata;
	uint16_t company;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "q");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_read_basic(m, 'q', &company)) > 0) {
		r = check_added(target, filter_add_manufacturer(target->scan->filter, company), reason);
		if (r != 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(m) < 0 ? -EBADMSG : 0;
}

static int read_name(sd_bus_message *m, void *userdata, Reason *reason)
{
	Target *target = userdata;
	const char *glob;
	int r;

	r = sd_bus_message_read_basic(m, 's', &glob);
	if (r < 0)
		return r;
	r = filter_set_name(target->scan->filter, glob);
	if (r == -E2BIG)
		return reason_set(reason, E_INVALID_ARGUMENTS, "name: longer than a name can be (248 bytes)");
	return check_added(target, r, reason);
}

static int read_rssi(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	Target *target = userdata;
	int16_t dbm;
	int r;

	r = sd_bus_message_read_basic(m, 'n', &dbm);
	if (r < 0)
		return r;
	filter_set_rssi(target->scan->filter, dbm);
	target->used = true;
	return 0;
}

static int read_pathloss(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	Target *target = userdata;
	uint16_t db;
	int r;

	r = sd_bus_message_read_basic(m, 'q', &db);
	if (r < 0)
		return r;
	filter_set_pathloss(target->scan->filter, db);
	target->used = true;
	return 0;
}

static int read_patterns(sd_bus_message *m, void *userdata, Reason *reason)
{
	Target *target = userdata;
	uint8_t start, type;
	const void *bytes;
	size_t length;
	int r;

	r = sd_bus_message_enter_container(m, 'a', "(yyay)");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'r', "yyay")) > 0) {
		r = sd_bus_message_read(m, "yy", &start, &type);
		if (r < 0)
			return r;
		r = sd_bus_message_read_array(m, 'y', &bytes, &length);
		if (r < 0)
			return r;
		r = filter_add_pattern(target->scan->filter, start, type, bytes, length);
		if (r == -EINVAL)
			return reason_set(reason, E_INVALID_ARGUMENTS, PATTERN_TEXT, AD_FIELD_MAX);
		r = check_added(target, r, reason);
		if (r != 0)
			return r;
		r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(m) < 0 ? -EBADMSG : 0;
}

static int read_adv_types(sd_bus_message *m, void *userdata, Reason *reason)
{
	Target *target = userdata;
	const uint8_t *types;
	const void *bytes;
	size_t length;
	int r;

	r = sd_bus_message_read_array(m, 'y', &bytes, &length);
	if (r < 0)
		return r;
	types = bytes;
	for (size_t i = 0; i < length; i++) {
		if (types[i] > ADV_SCAN_RESPONSE && types[i] != ADV_UNKNOWN)
			return reason_set(
				reason, E_INVALID_ARGUMENTS,
				"adv_types: %u is none; 0 to 4, or 255 where the source cannot tell",
				types[i]);
		r = check_added(target, filter_add_adv_type(target->scan->filter, types[i]), reason);
		if (r != 0)
			return r;
	}
	return 0;
}

static int read_dedup(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	Target *target = userdata;
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
	Target *target = userdata;
	int active;
	int r;

	r = sd_bus_message_read_basic(m, 'b', &active);
	if (r < 0)
		return r;
	target->scan->active = active;
	return 0;
}

static int read_scan_responses(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	Target *target = userdata;
	int wanted;
	int r;

	r = sd_bus_message_read_basic(m, 'b', &wanted);
	if (r < 0)
		return r;
	filter_set_scan_responses(target->scan->filter, wanted);
	target->used = true;
	return 0;
}

static int read_delivery(sd_bus_message *m, void *userdata, Reason *reason)
{
	Target *target = userdata;
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
	return batch_options_read_ms(m, &((Target *)userdata)->scan->batch_ms, reason);
}

static int read_batch_max(sd_bus_message *m, void *userdata, Reason *reason)
{
	return batch_options_read_max(m, &((Target *)userdata)->scan->batch_max, reason);
}

#define DEVICE_OPTIONS								\
	{ "addresses", "as", read_addresses },					\
	{ "uuids", "av", read_uuids },						\
	{ "manufacturers", "aq", read_manufacturers },				\
	{ "name", "s", read_name },						\
	{ "rssi", "n", read_rssi },						\
	{ "pathloss", "q", read_pathloss },					\
	{ "patterns", "a(yyay)", read_patterns },				\
	{ "adv_types", "ay", read_adv_types }

static const Option device_options[] = {
	DEVICE_OPTIONS,
	{ 0 }
};

static const Option scan_options[] = {
	DEVICE_OPTIONS,
	{ "dedup", "u", read_dedup },
	{ "active", "b", read_active },
	{ "scan_responses", "b", read_scan_responses },
	{ "delivery", "s", read_delivery },
	{ "batch_ms", "u", read_batch_ms },
	{ "batch_max", "u", read_batch_max },
	{ 0 }
};

static int read_with(sd_bus_message *m, const Option *options, const Config *config, ScanFilter *ret,
		     Reason *reason)
{
	CLEANUP(scan_filter_clear) ScanFilter scan = { 0 };
	Target target = { .scan = &scan, .config = config };
	int r;

	scan_filter_init(&scan, config);
	r = filter_new(&scan.filter, config->filter_entries);
	if (r == 0)
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
