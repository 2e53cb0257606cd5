/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The face toward programs that know BlueZ alone: a socket, on which the daemon is a bus with org.bluez on
 * it, for each program by itself.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <systemd/sd-event.h>

#include "core/broker.h"
#include "face/program.h"
#include "util/macros.h"

typedef struct Listener Listener;

struct Programs {
	sd_event *event;
	Broker *broker;
	Face face;
	GPtrArray *listeners;		/* Listener */
	GPtrArray *list;		/* Program, in order of arrival */
	uint64_t last_program;
	uint64_t last_name;		/* N of :1.N */
	char id[33];			/* of the bus (GetId) */
};

/* socket: where to listen, instead of where the configuration says; NULL: as that. Negative errno. */
int programs_new(Programs **ret, sd_event *event, Broker *broker, const char *socket);
/* Ends all programs, and takes no new ones: what they asked of the radios is undone. No harm if NULL. */
void programs_end(Programs *programs);
Programs *programs_free(Programs *programs);	/* returns NULL; takes NULL */
uint64_t programs_now(const Programs *programs);
