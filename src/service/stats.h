/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manager1.GetStats. */
#pragma once

#include <systemd/sd-bus.h>

#include "service/service.h"

/* Append the a{sv} of counters, in three steps: up to the sessions; at most max sessions that uid may see,
 * those with a higher serial than *serial, which becomes the last one's (1: there are more); and the rest. */
int stats_open(sd_bus_message *m, const Service *service, uid_t uid);
int stats_append_sessions(sd_bus_message *m, const Broker *broker, uid_t uid, uint64_t *serial, unsigned max);
int stats_close(sd_bus_message *m, const Broker *broker, uid_t uid);
