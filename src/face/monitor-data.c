/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of AdvertisementMonitor1. */
#include "face/monitor-data.h"

#include <string.h>

#include "bus/array.h"
#include "bus/msg.h"

/* doc/advertisement-monitor-api.txt; what is not said has these values */
#define UNSET_RSSI 127
#define UNSET_TIMEOUT 0
#define RSSI_LOWEST (-127)
#define RSSI_HIGHEST 20
#define TIMEOUT_MAX 300
#define LOW_TIMEOUT_DEFAULT 5
#define HIGH_TIMEOUT_DEFAULT 10

typedef struct Reading {
	MonitorData data;
	size_t max_entries;
	bool has_type;
	bool bad;
} Reading;

static int read_type(sd_bus_message *m, void *userdata)
{
	Reading *reading = userdata;
	const char *type;
	int r = msg_read_variant(m, 's', &type);

	reading->has_type = r > 0 && strcmp(type, "or_patterns") == 0;
	return r;
}

static int read_high(sd_bus_message *m, void *userdata)
{
	return msg_read_variant(m, 'n', &((Reading *)userdata)->data.high);
}

static int read_low(sd_bus_message *m, void *userdata)
{
	return msg_read_variant(m, 'n', &((Reading *)userdata)->data.low);
}

static int read_high_timeout(sd_bus_message *m, void *userdata)
{
	return msg_read_variant(m, 'q', &((Reading *)userdata)->data.high_timeout);
}

static int read_low_timeout(sd_bus_message *m, void *userdata)
{
	return msg_read_variant(m, 'q', &((Reading *)userdata)->data.low_timeout);
}

static int read_pattern(sd_bus_message *m, Reading *reading)
{
	uint8_t start, type;
	const void *bytes;
	size_t length;
	int r;

	r = sd_bus_message_read(m, "yy", &start, &type);
	if (r >= 0)
		r = array_read(m, 'y', &bytes, &length);
	if (r < 0)
		return r;
	if (!reading->data.filter)
		reading->data.filter = filter_new(reading->max_entries);
	reading->bad |= filter_add_pattern(reading->data.filter, start, type, bytes, length) < 0;
	return 0;
}

static int read_patterns(sd_bus_message *m, void *userdata)
{
	int r = msg_enter_variant(m, "a(yyay)");

	if (r <= 0)
		return r;
	r = sd_bus_message_enter_container(m, 'a', "(yyay)");
	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'r', "yyay")) > 0) {
		r = read_pattern(m, userdata);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : msg_exit_variant(m);
}

/* What was said in part is filled in; false: it is out of range. */
static bool settle_thresholds(MonitorData *data)
{
	data->tracks = data->high != UNSET_RSSI || data->low != UNSET_RSSI ||
		       data->high_timeout != UNSET_TIMEOUT || data->low_timeout != UNSET_TIMEOUT;
	if (!data->tracks)
		return true;
	if (data->low == UNSET_RSSI)
		data->low = RSSI_LOWEST;
	if (data->high == UNSET_RSSI)
		data->high = data->low;
	if (data->low_timeout == UNSET_TIMEOUT)
		data->low_timeout = LOW_TIMEOUT_DEFAULT;
	if (data->high_timeout == UNSET_TIMEOUT)
		data->high_timeout = HIGH_TIMEOUT_DEFAULT;
	return data->low >= RSSI_LOWEST && data->high <= RSSI_HIGHEST && data->low <= data->high &&
	       data->high_timeout <= TIMEOUT_MAX && data->low_timeout <= TIMEOUT_MAX;
}

int monitor_data_read(sd_bus_message *m, size_t max_entries, MonitorData *ret)
{
	static const MsgRow rows[] = {
		{ "Type", read_type },
		{ "RSSIHighThreshold", read_high },
		{ "RSSIHighTimeout", read_high_timeout },
		{ "RSSILowThreshold", read_low },
		{ "RSSILowTimeout", read_low_timeout },
		{ "Patterns", read_patterns },
		{ 0 },
	};
	Reading reading = { .max_entries = max_entries, .data = { .high = UNSET_RSSI, .low = UNSET_RSSI } };
	int r = msg_walk_table(m, rows, &reading);

	if (r < 0) {
		filter_free(reading.data.filter);
		return r;
	}
	reading.data.is_valid = reading.has_type && !reading.bad && reading.data.filter &&
				settle_thresholds(&reading.data);
	*ret = reading.data;
	return 0;
}
