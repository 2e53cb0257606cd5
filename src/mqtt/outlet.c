/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is published of commands. */
#include "mqtt/outlet.h"

#include <string.h>

#define ANSWER_SECONDS                                                                                       \
	300 /* an answer that waits longer at the broker is of no use: no command takes that long */

static bool publish(Outlet *outlet, const char *topic, json_object *payload,
		    const MessageProperties *properties)
{
	const char *text = json_object_to_json_string_ext(payload, JSON_C_TO_STRING_PLAIN |
									   JSON_C_TO_STRING_NOSLASHESCAPE);
	bool taken = outlet->connection && connection_publish(outlet->connection, topic, text, strlen(text),
							      false, properties) == 0;

	outlet->lost += !taken;
	json_object_put(payload);
	return taken;
}

bool outlet_publish(Outlet *outlet, const char *topic, json_object *payload)
{
	const MessageProperties properties = { .content_type = "application/json" };

	return publish(outlet, topic, payload, &properties);
}

bool outlet_answer(Outlet *outlet, const Route *route, json_object *payload)
{
	const MessageProperties properties = {
		.content_type = "application/json",
		.correlation = route->correlation_length > 0 ? route->correlation : NULL,
		.correlation_length = route->correlation_length,
		.expiry_seconds = ANSWER_SECONDS,
	};

	return publish(outlet, route->topic, payload, &properties);
}

char *outlet_topic(const Outlet *outlet, const char *below)
{
	return g_strdup_printf("%s/%s/%s", outlet->config->prefix, outlet->gateway, below);
}
