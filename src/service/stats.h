/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manager1.GetStats. */
#pragma once

#include <systemd/sd-bus.h>

#include "service/service.h"

/* Appends the a{sv} of counters; rows of sessions: those that uid may see. */
int stats_append(sd_bus_message *m, const Service *service, uid_t uid);
