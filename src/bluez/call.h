/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls to bluetoothd on the hot connection. The bus lets a connection wait for so many answers and no more
 * (dbus-daemon: 128), also for those that nobody here waits for any more: what goes beyond a bound waits
 * here, device by device in turn.
 *
 * A bluetoothd that has stopped answering is noticed (bluez/watchdog.h). Until it answers again, or leaves
 * the bus, nothing is sent, and nothing that was sent times out: what it did with it, its late answer tells.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "bluez/msg.h"
#include "util/macros.h"

typedef struct Bluez Bluez;
typedef struct BluezCall BluezCall;

/*
 * Calls bluetoothd, with the configured time limit. append puts the arguments into the message (NULL: none).
 * The callback hears the answer, or the error NoReply; with it the call is over. bluez_call_forget, also from
 * within the callback, means that nobody waits any more; ret NULL: the call goes on by itself, whatever
 * becomes of its cause, and callback may be NULL. -ENOTCONN where bluetoothd is away, -EBUSY where too many
 * calls wait.
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

BluezCall *bluez_call_forget(BluezCall *call);	/* NULL is none */
bool bluez_call_is_sent(const BluezCall *call);	/* and not answered yet; NULL is none */
/* From now on it goes on by itself; destroy is called for its userdata at its end. */
void bluez_call_float(BluezCall *call, GDestroyNotify destroy);
