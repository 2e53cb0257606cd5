/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bluetoothd asks of an application: its tree, and reads and writes of peers, some of which wait for a
 * program. */
#pragma once

#include "bluez/application-private.h"

/* Serves the calls to the root and below. Negative errno. */
int requests_listen(Application *application);
/* Those that wait do not any more. */
void requests_end(Application *application);
void requests_deinit(Application *application);

/* Whom a call is for, as the options tell that come next in it. */
void request_client(const Application *application, sd_bus_message *m, Addr *client, uint16_t *mtu);
