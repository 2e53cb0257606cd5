/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AgentManager1: the agents that programs have registered. */
#include "agents.h"

#define AGENT "org.bluez.Agent1"
#define AGENT_TIMEOUT_MS 30000 /* as long as the kernel gives a pairing; bluetoothd would wait 60 s */

struct Agents {
	Bus *bus;
	GPtrArray *list; /* of Agent, the default one first: without a wish, who came first */
};

static const struct {
	const char *name;
	AgentCapability capability;
} capabilities[] = {
	{ "", AGENT_KEYBOARD_DISPLAY },
	{ "DisplayOnly", AGENT_DISPLAY_ONLY },
	{ "DisplayYesNo", AGENT_DISPLAY_YES_NO },
	{ "KeyboardOnly", AGENT_KEYBOARD_ONLY },
	{ "NoInputNoOutput", AGENT_NO_INPUT_NO_OUTPUT },
	{ "KeyboardDisplay", AGENT_KEYBOARD_DISPLAY },
};

static void agent_free(void *data)
{
	Agent *agent = data;

	g_bus_unwatch_name(agent->watch);
	g_free(agent->owner);
	g_free(agent->path);
	g_free(agent);
}

static Agent *agents_find(const Agents *agents, const char *owner)
{
	for (unsigned int i = 0; i < agents->list->len; i++) {
		Agent *agent = agents->list->pdata[i];

		if (g_str_equal(agent->owner, owner))
			return agent;
	}
	return NULL;
}

static void agents_remove(Agents *agents, Agent *agent)
{
	g_ptr_array_remove(agents->list, agent);
}

static void agent_on_gone(GDBusConnection *connection, const char *name, void *data)
{
	Agent *agent = data;

	(void)connection;
	(void)name;
	agents_remove(agent->agents, agent);
}

static void agents_register(Agents *agents, GVariant *args, GDBusMethodInvocation *call)
{
	const char *sender = g_dbus_method_invocation_get_sender(call);
	const char *path, *capability;
	size_t i = 0;
	Agent *agent;

	g_variant_get(args, "(&o&s)", &path, &capability);
	while (i < G_N_ELEMENTS(capabilities) && !g_str_equal(capabilities[i].name, capability))
		i++;
	if (agents_find(agents, sender)) {
		bus_error(agents->bus, call, "AlreadyExists", "Already Exists");
		return;
	}
	if (i == G_N_ELEMENTS(capabilities)) {
		bus_error(agents->bus, call, "InvalidArguments",
			  "Invalid arguments in method call");
		return;
	}

	agent = g_new0(Agent, 1);
	agent->agents = agents;
	agent->owner = g_strdup(sender);
	agent->path = g_strdup(path);
	agent->capability = capabilities[i].capability;
	agent->watch = g_bus_watch_name_on_connection(agents->bus->connection, sender,
						      G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
						      agent_on_gone, agent, NULL);
	g_ptr_array_add(agents->list, agent);
	bus_reply(agents->bus, call, NULL);
}

static void agents_call(void *owner, const char *method, GVariant *args,
			GDBusMethodInvocation *call)
{
	Agents *agents = ((AgentsOwner *)owner)->agents;
	Agent *agent = agents_find(agents, g_dbus_method_invocation_get_sender(call));
	const char *path;

	if (g_str_equal(method, "RegisterAgent")) {
		agents_register(agents, args, call);
		return;
	}
	g_variant_get(args, "(&o)", &path);
	if (!agent || !g_str_equal(agent->path, path)) {
		bus_error(agents->bus, call, "DoesNotExist", "Does Not Exist");
		return;
	}
	if (g_str_equal(method, "UnregisterAgent")) {
		agents_remove(agents, agent);
	} else {
		unsigned int at;

		g_ptr_array_find(agents->list, agent, &at);
		g_ptr_array_insert(agents->list, 0,
				   g_ptr_array_steal_index(agents->list, at));
	}
	bus_reply(agents->bus, call, NULL);
}

const Iface agents_iface = { .name = "org.bluez.AgentManager1", .call = agents_call };

Agents *agents_new(Bus *bus)
{
	Agents *agents = g_new0(Agents, 1);

	agents->bus = bus;
	agents->list = g_ptr_array_new_with_free_func(agent_free);
	return agents;
}

Agents *agents_free(Agents *agents)
{
	if (!agents)
		return NULL;

	g_ptr_array_unref(agents->list);
	g_free(agents);
	return NULL;
}

const Agent *agents_get(const Agents *agents, const char *owner)
{
	const Agent *agent = owner ? agents_find(agents, owner) : NULL;

	if (!agent && agents->list->len > 0)
		agent = agents->list->pdata[0];
	return agent;
}

/* What bluetoothd has changed, it tells before it calls. */
static GDBusConnection *agent_connection(const Agent *agent)
{
	bus_flush(agent->agents->bus);
	return agent->agents->bus->connection;
}

void agent_ask(const Agent *agent, const char *method, GVariant *args, GCancellable *cancellable,
	       AgentDone done, void *data)
{
	g_dbus_connection_call(agent_connection(agent), agent->owner, agent->path, AGENT,
			       method, args, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
			       AGENT_TIMEOUT_MS, cancellable, done, data);
}

void agent_tell(const Agent *agent, const char *method, GVariant *args)
{
	g_dbus_connection_call(agent_connection(agent), agent->owner, agent->path, AGENT,
			       method, args, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL,
			       NULL);
}
