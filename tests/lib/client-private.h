/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of Client share. */
#pragma once

#include <string.h>

#include "client.h"

struct Client {
	GDBusConnection *connection;
	char *destination;
	int timeout_ms;
	GArray *subscriptions; /* of guint */
	GQueue *signals; /* of ClientSignal, oldest first */
};

void client_clear_signals(Client *client);
