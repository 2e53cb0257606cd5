/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a filter that are conditions. */
#include "service/filter-condition.h"

#include <errno.h>

#include "bus/array.h"
#include "meaning/ad.h"
#include "bus/options.h"

#define PATTERN_TEXT \
	"patterns: start and bytes must lie within the %d bytes of an AD structure, and bytes not be empty"

static int check_added(FilterTarget *target, int r, Reason *reason)
{
	if (r == -EDQUOT)
		return reason_set(reason, E_LIMIT_REACHED,
				  "the filter has more than %u conditions (FilterEntries)",
				  target->config->filter_entries);
	target->used = true;
	return r;
}

int filter_condition_addresses(sd_bus_message *m, void *userdata, Reason *reason)
{
	FilterTarget *target = userdata;
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

int filter_condition_uuids(sd_bus_message *m, void *userdata, Reason *reason)
{
	FilterTarget *target = userdata;
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

int filter_condition_manufacturers(sd_bus_message *m, void *userdata, Reason *reason)
{
	FilterTarget *target = userdata;
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

int filter_condition_name(sd_bus_message *m, void *userdata, Reason *reason)
{
	FilterTarget *target = userdata;
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

int filter_condition_rssi(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	FilterTarget *target = userdata;
	int16_t dbm;
	int r;

	r = sd_bus_message_read_basic(m, 'n', &dbm);
	if (r < 0)
		return r;
	filter_set_rssi(target->scan->filter, dbm);
	target->used = true;
	return 0;
}

int filter_condition_pathloss(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	FilterTarget *target = userdata;
	uint16_t db;
	int r;

	r = sd_bus_message_read_basic(m, 'q', &db);
	if (r < 0)
		return r;
	filter_set_pathloss(target->scan->filter, db);
	target->used = true;
	return 0;
}

int filter_condition_patterns(sd_bus_message *m, void *userdata, Reason *reason)
{
	FilterTarget *target = userdata;
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
		r = array_read(m, 'y', &bytes, &length);
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

int filter_condition_adv_types(sd_bus_message *m, void *userdata, Reason *reason)
{
	FilterTarget *target = userdata;
	const uint8_t *types;
	const void *bytes;
	size_t length;
	int r;

	r = array_read(m, 'y', &bytes, &length);
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

int filter_condition_scan_responses(sd_bus_message *m, void *userdata, Reason *reason UNUSED)
{
	FilterTarget *target = userdata;
	int wanted;
	int r;

	r = sd_bus_message_read_basic(m, 'b', &wanted);
	if (r < 0)
		return r;
	filter_set_scan_responses(target->scan->filter, wanted);
	target->used = true;
	return 0;
}
