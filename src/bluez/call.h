/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls to bluetoothd on the hot connection. The bus limits how many answers a connection may wait for
 * (dbus-daemon: 128), and counts those that nobody here waits for any more. Calls beyond a bound wait here,
 * and the devices take turns.
 *
 * A bluetoothd that has stopped answering is noticed (bluez/watchdog.h). Until it answers again, or leaves
 * the bus, nothing is sent, and nothing that was sent times out: the late answer tells what became of the
 * call.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "bus/msg.h"
#include "util/macros.h"

typedef struct Bluez Bluez;
typedef struct BluezCall BluezCall;

/*
 * Calls bluetoothd, with the configured time limit (_for: in µs). append puts the arguments into the message
 * (NULL: none); its userdata is append_userdata, or NULL. The callback gets the answer, or the error NoReply;
 * with it the call is over. bluez_call_forget, also from within the callback, means that nobody waits any
 * more. ret NULL (_floating): nobody can take the call back, and callback may be NULL. -ENOTCONN where
 * bluetoothd is away, -EBUSY where too many calls wait.
 */
int bluez_call(Bluez *bluez, const char *path, const char *interface, const char *member, BluezCall **ret,
	       sd_bus_message_handler_t callback, void *userdata, MsgAppend append);
int bluez_call_for(Bluez *bluez, const char *path, const char *interface, const char *member, BluezCall **ret,
		   sd_bus_message_handler_t callback, void *userdata, MsgAppend append, void *append_userdata,
		   uint64_t timeout);
int bluez_call_with(Bluez *bluez, const char *path, const char *interface, const char *member,
		    BluezCall **ret, sd_bus_message_handler_t callback, void *userdata, MsgAppend append,
		    void *append_userdata);
int bluez_call_floating(Bluez *bluez, const char *path, const char *interface, const char *member,
			sd_bus_message_handler_t callback, MsgAppend append, void *append_userdata);

BluezCall *bluez_call_forget(BluezCall *call);	/* returns NULL; takes NULL */
bool bluez_call_is_sent(const BluezCall *call);	/* and not answered yet; false for NULL */
/* From now on the call goes on by itself; destroy is called with its userdata when it is over. */
void bluez_call_float(BluezCall *call, GDestroyNotify destroy);
