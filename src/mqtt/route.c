/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where answers go. Nobody can have us publish what a gateway would say by itself, or command another one. */
#include "mqtt/route.h"

#include <string.h>

#include "mqtt/topic.h"

/* The topics of gateways and of those who listen to them. */
static bool is_taken(const Config *config, const char *topic)
{
	const char *const trees[] = { config->prefix, "home", "ruuvi", "homeassistant",
				      config->discovery_prefix };

	for (size_t i = 0; i < ARRAY_SIZE(trees); i++)
		if (*trees[i] != '\0' && topic_is_below(topic, trees[i]))
			return true;
	return false;
}

static int check_topic(const Config *config, const char *own, const char *topic, Reason *reason)
{
	if (!topic_is_publishable(topic, strlen(topic)))
		return reason_set(
			reason, E_INVALID_ARGUMENTS,
			"response_topic: \"%.60s\" is not a topic of 1 to 512 bytes, without + # $ and "
			"control characters",
			topic);
	if (is_taken(config, topic) && !topic_is_below(topic, own))
		return reason_set(
			reason, E_ACCESS_DENIED,
			"response_topic: \"%.60s\" is where gateways publish; \"%.60s\" and below is for "
			"answers",
			topic, own);
	return 0;
}

int route_set(Route *route, const Config *config, const char *gateway, const Request *request,
	      const Message *message, Reason *reason)
{
	const char *topic = message->response_topic ? message->response_topic : request->response_topic;
	char *own = g_strdup_printf("%s/%s/response", config->prefix, gateway);
	int r = 0;

	*route = (Route){ .topic = own };
	if (topic)
		r = check_topic(config, own, topic, reason);
	if (topic && r == 0) {
		route->topic = g_strdup(topic);
		g_free(own);
	}
	if (message->correlation_length > CORRELATION_MAX)
		return r != 0 ? r
			      : reason_set(reason, E_INVALID_ARGUMENTS, "correlation: more than %d bytes",
					   CORRELATION_MAX);
	if (message->correlation_length > 0)
		memcpy(route->correlation, message->correlation, message->correlation_length);
	route->correlation_length = message->correlation_length;
	return r;
}

void route_clear(Route *route)
{
	g_clear_pointer(&route->topic, g_free);
}
