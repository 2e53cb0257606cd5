/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is published of commands: answers, notifications, news of links. */
#pragma once

#include <json-c/json.h>

#include "mqtt/route.h"

typedef struct Outlet {
	Connection *connection;		/* NULL: there was none yet */
	const Config *config;
	const char *gateway;
	uint64_t lost;			/* messages that the connection did not take */
} Outlet;

/* False: the connection does not take it. payload: consumed. route: may be NULL; then the topic is given. */
bool outlet_publish(Outlet *outlet, const char *topic, json_object *payload);
bool outlet_answer(Outlet *outlet, const Route *route, json_object *payload);
/* At <prefix>/<gateway>/<below>. Call g_free(). */
char *outlet_topic(const Outlet *outlet, const char *below);
