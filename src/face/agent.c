/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Agents of programs. */
#include "face/agent.h"

#include <string.h>

#include "core/client-pairing.h"
#include "core/link.h"
#include "face/programs.h"
#include "face/request.h"

#define AGENT_INTERFACE "org.bluez.Agent1"
#define ANSWER_TIMEOUT (60 * USEC_PER_SEC)	/* as bluetoothd's */

/* --- questions --- */

static void agent_close(Agent *agent)
{
	agent->call = sd_bus_slot_unref(agent->call);
	agent->view = NULL;
}

static void respond(const View *view, const Addr *addr, uint32_t id, bool accept, uint32_t passkey)
{
	Link *link = id != AGENT_CLIENT ? link_find(view->radio, addr) : NULL;
	Reason reason;

	if (id == AGENT_CLIENT)
		client_answer(view->radio, addr, accept, passkey);
	else if (link)
		(void)pairing_respond(link, id, accept, passkey, programs_now(view->program->programs),
				      &reason);
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Agent *agent = userdata;
	const View *view = agent->view;
	bool accept = !sd_bus_message_is_method_error(m, NULL);
	uint32_t passkey = 0;

	if (accept && agent->kind == PAIRING_ENTER)
		accept = sd_bus_message_read(m, "u", &passkey) >= 0 && passkey <= PASSKEY_MAX;
	agent->call = sd_bus_slot_unref(agent->call);
	agent->view = NULL;
	/* what is only shown needs no answer */
	if (agent->kind != PAIRING_DISPLAY || !accept)
		respond(view, &agent->addr, agent->id, accept, passkey);
	return 0;
}

static int new_question(const Connection *connection, const DeviceView *device, PairingKind kind,
			uint32_t passkey, sd_bus_message **ret)
{
	static const char *const members[] = {
		[PAIRING_ENTER] = "RequestPasskey",
		[PAIRING_CONFIRM] = "RequestConfirmation",
		[PAIRING_DISPLAY] = "DisplayPasskey",
		[PAIRING_JUST_WORKS] = "RequestAuthorization",
	};
	const Place place = { .kind = PLACE_DEVICE, .view = device->view, .device = (DeviceView *)device };
	char path[PLACE_PATH_SIZE];
	int r;

	r = connection_method(connection, connection->agent->path, AGENT_INTERFACE, members[kind], ret);
	if (r >= 0)
		r = sd_bus_message_append(*ret, "o", place_path(&place, path));
	if (r >= 0 && kind == PAIRING_CONFIRM)
		r = sd_bus_message_append(*ret, "u", passkey);
	if (r >= 0 && kind == PAIRING_DISPLAY)
		r = sd_bus_message_append(*ret, "uq", passkey, 0);
	return r;
}

bool agent_is_there(const Program *program)
{
	for (guint i = 0; i < program->connections->len; i++)
		if (((const Connection *)g_ptr_array_index(program->connections, i))->agent)
			return true;
	return false;
}

static Connection *find_agent(Connection *connection)
{
	const GPtrArray *connections = connection->program->connections;
	Connection *found = connection->agent ? connection : NULL;

	for (guint i = 0; i < connections->len; i++) {
		Connection *other = g_ptr_array_index(connections, i);

		if (other->agent && (!found || (found != connection && other->agent->is_default)))
			found = other;
	}
	return found;
}

void agent_ask(Connection *connection, DeviceView *device, uint32_t id, PairingKind kind, uint32_t passkey)
{
	Connection *asked = find_agent(connection);
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	Agent *agent;
	int r = -1;

	if (asked && !asked->agent->call && new_question(asked, device, kind, passkey, &m) >= 0) {
		agent = asked->agent;
		agent->view = device->view;
		agent->addr = device->addr;
		agent->id = id;
		agent->kind = kind;
		r = connection_call(asked, &agent->call, m, on_answer, agent, ANSWER_TIMEOUT);
	}
	if (r < 0 && kind != PAIRING_DISPLAY)
		respond(device->view, &device->addr, id, false, 0);
}

