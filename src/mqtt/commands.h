/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that come from the broker: read, allowed, and done one after the other for each device. Topics and
 * keys: bluebroker-mqtt.conf(5). What they hold at the daemon belongs to who asked (requester.h), and goes
 * with him.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "mqtt/connection.h"
#include "mqtt/radio.h"

typedef struct Commands Commands;

/* config, gateway, radio: have to outlive it. */
int commands_new(Commands **ret, sd_event *event, const Config *config, const char *gateway, Radio *radio);
void commands_free(Commands *commands);

/* The connection is up: subscribes, unless the configuration allows no command. It has to outlive commands.
 */
void commands_up(Commands *commands, Connection *connection);
/* A message; those that are no commands are left alone. */
void commands_message(Commands *commands, const Message *message);
/* The daemon has come, with that radio (N of hciN), or, bus NULL, it has gone: then all commands and links
 * end. */
void commands_daemon(Commands *commands, sd_bus *bus, unsigned adapter);

typedef struct CommandsCounters {
	unsigned waiting;	/* now, also those that are being done */
	unsigned requesters;	/* now */
	uint64_t done;		/* answered without an error */
	uint64_t failed;	/* answered with an error after they had been taken */
	uint64_t refused;	/* not taken: malformed, not allowed, too many */
	uint64_t notifications;	/* published */
	uint64_t lost;		/* answers, notifications and news that the broker did not take */
} CommandsCounters;

CommandsCounters commands_counters(const Commands *commands);
