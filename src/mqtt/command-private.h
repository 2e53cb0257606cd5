/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of a command share. */
#pragma once

#include "mqtt/commands-private.h"

#define INTERFACE_PREFIX "com.example.Bluetooth."

/* Each answers, and then the command leaves; do not touch it any more. */
void command_fail(Command *command, const Failure *failure);
void command_fail_by(Command *command, int error, const Reason *reason);	/* reason: may be NULL */
void command_succeed(Command *command, json_object *answer);
void command_succeed_plainly(Command *command);

/* The requester's share of the link; NULL: it has none (any more). */
RequesterLink *command_link(const Command *command);

/* Sends a call, and fails the command if that does not work. r: what came of making m: negative errno: it is
 * not sent. */
void command_send_call(Command *command, sd_bus_message *m, int r, sd_bus_message_handler_t handler);
/* The call has been answered. False: with an error, and the command has failed. */
bool command_take_reply(Command *command, sd_bus_message *m);

/* With the link: finds the attribute, and does what is to be done. */
void command_find(Command *command);
void command_pair(Command *command);
