/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus's own methods: tables of them, and their answers. */
#pragma once

#include <systemd/sd-bus.h>

#include "face/connection.h"

#define DRIVER_ERROR(name) "org.freedesktop.DBus.Error." name

typedef struct DriverMethod {
	const char *member;
	const char *takes;	/* types of its arguments */
	const char *gives;	/* for Introspect */
	sd_bus_message_handler_t run;	/* the userdata: Connection */
} DriverMethod;

/* An answer from the bus to the program. Negative errno. */
int driver_answer_new(sd_bus_message *m, const Connection *connection, sd_bus_message **ret);
/* Sends one with these values, as sd_bus_message_append takes them. Negative errno. */
int driver_answer(sd_bus_message *m, const Connection *connection, const char *types, ...);
