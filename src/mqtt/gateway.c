/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole gateway. */
#include "mqtt/gateway.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "mqtt/commands.h"
#include "mqtt/connection.h"
#include "mqtt/health.h"
#include "mqtt/publisher.h"
#include "mqtt/radio.h"
#include "util/log.h"

#define DRAIN_MAX (3 * USEC_PER_SEC)	/* for the reports that wait when we end */

#define ONLINE "online"
#define OFFLINE "offline"
#define RUUVI_ONLINE "{\"state\":\"online\"}"
#define RUUVI_OFFLINE "{\"state\":\"offline\"}"

struct Gateway {
	sd_event *event;
	sd_bus *bus;
	const Config *config;
	char *id;
	char *address;		/* of the radio, when the connections began */
	Radio *radio;
	Publisher *publisher;
	Health *health;
	Commands *commands;	/* NULL before there are connections, and at the end */
	Connection *connection;
	/* a connection has one will, and format ruuvi needs another one than ours */
	Connection *ruuvi;
	sd_event_source *drain;
	bool ending;
	unsigned ended;		/* connections whose end has been told */
};

/* --- the end --- */

static void connection_ended(Gateway *gateway)
{
	unsigned all = gateway->ruuvi ? 2 : 1;

	gateway->ended++;
	if (gateway->ended == all)
		(void)sd_event_exit(gateway->event, EXIT_SUCCESS);
}

static void say_goodbye(Gateway *gateway)
{
	gateway->drain = sd_event_source_disable_unref(gateway->drain);
	if (gateway->ruuvi)
		connection_end(gateway->ruuvi, RUUVI_OFFLINE);
	connection_end(gateway->connection, OFFLINE);
}

static int on_drain(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	say_goodbye(userdata);
	return 0;
}

void gateway_end(Gateway *gateway)
{
	if (gateway->ending)
		return;
	gateway->ending = true;
	radio_stop(gateway->radio);
	g_clear_pointer(&gateway->commands, commands_free);	/* those who wait are told */
	if (!gateway->connection) {
		(void)sd_event_exit(gateway->event, EXIT_SUCCESS);
		return;
	}
	health_down(gateway->health);
	if (!connection_is_up(gateway->connection) || publisher_drain(gateway->publisher) ||
	    sd_event_add_time_relative(gateway->event, &gateway->drain, CLOCK_BOOTTIME, DRAIN_MAX, 0,
				       on_drain, gateway) < 0)
		say_goodbye(gateway);
}

/* --- the broker --- */

static void on_up(Connection *connection, void *userdata)
{
	Gateway *gateway = userdata;
	g_autofree char *status = g_strdup_printf("%s/%s/status", gateway->config->prefix, gateway->id);

	(void)connection_publish(connection, status, ONLINE, strlen(ONLINE), true, NULL);
	/* not at the end: then there are no commands any more, which health tells of, too */
	if (gateway->commands) {
		health_up(gateway->health);
		commands_up(gateway->commands, connection);
	}
	publisher_run(gateway->publisher);
	(void)sd_notify(false, "STATUS=Connected to the broker");
}

static void on_down(Connection *connection UNUSED, void *userdata)
{
	Gateway *gateway = userdata;

	health_down(gateway->health);
	if (gateway->ending)
		connection_ended(gateway);
	else
		(void)sd_notify(false, "STATUS=Waiting for the broker");
}

static void on_room(Connection *connection UNUSED, void *userdata)
{
	Gateway *gateway = userdata;

	if (!gateway->ending)
		publisher_run(gateway->publisher);
	else if (publisher_drain(gateway->publisher) && gateway->drain)
		say_goodbye(gateway);
}

static void on_message(Connection *connection UNUSED, const Message *message, void *userdata)
{
	Gateway *gateway = userdata;

	if (gateway->commands)
		commands_message(gateway->commands, message);
}

static const ConnectionHandlers handlers = {
	.up = on_up, .down = on_down, .room = on_room, .message = on_message,
};

static void on_ruuvi_up(Connection *connection, void *userdata)
{
	Gateway *gateway = userdata;
	g_autofree char *status = g_strdup_printf("ruuvi/%s/gw_status", gateway->address);

	(void)connection_publish(connection, status, RUUVI_ONLINE, strlen(RUUVI_ONLINE), true, NULL);
}

static void on_ruuvi_down(Connection *connection UNUSED, void *userdata)
{
	Gateway *gateway = userdata;

	if (gateway->ending)
		connection_ended(gateway);
}

