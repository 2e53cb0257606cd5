/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets over which bluetoothd, since 5.76, takes what a single central is to be notified of: one for
 * each central that subscribes to a characteristic. It closes one when its central unsubscribes or leaves;
 * where another central leaves, it closes the oldest one of the characteristic as well, by mistake, though
 * that central stays subscribed.
 */
#pragma once

#include "bluez/application-private.h"

#define NOTIFY_SOCKETS_MAX 128	/* of one application: a central may subscribe to everything */

void notify_sockets_init(Application *application);
void notify_sockets_deinit(Application *application);
/* Answers AcquireNotify with a new socket. False: it has not been answered, which is left to the caller. */
bool notify_socket_open(Application *application, LocalAttr *attr, const Addr *client, uint16_t mtu,
			sd_bus_message *m);
/* The central has left, and core still knows what it subscribed to. bonded: bluetoothd keeps its
 * subscriptions. */
void notify_sockets_left(Application *application, const Addr *client, bool bonded);
/* Closes all sockets of the application. */
void notify_sockets_end(Application *application);
/* Notifies one central. -EOPNOTSUPP: the central has no socket, or the value is empty; -EAGAIN: bluetoothd
 * does not keep up. Other negative errnos may come from the socket. */
int notify_socket_send(Application *application, const LocalAttr *attr, const Addr *client, GBytes *value);
