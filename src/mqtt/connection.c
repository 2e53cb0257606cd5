/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection to the broker. */
#include "mqtt/connection.h"

#include <errno.h>
#include <glib.h>
#include <mqtt_protocol.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "mqtt/backoff.h"
#include "mqtt/connection-private.h"
#include "mqtt/security.h"
#include "mqtt/trouble.h"
#include "util/log.h"

#define GREETING_MAX (30 * USEC_PER_SEC)	/* from the open socket to the broker's answer */
#define FAREWELL_MAX (3 * USEC_PER_SEC)		/* for what is under way when we end */
#define KEEPALIVE_TICKS 8			/* libmosquitto looks after it: a ping is 3/16 of it late at most */

/* How often a broker hangs up before we try the other protocol: it may be one that is just starting. */
#define HANG_UPS 2

/* The longest packet that we take: a command and its properties. */
#define PACKET_MAX 65536

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

static uint64_t tick(const Connection *connection)
{
	return connection->config->keepalive_seconds * USEC_PER_SEC / KEEPALIVE_TICKS;
}

static int on_tick(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	Connection *connection = userdata;

	(void)sd_event_source_set_time_relative(connection->tick, tick(connection));
	(void)sd_event_source_set_enabled(connection->tick, SD_EVENT_ONESHOT);
	settle(connection, mosquitto_loop_misc(connection->mosq));
	return 0;
}

/* --- opening --- */

void connection_listen(Connection *connection)
{
	(void)sd_event_source_set_io_events(connection->io, mosquitto_want_write(connection->mosq) ?
					    EPOLLIN | EPOLLOUT : EPOLLIN);
}

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
	r = security_set(connection->mosq, connection->config, &connection->psk, &reason);
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
	connection_listen(connection);
	if (connection->full && connection_has_room(connection)) {
		connection->full = false;
		connection->handlers->room(connection, connection->userdata);
	}
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
	(void)connection_send(connection, connection->will.topic, farewell, strlen(farewell), true, NULL);
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
	mosquitto_publish_v5_callback_set(mosq, connection_on_publish);
	mosquitto_subscribe_v5_callback_set(mosq, connection_on_subscribe);
	mosquitto_message_v5_callback_set(mosq, connection_on_message);
	mosquitto_log_callback_set(mosq, trouble_on_log);
	(void)mosquitto_int_option(mosq, MOSQ_OPT_TCP_NODELAY, 1);
	if (mosquitto_will_set(mosq, connection->will.topic, (int)strlen(connection->will.payload),
			       connection->will.payload, (int)config->qos, true) != MOSQ_ERR_SUCCESS)
		return -EINVAL;
	return 0;
}

int connection_new(Connection **ret, sd_event *event, const Config *config, const char *gateway,
		   const char *suffix, Will *will, const ConnectionHandlers *handlers, void *userdata)
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
		r = sd_event_add_time_relative(event, &connection->tick, CLOCK_BOOTTIME, 0,
					       tick(connection) / 2, on_tick, connection);
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
	security_forget(&connection->psk);
	g_free(connection->client_id);
	g_free(connection->will.topic);
	g_free(connection->will.payload);
	g_free(connection);
}
