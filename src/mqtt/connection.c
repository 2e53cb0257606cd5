/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection to the broker. */
#include "mqtt/connection.h"

#include <errno.h>
#include <glib.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "mqtt/backoff.h"
#include "mqtt/opening.h"
#include "mqtt/security.h"
#include "mqtt/trouble.h"
#include "util/log.h"

#define GREETING_MAX (30 * USEC_PER_SEC)	/* from the open socket to the broker's answer */
#define FAREWELL_MAX (3 * USEC_PER_SEC)		/* for what is under way when we end */
#define TICK (1 * USEC_PER_SEC)			/* libmosquitto looks after its keepalive */

/* Messages that the broker has not confirmed: of reports, and of all. */
#define OUTSTANDING_REPORTS 64
#define OUTSTANDING_MAX 256

/* How often a broker hangs up before we try the other protocol: it may be one that is just starting. */
#define HANG_UPS 2

/* The longest packet that we take: a command and its properties. */
#define PACKET_MAX 65536

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

static void attempt(Connection *connection);
static void settle(Connection *connection, int rc);

/* --- state --- */

static void set_timer(Connection *connection, uint64_t usec)
{
	int r = sd_event_source_set_time_relative(connection->timer, usec);

	if (r >= 0)
		r = sd_event_source_set_enabled(connection->timer, SD_EVENT_ONESHOT);
	if (r < 0)
		log_error("cannot set a timer: %s", strerror(-r));
}

/* Until the first failure is over, each is said; then a line each ten seconds at most. */
static void log_failure(Connection *connection, const char *what, const char *why, uint64_t wait)
{
	log_limited(LOG_WARNING, "broker %s: %s%s%s; trying again in %" PRIu64 ".%" PRIu64 " s",
		    connection->config->host, what, *why ? ": " : "", why, wait / USEC_PER_SEC,
		    wait % USEC_PER_SEC / (USEC_PER_SEC / 10));
}

static void wait_for_next(Connection *connection, const char *what, const char *why)
{
	uint32_t chance;
	uint64_t wait;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
		chance = g_random_int();
	connection->attempt++;
	wait = backoff_wait(connection->attempt, connection->config->reconnect_min_seconds * USEC_PER_SEC,
			    connection->config->reconnect_max_seconds * USEC_PER_SEC, chance);
	log_failure(connection, what, why, wait);
	connection->state = WAITING;
	set_timer(connection, wait);
}

/* A broker that does not know MQTT 5 says so, or hangs up. */
static bool fall_back(Connection *connection)
{
	if (connection->config->protocol != PROTOCOL_AUTO || !connection->v5)
		return false;
	log_info("broker %s does not speak MQTT 5: trying 3.1.1", connection->config->host);
	connection->v5 = false;
	return true;
}

/* Closed before it had answered. */
static void note_hang_up(Connection *connection)
{
	connection->hung_up++;
	if (connection->hung_up % HANG_UPS != 0)
		return;
	if (!fall_back(connection))
		connection->v5 = connection->config->protocol != PROTOCOL_311;
}

static void over(Connection *connection)
{
	connection->state = OVER;
	(void)sd_event_source_set_enabled(connection->timer, SD_EVENT_OFF);
	connection->handlers->down(connection, connection->userdata);
}

/* The socket is closed, by whomever. */
static void lose(Connection *connection, const char *why)
{
	ConnectionState before = connection->state;

	connection->io = sd_event_source_disable_unref(connection->io);
	(void)sd_event_source_set_enabled(connection->tick, SD_EVENT_OFF);
	if (connection->config->qos == 0) {
		connection->counters.unsent += connection->outstanding;
		connection->outstanding = 0;
	}
	if (before == ENDING) {
		over(connection);
		return;
	}
	if (before == GREETING && connection->refusal == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION &&
	    fall_back(connection)) {
		attempt(connection);
		return;
	}
	if (before == GREETING && connection->refusal == 0)
		note_hang_up(connection);
	if (before == UP)	/* it may be another broker by now */
		connection->v5 = connection->config->protocol != PROTOCOL_311;
	wait_for_next(connection, before == UP ? "connection lost" : "it does not take us", why);
	if (before == UP)
		connection->handlers->down(connection, connection->userdata);
}

/* Without a farewell. libmosquitto closes it when it sees the end; at the latest before the next attempt. */
static void close_socket(Connection *connection)
{
	int fd = mosquitto_socket(connection->mosq);

	connection->io = sd_event_source_disable_unref(connection->io);
	if (fd < 0)
		return;
	(void)shutdown(fd, SHUT_RDWR);
	(void)mosquitto_loop_read(connection->mosq, 1);
}

static void hang_up(Connection *connection, const char *why)
{
	close_socket(connection);
	lose(connection, why);
}

static int on_timer(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	Connection *connection = userdata;

	switch (connection->state) {
	case WAITING:
		attempt(connection);
		break;
	case GREETING:
		hang_up(connection, "no answer");
		break;
	case ENDING:
		hang_up(connection, "");
		break;
	case OPENING:
	case UP:
	case OVER:
		break;
	}
	return 0;
}

