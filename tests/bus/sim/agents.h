/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AgentManager1: the agents that programs have registered, one a bus connection. */
#pragma once

#include "bus.h"
#include "object.h"

typedef struct Agents Agents;

typedef enum {
	AGENT_DISPLAY_ONLY,
	AGENT_DISPLAY_YES_NO,
	AGENT_KEYBOARD_ONLY,
	AGENT_NO_INPUT_NO_OUTPUT,
	AGENT_KEYBOARD_DISPLAY,
} AgentCapability;

typedef struct Agent {
	Agents *agents;
	char *owner, *path;
	AgentCapability capability;
	guint watch;
} Agent;

extern const Iface agents_iface; /* its object's owner is a pointer to a struct that begins so: */
typedef struct AgentsOwner {
	Agents *agents;
} AgentsOwner;

Agents *agents_new(Bus *bus);
Agents *agents_free(Agents *agents);
/* The agent of that connection, else the default one, else NULL. owner NULL: the default one. */
const Agent *agents_get(const Agents *agents, const char *owner);

/* Calls the agent; done gets its answer, as of g_dbus_connection_call. */
typedef void (*AgentDone)(GObject *connection, GAsyncResult *result, void *data);
void agent_ask(const Agent *agent, const char *method, GVariant *args, GCancellable *cancellable,
	       AgentDone done, void *data);
void agent_tell(const Agent *agent, const char *method, GVariant *args);
