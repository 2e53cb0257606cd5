/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our advertisements at bluetoothd. New data is a new registration: bluetoothd 5.66 ends itself when a
 * registered advertisement grows too long.
 */
#include "bluez/advert.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/advert-properties.h"
#include "bluez/bluez.h"
#include "bus/msg.h"
#include "core/radio.h"
#include "core/session.h"
#include "util/log.h"

#define ADVERT_INTERFACE "org.bluez.LEAdvertisement1"

/* An advertisement that is registered at bluetoothd, or about to be. */
typedef struct AdvertObject {
	Bluez *bluez;
	Advert *advert;		/* NULL: core no longer wants it, but bluetoothd has not answered yet */
	char adapter[32];	/* its path */
	char path[64];
	sd_bus_slot *object;
	BluezCall *call;
} AdvertObject;

static void object_free(void *data)
{
	AdvertObject *object = data;

	if (object->advert)
		object->advert->edge = NULL;
	bluez_call_forget(object->call);
	sd_bus_slot_unref(object->object);
	g_free(object);
}

/* Release: bluetoothd has dropped the advertisement by itself. */
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
	if (r > 0 && object->advert)
		advert_power_chosen(object->advert, dbm);
	r = sd_bus_reply_method_return(m, NULL);
	return r < 0 ? r : 1;
}

static int append_all(sd_bus_message *m, void *userdata)
{
	const AdvertObject *object = userdata;
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = object->advert ? advert_properties_append(m, object->advert) :
				     sd_bus_message_append(m, "{sv}", "Type", "s", "broadcast");
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	AdvertObject *object = userdata;
	int r;

	if (sd_bus_message_is_method_call(m, ADVERT_INTERFACE, "Release")) {
		r = sd_bus_reply_method_return(m, NULL);
		on_release(object);
		return r < 0 ? r : 1;
	}
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Set"))
		return on_set(object, m);
	if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "GetAll"))
		return msg_reply(m, append_all, object);
	return 0;
}

static void unregister(Bluez *bluez, const Adapter *adapter, char *path)
{
	(void)bluez_call_floating(bluez, adapter->path, ADVERTISING_INTERFACE, "UnregisterAdvertisement",
				  NULL, msg_append_path, path);
}

void bluez_adverts_powered_on(Bluez *bluez, Adapter *adapter)
{
	for (guint i = 0; i < adapter->unwanted->len; i++)
		unregister(bluez, adapter, g_ptr_array_index(adapter->unwanted, i));
	g_ptr_array_set_size(adapter->unwanted, 0);
}

/* Core is done with the object, but its registration has not been answered: keeps it until then, because
 * bluetoothd 5.66 to 5.82 frees an advertisement twice that is unregistered before. */
static void object_leave(AdvertObject *object)
{
	object->advert->edge = NULL;
	object->advert = NULL;
	bluez_call_float(object->call, object_free);
	object->call = NULL;
}

static void object_unregister(AdvertObject *object)
{
	const GPtrArray *adapters = object->bluez->adapters;

	for (guint i = 0; i < adapters->len; i++) {
		const Adapter *adapter = g_ptr_array_index(adapters, i);

		if (strcmp(adapter->path, object->adapter) != 0)
			continue;
		/* an advertisement that is unregistered while the radio is off stays in the kernel, and is on
		 * air again when the radio is on */
		if (adapter->state.powered)
			unregister(object->bluez, adapter, object->path);
		else
			g_ptr_array_add(adapter->unwanted, g_strdup(object->path));
	}
}

void bluez_advert_stop(void *userdata UNUSED, Advert *advert)
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
	/* bluetoothd answers Failed for nearly every reason; on a radio that is on, it means that bluetoothd
	 * does not accept the advertisement */
	if (!advert->session->radio->bluez.powered || !sd_bus_error_has_name(error, "org.bluez.Error.Failed"))
		return -EAGAIN;
	return reason_set(reason, E_FAILED, "bluetoothd: %s", msg_error_words(error));
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
			log_limited(LOG_WARNING, "hci%u: bluetoothd does not advertise: %s: %s",
				    advert->session->radio->index, error->name, msg_error_words(error));
		}
		object_free(object);
	}
	advert_started(advert, r, &reason, now);
	return 0;
}

static int object_register(AdvertObject *object, const Adapter *adapter)
{
	int r;

	if (!adapter)
		return -ENOTCONN;
	g_strlcpy(object->adapter, adapter->path, sizeof(object->adapter));
	r = sd_bus_add_object(object->bluez->bus, &object->object, object->path, on_call, object);
	if (r < 0)
		return r;
	return bluez_call_with(object->bluez, adapter->path, ADVERTISING_INTERFACE, "RegisterAdvertisement",
			       &object->call, on_registered, object, msg_append_registration, object->path);
}

void bluez_advert_start(void *userdata, Advert *advert)
{
	Bluez *bluez = userdata;
	AdvertObject *object = g_new0(AdvertObject, 1);

	object->bluez = bluez;
	object->advert = advert;
	advert->edge = object;
	snprintf(object->path, sizeof(object->path), "/com/example/Bluetooth/advertisement%u",
		 bluez->next_object++);
	if (object_register(object, bluez_adapter(bluez, advert->session->radio)) >= 0)
		return;
	object_free(object);
	advert_started(advert, -EAGAIN, NULL, bluez_now(bluez));
}
