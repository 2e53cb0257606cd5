/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link to a device, in a session of its own: it is let go of when it is closed or this program ends. */
#pragma once

#include <stdbool.h>

#include "client/gatt.h"
#include "client/session.h"
#include "meaning/addr.h"

typedef struct Link Link;

typedef struct LinkRequest {
	uint8_t addr_type;	/* of the contract */
	uint8_t priority;
	bool auto_reconnect;
} LinkRequest;

/* An address as people type it. False: that is said, *ret_exit is set. */
bool link_parse_address(const char *text, char address[static ADDR_STRING_SIZE], ExitCode *ret_exit);

/* Connects to the device. NULL: all is said, *ret_exit is set. session_run() ends with the link, if that is
 * not to be opened again. */
Link *link_open(const SessionRequest *session, const LinkRequest *request, const char *address,
		ExitCode *ret_exit);
void link_close(Link *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_close)

Session *link_session(const Link *link);
const char *link_address(const Link *link);	/* AA:BB:CC:DD:EE:FF */
BrokerConnection1 *link_proxy(Link *link);	/* with its properties; NULL if it is gone already */
unsigned link_mtu(Link *link);			/* bytes; 0: not known */

/* The device's attributes (gatt_tree_new). NULL: all is said, *ret_exit is set. */
GPtrArray *link_tree(Link *link, ExitCode *ret_exit);

/* Calls a method of an attribute, within the time. arguments: consumed if floating. NULL: error is set. */
GVariant *link_call(Link *link, const GattAttr *attr, const char *method, GVariant *arguments,
		    const char *reply_type, GError **error);

/* Reads the attribute. A GBytes, or NULL and error. */
GBytes *link_read(Link *link, const GattAttr *attr, unsigned offset, GError **error);

/* Calls notified for each value of the characteristic; follow it with the call that subscribes. */
typedef void (*LinkNotified)(void *userdata, uint64_t time, const uint8_t *bytes, size_t length);
void link_listen(Link *link, const GattAttr *attr, LinkNotified notified, void *userdata);
