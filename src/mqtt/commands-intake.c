/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages that come: who may give which command. */
#include <string.h>

#include "mqtt/commands-private.h"
#include "mqtt/omg.h"
#include "mqtt/topic.h"

static int check_allowed(const Config *config, const Request *request, Reason *reason)
{
	unsigned bit = request_kind_bit(request->kind);
	char address[ADDR_STRING_SIZE];

	if (bit != 0 && !(config->commands & bit))
		return reason_set(reason, E_ACCESS_DENIED, "[Commands] Allow does not have \"%s\"",
				  request_kind_name(request->kind));
	if (request->has_address && !config_allows_device(config, &request->addr))
		return reason_set(reason, E_ACCESS_DENIED, "[Commands] Devices does not have %s",
				  addr_format(&request->addr, address));
	return 0;
}

/* What tells two commands apart: MQTT 5's correlation, or that of the payload. False: it has none. */
static bool get_key(const Request *request, const Route *route, uint64_t *ret)
{
	if (route->correlation_length > 0)
		*ret = replay_key(request->requester, route->correlation, route->correlation_length);
	else if (request->correlation)
		*ret = replay_key(request->requester, request->correlation, strlen(request->correlation));
	return route->correlation_length > 0 || request->correlation;
}

static int check(Commands *commands, const Request *request, const Route *route, const Message *message,
		 Reason *reason)
{
	uint64_t key = 0;

	if (message->retained)
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "a retained message is no command: publish it without");
	if (get_key(request, route, &key) && replay_has(commands->replay, key, commands_now(commands)))
		return reason_set(reason, E_INVALID_ARGUMENTS,
				  "correlation: a command with this one came before, and is not done again");
	return check_allowed(commands->outlet.config, request, reason);
}

/* --- what is done at once --- */

/* Whether one of the lines sets that key. */
static bool is_said(const char *lines, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = lines; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) == 0 && line[length] == '=')
			return true;
	}
	return false;
}

/* What was not said stays as it is configured. */
static void fill_up(Config *settings, const Config *configured, const char *lines)
{
	for (const Setting *setting = config_keys; setting->group; setting++) {
		size_t size = setting->kind == SETTING_TEXT ? SETTING_TEXT_MAX : sizeof(uint32_t);

		if (strcmp(setting->group, "Scan") == 0 && !is_said(lines, setting->name))
			memcpy((char *)settings + setting->offset, (const char *)configured + setting->offset,
			       size);
	}
}

void commands_scan_free(CommandsScan *scan)
{
	request_clear(&scan->request);
	route_clear(&scan->route);
	g_free(scan);
}

static void on_scan_set(void *userdata, const sd_bus_error *error)
{
	CommandsScan *scan = userdata;
	Commands *commands = scan->commands;

	if (error && sd_bus_error_is_set(error)) {
		const Failure failure = failure_of_bus(error);

		commands_fail(commands, &scan->request, &scan->route, &failure);
	} else {
		commands_answer(commands, &scan->route, answer_new(&scan->request));
	}
	g_ptr_array_remove(commands->scans, scan);
}

/* What they own goes to the command, and both are empty then. */
static void steal(Request *to_request, Route *to_route, Request *request, Route *route)
{
	*to_request = *request;
	*to_route = *route;
	*request = (Request){ .kind = REQUEST_NONE };
	*route = (Route){ .topic = NULL };
}

static int new_scan(Commands *commands, Request *request, Route *route, Reason *reason)
{
	const Config *configured = commands->outlet.config;
	Config settings = *configured;
	g_autofree char *text = g_strdup_printf("[Scan]\n%s", request->scan ? request->scan : "");
	CommandsScan *scan;
	bool given = request->scan;
	int r;

	if (commands->scans->len >= configured->commands_waiting)
		return reason_set(reason, E_LIMIT_REACHED, "%u of these are waiting ([Commands] Waiting)",
				  commands->scans->len);
	r = config_parse(&settings, "scan", text, strlen(text), reason);
	if (r != 0)
		return r;
	if (given)
		fill_up(&settings, configured, request->scan);
	scan = g_new0(CommandsScan, 1);
	scan->commands = commands;
	steal(&scan->request, &scan->route, request, route);
	g_ptr_array_add(commands->scans, scan);
	radio_set_filter(commands->radio, given ? config_scan_filter(&settings) : NULL, on_scan_set, scan);
	return 0;
}

/* Of everything that it has. */
static int disconnect_all(Commands *commands, const Request *request, const Route *route)
{
	static const Failure failure = { "NotConnected", "the requester has let go of everything" };
	Requester *requester = g_hash_table_lookup(commands->requesters, request->requester);

	if (requester)
		commands_end_requester(commands, requester, &failure, NULL);
	commands_answer(commands, route, answer_new(request));
	return 0;
}

