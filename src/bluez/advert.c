/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our advertisements at bluetoothd. New data is a new registration: bluetoothd 5.66 ends itself when a registered
 * advertisement grows too long.
 */
#include "bluez/advert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bluez/msg.h"
#include "core/radio.h"
#include "core/session.h"
#include "util/log.h"

#define ADVERT_INTERFACE "org.bluez.LEAdvertisement1"
#define UNITS_TO_MSEC(units) ((uint32_t)(units) * 625 / 1000)

/* While registered, or on the way. */
typedef struct AdvertObject {
	Bluez *bluez;
	Advert *advert;		/* NULL: core has done with it, bluetoothd is still to answer */
	char adapter[32];	/* its path */
	char path[64];
	sd_bus_slot *object;
	BluezCall *call;
} AdvertObject;

/* --- properties --- */

/* BlueZ sends the short form of a 16-bit UUID by itself; that of a 32-bit one only if it is told the short form. */
static const char *uuid_word(const Uuid *uuid, char text[static UUID_STRING_SIZE])
{
	uint32_t number;

	if (uuid->width != 4 || !uuid_short(uuid, &number))
		return uuid_format(uuid, text);
	snprintf(text, UUID_STRING_SIZE, "%08x", number);
	return text;
}

static int append_uuids(sd_bus_message *m, const AdvertData *data, const char *name, uint8_t first, uint8_t last)
{
	char text[UUID_STRING_SIZE];
	AdField field;
	AdIter iter;
	Uuid uuid;
	int r;

	r = msg_open_property(m, name, "as");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		size_t position = 0;

		if (field.type < first || field.type > last)
			continue;
		while (r >= 0 && ad_field_next_uuid(&field, &position, &uuid))
			r = sd_bus_message_append(m, "s", uuid_word(&uuid, text));
	}
	return r < 0 ? r : msg_close_property(m);
}

/* Solicitation lists are not services that are offered, so the parser of those leaves them out. */
static int append_solicited(sd_bus_message *m, const AdvertData *data)
{
	static const struct {
		uint8_t type;
		uint8_t width;
	} lists[] = { { 0x14, 2 }, { 0x15, 16 }, { 0x1f, 4 } };
	char text[UUID_STRING_SIZE];
	AdField field;
	AdIter iter;
	Uuid uuid;
	int r;

	r = msg_open_property(m, "SolicitUUIDs", "as");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
			if (lists[i].type != field.type)
				continue;
			for (size_t at = 0; r >= 0 && at + lists[i].width <= field.length; at += lists[i].width) {
				(void)uuid_from_air(field.data + at, lists[i].width, &uuid);
				r = sd_bus_message_append(m, "s", uuid_word(&uuid, text));
			}
		}
	}
	return r < 0 ? r : msg_close_property(m);
}

static int append_entry(sd_bus_message *m, const void *bytes, size_t length)
{
	int r;

	r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', bytes, length);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_manufacturer(sd_bus_message *m, const AdvertData *data)
{
	AdField field;
	AdIter iter;
	int r;

	r = msg_open_property(m, "ManufacturerData", "a{qv}");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		if (field.type != AD_MANUFACTURER || field.length < 2)
			continue;
		r = sd_bus_message_open_container(m, 'e', "qv");
		if (r >= 0)
			r = sd_bus_message_append(m, "q", field.data[0] | field.data[1] << 8);
		if (r >= 0)
			r = append_entry(m, field.data + 2, field.length - 2u);
	}
	return r < 0 ? r : msg_close_property(m);
}

static int append_service_data(sd_bus_message *m, const AdvertData *data)
{
	char text[UUID_STRING_SIZE];
	AdField field;
	AdIter iter;
	Uuid uuid;
	int r;

	r = msg_open_property(m, "ServiceData", "a{sv}");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		const size_t width = field.type == AD_SERVICE_DATA16 ? 2 : field.type == AD_SERVICE_DATA32 ? 4 : 16;

		if ((field.type != AD_SERVICE_DATA16 && field.type != AD_SERVICE_DATA32 && field.type != AD_SERVICE_DATA128) ||
		    field.length < width)
			continue;
		(void)uuid_from_air(field.data, width, &uuid);
		r = sd_bus_message_open_container(m, 'e', "sv");
		if (r >= 0)
			r = sd_bus_message_append(m, "s", uuid_word(&uuid, text));
		if (r >= 0)
			r = append_entry(m, field.data + width, field.length - width);
	}
	return r < 0 ? r : msg_close_property(m);
}

