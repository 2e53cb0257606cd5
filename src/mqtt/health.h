/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the gateway is: a message each minute, with what the daemon says of its radio. And Home Assistant's
 * discovery of the gateway. */
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "mqtt/commands.h"
#include "mqtt/config.h"
#include "mqtt/connection.h"
#include "mqtt/publisher.h"
#include "mqtt/radio.h"

typedef struct Health Health;

/* All must outlive it. */
typedef struct HealthOf {
	sd_event *event;
	sd_bus *bus;
	const Config *config;
	const char *gateway;
	Radio *radio;
	const Publisher *publisher;
	const Commands *commands;
	Connection *connection;
} HealthOf;

int health_new(Health **ret, const HealthOf *of);
void health_free(Health *health);

/* The connection is up: tells all at once, and again each HealthSeconds. */
void health_up(Health *health);
void health_down(Health *health);
