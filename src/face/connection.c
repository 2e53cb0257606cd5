/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection, and its life. */
#include "face/connection.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/broker-events.h"
#include "face/agent.h"
#include "face/driver.h"
#include "face/guests.h"
#include "face/programs.h"
#include "face/request.h"
#include "face/view.h"
#include "util/log.h"

/* About what sd-bus keeps of a connection. */
#define CONNECTION_SIZE (6 * 1024)

/* --- rules --- */

int connection_add_rule(Connection *connection, const char *text, Reason *reason)
{
	MatchRule *rule;
	int r;

	if (connection->rules->len >= CONNECTION_RULES_MAX)
		return reason_set(reason, E_LIMIT_REACHED, "the connection has %d match rules, the limit",
				  CONNECTION_RULES_MAX);
	r = match_rule_parse(text, &rule, reason);
	if (r != 0)
		return r;
	if (charge_more(&connection->memory, match_rule_size(rule)) < 0) {
		match_rule_free(rule);
		return reason_set(reason, E_LIMIT_REACHED,
				  "the rule passes the memory of uid %u (BytesPerUser)",
				  connection->program->uid);
	}
	g_ptr_array_add(connection->rules, rule);
	return 0;
}

int connection_remove_rule(Connection *connection, const char *text, Reason *reason)
{
	MatchRule *wanted;
	int r;

	r = match_rule_parse(text, &wanted, reason);
	if (r != 0)
		return r;
	r = reason_set(reason, E_DOES_NOT_EXIST, "the connection has no such match rule");
	/* the one that was added last goes: which of several equal ones it is makes no difference */
	for (guint i = connection->rules->len; i-- > 0;) {
		MatchRule *rule = g_ptr_array_index(connection->rules, i);

		if (!match_rule_equal(rule, wanted))
			continue;
		charge_less(&connection->memory, match_rule_size(rule));
		match_rule_free(g_ptr_array_steal_index(connection->rules, i));
		r = 0;
		break;
	}
	match_rule_free(wanted);
	return r;
}

static bool listens(const Connection *connection, const MatchSignal *signal)
{
	for (guint i = 0; i < connection->rules->len; i++)
		if (match_rule_takes(g_ptr_array_index(connection->rules, i), signal))
			return true;
	return false;
}

/* --- signals --- */

int connection_signal(Connection *connection, const MatchSignal *signal, sd_bus_message **ret)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	int r;

	*ret = NULL;
	if (connection->ended || !listens(connection, signal))
		return 0;
	r = sd_bus_message_new_signal(connection->wire.bus, &m, signal->path, signal->interface,
				      signal->member);
	if (r >= 0)
		r = sd_bus_message_set_sender(m, signal->senders[0]);
	if (r >= 0 && signal->destination)
		r = sd_bus_message_set_destination(m, signal->destination);
	if (r < 0)
		return r;
	*ret = g_steal_pointer(&m);
	return 0;
}

void connection_send(Connection *connection, sd_bus_message *m)
{
	if (m && !connection->ended)
		wire_send(&connection->wire, m);
}

int connection_method(const Connection *connection, const char *path, const char *interface,
		      const char *member, sd_bus_message **ret)
{
	return sd_bus_message_new_method_call(connection->wire.bus, ret, connection->name, path, interface,
					      member);
}

int connection_call(Connection *connection, sd_bus_slot **slot, sd_bus_message *m,
		    sd_bus_message_handler_t callback, void *userdata, uint64_t timeout)
{
	int r;

	if (connection->ended || connection_is_behind(connection))
		return -ENOBUFS;
	r = sd_bus_call_async(connection->wire.bus, slot, m, callback, userdata, timeout);
	wire_arm(&connection->wire);
	return r;
}

bool connection_is_behind(const Connection *connection)
{
	return !connection->ended && wire_is_behind(&connection->wire);
}

/* --- life --- */

static void on_end(Task *task, uint64_t now UNUSED)
{
	connection_free(CONTAINER_OF(task, Connection, end));
}

static void on_wire_ended(void *userdata, const char *why)
{
	Connection *connection = userdata;
	Program *program = connection->program;

	connection->ended = true;
	if (why) {
		log_limited(LOG_WARNING, "%s (pid %d, uid %u) is cut off: %s", program->command,
			    (int)program->pid, program->uid, why);
		program->cut_off++;
		broker_guest_cut_off(program->programs->broker);
	}
	task_at(&connection->end, AT_ONCE);
}

static void on_wire_ready(void *userdata)
{
	Connection *connection = userdata;

	if (!connection->lists)
		charge_end(&connection->list);
	program_ready(connection->program);
}

int connection_begin_list(Connection *connection, size_t bytes)
{
	int r;

	/* the last one was read: else nothing would have been asked */
	charge_end(&connection->list);
	r = charge_init(&connection->list, connection->program->user, QUOTA_FIFO_BYTES, bytes);
	if (r < 0)
		return r;
	connection->lists = true;
	wire_pause(&connection->wire);
	return 0;
}

void connection_end_list(Connection *connection)
{
	if (!connection->lists)
		return;
	connection->lists = false;
	if (!connection_is_behind(connection))
		charge_end(&connection->list);
	wire_resume(&connection->wire);
}

static int connection_charge(Connection *connection, Reason *reason)
{
	const Program *program = connection->program;

	if (charge_init(&connection->place, program->user, QUOTA_CONNECTIONS, 1) < 0)
		return reason_set(reason, E_LIMIT_REACHED,
				  "uid %u has too many connections (ConnectionsPerUser)", program->uid);
	return charge_bytes(&connection->memory, program->user, sizeof(*connection) + CONNECTION_SIZE,
			    reason);
}

int connection_new(Program *program, int fd, Reason *reason)
{
	Connection *connection = g_new0(Connection, 1);
	Programs *programs = program->programs;
	int r;

	connection->program = program;
	connection->rules = g_ptr_array_new();
	connection->names = g_ptr_array_new_with_free_func(g_free);
	g_queue_init(&connection->requests);
	snprintf(connection->name, sizeof(connection->name), ":1.%llu",
		 (unsigned long long)++programs->last_name);
	task_init(&connection->end, &programs->broker->agenda, on_end);
	g_ptr_array_add(program->connections, connection);
	guest_look(program);
	r = connection_charge(connection, reason);
	if (r == 0)
		r = wire_open(&connection->wire, programs->event, fd, program->user, BLUEZ_UNIQUE_NAME,
			      on_wire_ended, on_wire_ready, connection);
	else
		(void)close(fd);
	if (r == 0)
		r = driver_add(connection);
	if (r != 0)
		connection_free(connection);
	return r;
}

Connection *connection_free(Connection *connection)
{
	Program *program = connection->program;

	connection->ended = true;
	task_cancel(&connection->end);
	views_connection_gone(program, connection);
	agent_clear(connection);
	requests_drop(connection);
	wire_close(&connection->wire);
	for (guint i = 0; i < connection->rules->len; i++)
		match_rule_free(g_ptr_array_index(connection->rules, i));
	g_ptr_array_free(connection->rules, TRUE);
	g_ptr_array_free(connection->names, TRUE);
	charge_end(&connection->list);
	charge_end(&connection->memory);
	charge_end(&connection->place);
	g_ptr_array_remove(program->connections, connection);
	g_free(connection);
	if (program->connections->len == 0)
		program_free(program);
	else
		guest_look(program);
	return NULL;
}