/* What BlueZ has no property for, it takes by type. */
static bool has_property(uint8_t type)
{
	static const uint8_t types[] = { AD_FLAGS, AD_UUID16_PART, AD_UUID16, AD_UUID32_PART, AD_UUID32, AD_UUID128_PART,
					 AD_UUID128, AD_NAME_SHORT, AD_NAME, AD_TX_POWER, 0x14, 0x15, 0x1f, AD_SERVICE_DATA16,
					 AD_SERVICE_DATA32, AD_SERVICE_DATA128, AD_APPEARANCE, AD_MANUFACTURER };

	return memchr(types, type, sizeof(types));
}

static int append_rest(sd_bus_message *m, const AdvertData *data)
{
	AdField field;
	AdIter iter;
	int r;

	r = msg_open_property(m, "Data", "a{yv}");
	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		if (has_property(field.type))
			continue;
		r = sd_bus_message_open_container(m, 'e', "yv");
		if (r >= 0)
			r = sd_bus_message_append(m, "y", field.type);
		if (r >= 0)
			r = append_entry(m, field.data, field.length);
	}
	return r < 0 ? r : msg_close_property(m);
}

/* Properties that are there only if they say something. */
static int append_single(sd_bus_message *m, const AdvertData *data)
{
	AdField field;
	AdIter iter;
	int r = 0;

	ad_iter_init(&iter, data->bytes, data->length);
	while (r >= 0 && ad_iter_next(&iter, &field)) {
		if (field.type == AD_NAME || field.type == AD_NAME_SHORT) {
			char *name = ad_name_text(field.data, field.length);

			r = sd_bus_message_append(m, "{sv}", "LocalName", "s", name);
			g_free(name);
		} else if (field.type == AD_APPEARANCE && field.length == 2) {
			r = sd_bus_message_append(m, "{sv}", "Appearance", "q", field.data[0] | field.data[1] << 8);
		} else if (field.type == AD_TX_POWER) {
			r = sd_bus_message_append(m, "{sv}", "Includes", "as", 1, "tx-power");
		}
	}
	return r;
}

static int append_properties(sd_bus_message *m, const Advert *advert)
{
	const AdvertData *data = &advert->sent.data;
	const AdvertParams *params = &advert->sent.params;
	int r;

	r = sd_bus_message_append(m, "{sv}", "Type", "s", params->connectable ? "peripheral" : "broadcast");
	if (r >= 0)
		r = append_uuids(m, data, "ServiceUUIDs", AD_UUID16_PART, AD_UUID128);
	if (r >= 0)
		r = append_solicited(m, data);
	if (r >= 0)
		r = append_manufacturer(m, data);
	if (r >= 0)
		r = append_service_data(m, data);
	if (r >= 0)
		r = append_rest(m, data);
	if (r >= 0)
		r = append_single(m, data);
	/* BlueZ refuses a broadcast that says it is discoverable */
	if (r >= 0 && data->discoverable && params->connectable)
		r = sd_bus_message_append(m, "{sv}", "Discoverable", "b", 1);
	if (r >= 0 && params->interval_set)
		r = sd_bus_message_append(m, "{sv}{sv}", "MinInterval", "u", UNITS_TO_MSEC(params->interval_min),
					  "MaxInterval", "u", UNITS_TO_MSEC(params->interval_max));
	if (r >= 0 && params->power_set)
		r = sd_bus_message_append(m, "{sv}", "TxPower", "n", (int)params->power);
	return r;
}

/* --- the object --- */

static void object_free(AdvertObject *object)
{
	if (object->advert)
		object->advert->edge = NULL;
	bluez_call_forget(object->call);
	sd_bus_slot_unref(object->object);
	free(object);
}

static void object_free_void(void *object)
{
	object_free(object);
}

/* bluetoothd has let go of it by itself. */
static void on_release(AdvertObject *object)
{
	Advert *advert = object->advert;
	uint64_t now = bluez_now(object->bluez);

	if (!advert)
		return;
	object_free(object);
	advert_released(advert, now);
}

/* bluetoothd writes back which power the controller chose. */
static int on_set(AdvertObject *object, sd_bus_message *m)
{
	const char *interface, *property;
	int16_t dbm;
	int r;

	r = sd_bus_message_read(m, "ss", &interface, &property);
	if (r < 0)
		return r;
	if (strcmp(property, "TxPower") != 0)
		return 0;
	r = msg_read_variant(m, 'n', &dbm);
	if (r < 0)
		return r;
	if (r > 0)
		advert_power_chosen(object->advert, dbm);
	r = sd_bus_reply_method_return(m, NULL);
	return r < 0 ? r : 1;
}

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	AdvertObject *object = userdata;
	sd_bus_message *reply = NULL;
	int r;

	if (sd_bus_message_is_method_call(m, ADVERT_INTERFACE, "Release")) {
		r = sd_bus_reply_method_return(m, NULL);
		on_release(object);
		return r < 0 ? r : 1;
	}
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Set"))
		return on_set(object, m);
	if (!sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "GetAll"))
		return 0;
	r = sd_bus_message_new_method_return(m, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "{sv}");
	if (r >= 0)
		r = object->advert ? append_properties(reply, object->advert) :
				     sd_bus_message_append(reply, "{sv}", "Type", "s", "broadcast");
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(object->bluez->bus, reply, NULL);
	sd_bus_message_unref(reply);
	return r < 0 ? r : 1;
}

