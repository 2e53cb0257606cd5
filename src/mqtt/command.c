/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command on its way: the requester's session, the link, the attribute, what is to be done, the answer;
 * then it lets go of a link that nothing else needs. Each step is a call to the daemon, and its answer begins
 * the next.
 */
#include <errno.h>
#include <string.h>

#include "mqtt/command-private.h"

/* beyond the command's own time, which ends it: only a daemon that does not answer at all is so late */
#define LATE (10 * USEC_PER_SEC)

/* forget finds a link busy that is being closed */
#define BUSY_TRIES 20
#define BUSY_WAIT (200 * USEC_PER_MSEC)

static void leave(Command *command);
static void forget(Command *command);
static void connected(Command *command);

void command_fail(Command *command, const Failure *failure)
{
	commands_fail(command->commands, &command->request, &command->route, failure);
	command->answered = true;
	leave(command);
}

void command_fail_by(Command *command, int error, const Reason *reason)
{
	const Failure failure = failure_of(error, reason);

	command_fail(command, &failure);
}

void command_succeed(Command *command, json_object *answer)
{
	commands_answer(command->commands, &command->route, answer);
	command->answered = true;
	leave(command);
}

void command_succeed_plainly(Command *command)
{
	command_succeed(command, answer_new(&command->request));
}

RequesterLink *command_link(const Command *command)
{
	return requester_link(command->requester, &command->request.addr);
}

static uint64_t time_left(const Command *command)
{
	uint64_t now = commands_now(command->commands);

	return command->deadline > now ? command->deadline - now : 1;
}

/* --- calls --- */

void command_send_call(Command *command, sd_bus_message *m, int r, sd_bus_message_handler_t handler)
{
	if (r >= 0)
		r = requester_call(command->requester, &command->call, m, handler, command,
				   time_left(command) + LATE);
	if (r < 0)
		command_fail_by(command, r, NULL);
}

bool command_take_reply(Command *command, sd_bus_message *m)
{
	Failure failure;

	command->call = sd_bus_slot_unref(command->call);
	if (!sd_bus_message_is_method_error(m, NULL))
		return true;
	failure = failure_of_bus(sd_bus_message_get_error(m));
	command_fail(command, &failure);
	return false;
}

static int on_plainly_done(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Command *command = userdata;

	if (command_take_reply(command, m))
		command_succeed_plainly(command);
	return 0;
}

/* --- its end --- */

/* Whether the daemon has not answered at all: then it may do what it was asked to later. */
static bool is_unanswered(sd_bus_message *m)
{
	return sd_bus_message_is_method_error(m, SD_BUS_ERROR_NO_REPLY) ||
	       sd_bus_message_is_method_error(m, SD_BUS_ERROR_TIMEOUT);
}

static int on_left(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Command *command = userdata;

	if (is_unanswered(m))
		requester_give_up(command->requester);
	command->call = sd_bus_slot_unref(command->call);
	commands_over(command->commands, command);
	return 0;
}

/* Lets go of the link. The next command of the device begins when that is done, so that it does not lose its
 * own. */
static void let_go(Command *command, const char *reason)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	command->step = COMMAND_LEAVING;
	r = requester_call_new(command->requester, &m, command_link(command)->path,
			       INTERFACE_PREFIX "Connection1", "Disconnect");
	requester_link_drop(command->requester, &command->request.addr, reason);
	if (r >= 0)
		r = requester_call(command->requester, &command->call, m, on_left, command, LATE);
	if (r < 0)
		commands_over(command->commands, command);
}

/* It has been answered. */
static void leave(Command *command)
{
	RequesterLink *link = command_link(command);

	command->call = sd_bus_slot_unref(command->call);
	if (link && !requester_link_stays(command->requester, link))
		let_go(command, NULL);
	else
		commands_over(command->commands, command);
}

int command_timed_out(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	Command *command = userdata;
	static const Failure failure = { "TimedOut", "the command's time is over" };

	if (command->answered)
		return 0;
	commands_fail(command->commands, &command->request, &command->route, &failure);
	command->answered = true;
	/* the daemon has the same limit for the attempt: what it says will end this */
	if (command->step == COMMAND_CONNECTING)
		return 0;
	requester_leave(command->requester, command);
	command->call = sd_bus_slot_unref(command->call);
	/* the daemon drops what bluetoothd does not have yet with the share of the link */
	if (command->step == COMMAND_ACTING && command->request.kind != REQUEST_FORGET &&
	    command_link(command))
		let_go(command, "timeout");
	else
		commands_over(command->commands, command);
	return 0;
}

void command_cancel(Command *command, const Failure *failure)
{
	if (!command->answered)
		commands_fail(command->commands, &command->request, &command->route, failure);
	command->answered = true;
	commands_over(command->commands, command);
}

void command_free(Command *command)
{
	sd_event_source_disable_unref(command->timer);
	sd_event_source_disable_unref(command->again);
	sd_bus_slot_unref(command->call);
	request_clear(&command->request);
	route_clear(&command->route);
	g_free(command->item.path);
	g_free(command->asked);
	g_free(command);
}

