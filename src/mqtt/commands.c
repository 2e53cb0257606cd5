/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands: the queues of devices, and requesters that come and go. */
#include <string.h>

#include "mqtt/commands-private.h"
#include "mqtt/omg.h"
#include "util/siphash.h"

uint64_t commands_now(const Commands *commands)
{
	uint64_t now = 0;

	sd_event_now(commands->event, CLOCK_BOOTTIME, &now);
	return now;
}

/* --- answers --- */

void commands_answer(Commands *commands, const Route *route, json_object *answer)
{
	commands->counters.done++;
	outlet_answer(&commands->outlet, route, answer);
}

static json_object *failure_to_json(const Request *request, const Failure *failure)
{
	if (request->omg && request->has_address)
		return omg_answer(request, failure->name, failure->words, NULL, 0);
	return answer_failure(request, failure);
}

void commands_fail(Commands *commands, const Request *request, const Route *route, const Failure *failure)
{
	commands->counters.failed++;
	outlet_answer(&commands->outlet, route, failure_to_json(request, failure));
}

void commands_refuse(Commands *commands, const Request *request, const Route *route, int error,
		     const Reason *reason)
{
	const Failure failure = failure_of(error, reason);

	commands->counters.refused++;
	outlet_answer(&commands->outlet, route, failure_to_json(request, &failure));
}

/* --- queues --- */

/* What ends in a call of the daemon's is not let go of within it. */
static void wake(Commands *commands)
{
	sd_event_source_set_enabled(commands->run, SD_EVENT_ONESHOT);
}

/* A first one that has not begun; NULL: there is none. */
static Command *next_to_start(Commands *commands)
{
	GHashTableIter iter;
	gpointer queue;

	g_hash_table_iter_init(&iter, commands->queues);
	while (g_hash_table_iter_next(&iter, NULL, &queue)) {
		Command *command = g_queue_peek_head(queue);

		if (command->step == COMMAND_WAITING)
			return command;
	}
	return NULL;
}

void commands_over(Commands *commands, Command *command)
{
	GQueue *queue = g_hash_table_lookup(commands->queues, &command->request.addr);

	g_queue_remove(queue, command);
	if (g_queue_is_empty(queue))
		g_hash_table_remove(commands->queues, &command->request.addr);
	requester_leave(command->requester, command);
	requester_use(command->requester, -1);
	commands->counters.waiting--;
	command_free(command);
	wake(commands);
}

void commands_enqueue(Commands *commands, Command *command)
{
	GQueue *queue = g_hash_table_lookup(commands->queues, &command->request.addr);

	if (!queue) {
		queue = g_queue_new();
		g_hash_table_insert(commands->queues, g_memdup2(&command->request.addr, sizeof(Addr)), queue);
	}
	g_queue_push_tail(queue, command);
	commands->counters.waiting++;
	wake(commands);
}

/* --- requesters --- */

/* Any command of that requester; NULL: it has none. */
static Command *command_of(Commands *commands, const Requester *requester)
{
	GHashTableIter iter;
	gpointer queue;

	g_hash_table_iter_init(&iter, commands->queues);
	while (g_hash_table_iter_next(&iter, NULL, &queue))
		for (GList *entry = ((GQueue *)queue)->head; entry; entry = entry->next)
			if (((Command *)entry->data)->requester == requester)
				return entry->data;
	return NULL;
}

/* The one way in which a requester goes: its commands are answered, and its links are let go of. */
void commands_end_requester(Commands *commands, Requester *requester, const Failure *failure,
			    const char *reason)
{
	Command *command;

	while ((command = command_of(commands, requester)))
		command_cancel(command, failure);
	g_hash_table_steal(commands->requesters, requester_id(requester));
	requester_free(requester, reason);
	commands->counters.requesters = g_hash_table_size(commands->requesters);
}

static void end_all(Commands *commands, const Failure *failure, const char *reason)
{
	GHashTableIter iter;
	gpointer requester;

	for (;;) {
		g_hash_table_iter_init(&iter, commands->requesters);
		if (!g_hash_table_iter_next(&iter, NULL, &requester))
			return;
		commands_end_requester(commands, requester, failure, reason);
	}
}

static void on_over(void *userdata)
{
	wake(userdata);
}

static void end_those_over(Commands *commands)
{
	static const Failure lease = { "NotConnected", "the requester's time is over" };
	static const Failure daemon = { "NotReady", "the daemon has gone, or does not answer" };
	GHashTableIter iter;
	gpointer requester;

	g_hash_table_iter_init(&iter, commands->requesters);
	while (g_hash_table_iter_next(&iter, NULL, &requester)) {
		const char *reason = requester_over(requester);

		if (reason) {
			commands_end_requester(commands, requester,
					       strcmp(reason, "lease") == 0 ? &lease : &daemon, reason);
			g_hash_table_iter_init(&iter, commands->requesters);
		}
	}
}

static void on_pairing(Requester *requester, const char *path, const RequesterPairing *pairing,
		       void *userdata)
{
	Commands *commands = userdata;
	GHashTableIter iter;
	gpointer queue;

	g_hash_table_iter_init(&iter, commands->queues);
	while (g_hash_table_iter_next(&iter, NULL, &queue)) {
		Command *command = g_queue_peek_head(queue);
		const RequesterLink *link = requester_link(requester, &command->request.addr);

		if (command->requester == requester && command->request.kind == REQUEST_PAIR &&
		    !command->answered && link && strcmp(link->path, path) == 0) {
			command_pairing(command, pairing);
			return;
		}
	}
}