static int on_tick(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	Connection *connection = userdata;

	(void)sd_event_source_set_time_relative(connection->tick, TICK);
	(void)sd_event_source_set_enabled(connection->tick, SD_EVENT_ONESHOT);
	settle(connection, mosquitto_loop_misc(connection->mosq));
	return 0;
}

/* --- opening --- */

static int on_io(sd_event_source *source UNUSED, int fd UNUSED, uint32_t revents, void *userdata)
{
	Connection *connection = userdata;
	int rc = MOSQ_ERR_SUCCESS;

	if (revents & (EPOLLIN | EPOLLHUP | EPOLLERR))
		rc = mosquitto_loop_read(connection->mosq, 1);
	if (rc == MOSQ_ERR_SUCCESS && revents & EPOLLOUT)
		rc = mosquitto_loop_write(connection->mosq, 1);
	settle(connection, rc);
	return 0;
}

/* Main thread: the other one is done with mosq. */
static void on_opened(void *userdata, const char *trouble)
{
	Connection *connection = userdata;
	int r;

	connection->opening = NULL;
	if (trouble) {
		wait_for_next(connection, "cannot connect", trouble);
		return;
	}
	r = sd_event_add_io(connection->event, &connection->io, mosquitto_socket(connection->mosq), EPOLLIN,
			    on_io, connection);
	if (r < 0) {
		close_socket(connection);
		wait_for_next(connection, "cannot wait for it", strerror(-r));
		return;
	}
	connection->state = GREETING;
	set_timer(connection, GREETING_MAX);
	(void)on_tick(connection->tick, 0, connection);
}

static void attempt(Connection *connection)
{
	Reason reason = { "" };
	int r;

	connection->refusal = 0;
	trouble_clear();
	(void)mosquitto_int_option(connection->mosq, MOSQ_OPT_PROTOCOL_VERSION,
				   connection->v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
	/* each time: passwords and certificates are renewed while we run */
	r = security_set(connection->mosq, connection->config, &reason);
	if (r == 0)
		r = opening_start(&connection->opening, connection->event, connection->mosq,
				  connection->config, connection->v5 ? PACKET_MAX : 0, on_opened, connection);
	if (r < 0)
		(void)reason_set(&reason, E_FAILED, "%s", strerror(-r));
	if (r != 0)
		wait_for_next(connection, "cannot connect", reason.text);
	else
		connection->state = OPENING;
}

/* --- libmosquitto's callbacks: in our thread, within mosquitto_loop_…() --- */

static void on_connect(struct mosquitto *mosq UNUSED, void *userdata, int code, int flags UNUSED,
		       const mosquitto_property *properties UNUSED)
{
	Connection *connection = userdata;

	connection->refusal = code;
	if (code != 0) {
		trouble_set(connection->v5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code));
		return;
	}
	connection->state = UP;
	connection->attempt = 0;
	connection->hung_up = 0;
	connection->counters.connects++;
	(void)sd_event_source_set_enabled(connection->timer, SD_EVENT_OFF);
	log_info("connected to broker %s with MQTT %s", connection->config->host,
		 connection->v5 ? "5" : "3.1.1");
	connection->handlers->up(connection, connection->userdata);
}

static void on_disconnect(struct mosquitto *mosq UNUSED, void *userdata UNUSED, int code,
			  const mosquitto_property *properties UNUSED)
{
	/* below 0x80 it is an error of the library's, which its function returns, too */
	if (code >= 0x80)
		trouble_set(mosquitto_reason_string(code));
}

static void on_publish(struct mosquitto *mosq UNUSED, void *userdata, int mid UNUSED, int code,
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

static void on_subscribe(struct mosquitto *mosq UNUSED, void *userdata, int mid UNUSED, int count,
			 const int *granted, const mosquitto_property *properties UNUSED)
{
	Connection *connection = userdata;

	for (int i = 0; i < count; i++)
		if (granted[i] >= 0x80)
			log_warning("broker %s does not let us subscribe to commands: %s",
				    connection->config->host, mosquitto_reason_string(granted[i]));
}

static void on_message(struct mosquitto *mosq UNUSED, void *userdata, const struct mosquitto_message *from,
		       const mosquitto_property *properties)
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

/* --- after each call of libmosquitto that may have changed something --- */

static const char *trouble_of(int rc)
{
	if (*trouble_last())
		return trouble_last();
	return rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc);
}

static void say_goodbye(Connection *connection)
{
	if (connection->outstanding > 0 || mosquitto_want_write(connection->mosq))
		return;
	(void)mosquitto_disconnect_v5(connection->mosq, 0, NULL);
}

