/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to the broker, by libmosquitto on our event loop: it comes back by itself, with the waits of
 * backoff.h. Names are looked up, and connections are opened, in a thread of its own, so that nothing here
 * ever waits. What is handed over and not yet taken by the broker is bounded.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "mqtt/config.h"

typedef struct Connection Connection;

/* A message that came. Nothing outlives the call. */
typedef struct Message {
	const char *topic;
	const void *payload;
	size_t length;
	bool retained;
	const char *response_topic;	/* MQTT 5; NULL: none */
	const void *correlation;	/* MQTT 5; NULL: none */
	size_t correlation_length;
} Message;

/* What to say when we go without a farewell, and before one. */
typedef struct Will {
	char *topic;
	char *payload;
} Will;

typedef struct ConnectionHandlers {
	void (*up)(Connection *connection, void *userdata);	/* publish, subscribe: again each time */
	void (*down)(Connection *connection, void *userdata);
	void (*room)(Connection *connection, void *userdata);	/* connection_has_room() again */
	/* may be NULL */
	void (*message)(Connection *connection, const Message *message, void *userdata);
} ConnectionHandlers;

/* suffix: of the client id, which is the configuration's or made of the gateway's id; "" for the main one.
 * will: consumed. Begins to connect at once. config and handlers must outlive it. */
int connection_new(Connection **ret, sd_event *event, const Config *config, const char *gateway,
		   const char *suffix, Will *will, const ConnectionHandlers *handlers, void *userdata);
/* Closes it as it is: the broker publishes the will. */
void connection_free(Connection *connection);

/* Publishes farewell where the will goes, and disconnects when all that was handed over is with the
 * broker; handlers->down tells that it is over, and then it does not come back. */
void connection_end(Connection *connection, const char *farewell);

bool connection_is_up(const Connection *connection);
bool connection_is_v5(const Connection *connection);

/* Whether the broker keeps up: a publisher of reports waits until this is true. */
bool connection_has_room(Connection *connection);

/* With MQTT 5, what a message says beside its payload. */
typedef struct MessageProperties {
	const char *content_type;	/* NULL: none */
	const void *correlation;	/* NULL: none */
	size_t correlation_length;
	unsigned expiry_seconds;	/* 0: none */
} MessageProperties;

/* 0; -ENOTCONN; or -EAGAIN: the broker is so far behind that even answers are not taken any more (a few
 * times what connection_has_room() allows). properties: NULL: none. Without MQTT 5 they are left out. */
int connection_publish(Connection *connection, const char *topic, const void *payload, size_t length,
		       bool retain, const MessageProperties *properties);

/* Messages at topics that match filter come to handlers->message. Retained ones are not sent, as far as
 * the broker knows of that (MQTT 5). 0 or -ENOTCONN. */
int connection_subscribe(Connection *connection, const char *filter);
int connection_unsubscribe(Connection *connection, const char *filter);

/* Counted since it began: */
typedef struct ConnectionCounters {
	uint64_t connects;		/* how often it came up */
	uint64_t published;		/* messages that the broker took (QoS 0: that the socket took) */
	uint64_t refused;		/* messages that the broker did not take, though it was asked to */
	uint64_t unsent;		/* messages of QoS 0 that a broken connection took along */
} ConnectionCounters;

const ConnectionCounters *connection_counters(const Connection *connection);
