/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mirror of one Adapter1. */
#include "bluez/adapter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bluez/advert.h"
#include "bluez/bluez.h"
#include "bluez/keys.h"
#include "bluez/msg.h"
#include "bluez/rfkill.h"
#include "util/log.h"

#define PATH_PREFIX "/org/bluez/hci"

int adapter_new(Adapter **ret, Bluez *bluez, const char *path)
{
	Adapter *adapter;
	unsigned long index;
	char *end;

	if (strncmp(path, PATH_PREFIX, strlen(PATH_PREFIX)) != 0)
		return -EINVAL;
	index = strtoul(path + strlen(PATH_PREFIX), &end, 10);
	if (end == path + strlen(PATH_PREFIX) || *end != '\0' || index > UINT16_MAX)
		return -EINVAL;

	adapter = calloc(1, sizeof(*adapter));
	if (!adapter)
		return -ENOMEM;
	adapter->path = strdup(path);
	if (!adapter->path) {
		free(adapter);
		return -ENOMEM;
	}
	adapter->bluez = bluez;
	adapter->index = (unsigned)index;
	adapter->unwanted = g_ptr_array_new_with_free_func(g_free);
	adapter->by_addr = g_hash_table_new(addr_hash, addr_same);
	scan_init(&adapter->scan, adapter);
	*ret = adapter;
	return 0;
}

Adapter *adapter_free(Adapter *adapter)
{
	if (!adapter)
		return NULL;
	scan_deinit(&adapter->scan);
	bluez_call_forget(adapter->power_call);
	if (adapter->radio)
		radio_vanished(adapter->radio, bluez_now(adapter->bluez));
	g_hash_table_unref(adapter->by_addr);
	g_ptr_array_free(adapter->unwanted, TRUE);
	free(adapter->path);
	free(adapter);
	return NULL;
}

static int read_property(sd_bus_message *m, const char *key, void *userdata)
{
	Adapter *adapter = userdata;
	const char *text;
	uint32_t class;
	int flag;
	int r;

	if (strcmp(key, "Address") == 0) {
		r = msg_read_variant(m, 's', &text);
		if (r > 0)
			adapter->has_addr = addr_parse(text, &adapter->addr) == 0;
		return r;
	}
	if (strcmp(key, "AddressType") == 0) {
		r = msg_read_variant(m, 's', &text);
		if (r > 0)
			adapter->addr.type = strcmp(text, "random") == 0 ? ADDR_RANDOM : ADDR_PUBLIC;
		return r;
	}
	if (strcmp(key, "Alias") == 0) {
		r = msg_read_variant(m, 's', &text);
		if (r > 0) {
			const char *end;

			g_strlcpy(adapter->state.name, text, sizeof(adapter->state.name));
			/* cut where a character ends */
			if (!g_utf8_validate(adapter->state.name, -1, &end))
				adapter->state.name[end - adapter->state.name] = '\0';
		}
		return r;
	}
	/* what a host says it is, by default, is its BlueZ */
	if (strcmp(key, "Modalias") == 0) {
		r = msg_read_variant(m, 's', &text);
		if (r > 0 && sscanf(text, "usb:v1D6Bp0246d%4x", &adapter->version) != 1)
			adapter->version = 0;
		return r;
	}
	if (strcmp(key, "Powered") == 0) {
		r = msg_read_variant(m, 'b', &flag);
		if (r > 0)
			adapter->state.powered = flag;
		return r;
	}
	if (strcmp(key, "Discoverable") == 0) {
		r = msg_read_variant(m, 'b', &flag);
		if (r > 0)
			adapter->state.discoverable = flag;
		return r;
	}
	/* only BR/EDR has one, and BlueZ sets it there */
	if (strcmp(key, "Class") == 0) {
		r = msg_read_variant(m, 'u', &class);
		if (r > 0)
			adapter->state.bredr = class != 0;
		return r;
	}
	if (strcmp(key, "PowerState") == 0) {
		r = msg_read_variant(m, 's', &text);
		if (r > 0) {
			adapter->has_power_state = true;
			adapter->state.blocked = strcmp(text, "off-blocked") == 0;
		}
		return r;
	}
	return sd_bus_message_skip(m, "v");
}

int adapter_read(Adapter *adapter, sd_bus_message *m)
{
	return msg_walk_properties(m, read_property, adapter);
}

typedef struct Powers {
	int16_t min, max;
	bool has_min, has_max;
} Powers;

static int read_capability(sd_bus_message *m, const char *key, void *userdata)
{
	Powers *powers = userdata;
	int r;

	if (strcmp(key, "MinTxPower") == 0) {
		r = msg_read_variant(m, 'n', &powers->min);
		powers->has_min = r > 0;
		return r;
	}
	if (strcmp(key, "MaxTxPower") == 0) {
		r = msg_read_variant(m, 'n', &powers->max);
		powers->has_max = r > 0;
		return r;
	}
	return sd_bus_message_skip(m, "v");
}

/* The powers that the controller has are there only if it tells them. */
static int read_capabilities(Adapter *adapter, sd_bus_message *m)
{
	RadioState *state = &adapter->state;
	Powers powers = { 0 };
	int r;

	r = msg_enter_variant(m, "a{sv}");
	if (r <= 0)
		return r;
	r = msg_walk_properties(m, read_capability, &powers);
	if (r < 0)
		return r;
	state->advert_powers = powers.has_min && powers.has_max && powers.min <= powers.max && powers.min >= INT8_MIN &&
			       powers.max < TX_POWER_UNKNOWN;
	if (state->advert_powers) {
		state->advert_power_min = (int8_t)powers.min;
		state->advert_power_max = (int8_t)powers.max;
	}
	return msg_exit_variant(m);
}