static void settle(Connection *connection, int rc)
{
	if (connection->state != GREETING && connection->state != UP && connection->state != ENDING)
		return;
	if (rc == MOSQ_ERR_SUCCESS && connection->state == ENDING)
		say_goodbye(connection);
	if (rc != MOSQ_ERR_SUCCESS || mosquitto_socket(connection->mosq) < 0) {
		close_socket(connection);
		lose(connection, trouble_of(rc != MOSQ_ERR_SUCCESS ? rc : MOSQ_ERR_CONN_LOST));
		return;
	}
	(void)sd_event_source_set_io_events(connection->io, mosquitto_want_write(connection->mosq) ?
					    EPOLLIN | EPOLLOUT : EPOLLIN);
	if (connection->full && connection_has_room(connection)) {
		connection->full = false;
		connection->handlers->room(connection, connection->userdata);
	}
}

/* --- what others do with it --- */

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

static int publish(Connection *connection, const char *topic, const void *payload, size_t length, bool retain,
		   const MessageProperties *from)
{
	mosquitto_property *properties = from && connection->v5 ? make_properties(from) : NULL;
	int rc;

	/* before: where the socket takes it at once, on_publish() is called from within */
	connection->outstanding++;
	rc = mosquitto_publish_v5(connection->mosq, NULL, topic, (int)length, payload,
				  (int)connection->config->qos, retain, properties);
	mosquitto_property_free_all(&properties);
	if (rc == MOSQ_ERR_SUCCESS) {
		(void)sd_event_source_set_io_events(connection->io, mosquitto_want_write(connection->mosq) ?
						    EPOLLIN | EPOLLOUT : EPOLLIN);
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

int connection_publish(Connection *connection, const char *topic, const void *payload, size_t length, bool retain,
		       const MessageProperties *properties)
{
	if (connection->state != UP)
		return -ENOTCONN;
	if (connection->outstanding >= OUTSTANDING_MAX)
		return -EAGAIN;
	return publish(connection, topic, payload, length, retain, properties);
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

/* --- beginning and end --- */

void connection_end(Connection *connection, const char *farewell)
{
	if (connection->state != UP) {
		over(connection);
		return;
	}
	connection->state = ENDING;
	set_timer(connection, FAREWELL_MAX);
	(void)publish(connection, connection->will.topic, farewell, strlen(farewell), true, NULL);
	settle(connection, MOSQ_ERR_SUCCESS);
}

static int set_up(Connection *connection, const char *gateway, const char *suffix)
{
	const Config *config = connection->config;
	struct mosquitto *mosq;

	connection->client_id = g_strconcat(*config->client_id ? config->client_id : "bluebroker-",
					    *config->client_id ? "" : gateway, suffix, NULL);
	mosq = mosquitto_new(connection->client_id, true, connection);
	if (!mosq)
		return -errno;
	connection->mosq = mosq;
	mosquitto_connect_v5_callback_set(mosq, on_connect);
	mosquitto_disconnect_v5_callback_set(mosq, on_disconnect);
	mosquitto_publish_v5_callback_set(mosq, on_publish);
	mosquitto_subscribe_v5_callback_set(mosq, on_subscribe);
	mosquitto_message_v5_callback_set(mosq, on_message);
	mosquitto_log_callback_set(mosq, trouble_on_log);
	(void)mosquitto_int_option(mosq, MOSQ_OPT_TCP_NODELAY, 1);
	if (mosquitto_will_set(mosq, connection->will.topic, (int)strlen(connection->will.payload),
			       connection->will.payload, (int)config->qos, true) != MOSQ_ERR_SUCCESS)
		return -EINVAL;
	return 0;
}

int connection_new(Connection **ret, sd_event *event, const Config *config, const char *gateway, const char *suffix,
		   Will *will, const ConnectionHandlers *handlers, void *userdata)
{
	Connection *connection = g_new0(Connection, 1);
	int r;

	connection->event = sd_event_ref(event);
	connection->config = config;
	connection->handlers = handlers;
	connection->userdata = userdata;
	connection->will = *will;
	*will = (Will){ NULL, NULL };
	connection->v5 = config->protocol != PROTOCOL_311;
	connection->full = true;
	r = sd_event_add_time_relative(event, &connection->timer, CLOCK_BOOTTIME, 0, 0, on_timer, connection);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &connection->tick, CLOCK_BOOTTIME, 0, TICK / 4, on_tick,
					       connection);
	if (r >= 0)
		r = sd_event_source_set_enabled(connection->tick, SD_EVENT_OFF);
	if (r >= 0)
		r = set_up(connection, gateway, suffix);
	if (r < 0) {
		connection_free(connection);
		return r;
	}
	*ret = connection;
	return 0;
}

void connection_free(Connection *connection)
{
	sd_event_source_disable_unref(connection->io);
	sd_event_source_disable_unref(connection->timer);
	sd_event_source_disable_unref(connection->tick);
	if (connection->opening)
		opening_abandon(connection->opening);	/* which has mosq */
	else if (connection->mosq)
		mosquitto_destroy(connection->mosq);
	sd_event_unref(connection->event);
	g_free(connection->client_id);
	g_free(connection->will.topic);
	g_free(connection->will.payload);
	g_free(connection);
}
