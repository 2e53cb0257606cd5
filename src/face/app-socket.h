/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sockets between us and a characteristic of an application: those that a program hands out by AcquireWrite
 * and AcquireNotify. A datagram is a value.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "face/connection.h"
#include "util/macros.h"

/* A value came by AcquireNotify's socket; NULL: the program has closed it. */
typedef void (*AppSocketValue)(void *userdata, GBytes *value);
/* The socket is there, or is not to be had. */
typedef void (*AppSocketReady)(void *userdata);

typedef struct AppSocket {
	int fd;			/* -1: none */
	bool paused;		/* nothing is read from it */
	Charge charge;		/* a stream of the program's user */
	sd_bus_slot *call;	/* the program is being asked for it */
	sd_event_source *io;
	sd_event *event;
	AppSocketValue on_value;	/* NULL: it is for writing */
	AppSocketReady on_ready;
	void *userdata;
} AppSocket;

void app_socket_init(AppSocket *sock, sd_event *event, AppSocketValue on_value, AppSocketReady on_ready,
		     void *userdata);
void app_socket_close(AppSocket *sock);

/* Sends the call (AcquireWrite, AcquireNotify), whose answer brings it; on_ready is told. -EDQUOT: its user
 * has too many; another negative errno. */
int app_socket_acquire(AppSocket *sock, Connection *connection, sd_bus_message *m, uint64_t timeout);
/* Whether values are taken from it, now or as soon as it is there. */
void app_socket_pause(AppSocket *sock, bool paused);
/* -EAGAIN: there is no room; another errno: it is closed. */
int app_socket_send(AppSocket *sock, GBytes *value);