static void on_ruuvi_room(Connection *connection UNUSED, void *userdata UNUSED)
{
}

static const ConnectionHandlers ruuvi_handlers = {
	.up = on_ruuvi_up, .down = on_ruuvi_down, .room = on_ruuvi_room,
};

static int connect_ruuvi(Gateway *gateway)
{
	Will will = { g_strdup_printf("ruuvi/%s/gw_status", gateway->address), g_strdup(RUUVI_OFFLINE) };

	return connection_new(&gateway->ruuvi, gateway->event, gateway->config, gateway->id, "-ruuvi", &will,
			      &ruuvi_handlers, gateway);
}

static int connect_broker(Gateway *gateway)
{
	const char *id = *gateway->config->gateway ? gateway->config->gateway : gateway->address;
	Will will = { g_strdup_printf("%s/%s/status", gateway->config->prefix, id), g_strdup(OFFLINE) };
	HealthOf of = {
		.event = gateway->event, .bus = gateway->bus, .config = gateway->config,
		.radio = gateway->radio, .publisher = gateway->publisher,
	};
	int r;

	gateway->id = g_strdup(id);
	r = connection_new(&gateway->connection, gateway->event, gateway->config, gateway->id, "", &will,
			   &handlers, gateway);
	if (r >= 0)
		r = commands_new(&gateway->commands, gateway->event, gateway->config, gateway->id,
				 gateway->radio);
	if (r < 0)
		return r;
	of.gateway = gateway->id;
	of.connection = gateway->connection;
	of.commands = gateway->commands;
	r = health_new(&gateway->health, &of);
	if (r < 0)
		return r;
	publisher_start(gateway->publisher, gateway->connection, gateway->id, gateway->address);
	return gateway->config->formats & FORMAT_RUUVI ? connect_ruuvi(gateway) : 0;
}

/* --- the daemon --- */

static void on_found(Radio *radio, void *userdata)
{
	Gateway *gateway = userdata;
	int r = 0;

	if (!gateway->address)
		gateway->address = g_strdup(radio_address(radio));
	else if (strcmp(gateway->address, radio_address(radio)) != 0)
		log_warning("this is another radio, %s: messages still name %s, until a restart",
			    radio_address(radio), gateway->address);
	if (!gateway->connection)
		r = connect_broker(gateway);
	if (r < 0) {
		log_error("cannot connect to the broker: %s", strerror(-r));
		(void)sd_event_exit(gateway->event, EXIT_FAILURE);
		return;
	}
	commands_daemon(gateway->commands, gateway->bus, radio_number(radio));
}

static void on_lost(Radio *radio UNUSED, void *userdata)
{
	Gateway *gateway = userdata;

	if (gateway->commands)
		commands_daemon(gateway->commands, NULL, 0);
}

static void on_heard(const Heard *heard, void *userdata)
{
	publisher_heard(((Gateway *)userdata)->publisher, heard);
}

static void on_heard_all(void *userdata)
{
	publisher_run(((Gateway *)userdata)->publisher);
}

static const RadioHandlers radio_handlers = {
	.found = on_found, .lost = on_lost, .heard = on_heard, .heard_all = on_heard_all,
};

/* --- beginning --- */

int gateway_new(Gateway **ret, sd_event *event, sd_bus *bus, const Config *config)
{
	Gateway *gateway = g_new0(Gateway, 1);
	int r;

	gateway->event = event;
	gateway->bus = bus;
	gateway->config = config;
	gateway->publisher = publisher_new(config);
	r = radio_new(&gateway->radio, event, bus, config, &radio_handlers, gateway);
	/* who has a name need not wait for the radio to be told of: its absence is news */
	if (r >= 0 && *config->gateway && !(config->formats & FORMAT_RUUVI))
		r = connect_broker(gateway);
	if (r < 0) {
		gateway_free(gateway);
		return r;
	}
	*ret = gateway;
	return 0;
}

void gateway_free(Gateway *gateway)
{
	sd_event_source_disable_unref(gateway->drain);
	commands_free(gateway->commands);
	if (gateway->health)
		health_free(gateway->health);
	if (gateway->ruuvi)
		connection_free(gateway->ruuvi);
	if (gateway->connection)
		connection_free(gateway->connection);
	if (gateway->radio)
		radio_free(gateway->radio);
	publisher_free(gateway->publisher);
	g_free(gateway->id);
	g_free(gateway->address);
	g_free(gateway);
}
