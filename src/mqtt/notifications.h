/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifications of devices, at <prefix>/<gateway>/notify/<address>/<uuid>. Several requesters may have asked
 * for the same ones, each by its own connection to the daemon: they are published once.
 */
#pragma once

#include "mqtt/attrs.h"
#include "mqtt/outlet.h"

typedef struct Notifications Notifications;

Notifications *notifications_new(Outlet *outlet);
void notifications_free(Notifications *notifications);

/* who: a requester. */
void notifications_on(Notifications *notifications, const void *who, const Addr *addr, const GattAttr *item);
void notifications_off(Notifications *notifications, const void *who, const char *path);
/* Of what is below the path of a link: whether there is any, and the end of all. */
bool notifications_any(const Notifications *notifications, const void *who, const char *link);
void notifications_drop(Notifications *notifications, const void *who, const char *link);

/* A value that came over the connection of that requester. time: CLOCK_BOOTTIME, microseconds. */
void notifications_heard(Notifications *notifications, const void *who, const char *path, uint64_t time,
			 const uint8_t *value, size_t length);

uint64_t notifications_count(const Notifications *notifications);	/* published */