static int read_includes(Adapter *adapter, sd_bus_message *m)
{
	const char *text;
	int r;

	r = msg_enter_variant(m, "as");
	if (r <= 0)
		return r;
	r = sd_bus_message_enter_container(m, 'a', "s");
	if (r < 0)
		return r;
	adapter->state.advert_tx_power = false;
	while ((r = sd_bus_message_read_basic(m, 's', &text)) > 0)
		adapter->state.advert_tx_power |= strcmp(text, "tx-power") == 0;
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : msg_exit_variant(m);
}

static int read_advertising_property(sd_bus_message *m, const char *key, void *userdata)
{
	Adapter *adapter = userdata;

	if (strcmp(key, "SupportedInstances") == 0)
		return msg_read_variant(m, 'y', &adapter->state.instances_free);
	/* a controller that has sets of its own offers channels for them */
	if (strcmp(key, "SupportedSecondaryChannels") == 0)
		adapter->state.advert_sets = true;
	/* told of where intervals and powers are taken: since 5.77, before with --experimental */
	if (strcmp(key, "SupportedCapabilities") == 0) {
		adapter->state.advert_intervals = true;
		return read_capabilities(adapter, m);
	}
	if (strcmp(key, "SupportedIncludes") == 0)
		return read_includes(adapter, m);
	if (strcmp(key, "ActiveInstances") == 0)
		return msg_read_variant(m, 'y', &adapter->instances_active);
	return sd_bus_message_skip(m, "v");
}

int adapter_read_advertising(Adapter *adapter, sd_bus_message *m)
{
	int r = msg_walk_properties(m, read_advertising_property, adapter);

	/* SupportedInstances is what is left, not what there is */
	adapter->state.instances = (uint8_t)MIN(adapter->state.instances_free + adapter->instances_active, UINT8_MAX);
	return r;
}

static void update_blocked(Adapter *adapter)
{
	if (!adapter->has_power_state)
		adapter->state.blocked = !adapter->state.powered && rfkill_blocks(adapter->index);
}

void adapter_publish(Adapter *adapter)
{
	Bluez *bluez = adapter->bluez;
	bool was_on;
	int r;

	if (!adapter->has_addr)
		return;
	update_blocked(adapter);
	if (!adapter->radio) {
		r = radio_appeared(bluez->broker, &adapter->addr, adapter->index, &adapter->state, bluez_now(bluez),
				   &adapter->radio);
		if (r < 0)
			log_error("hci%u: %s", adapter->index, strerror(-r));
		else
			log_info("hci%u: radio %s is there, powered %s", adapter->index, adapter->state.name,
				 adapter->state.powered ? "on" : "off");
		keys_tell(bluez->keys, adapter);
		return;
	}

	was_on = adapter->radio->bluez.powered;
	if (was_on != adapter->state.powered)
		log_info("hci%u: radio powered %s%s", adapter->index, adapter->state.powered ? "on" : "off",
			 adapter->state.blocked ? " (blocked)" : "");
	if (was_on && !adapter->state.powered)
		scan_powered_off(&adapter->scan);
	if (!was_on && adapter->state.powered)
		bluez_adverts_powered_on(bluez, adapter);
	radio_set_addr_type(adapter->radio, adapter->addr.type);
	radio_update(adapter->radio, &adapter->state, bluez_now(bluez));
	if (!was_on && adapter->state.powered)
		scan_powered_on(&adapter->scan);
}

static int on_power_set(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Adapter *adapter = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);
	Reason reason;
	int r = 0;

	adapter->power_call = bluez_call_forget(adapter->power_call);
	if (error && sd_bus_error_has_name(error, "org.bluez.Error.Busy")) {
		/* bluetoothd is at it already, as with every radio that is plugged in: Powered will tell */
		log_debug("hci%u: bluetoothd is switching the power already", adapter->index);
		r = -EBUSY;
	} else if (error) {
		broker_upstream_failed(adapter->bluez->broker);
		log_limited(LOG_WARNING, "hci%u: cannot switch the power: %s", adapter->index,
			    msg_error_words(error));
		update_blocked(adapter);
		if (adapter->state.blocked || sd_bus_error_has_name(error, "org.bluez.Error.Blocked"))
			r = -ERFKILL;
		else
			r = reason_set(&reason, E_NOT_READY, "hci%u could not be powered on: %s", adapter->index,
				       msg_error_words(error));
	}
	adapter_publish(adapter);
	if (adapter->radio)
		radio_power_done(adapter->radio, r, &reason, bluez_now(adapter->bluez));
	return 0;
}

static int append_power(sd_bus_message *m, void *userdata)
{
	return sd_bus_message_append(m, "ssv", ADAPTER_INTERFACE, "Powered", "b", *(bool *)userdata ? 1 : 0);
}

void adapter_set_power(Adapter *adapter, bool on)
{
	Reason reason;
	int r;

	adapter->power_call = bluez_call_forget(adapter->power_call);
	log_info("hci%u: powering the radio %s", adapter->index, on ? "on" : "off");
	r = bluez_call_with(adapter->bluez, adapter->path, "org.freedesktop.DBus.Properties", "Set",
			    &adapter->power_call, on_power_set, adapter, append_power, &on);
	if (r < 0 && adapter->radio) {
		reason_set(&reason, E_FAILED, "cannot call bluetoothd: %s", strerror(-r));
		radio_power_done(adapter->radio, r, &reason, bluez_now(adapter->bluez));
	}
}
