/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection's messages: those that we publish, and those that come. */
#include <errno.h>
#include <mqtt_protocol.h>
#include <stdlib.h>

#include "mqtt/connection-private.h"
#include "util/log.h"

/* Messages that the broker has not confirmed: of reports, and of all. */
#define OUTSTANDING_REPORTS 64
#define OUTSTANDING_MAX 256

bool connection_is_up(const Connection *connection)
{
	return connection->state == UP;
}

bool connection_is_v5(const Connection *connection)
{
	return connection->v5;
}

bool connection_has_room(Connection *connection)
{
	bool room = connection->state == UP && connection->outstanding < OUTSTANDING_REPORTS &&
		    !mosquitto_want_write(connection->mosq);

	connection->full |= !room;
	return room;
}

static mosquitto_property *make_properties(const MessageProperties *from)
{
	mosquitto_property *list = NULL;

	if (from->content_type)
		(void)mosquitto_property_add_string(&list, MQTT_PROP_CONTENT_TYPE, from->content_type);
	if (from->correlation)
		(void)mosquitto_property_add_binary(&list, MQTT_PROP_CORRELATION_DATA, from->correlation,
						    (uint16_t)from->correlation_length);
	if (from->expiry_seconds > 0)
		(void)mosquitto_property_add_int32(&list, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL,
						   from->expiry_seconds);
	return list;
}

int connection_send(Connection *connection, const char *topic, const void *payload, size_t length,
		    bool retain, const MessageProperties *from)
{
	mosquitto_property *properties = from && connection->v5 ? make_properties(from) : NULL;
	int rc;

	/* before: where the socket takes it at once, on_publish() is called from within */
	connection->outstanding++;
	rc = mosquitto_publish_v5(connection->mosq, NULL, topic, (int)length, payload,
				  (int)connection->config->qos, retain, properties);
	mosquitto_property_free_all(&properties);
	if (rc == MOSQ_ERR_SUCCESS) {
		connection_listen(connection);
		return 0;
	}
	if (rc == MOSQ_ERR_CONN_LOST || rc == MOSQ_ERR_NO_CONN || rc == MOSQ_ERR_ERRNO) {
		/* it stands in line there, or is lost with the connection; on_io() or on_tick() finds out */
		if (connection->config->qos > 0)
			return 0;
		connection->outstanding--;
		connection->counters.unsent++;
		return -ENOTCONN;
	}
	connection->outstanding--;
	connection->counters.refused++;
	log_limited(LOG_WARNING, "cannot publish %zu bytes at %s: %s", length, topic, mosquitto_strerror(rc));
	return -EMSGSIZE;
}

int connection_publish(Connection *connection, const char *topic, const void *payload, size_t length,
		       bool retain, const MessageProperties *properties)
{
	if (connection->state != UP)
		return -ENOTCONN;
	if (connection->outstanding >= OUTSTANDING_MAX)
		return -EAGAIN;
	return connection_send(connection, topic, payload, length, retain, properties);
}

int connection_subscribe(Connection *connection, const char *filter)
{
	int rc;

	if (connection->state != UP)
		return -ENOTCONN;
	rc = mosquitto_subscribe_v5(connection->mosq, NULL, filter, 1, MQTT_SUB_OPT_SEND_RETAIN_NEVER, NULL);
	if (rc != MOSQ_ERR_SUCCESS)
		log_warning("cannot subscribe to %s: %s", filter, mosquitto_strerror(rc));
	return rc == MOSQ_ERR_SUCCESS ? 0 : -ENOTCONN;
}

int connection_unsubscribe(Connection *connection, const char *filter)
{
	if (connection->state != UP)
		return -ENOTCONN;
	return mosquitto_unsubscribe(connection->mosq, NULL, filter) == MOSQ_ERR_SUCCESS ? 0 : -ENOTCONN;
}

const ConnectionCounters *connection_counters(const Connection *connection)
{
	return &connection->counters;
}

/* --- what libmosquitto tells --- */

void connection_on_publish(struct mosquitto *mosq UNUSED, void *userdata, int mid UNUSED, int code,
		       const mosquitto_property *properties UNUSED)
{
	Connection *connection = userdata;

	if (connection->outstanding > 0)
		connection->outstanding--;
	if (code < 0x80) {
		connection->counters.published++;
		return;
	}
	connection->counters.refused++;
	log_limited(LOG_WARNING, "broker %s does not take what we publish: %s", connection->config->host,
		    mosquitto_reason_string(code));
}

void connection_on_subscribe(struct mosquitto *mosq UNUSED, void *userdata, int mid UNUSED, int count,
			 const int *granted, const mosquitto_property *properties UNUSED)
{
	Connection *connection = userdata;

	for (int i = 0; i < count; i++)
		if (granted[i] >= 0x80)
			log_warning("broker %s does not let us subscribe to commands: %s",
				    connection->config->host, mosquitto_reason_string(granted[i]));
}

void connection_on_message(struct mosquitto *mosq UNUSED, void *userdata,
			   const struct mosquitto_message *from, const mosquitto_property *properties)
{
	Connection *connection = userdata;
	char *response_topic = NULL;
	void *correlation = NULL;
	uint16_t length = 0;
	Message message = {
		.topic = from->topic,
		.payload = from->payloadlen > 0 ? from->payload : "",
		.length = from->payloadlen > 0 ? (size_t)from->payloadlen : 0,
		.retained = from->retain,
	};

	if (!connection->handlers->message)
		return;
	(void)mosquitto_property_read_string(properties, MQTT_PROP_RESPONSE_TOPIC, &response_topic, false);
	(void)mosquitto_property_read_binary(properties, MQTT_PROP_CORRELATION_DATA, &correlation, &length,
					     false);
	message.response_topic = response_topic;
	message.correlation = correlation;
	message.correlation_length = correlation ? length : 0;
	connection->handlers->message(connection, &message, connection->userdata);
	free(response_topic);
	free(correlation);
}
