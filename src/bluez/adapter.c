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
#include "bus/msg.h"
#include "bluez/rfkill.h"
#include "core/radios.h"
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

	adapter = g_new0(Adapter, 1);
	adapter->path = g_strdup(path);
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
		radios_vanished(adapter->radio, bluez_now(adapter->bluez));
	g_hash_table_unref(adapter->by_addr);
	g_ptr_array_free(adapter->unwanted, TRUE);
	g_free(adapter->path);
	g_free(adapter);
	return NULL;
}

/* --- properties --- */

static int read_address(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;
	const char *text;
	int r = msg_read_variant(m, 's', &text);

	if (r > 0)
		adapter->has_addr = addr_parse(text, &adapter->addr) == 0;
	return r;
}

static int read_address_type(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;
	const char *text;
	int r = msg_read_variant(m, 's', &text);

	if (r > 0)
		adapter->addr.type = strcmp(text, "random") == 0 ? ADDR_RANDOM : ADDR_PUBLIC;
	return r;
}

static int read_alias(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;
	const char *text, *end;
	int r = msg_read_variant(m, 's', &text);

	if (r <= 0)
		return r;
	g_strlcpy(adapter->state.name, text, sizeof(adapter->state.name));
	/* cut where a character ends */
	if (!g_utf8_validate(adapter->state.name, -1, &end))
		adapter->state.name[end - adapter->state.name] = '\0';
	return r;
}

/* By default a host's Modalias is that of BlueZ, and contains its version. */
static int read_modalias(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;
	const char *text;
	int r = msg_read_variant(m, 's', &text);

	if (r > 0 && sscanf(text, "usb:v1D6Bp0246d%4x", &adapter->version) != 1)
		adapter->version = 0;
	if (r > 0)
		g_strlcpy(adapter->state.modalias, text, sizeof(adapter->state.modalias));
	return r;
}

static int read_powered(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;

	return msg_read_variant_bool(m, &adapter->state.powered);
}

static int read_discoverable(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;

	return msg_read_variant_bool(m, &adapter->state.discoverable);
}

/* Only a controller with BR/EDR has a class, and BlueZ always sets it there. */
static int read_class(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;
	uint32_t class;
	int r = msg_read_variant(m, 'u', &class);

	if (r > 0)
		adapter->state.bredr = class != 0;
	return r;
}

static int read_power_state(sd_bus_message *m, void *userdata)
{
	Adapter *adapter = userdata;
	const char *text;
	int r = msg_read_variant(m, 's', &text);

	if (r > 0) {
		adapter->state.tells_power_state = true;
		adapter->state.blocked = strcmp(text, "off-blocked") == 0;
	}
	return r;
}

static int read_connectable(sd_bus_message *m, void *userdata)
{
	((Adapter *)userdata)->state.tells_connectable = true;
	return sd_bus_message_skip(m, "v");
}

static int read_manufacturer(sd_bus_message *m, void *userdata)
{
	return msg_read_variant(m, 'q', &((Adapter *)userdata)->state.manufacturer);
}

static int read_version(sd_bus_message *m, void *userdata)
{
	RadioState *state = &((Adapter *)userdata)->state;
	int r = msg_read_variant(m, 'y', &state->version);

	state->tells_version = r > 0;
	return r;
}

int adapter_read(Adapter *adapter, sd_bus_message *m)
{
	static const MsgRow rows[] = {
		{ "Address", read_address },
		{ "AddressType", read_address_type },
		{ "Alias", read_alias },
		{ "Modalias", read_modalias },
		{ "Powered", read_powered },
		{ "Discoverable", read_discoverable },
		{ "Class", read_class },
		{ "PowerState", read_power_state },
		{ "Connectable", read_connectable },
		{ "Manufacturer", read_manufacturer },
		{ "Version", read_version },
		{ 0 },
	};

	return msg_walk_table(m, rows, adapter);
}

/* --- what core is told of it --- */

static void update_blocked(Adapter *adapter)
{
	if (!adapter->state.tells_power_state)
		adapter->state.blocked = !adapter->state.powered && rfkill_blocks(adapter->index);
}

static void publish_new(Adapter *adapter)
{
	Bluez *bluez = adapter->bluez;

	adapter->radio = radios_appeared(bluez->broker, &adapter->addr, adapter->index, &adapter->state,
					 bluez_now(bluez));
	log_info("hci%u: radio %s is there, powered %s", adapter->index, adapter->state.name,
		 adapter->state.powered ? "on" : "off");
	keys_tell(bluez->keys, adapter);
}

void adapter_publish(Adapter *adapter)
{
	bool was_on;

	if (!adapter->has_addr)
		return;
	update_blocked(adapter);
	if (!adapter->radio) {
		publish_new(adapter);
		return;
	}

	was_on = adapter->radio->bluez.powered;
	if (was_on != adapter->state.powered)
		log_info("hci%u: radio powered %s%s", adapter->index, adapter->state.powered ? "on" : "off",
			 adapter->state.blocked ? " (blocked)" : "");
	if (was_on && !adapter->state.powered)
		scan_powered_off(&adapter->scan);
	if (!was_on && adapter->state.powered)
		bluez_adverts_powered_on(adapter->bluez, adapter);
	radio_set_addr_type(adapter->radio, adapter->addr.type);
	radios_update(adapter->radio, &adapter->state, bluez_now(adapter->bluez));
	if (!was_on && adapter->state.powered)
		scan_powered_on(&adapter->scan);
}

/* --- power --- */

/* The result for core of a Set Powered that failed. */
static int translate(Adapter *adapter, const sd_bus_error *error, Reason *reason)
{
	if (sd_bus_error_has_name(error, "org.bluez.Error.Busy")) {
		/* as it does with every radio that is plugged in; a change of Powered will tell the
		 * outcome */
		log_debug("hci%u: bluetoothd is switching the power already", adapter->index);
		return -EBUSY;
	}
	broker_upstream_failed(adapter->bluez->broker);
	log_limited(LOG_WARNING, "hci%u: cannot switch the power: %s", adapter->index,
		    msg_error_words(error));
	update_blocked(adapter);
	if (adapter->state.blocked || sd_bus_error_has_name(error, "org.bluez.Error.Blocked"))
		return -ERFKILL;
	return reason_set(reason, E_NOT_READY, "hci%u could not be powered %s: %s", adapter->index,
			  adapter->radio && adapter->radio->power.call == POWER_OFF ? "off" : "on",
			  msg_error_words(error));
}

static int on_power_set(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Adapter *adapter = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);
	Reason reason;
	int r;

	adapter->power_call = bluez_call_forget(adapter->power_call);
	r = error ? translate(adapter, error, &reason) : 0;
	adapter_publish(adapter);
	if (adapter->radio)
		power_done(adapter->radio, r, &reason);
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
		power_done(adapter->radio, r, &reason);
	}
}
