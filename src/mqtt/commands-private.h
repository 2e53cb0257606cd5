/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands.c and command.c share. */
#pragma once

#include "mqtt/commands.h"
#include "mqtt/replay.h"
#include "mqtt/requester.h"

/* Where a command is on its way. */
typedef enum CommandStep {
	COMMAND_WAITING,	/* in its device's queue */
	COMMAND_OPENING,	/* for the requester's session */
	COMMAND_CONNECTING,
	COMMAND_ACTING,		/* finding the attribute, and what is to be done */
	COMMAND_LEAVING,	/* it has been answered, and what it began is being undone */
} CommandStep;

typedef struct Command {
	Commands *commands;
	Requester *requester;
	Request request;
	Route route;
	CommandStep step;
	bool answered;
	uint64_t deadline;	/* CLOCK_BOOTTIME, microseconds */
	sd_event_source *timer;
	sd_bus_slot *call;	/* to the daemon; NULL: none is under way */
	unsigned attempts;	/* to connect, so far */
	GattAttr item;		/* the attribute: path, handle and UUID of it */
	char *asked;		/* what the device asked while pairing */
	sd_event_source *again;	/* of forget: tries once more */
	unsigned tries;
} Command;

/* Scan settings on their way. */
typedef struct CommandsScan {
	Commands *commands;
	Request request;
	Route route;
} CommandsScan;

struct Commands {
	sd_event *event;
	sd_event_source *run;	/* what is put off to the loop's next turn */
	Outlet outlet;
	Radio *radio;
	GPtrArray *scans;	/* of CommandsScan: what the radio was asked to */
	char *address;		/* of the bus; NULL: the daemon is not there */
	unsigned adapter;
	char *topic_command;
	char *topic_omg;	/* NULL: OpenMQTTGateway's commands are not taken */
	char *topic_gone;	/* of requesters that vanish: <…>/gone */
	GHashTable *requesters;	/* by id, which is theirs */
	GHashTable *queues;	/* Addr: GQueue of Command; the first is being done */
	Replay *replay;
	Notifications *notifications;
	RequesterContext context;
	CommandsCounters counters;
};

/* Begins it; it may end at once. */
void command_start(Command *command);
/* It ends with that failure, and nothing is undone: what it held goes by another way. */
void command_cancel(Command *command, const Failure *failure);
/* The device asks something while it pairs. */
void command_pairing(Command *command, const RequesterPairing *pairing);
/* Its time is over. */
int command_timed_out(sd_event_source *source, uint64_t usec, void *userdata);
void command_free(Command *command);

/* For command.c: the command has ended, and is let go of; the next of its queue begins. */
void commands_over(Commands *commands, Command *command);
/* Answers, whether it was taken or not. */
void commands_answer(Commands *commands, const Route *route, json_object *answer);
void commands_fail(Commands *commands, const Request *request, const Route *route, const Failure *failure);
uint64_t commands_now(const Commands *commands);

/* For commands.c: */
void commands_scan_free(CommandsScan *scan);

/* For commands-intake.c: */
void commands_refuse(Commands *commands, const Request *request, const Route *route, int error,
		     const Reason *reason);
void commands_enqueue(Commands *commands, Command *command);
/* The one of that name, or a new one. E_LIMIT_REACHED, or negative errno. */
int commands_get_requester(Commands *commands, const char *id, Requester **ret, Reason *reason);
/* The one way in which a requester goes: its commands are answered with failure, and its links are let go of.
 * reason: as for requester_free(). */
void commands_end_requester(Commands *commands, Requester *requester, const Failure *failure,
			    const char *reason);
