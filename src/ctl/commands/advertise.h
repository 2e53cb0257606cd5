/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What advertise and serve share. */
#pragma once

#include "client/session.h"
#include "ctl/announcement.h"

/* Begins to advertise. False: the error has been printed, and *ret_exit is set. */
bool advertise_announcement(Session *session, const Announcement *announcement, ExitCode *ret_exit);

/* Calls heard(userdata, address, connected) when a central connects or leaves, once the main loop runs.
 * *clients must stay in place as long. False: the error has been printed, and *ret_exit is set. */
typedef struct AdvertiseClients {
	Session *session;
	void (*heard)(void *userdata, const char *address, bool connected);
	void *userdata;
} AdvertiseClients;
bool advertise_watch_clients(AdvertiseClients *clients, ExitCode *ret_exit);
