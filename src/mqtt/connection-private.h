/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For connection*.c. */
#pragma once

#include <mosquitto.h>

#include "mqtt/connection.h"
#include "mqtt/opening.h"

typedef enum ConnectionState {
	WAITING,	/* for the next attempt */
	OPENING,	/* in a thread, which has mosq for itself */
	GREETING,	/* the socket is open, the broker has not answered */
	UP,
	ENDING,		/* up, until all is with the broker */
	OVER,
} ConnectionState;

struct Connection {
	sd_event *event;
	const Config *config;
	const ConnectionHandlers *handlers;
	void *userdata;
	char *client_id;
	char *psk;		/* that mosq has; NULL: none */
	Will will;

	struct mosquitto *mosq;
	Opening *opening;
	sd_event_source *io;
	sd_event_source *timer;		/* of the state: the next attempt, or the end of patience */
	sd_event_source *tick;
	ConnectionState state;
	bool v5;
	unsigned attempt;	/* failures since it was up last */
	unsigned outstanding;
	bool full;		/* has been without room since handlers->room was called last */
	int refusal;		/* reason code of CONNACK */
	unsigned hung_up;	/* times in a row that it did so before it had answered */
	ConnectionCounters counters;
};

/* libmosquitto's callbacks for messages: in our thread, within mosquitto_loop_…() */
void connection_on_publish(struct mosquitto *mosq, void *userdata, int mid, int code,
			   const mosquitto_property *properties);
void connection_on_subscribe(struct mosquitto *mosq, void *userdata, int mid, int count, const int *granted,
			     const mosquitto_property *properties);
void connection_on_message(struct mosquitto *mosq, void *userdata, const struct mosquitto_message *from,
			   const mosquitto_property *properties);

/* As connection_publish(), whether there is room or not. */
int connection_send(Connection *connection, const char *topic, const void *payload, size_t length,
		    bool retain, const MessageProperties *properties);

/* What is waited for of the socket. */
void connection_listen(Connection *connection);