static int renew(Commands *commands, const Request *request, const Route *route, Reason *reason)
{
	Requester *requester = g_hash_table_lookup(commands->requesters, request->requester);
	json_object *answer;

	if (!requester)
		return reason_set(reason, E_DOES_NOT_EXIST, "this requester holds nothing (any more)");
	requester_renew(requester);
	answer = answer_new(request);
	json_object_object_add(answer, "lease",
			       json_object_new_int64(commands->outlet.config->lease_seconds));
	commands_answer(commands, route, answer);
	return 0;
}

/* --- intake --- */

/* A quarter of the places is for others than who has the rest. */
static int check_share(const Commands *commands, const Requester *requester, Reason *reason)
{
	const uint32_t places = commands->outlet.config->commands_waiting, most = places - places / 4;

	if (requester_commands(requester) < most)
		return 0;
	return reason_set(reason, E_LIMIT_REACHED,
			  "requester: %u of its commands are waiting (three quarters of [Commands] Waiting)",
			  requester_commands(requester));
}

static int new_command(Commands *commands, Request *request, Route *route, Reason *reason)
{
	const Config *config = commands->outlet.config;
	uint32_t seconds = request->timeout_seconds > 0 ? request->timeout_seconds : config->command_seconds;
	Requester *requester;
	Command *command;
	int r;

	if (!commands->address)
		return reason_set(reason, E_NOT_READY, "the daemon is not running, or has no such radio");
	if (commands->counters.waiting >= config->commands_waiting)
		return reason_set(reason, E_LIMIT_REACHED, "%u commands are waiting ([Commands] Waiting)",
				  commands->counters.waiting);
	r = commands_get_requester(commands, request->requester, &requester, reason);
	if (r == 0)
		r = check_share(commands, requester, reason);
	if (r != 0)
		return r;
	command = g_new0(Command, 1);
	command->commands = commands;
	command->requester = requester;
	command->deadline = commands_now(commands) + seconds * USEC_PER_SEC;
	r = sd_event_add_time(commands->event, &command->timer, CLOCK_BOOTTIME, command->deadline, 1,
			      command_timed_out, command);
	if (r < 0) {
		g_free(command);
		return r;
	}
	steal(&command->request, &command->route, request, route);
	requester_use(requester, 1);
	commands_enqueue(commands, command);
	return 0;
}

static int take(Commands *commands, Request *request, Route *route, Reason *reason)
{
	uint64_t key = 0;
	bool has_key = get_key(request, route, &key);
	int r;

	if (request_is_of_device(request))
		r = new_command(commands, request, route, reason);
	else if (request->kind == REQUEST_SCAN)
		r = new_scan(commands, request, route, reason);
	else if (request->kind == REQUEST_DISCONNECT)
		r = disconnect_all(commands, request, route);
	else
		r = renew(commands, request, route, reason);
	/* one that was not taken may come again */
	if (r == 0 && has_key)
		replay_add(commands->replay, key, commands_now(commands));
	return r;
}

static void command_came(Commands *commands, const Message *message, bool omg)
{
	Reason reason = { "" }, other = { "" };
	Request request;
	Route route;
	int r, routed;

	r = omg ? omg_parse(&request, message->payload, message->length, &reason)
		: request_parse(&request, message->payload, message->length, &reason);
	routed = route_set(&route, commands->outlet.config, commands->outlet.gateway, &request, message,
			   &other);
	if (r == 0 && routed != 0) {
		r = routed;
		reason = other;
	}
	if (omg && request.has_address) {
		g_free(route.topic);
		route.topic = g_strdup_printf("home/%s/BTtoMQTT", commands->outlet.gateway);
	}
	if (r == 0)
		r = check(commands, &request, &route, message, &reason);
	if (r == 0)
		r = take(commands, &request, &route, &reason);
	if (r != 0)
		commands_refuse(commands, &request, &route, r, &reason);
	request_clear(&request);
	route_clear(&route);
}

/* <prefix>/<gateway>/gone/<requester>. A retained one tells of the past. */
static void requester_gone(Commands *commands, const Message *message)
{
	static const Failure failure = { "NotConnected", "the requester has gone" };
	const char *id = message->topic + strlen(commands->topic_gone) + 1;
	Requester *requester = message->retained ? NULL : g_hash_table_lookup(commands->requesters, id);

	if (requester)
		commands_end_requester(commands, requester, &failure, "gone");
}

void commands_message(Commands *commands, const Message *message)
{
	if (commands->outlet.config->commands == 0)
		return;
	if (strcmp(message->topic, commands->topic_command) == 0)
		command_came(commands, message, false);
	else if (commands->topic_omg && strcmp(message->topic, commands->topic_omg) == 0)
		command_came(commands, message, true);
	else if (topic_is_below(message->topic, commands->topic_gone) &&
		 strlen(message->topic) > strlen(commands->topic_gone))
		requester_gone(commands, message);
}
