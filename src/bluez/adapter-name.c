/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving an adapter another name. */
#include <errno.h>
#include <string.h>

#include "bluez/adapter.h"
#include "bluez/bluez.h"
#include "bus/msg.h"

typedef struct Renaming {
	Bluez *bluez;
	NameWait *wait;
	BluezCall *call;
	char name[RADIO_NAME_MAX];
} Renaming;

static void renaming_free(Renaming *renaming)
{
	bluez_call_forget(renaming->call);
	renaming->wait->edge = NULL;
	g_free(renaming);
}

static int on_renamed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error UNUSED)
{
	const sd_bus_error *error = sd_bus_message_get_error(m);
	Renaming *renaming = userdata;
	NameWait *wait = renaming->wait;
	Adapter *adapter = bluez_adapter(renaming->bluez, wait->radio);
	Reason reason = { "" };
	int r = 0;

	if (error)
		r = reason_set(&reason, E_FAILED, "bluetoothd does not take the name: %s",
			       msg_error_words(error));
	/* bluetoothd signals the name only when the kernel has it, so it is taken over now; but the host's
	 * own name (for "") is not known before that signal */
	if (!error && adapter && renaming->name[0]) {
		g_strlcpy(adapter->state.name, renaming->name, sizeof(adapter->state.name));
		adapter_publish(adapter);
	}
	renaming_free(renaming);
	radio_name_done(wait, r, &reason);
	return 0;
}

static int append_name(sd_bus_message *m, void *name)
{
	return sd_bus_message_append(m, "ssv", ADAPTER_INTERFACE, "Alias", "s", name);
}

static int renaming_begin(Renaming *renaming, const Adapter *adapter)
{
	if (!adapter)
		return -ENOTCONN;
	return bluez_call_with(renaming->bluez, adapter->path, "org.freedesktop.DBus.Properties", "Set",
			       &renaming->call, on_renamed, renaming, append_name, renaming->name);
}

void adapter_rename(void *userdata, const Radio *radio, const char *name, NameWait *wait)
{
	Bluez *bluez = userdata;
	Renaming *renaming = g_new0(Renaming, 1);
	const Reason reason = { "" };
	int r;

	renaming->bluez = bluez;
	renaming->wait = wait;
	wait->edge = renaming;
	g_strlcpy(renaming->name, name, sizeof(renaming->name));
	r = renaming_begin(renaming, bluez_adapter(bluez, radio));
	if (r >= 0)
		return;
	renaming_free(renaming);
	radio_name_done(wait, r == -ENOTCONN ? E_BLUEZ_UNAVAILABLE : r, &reason);
}

void adapter_rename_forget(void *userdata UNUSED, NameWait *wait)
{
	if (wait->edge)
		renaming_free(wait->edge);
}
