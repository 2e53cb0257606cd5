/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bluetoothd asks of an application: its tree, and reads and writes of peers, some of which wait for a
 * program. */
#pragma once

#include "bluez/application-private.h"

/* Serves bluetoothd's calls to the application's root and all below it. Negative errno. */
int requests_listen(Application *application);
/* Drops the requests that wait for a program. */
void requests_end(Application *application);
void requests_deinit(Application *application);

/* Reads from a call's options, which come next in the message, which central it is for, and the MTU. */
void request_client(const Application *application, sd_bus_message *m, Addr *client, uint16_t *mtu);