static int append_path(sd_bus_message *m, void *path)
{
	return sd_bus_message_append(m, "o", path);
}

static int append_registration(sd_bus_message *m, void *path)
{
	return sd_bus_message_append(m, "oa{sv}", path, 0);
}

static void unregister(Bluez *bluez, const Adapter *adapter, char *path)
{
	(void)bluez_call_floating(bluez, adapter->path, ADVERTISING_INTERFACE, "UnregisterAdvertisement", NULL,
				  append_path, path);
}

void bluez_adverts_powered_on(Bluez *bluez, Adapter *adapter)
{
	for (guint i = 0; i < adapter->unwanted->len; i++)
		unregister(bluez, adapter, g_ptr_array_index(adapter->unwanted, i));
	g_ptr_array_set_size(adapter->unwanted, 0);
}

/* bluetoothd 5.66 to 5.82 frees twice what is unregistered before its registration is answered: not before. */
static void object_leave(AdvertObject *object)
{
	object->advert->edge = NULL;
	object->advert = NULL;
	bluez_call_float(object->call, object_free_void);
	object->call = NULL;
}

static void object_unregister(AdvertObject *object)
{
	const GPtrArray *adapters = object->bluez->adapters;

	for (guint i = 0; i < adapters->len; i++) {
		const Adapter *adapter = g_ptr_array_index(adapters, i);

		if (strcmp(adapter->path, object->adapter) != 0)
			continue;
		/* one that bluetoothd gives up while the radio is off stays in the kernel, and is on air again when it is on */
		if (adapter->state.powered)
			unregister(object->bluez, adapter, object->path);
		else
			g_ptr_array_add(adapter->unwanted, g_strdup(object->path));
	}
}

void bluez_advert_stop(Bluez *bluez UNUSED, Advert *advert)
{
	AdvertObject *object = advert->edge;

	if (!object)
		return;
	if (bluez_call_is_sent(object->call)) {
		object_leave(object);
		return;
	}
	if (!object->call)
		object_unregister(object);
	object_free(object);
}

static int translate(const Advert *advert, const sd_bus_error *error, Reason *reason)
{
	if (sd_bus_error_has_name(error, "org.bluez.Error.NotPermitted"))
		return -EBUSY;
	/* bluetoothd says Failed to everything; an advertisement that it does not like fails on a radio that is on */
	if (!advert->session->radio->bluez.powered || !sd_bus_error_has_name(error, "org.bluez.Error.Failed"))
		return -EAGAIN;
	return reason_set(reason, E_FAILED, "bluetoothd: %s", error_words(error));
}

static int on_registered(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	const sd_bus_error *error = sd_bus_message_get_error(m);
	AdvertObject *object = userdata;
	Advert *advert = object->advert;
	uint64_t now = bluez_now(object->bluez);
	Reason reason = { "" };
	int r = 0;

	if (!advert) {
		if (!error)
			object_unregister(object);
		return 0;
	}
	object->call = bluez_call_forget(object->call);
	if (error) {
		r = translate(advert, error, &reason);
		if (r != -EBUSY) {
			broker_upstream_failed(object->bluez->broker);
			log_limited(LOG_WARNING, "hci%u: bluetoothd does not advertise: %s: %s", advert->session->radio->index,
				    error->name, error_words(error));
		}
		object_free(object);
	}
	advert_started(advert, r, &reason, now);
	return 0;
}

void bluez_advert_start(Bluez *bluez, Advert *advert)
{
	const Adapter *adapter = bluez_adapter(bluez, advert->session->radio);
	AdvertObject *object = calloc(1, sizeof(*object));
	int r = -ENOMEM;

	if (object) {
		object->bluez = bluez;
		object->advert = advert;
		if (adapter)
			g_strlcpy(object->adapter, adapter->path, sizeof(object->adapter));
		advert->edge = object;
		snprintf(object->path, sizeof(object->path), "/com/example/Bluetooth/advertisement%u", bluez->next_object++);
		r = sd_bus_add_object(bluez->bus, &object->object, object->path, on_call, object);
	}
	if (r >= 0)
		r = adapter ? bluez_call_with(bluez, adapter->path, ADVERTISING_INTERFACE, "RegisterAdvertisement", &object->call,
					      on_registered, object, append_registration, object->path) :
			      -ENOTCONN;
	if (r >= 0)
		return;
	if (object)
		object_free(object);
	advert_started(advert, -EAGAIN, NULL, bluez_now(bluez));
}