/* --- the link --- */

static int on_connected(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Command *command = userdata;
	const char *path;

	if (is_unanswered(m))
		requester_give_up(command->requester);
	/* it was answered when its time was over, and the attempt has been ended by now, too */
	if (sd_bus_message_is_method_error(m, NULL) && command->answered) {
		command->call = sd_bus_slot_unref(command->call);
		commands_over(command->commands, command);
		return 0;
	}
	if (sd_bus_message_is_method_error(m, NULL) && command->attempts < command->request.attempts) {
		command->call = sd_bus_slot_unref(command->call);
		connected(command);
		return 0;
	}
	if (!command_take_reply(command, m))
		return 0;
	if (sd_bus_message_read(m, "o", &path) < 0) {
		command_fail_by(command, E_FAILED, NULL);
		return 0;
	}
	requester_link_add(command->requester, &command->request.addr, path);
	if (command->answered)
		leave(command);
	else
		connected(command);
	return 0;
}

static int append_connect(const Command *command, sd_bus_message *m)
{
	const Request *request = &command->request;
	char address[ADDR_STRING_SIZE];
	/* the attempts share the time */
	uint64_t ms = time_left(command) / (request->attempts - command->attempts) / USEC_PER_MSEC;
	int r;

	r = sd_bus_message_append(m, "s", addr_format(&request->addr, address));
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}{sv}", "timeout", "u", (uint32_t)MAX(ms, 1),
					  "auto_reconnect", "b", (int)request->auto_reconnect);
	if (r >= 0 && request->addr_type >= 0)
		r = sd_bus_message_append(m, "{sv}", "addr_type", "y", (uint8_t)request->addr_type);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static void connect_device(Command *command)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	command->step = COMMAND_CONNECTING;
	r = requester_call_new(command->requester, &m, NULL, INTERFACE_PREFIX "Session1", "Connect");
	if (r >= 0)
		r = append_connect(command, m);
	command->attempts++;
	command_send_call(command, m, r, on_connected);
}

/* Goes on with a link, or gets one. connect: asks in any case, for it may say how the link is to be kept. */
static void connected(Command *command)
{
	const Request *request = &command->request;
	RequesterLink *link = command_link(command);

	if (!link ||
	    ((request->kind == REQUEST_CONNECT || request->auto_reconnect) && command->attempts == 0)) {
		connect_device(command);
		return;
	}
	command->step = COMMAND_ACTING;
	switch (request->kind) {
	case REQUEST_CONNECT:
		link->wanted = true;
		if (request->auto_reconnect)
			requester_link_keep(command->requester, link);
		command_succeed_plainly(command);
		break;
	case REQUEST_PAIR:
		command_pair(command);
		break;
	default:
		command_find(command);
		break;
	}
}

static void disconnect(Command *command)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	RequesterLink *link = command_link(command);
	Reason reason = { "" };
	int r;

	if (!link) {
		reason_set(&reason, E_NOT_CONNECTED, "this requester holds no link to the device");
		command_fail_by(command, E_NOT_CONNECTED, &reason);
		return;
	}
	r = requester_call_new(command->requester, &m, link->path, INTERFACE_PREFIX "Connection1",
			       "Disconnect");
	requester_link_drop(command->requester, &command->request.addr, NULL);
	command_send_call(command, m, r, on_plainly_done);
}

static int on_again(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	forget(userdata);
	return 0;
}

/* A link that was let go of just now is still being closed. */
static int on_forgotten(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Command *command = userdata;

	if (sd_bus_message_is_method_error(m, "com.example.Bluetooth.Error.Busy") &&
	    command->tries < BUSY_TRIES) {
		command->call = sd_bus_slot_unref(command->call);
		command->again = sd_event_source_disable_unref(command->again);
		if (sd_event_add_time_relative(command->commands->event, &command->again, CLOCK_BOOTTIME,
					       BUSY_WAIT, 0, on_again, command) >= 0)
			return 0;
	}
	if (command_take_reply(command, m))
		command_succeed_plainly(command);
	return 0;
}

static void forget(Command *command)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	char address[ADDR_STRING_SIZE];
	int r;

	command->tries++;
	r = requester_call_new(command->requester, &m, NULL, INTERFACE_PREFIX "Session1", "Forget");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", addr_format(&command->request.addr, address));
	command_send_call(command, m, r, on_forgotten);
}

/* --- its beginning --- */

static void on_opened(void *userdata, const Failure *failure)
{
	Command *command = userdata;

	command->step = COMMAND_ACTING;
	if (failure)
		command_fail(command, failure);
	else if (command->request.kind == REQUEST_DISCONNECT)
		disconnect(command);
	else if (command->request.kind == REQUEST_FORGET)
		forget(command);
	else
		connected(command);
}

void command_start(Command *command)
{
	int r;

	command->step = COMMAND_OPENING;
	r = requester_open(command->requester, on_opened, command);
	if (r < 0)
		command_fail_by(command, r, NULL);
}
