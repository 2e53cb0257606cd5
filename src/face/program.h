/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program on the socket: a process, with all its connections. They see the same objects and share links, as
 * libraries expect that connect once for a scan and once for each device.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "core/agenda.h"
#include "core/ops.h"
#include "core/quota.h"
#include "face/connection.h"
#include "face/outbox.h"
#include "util/error.h"
#include "util/macros.h"

typedef struct Programs Programs;

struct Program {
	Programs *programs;
	pid_t pid;
	uid_t uid;
	int only;				/* N of hciN: it sees no other radio; or LISTENER_ALL */
	int pidfd;				/* -1: not to be had */
	uint64_t cut_off;			/* connections of its that we ended */
	Guest told;				/* what was told of it last (face/guests) */
	char command[16];			/* as the kernel has it; "": not known */
	char owner[CONNECTION_NAME_SIZE];	/* its name in core: no name on the system bus is like it */
	User *user;
	GPtrArray *connections;			/* Connection, in order of arrival */
	GPtrArray *views;			/* View, one a radio */
	Outbox outbox;
	Task settled;				/* org.bluez has come: its objects are told then */
	bool settles;
};

/* A connection of whoever is at the other end of fd, which is taken over, also on failure; only: as
 * Program's. E_LIMIT_REACHED, or a negative errno. */
int program_accept(Programs *programs, int fd, int only, Reason *reason);
/* org.bluez has come or gone. */
void program_bluez_changed(Program *program, bool up);
void program_end(Program *program);	/* closes all its connections, and frees it */
/* For connection.c. The last connection is gone: all that the program held is released. Returns NULL. */
Program *program_free(Program *program);

/* A radio has come, or gone. */
void program_add_radio(Program *program, Radio *radio);
void program_remove_radio(Program *program, const Radio *radio);

/* It has read what it was sent: goes on telling it. */
void program_ready(Program *program);
/* Ends those of its connections that have not read what they were sent; if there are none, those that listen.
 */
void program_cut_off(Program *program, const char *why);
/* Whether one of its connections that gets signals has not read them all yet. */
bool program_is_behind(const Program *program);

/* To each connection that listens to the signal: append puts the arguments in. */
void program_signal(Program *program, const MatchSignal *signal,
		    int (*append)(sd_bus_message *m, void *userdata), void *userdata);
