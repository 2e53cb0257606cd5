/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole gateway: what the daemon hears to the broker, and what comes from there to the daemon. */
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "mqtt/config.h"

typedef struct Gateway Gateway;

/* All must outlive it. */
int gateway_new(Gateway **ret, sd_event *event, sd_bus *bus, const Config *config);
void gateway_free(Gateway *gateway);

/* Says goodbye to the broker, when what waits has been published or after some seconds, and ends the loop. */
void gateway_end(Gateway *gateway);
