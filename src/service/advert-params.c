/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dictionary of Session1.SetAdvertisementParams. */
#include "service/advert-params.h"

#include "bus/options.h"

#define INTERVAL_LOW 0x0020	/* Vol 4 Part E 7.8.5 */
#define INTERVAL_HIGH 0x4000
#define INTERVAL_MIN_DEFAULT 0x20	/* as documented */
#define INTERVAL_MAX_DEFAULT 0x40
#define CHANNELS_ALL 7

/* adv_type of SetAdvertisementParams. */
enum {
	TYPE_CONNECTABLE,
	TYPE_DIRECTED_HIGH,
	TYPE_SCANNABLE,
	TYPE_NOT_CONNECTABLE,
	TYPE_DIRECTED_LOW,
};

static int read_interval(sd_bus_message *m, uint16_t *interval, const char *what, Reason *reason)
{
	int r = sd_bus_message_read_basic(m, 'q', interval);

	if (r < 0)
		return r;
	if (*interval < INTERVAL_LOW || *interval > INTERVAL_HIGH)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "%s: 0x%04x to 0x%04x (x 0.625 ms), not 0x%04x", what, INTERVAL_LOW,
				  INTERVAL_HIGH, *interval);
	return 0;
}

static int read_interval_min(sd_bus_message *m, void *userdata, Reason *reason)
{
	return read_interval(m, &((AdvertParams *)userdata)->interval_min, "adv_int_min", reason);
}

static int read_interval_max(sd_bus_message *m, void *userdata, Reason *reason)
{
	return read_interval(m, &((AdvertParams *)userdata)->interval_max, "adv_int_max", reason);
}

static int read_adv_type(sd_bus_message *m, void *userdata, Reason *reason)
{
	uint8_t type;
	int r = sd_bus_message_read_basic(m, 'y', &type);

	if (r < 0)
		return r;
	if (type > TYPE_DIRECTED_LOW)
		return reason_set(reason, E_INVALID_ARGUMENTS, "adv_type: 0 to %d, not %u", TYPE_DIRECTED_LOW,
				  type);
	if (type == TYPE_DIRECTED_HIGH || type == TYPE_DIRECTED_LOW)
		return reason_set(reason, E_NOT_SUPPORTED,
				  "adv_type: BlueZ does not advertise to one device only (%u)", type);
	((AdvertParams *)userdata)->connectable = type == TYPE_CONNECTABLE;
	return 0;
}

/* A number of which BlueZ takes only the default. */
static int read_fixed(sd_bus_message *m, uint8_t only, uint8_t least, uint8_t most, const char *what,
		      const char *why, Reason *reason)
{
	uint8_t value;
	int r = sd_bus_message_read_basic(m, 'y', &value);

	if (r < 0)
		return r;
	if (value < least || value > most)
		return reason_set(reason, E_INVALID_ARGUMENTS, "%s: %u to %u, not %u", what, least, most,
				  value);
	if (value != only)
		return reason_set(reason, E_NOT_SUPPORTED, "%s: %s; only %u", what, why, only);
	return 0;
}

static int read_own_addr_type(sd_bus_message *m, void *userdata UNUSED, Reason *reason)
{
	return read_fixed(m, 0, 0, 3, "own_addr_type",
			  "BlueZ chooses the address (Privacy= in its main.conf)", reason);
}

static int read_channel_map(sd_bus_message *m, void *userdata UNUSED, Reason *reason)
{
	return read_fixed(m, CHANNELS_ALL, 1, CHANNELS_ALL, "channel_map", "BlueZ uses all three channels",
			  reason);
}

static int read_filter_policy(sd_bus_message *m, void *userdata UNUSED, Reason *reason)
{
	return read_fixed(m, 0, 0, 3, "adv_filter_policy", "BlueZ answers every device", reason);
}

int advert_params_read(sd_bus_message *m, AdvertParams *ret, Reason *reason)
{
	static const Option table[] = {
		{ "adv_int_min", "q", read_interval_min },
		{ "adv_int_max", "q", read_interval_max },
		{ "adv_type", "y", read_adv_type },
		{ "own_addr_type", "y", read_own_addr_type },
		{ "channel_map", "y", read_channel_map },
		{ "adv_filter_policy", "y", read_filter_policy },
		{ 0 }
	};
	AdvertParams params = { .connectable = true };
	int r;

	r = options_read(m, table, &params, reason);
	if (r != 0)
		return r;
	params.interval_set = params.interval_min != 0 || params.interval_max != 0;
	if (params.interval_min == 0)
		params.interval_min = INTERVAL_MIN_DEFAULT;
	if (params.interval_max == 0)
		params.interval_max = MAX(params.interval_min, INTERVAL_MAX_DEFAULT);
	if (params.interval_min > params.interval_max)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "adv_int_min: 0x%04x is more than adv_int_max, 0x%04x", params.interval_min,
				  params.interval_max);
	*ret = params;
	return 0;
}