/* One that holds nothing makes room. */
static void make_room(Commands *commands)
{
	GHashTableIter iter;
	gpointer requester;

	g_hash_table_iter_init(&iter, commands->requesters);
	while (g_hash_table_iter_next(&iter, NULL, &requester)) {
		if (requester_is_idle(requester)) {
			commands_end_requester(commands, requester, NULL, NULL);
			return;
		}
	}
}

int commands_get_requester(Commands *commands, const char *id, Requester **ret, Reason *reason)
{
	uint32_t max = commands->outlet.config->requesters;
	Requester *requester = g_hash_table_lookup(commands->requesters, id);
	int r;

	if (!requester) {
		if (g_hash_table_size(commands->requesters) >= max)
			make_room(commands);
		if (g_hash_table_size(commands->requesters) >= max)
			return reason_set(reason, E_LIMIT_REACHED,
					  "requester: %u have links or commands ([Commands] Requesters)",
					  max);
		r = requester_new(&requester, &commands->context, id, commands->address, commands->adapter);
		if (r < 0)
			return r;
		g_hash_table_insert(commands->requesters, (char *)requester_id(requester), requester);
		commands->counters.requesters = g_hash_table_size(commands->requesters);
	}
	*ret = requester;
	return 0;
}

/* --- its life --- */

static int on_run(sd_event_source *source UNUSED, void *userdata)
{
	Commands *commands = userdata;
	Command *command;

	end_those_over(commands);
	while ((command = next_to_start(commands)))
		command_start(command);
	return 0;
}

void commands_up(Commands *commands, Connection *connection)
{
	g_autofree char *gone = g_strdup_printf("%s/+", commands->topic_gone);

	commands->outlet.connection = connection;
	if (commands->outlet.config->commands == 0)
		return;
	/* a connection that breaks meanwhile comes up again, and asks again */
	(void)connection_subscribe(connection, commands->topic_command);
	(void)connection_subscribe(connection, gone);
	if (commands->topic_omg)
		(void)connection_subscribe(connection, commands->topic_omg);
}

void commands_daemon(Commands *commands, sd_bus *bus, unsigned adapter)
{
	static const Failure failure = { "NotReady", "the daemon has gone" };
	const char *address = NULL;

	if (bus)
		(void)sd_bus_get_address(bus, &address);
	/* the radio may have been off for a while, and sessions stay */
	if (g_strcmp0(address, commands->address) == 0 && adapter == commands->adapter)
		return;
	end_all(commands, &failure, "daemon-gone");
	g_free(commands->address);
	commands->address = g_strdup(address);
	commands->adapter = adapter;
}

CommandsCounters commands_counters(const Commands *commands)
{
	CommandsCounters counters = commands->counters;

	counters.notifications = notifications_count(commands->notifications);
	counters.lost = commands->outlet.lost;
	return counters;
}

int commands_new(Commands **ret, sd_event *event, const Config *config, const char *gateway, Radio *radio)
{
	static const RequesterHandlers handlers = { .over = on_over, .pairing = on_pairing };
	Commands *commands = g_new0(Commands, 1);
	int r;

	commands->event = sd_event_ref(event);
	commands->outlet = (Outlet){ .config = config, .gateway = gateway };
	commands->radio = radio;
	commands->scans = g_ptr_array_new_with_free_func((GDestroyNotify)commands_scan_free);
	commands->topic_command = outlet_topic(&commands->outlet, "command");
	commands->topic_gone = outlet_topic(&commands->outlet, "gone");
	if (config->formats & FORMAT_THEENGS)
		commands->topic_omg = g_strdup_printf("home/%s/commands/MQTTtoBT/config", gateway);
	commands->requesters = g_hash_table_new(siphash_string, g_str_equal);
	commands->queues = g_hash_table_new_full(addr_hash, addr_same, g_free, (GDestroyNotify)g_queue_free);
	commands->replay = replay_new();
	commands->notifications = notifications_new(&commands->outlet);
	commands->context = (RequesterContext){ event, &commands->outlet, commands->notifications, &handlers,
						commands };
	r = sd_event_add_defer(event, &commands->run, on_run, commands);
	if (r < 0) {
		commands_free(commands);
		return r;
	}
	sd_event_source_set_enabled(commands->run, SD_EVENT_OFF);
	*ret = commands;
	return 0;
}

void commands_free(Commands *commands)
{
	static const Failure failure = { "NotReady", "the gateway ends" };

	if (!commands)
		return;
	end_all(commands, &failure, "gateway-ends");
	sd_event_source_disable_unref(commands->run);
	notifications_free(commands->notifications);
	replay_free(commands->replay);
	g_ptr_array_unref(commands->scans);
	g_hash_table_unref(commands->queues);
	g_hash_table_unref(commands->requesters);
	g_free(commands->topic_command);
	g_free(commands->topic_omg);
	g_free(commands->topic_gone);
	g_free(commands->address);
	sd_event_unref(commands->event);
	g_free(commands);
}
