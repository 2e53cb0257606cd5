/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mosquitto, and what comes out of it. */
#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>
#include <glib.h>
#include <mosquitto.h>

#include <bluebroker-stream.h>

#include "child.h"
#include "fleet-broker.h"

#define ATTEMPTS 100

struct FleetBroker {
	Child child;
	unsigned int port;
	struct mosquitto *consumer; /* in a thread of its own */
	GMutex lock;		    /* of came */
	FleetCame came;
};

static unsigned int find_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(at);
	int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(probe, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(getsockname(probe, (struct sockaddr *)&at, &length), 0);
	close(probe);
	return ntohs(at.sin_port);
}

/* How many reports the message has; 0: it is none of reports. */
static unsigned int count_reports(const struct mosquitto_message *message)
{
	bb_stream_iter iter;

	if (message->payloadlen > 0 &&
	    bb_stream_open(message->payload, (size_t)message->payloadlen, &iter) == 0)
		return iter.count;
	if (g_str_has_prefix(message->topic, "ruuvi/"))
		return !g_str_has_suffix(message->topic, "/gw_status");
	return strstr(message->topic, "/report/") || g_str_has_suffix(message->topic, "/undecoded");
}

static void on_message(struct mosquitto *consumer, void *userdata, const struct mosquitto_message *message)
{
	FleetBroker *broker = userdata;
	unsigned int reports = count_reports(message);

	(void)consumer;
	if (reports == 0)
		return;
	g_mutex_lock(&broker->lock);
	broker->came.messages++;
	broker->came.reports += reports;
	broker->came.bytes += strlen(message->topic) + (size_t)message->payloadlen;
	g_mutex_unlock(&broker->lock);
}

static void start_mosquitto(FleetBroker *broker, const char *dir)
{
	g_autofree char *config = g_strdup_printf("%s/mosquitto.conf", dir);
	g_autofree char *log = g_strdup_printf("%s/mosquitto.log", dir);
	g_autofree char *lines = g_strdup_printf("listener %u 127.0.0.1\n"
						 "allow_anonymous true\n"
						 "persistence false\n"
						 "%s\n",
						 broker->port, getuid() == 0 ? "user root" : "");
	const char *const argv[] = { "mosquitto", "-c", config, NULL };

	ck_assert(g_file_set_contents(config, lines, -1, NULL));
	child_start(&broker->child, argv, NULL, log);
}

FleetBroker *fleet_broker_new(const char *dir)
{
	FleetBroker *broker = g_new0(FleetBroker, 1);
	int r = MOSQ_ERR_NO_CONN;

	g_mutex_init(&broker->lock);
	broker->port = find_port();
	start_mosquitto(broker, dir);
	mosquitto_lib_init();
	broker->consumer = mosquitto_new(NULL, true, broker);
	mosquitto_message_callback_set(broker->consumer, on_message);
	for (unsigned int i = 0; i < ATTEMPTS && r != MOSQ_ERR_SUCCESS; i++) {
		ck_assert_msg(child_is_running(&broker->child), "mosquitto has ended");
		g_usleep(50000);
		r = mosquitto_connect(broker->consumer, "127.0.0.1", (int)broker->port, 60);
	}
	ck_assert_msg(r == MOSQ_ERR_SUCCESS, "no connection to mosquitto: %s", mosquitto_strerror(r));
	ck_assert_int_eq(mosquitto_subscribe(broker->consumer, NULL, "#", 0), MOSQ_ERR_SUCCESS);
	ck_assert_int_eq(mosquitto_loop_start(broker->consumer), MOSQ_ERR_SUCCESS);
	return broker;
}

FleetBroker *fleet_broker_free(FleetBroker *broker)
{
	if (!broker)
		return NULL;
	mosquitto_disconnect(broker->consumer);
	mosquitto_loop_stop(broker->consumer, false);
	mosquitto_destroy(broker->consumer);
	mosquitto_lib_cleanup();
	child_end(&broker->child, SIGTERM, 5000);
	g_mutex_clear(&broker->lock);
	g_free(broker);
	return NULL;
}

unsigned int fleet_broker_port(const FleetBroker *broker)
{
	return broker->port;
}

pid_t fleet_broker_pid(const FleetBroker *broker)
{
	return broker->child.pid;
}

FleetCame fleet_broker_came(FleetBroker *broker)
{
	FleetCame came;

	g_mutex_lock(&broker->lock);
	came = broker->came;
	g_mutex_unlock(&broker->lock);
	return came;
}
