/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd's name on the bus. */
#include "bluez/presence.h"

#include <string.h>

#include "bluez/agent.h"
#include "bluez/application.h"
#include "bluez/bluez.h"
#include "bluez/call-queue.h"
#include "bluez/keys.h"
#include "bluez/mirror.h"
#include "core/broker-events.h"
#include "util/log.h"

#define RELOAD_WAIT (1 * USEC_PER_SEC)

#define OWNER_MATCH										\
	"type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"	\
	"member='NameOwnerChanged',arg0='" BLUEZ_NAME "'"

static void presence_load(Bluez *bluez);

static void presence_settled(Bluez *bluez)
{
	BluezSettled settled = bluez->settled;

	bluez->settled = NULL;
	if (settled)
		settled(bluez->userdata);
}

void presence_keys_known(Bluez *bluez)
{
	if (bluez->loaded)
		presence_settled(bluez);
}

static void presence_lost(Bluez *bluez)
{
	bluez->load = bluez_call_forget(bluez->load);
	bluez->tree = bluez_call_forget(bluez->tree);
	bluez->tree_again = bluez->refreshing = false;
	bluez->reload = sd_event_source_disable_unref(bluez->reload);
	if (!bluez->owner)
		return;

	log_notice("bluetoothd is gone; scans go on when it is back");
	g_clear_pointer(&bluez->owner, g_free);
	bluez->loaded = false;
	applications_forget(bluez);
	broker_bluez_changed(bluez->broker, false);
	mirror_clear(bluez);
	call_queue_lost(bluez->calls);
}

static void presence_found(Bluez *bluez, const char *owner)
{
	if (bluez->owner && strcmp(bluez->owner, owner) == 0)
		return;
	presence_lost(bluez);
	bluez->owner = g_strdup(owner);
	log_info("bluetoothd is there (%s)", owner);
	presence_load(bluez);
}

static int on_reload(sd_event_source *source UNUSED, uint64_t now UNUSED, void *userdata)
{
	Bluez *bluez = userdata;

	bluez->reload = sd_event_source_disable_unref(bluez->reload);
	presence_load(bluez);
	return 0;
}

static void presence_loaded(Bluez *bluez, sd_bus_message *m)
{
	int r;

	broker_bluez_changed(bluez->broker, true);
	r = mirror_load(bluez, m);
	if (r < 0)
		log_warning("bluetoothd's objects cannot be read: %s", strerror(-r));
	bluez->loaded = true;
	agent_register(bluez);
	keys_want(bluez->keys);
	/* programs are served when the keys are known: before, an address could be taken for another
	 * device's */
	if (keys_are_known(bluez->keys))
		presence_settled(bluez);
}

static int on_loaded(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	const sd_bus_error *error = sd_bus_message_get_error(m);

	bluez->load = bluez_call_forget(bluez->load);
	if (!error) {
		presence_loaded(bluez, m);
		return 0;
	}
	broker_upstream_failed(bluez->broker);
	log_limited(LOG_WARNING, "bluetoothd does not list its objects (%s), asking again", error->name);
	bluez->reload = sd_event_source_disable_unref(bluez->reload);
	(void)sd_event_add_time_relative(bluez->event, &bluez->reload, CLOCK_BOOTTIME, RELOAD_WAIT, 0,
					 on_reload, bluez);
	return 0;
}

static void presence_load(Bluez *bluez)
{
	int r = bluez_call(bluez, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects",
			   &bluez->load, on_loaded, bluez, NULL);

	if (r < 0)
		log_error("cannot call bluetoothd: %s", strerror(-r));
}

static int on_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	const char *name, *old, *new;
	const char *sender = sd_bus_message_get_sender(m);

	if (!sender || strcmp(sender, "org.freedesktop.DBus") != 0 ||
	    sd_bus_message_read(m, "sss", &name, &old, &new) < 0 || strcmp(name, BLUEZ_NAME) != 0)
		return 0;
	if (*old)
		presence_lost(bluez);
	if (*new)
		presence_found(bluez, new);
	return 0;
}

static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	Bluez *bluez = userdata;
	const char *owner;

	bluez->find = sd_bus_slot_unref(bluez->find);
	if (sd_bus_message_is_method_error(m, NULL)) {
		log_notice("bluetoothd is not running yet; waiting for it");
		presence_settled(bluez);
	} else if (sd_bus_message_read(m, "s", &owner) >= 0) {
		presence_found(bluez, owner);
	}
	return 0;
}

int presence_watch(Bluez *bluez)
{
	int r;

	r = sd_bus_add_match_async(bluez->bus, &bluez->owner_match, OWNER_MATCH, on_owner_changed,
				   mirror_on_match, bluez);
	/* after the match, so that no change of owner is missed */
	if (r >= 0)
		r = sd_bus_call_method_async(bluez->bus, &bluez->find, "org.freedesktop.DBus",
					     "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
					     on_owner, bluez, "s", BLUEZ_NAME);
	return r;
}
