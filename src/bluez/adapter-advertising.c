/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of an adapter's LEAdvertisingManager1. */
#include <string.h>

#include "bluez/adapter.h"
#include "bus/msg.h"

typedef struct Powers {
	RadioState *state;
	int16_t min, max;
	bool has_min, has_max;
} Powers;

static int read_min_power(sd_bus_message *m, void *userdata)
{
	Powers *powers = userdata;
	int r = msg_read_variant(m, 'n', &powers->min);

	powers->has_min = r > 0;
	return r;
}

static int read_max_power(sd_bus_message *m, void *userdata)
{
	Powers *powers = userdata;
	int r = msg_read_variant(m, 'n', &powers->max);

	powers->has_max = r > 0;
	return r;
}

static int read_length(sd_bus_message *m, void *userdata)
{
	return msg_read_variant(m, 'y', &((Powers *)userdata)->state->advert_length_max);
}

static int read_response_length(sd_bus_message *m, void *userdata)
{
	return msg_read_variant(m, 'y', &((Powers *)userdata)->state->scan_response_length_max);
}

/*
 * bluetoothd has this property where it accepts intervals and powers: since 5.77, before only with
 * --experimental. The range of powers is in it only if the controller tells it.
 */
static int read_capabilities(sd_bus_message *m, void *userdata)
{
	static const MsgRow rows[] = {
		{ "MinTxPower", read_min_power },
		{ "MaxTxPower", read_max_power },
		{ "MaxAdvLen", read_length },
		{ "MaxScnRspLen", read_response_length },
		{ 0 },
	};
	Adapter *adapter = userdata;
	RadioState *state = &adapter->state;
	Powers powers = { .state = state };
	int r;

	state->advert_intervals = state->tells_advert_features = true;
	r = msg_enter_variant(m, "a{sv}");
	if (r <= 0)
		return r;
	r = msg_walk_table(m, rows, &powers);
	if (r < 0)
		return r;
	state->advert_powers = powers.has_min && powers.has_max && powers.min <= powers.max &&
			       powers.min >= INT8_MIN && powers.max < TX_POWER_UNKNOWN;
	if (state->advert_powers) {
		state->advert_power_min = (int8_t)powers.min;
		state->advert_power_max = (int8_t)powers.max;
	}
	return msg_exit_variant(m);
}

/* Calls word for each of an as. */
static int read_words(sd_bus_message *m, void (*word)(void *userdata, const char *text), void *userdata)
{
	const char *text;
	int r;

	r = msg_enter_variant(m, "as");
	if (r <= 0)
		return r;
	r = sd_bus_message_enter_container(m, 'a', "s");
	while (r >= 0 && (r = sd_bus_message_read_basic(m, 's', &text)) > 0)
		word(userdata, text);
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : msg_exit_variant(m);
}

static void take_feature(void *userdata, const char *text)
{
	RadioState *state = userdata;

	state->advert_sets_power |= strcmp(text, "CanSetTxPower") == 0;
	state->advert_offload |= strcmp(text, "HardwareOffload") == 0;
}

static int read_features(sd_bus_message *m, void *userdata)
{
	return read_words(m, take_feature, &((Adapter *)userdata)->state);
}

static void take_include(void *tx_power, const char *text)
{
	*(bool *)tx_power |= strcmp(text, "tx-power") == 0;
}

static int read_includes(sd_bus_message *m, void *userdata)
{
	bool tx_power = false;
	int r = read_words(m, take_include, &tx_power);

	if (r > 0)
		((Adapter *)userdata)->state.advert_tx_power = tx_power;
	return r;
}

/* SupportedInstances is how many more instances there is room for, not how many in all. */
static int read_instances_free(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;

	return msg_read_variant(m, 'y', &adapter->state.instances_free);
}

static int read_instances_active(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;

	return msg_read_variant(m, 'y', &adapter->instances_active);
}

/* bluetoothd shows secondary channels only for a controller that has advertising sets. */
static int read_channels(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;

	adapter->state.advert_sets = true;
	return sd_bus_message_skip(m, "v");
}

int adapter_read_advertising(Adapter *adapter, sd_bus_message *m)
{
	static const MsgRow rows[] = {
		{ "SupportedInstances", read_instances_free },
		{ "ActiveInstances", read_instances_active },
		{ "SupportedSecondaryChannels", read_channels },
		{ "SupportedCapabilities", read_capabilities },
		{ "SupportedFeatures", read_features },
		{ "SupportedIncludes", read_includes },
		{ 0 },
	};
	int r = msg_walk_table(m, rows, adapter);

	adapter->state.instances =
		(uint8_t)MIN(adapter->state.instances_free + adapter->instances_active, UINT8_MAX);
	return r;
}
