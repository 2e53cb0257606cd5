/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.bluez.GattManager1: the GATT applications of programs, whose objects are called over their own
 * connections. */
#pragma once

#include "face/iface.h"
#include "face/view.h"

extern const Iface gatt_manager_iface;

/* A signal of a connection's objects: a value to be notified. */
void apps_signal(Connection *connection, sd_bus_message *m);
void apps_connection_gone(View *view, const Connection *connection);
void apps_end(View *view);	/* all end: the program goes, or lets go of the radio */
void apps_keep(View *view);	/* the radio has gone: those that are registered wait for it */

/* News of core, for a session of an application. */
void apps_read(View *view, LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset);
void apps_write(View *view, LocalAttr *attr, uint32_t id, const Addr *client, uint16_t offset,
		const char *type, GBytes *value);
void apps_subscribed(View *view, LocalAttr *attr, const Addr *client, bool on);
/* A central has connected, or left, while the program serves. */
void apps_client(View *view, const Addr *addr, bool connected);
void apps_confirmed(View *view, LocalAttr *attr);