static void send_agent(Connection *connection, const char *member)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;

	if (connection_method(connection, connection->agent->path, AGENT_INTERFACE, member, &m) >= 0 &&
	    sd_bus_message_set_expect_reply(m, 0) >= 0)
		connection_send(connection, m);
}

void agents_cancel(const DeviceView *device)
{
	const GPtrArray *connections = device->view->program->connections;

	for (guint i = 0; i < connections->len; i++) {
		Connection *connection = g_ptr_array_index(connections, i);
		Agent *agent = connection->agent;

		if (!agent || agent->view != device->view || !addr_equal(&agent->addr, &device->addr))
			continue;
		if (agent->call)
			send_agent(connection, "Cancel");
		agent_close(agent);
	}
}

void agent_clear(Connection *connection)
{
	Agent *agent = connection->agent;

	if (!agent)
		return;
	if (agent->call && agent->kind != PAIRING_DISPLAY)
		respond(agent->view, &agent->addr, agent->id, false, 0);
	agent_close(agent);
	g_free(agent->path);
	g_free(agent);
	connection->agent = NULL;
}

/* --- AgentManager1 --- */

static int register_agent(Request *request)
{
	static const char *const capabilities[] = { "", "DisplayOnly", "DisplayYesNo", "KeyboardOnly",
						    "NoInputNoOutput", "KeyboardDisplay", NULL };
	Connection *connection = request->place.connection;
	const char *path, *capability;
	int r;

	r = sd_bus_message_read(request->message, "os", &path, &capability);
	if (r < 0)
		return r;
	if (connection->agent)
		return request_refuse(request, BLUEZ_ERROR("AlreadyExists"), "Already Exists");
	if (!g_strv_contains(capabilities, capability) || strlen(path) >= CONNECTION_PATH_MAX)
		return request_refuse(request, BLUEZ_ERROR("InvalidArguments"),
				      "Invalid arguments in method call");
	connection->agent = g_new0(Agent, 1);
	connection->agent->path = g_strdup(path);
	return request_reply(request, "");
}

/* The connection's agent, if it has the path that the call names; else the error is set. */
static int named_agent(Request *request, Agent **ret)
{
	Agent *agent = request->place.connection->agent;
	const char *path;
	int r;

	r = sd_bus_message_read(request->message, "o", &path);
	if (r < 0)
		return r;
	if (!agent || strcmp(path, agent->path) != 0)
		return request_refuse(request, BLUEZ_ERROR("DoesNotExist"), "Does Not Exist");
	*ret = agent;
	return 0;
}

static int unregister_agent(Request *request)
{
	Agent *agent;
	int r;

	r = named_agent(request, &agent);
	if (r < 0)
		return r;
	agent_clear(request->place.connection);
	return request_reply(request, "");
}

static int request_default_agent(Request *request)
{
	const GPtrArray *connections = request->place.program->connections;
	Agent *agent = NULL;
	int r;

	r = named_agent(request, &agent);
	if (r < 0)
		return r;
	for (guint i = 0; i < connections->len; i++) {
		Agent *other = ((const Connection *)g_ptr_array_index(connections, i))->agent;

		if (other)
			other->is_default = other == agent;
	}
	return request_reply(request, "");
}

const Iface agent_manager_iface = {
	.name = "org.bluez.AgentManager1",
	.methods =
		(const IfaceMethod[]){
			{ "RegisterAgent", IFACE_ARGS({ "o", "agent" }, { "s", "capability" }), NULL,
			  register_agent },
			{ "UnregisterAgent", IFACE_ARGS({ "o", "agent" }), NULL, unregister_agent },
			{ "RequestDefaultAgent", IFACE_ARGS({ "o", "agent" }), NULL, request_default_agent },
			{ 0 } },
};
