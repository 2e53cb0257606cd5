/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the answer to a command goes, and what it carries so that whoever asked knows it. Pure. */
#pragma once

#include "mqtt/connection.h"
#include "mqtt/request.h"

typedef struct Route {
	char *topic;
	uint8_t correlation[CORRELATION_MAX];	/* MQTT 5 */
	size_t correlation_length;
} Route;

/* The message's own properties come before what the payload says. Without either, and where what was said is
 * refused, it is <prefix>/<gateway>/response. E_INVALID_ARGUMENTS: the topic cannot be published to, or the
 * correlation is too long; E_ACCESS_DENIED: it is where other messages of gateways live. */
int route_set(Route *route, const Config *config, const char *gateway, const Request *request,
	      const Message *message, Reason *reason);
void route_clear(Route *route);
