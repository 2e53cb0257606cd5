/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What advertise and serve share. */
#pragma once

#include "client/hold.h"
#include "ctl/announcement.h"

/* Begins to advertise that. False: that is said, *ret_exit is set. */
bool command_announce(Hold *hold, const Announcement *announcement, ExitCode *ret_exit);

/* Calls heard(userdata, address, connected) when a central comes or leaves, once the main loop runs. False: as above. */
typedef struct CommandClients {
	Hold *hold;
	void (*heard)(void *userdata, const char *address, bool connected);
	void *userdata;
} CommandClients;
bool command_watch_clients(CommandClients *clients, ExitCode *ret_exit);
