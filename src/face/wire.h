/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A D-Bus connection on which we are the bus, and org.bluez. sd-bus speaks; here is when it may: one that
 * does not read what it is sent is not read from, and what comes in is bounded, which sd-bus does not do.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "core/charge.h"
#include "util/macros.h"

/* When a program is served: after the bus, whose sources have 0; one whose user takes more time than is his
 * share (user_has_time), after everybody else. */
#define WIRE_PRIORITY 10
#define WIRE_PRIORITY_LATE SD_EVENT_PRIORITY_IDLE

/* Bytes of a message that we take; and of what is on its way to a program beside sd-bus's queue. */
#define WIRE_MESSAGE_MAX (1024 * 1024)
#define WIRE_SEND_BUFFER (256 * 1024)
/* How long a message may take to arrive, while it is read. */
#define WIRE_MESSAGE_TIME (60 * USEC_PER_SEC)
/* Messages that wait for a program that does not read. */
#define WIRE_QUEUE_MAX 256

/* The other end is gone, or is to go; why: NULL where it left by itself. Called once. */
typedef void (*WireEnded)(void *userdata, const char *why);
/* The program has read all that it was sent, after it was behind. */
typedef void (*WireReady)(void *userdata);

/* What is in sd-bus's buffer: it may read messages together with the greeting, later none but the one that it
 * is at. */
typedef enum WireState {
	WIRE_GREETING,		/* no message has come yet */
	WIRE_MANY,		/* messages, maybe */
	WIRE_BEGUN,		/* a part of one, maybe */
	WIRE_EMPTY,		/* nothing */
} WireState;

typedef struct Wire {
	sd_bus *bus;
	sd_event_source *io;
	sd_event_source *timer;
	User *user;		/* whom its time and what it sends is charged to; NULL: nobody */
	unsigned paused;	/* how many do not want it to be read from */
	bool ended;
	bool late;		/* the user has no time left */
	bool took;		/* a whole message, in this step */
	WireState state;
	bool counts;		/* the place for MSG_PEEK is not at the front */
	size_t partial;		/* bytes read since the last whole message */
	unsigned fds;		/* file descriptors that came with them */
	uint64_t since;		/* CLOCK_MONOTONIC: its end is waited for; 0: it is not */
	Charge kept;		/* what sd-bus keeps of an unfinished message */
	bool behind;
	WireEnded on_ended;
	WireReady on_ready;
	void *userdata;
} Wire;

/* Takes fd over, also on failure. user: NULL: nobody is charged; sender: the name that our messages have.
 * Negative errno. */
int wire_open(Wire *wire, sd_event *event, int fd, User *user, const char *sender, WireEnded on_ended,
	      WireReady on_ready, void *userdata);
void wire_close(Wire *wire);	/* no harm if it is not open */

/* Sends a message; who sends in another way calls wire_arm afterwards. Too much that is not read ends the
 * wire. */
void wire_send(Wire *wire, sd_bus_message *m);
void wire_arm(Wire *wire);
void wire_cut(Wire *wire, const char *why);	/* on_ended is told, unless it was before */
bool wire_is_behind(const Wire *wire);	/* the program has not read all that it was sent */
/* A message is there as a whole: to be called from the connection's first filter. Callbacks of calls return
 * 0, so that answers pass it, too. */
void wire_took(Wire *wire);
/* No calls are taken from it until each who has paused it has resumed it. */
void wire_pause(Wire *wire);
void wire_resume(Wire *wire);
