/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link to a device, in a private session of its own: the hold on it ends with link_close(), or when this
 * program ends. */
#pragma once

#include <stdbool.h>

#include "client/gatt.h"
#include "client/session.h"
#include "meaning/addr.h"

typedef struct Link Link;

typedef struct LinkRequest {
	uint8_t addr_type;	/* ADDR_PUBLIC or ADDR_RANDOM; a device that is told by name has its own */
	uint8_t priority;
	bool auto_reconnect;
} LinkRequest;

/* Connects to the device that the word means (device_find). NULL: the error has been printed, and *ret_exit
 * is set. Without auto_reconnect, session_run() ends when the link is lost. */
Link *link_open(const SessionRequest *session, const LinkRequest *request, const char *word,
		ExitCode *ret_exit);
void link_close(Link *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_close)

Session *link_session(const Link *link);
const char *link_address(const Link *link);	/* AA:BB:CC:DD:EE:FF */
BrokerConnection1 *link_proxy(Link *link);	/* with its properties; NULL: the link is gone */
unsigned link_mtu(Link *link);			/* bytes; 0: not known */

/* The device's attributes (gatt_tree_new). NULL: the error has been printed, and *ret_exit is set. */
GPtrArray *link_tree(Link *link, ExitCode *ret_exit);

/* Calls a method of an attribute, within the session's time. arguments: consumed if floating. NULL: error
 * is set. */
GVariant *link_call(Link *link, const GattAttr *attr, const char *method, GVariant *arguments,
		    const char *reply_type, GError **error);

/* Reads the attribute from offset on. NULL: error is set. */
GBytes *link_read(Link *link, const GattAttr *attr, unsigned offset, GError **error);

/* Reads all values of the tree that can be read. One that fails is noted in its attribute, and the others are
 * still read. progress: called before each attribute; or NULL. False: the error has been printed, and
 * *ret_exit is set. */
bool link_read_all(Link *link, const GPtrArray *tree, void (*progress)(unsigned at, unsigned of),
		   ExitCode *ret_exit);

/* Calls notified for each value of the characteristic. Does not subscribe: that is the caller's next call.
 * One characteristic per link. */
typedef void (*LinkNotified)(void *userdata, uint64_t time, const uint8_t *bytes, size_t length);
void link_listen(Link *link, const GattAttr *attr, LinkNotified notified, void *userdata);
