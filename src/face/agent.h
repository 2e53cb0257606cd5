/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.bluez.AgentManager1, and the agents of programs (org.bluez.Agent1), which answer what a pairing asks.
 */
#pragma once

#include "core/pairing.h"
#include "face/iface.h"
#include "face/view.h"

extern const Iface agent_manager_iface;

/* A connection's agent. */
typedef struct Agent {
	char *path;		/* NULL: none */
	bool is_default;
	sd_bus_slot *call;	/* the question that is open */
	/* which */
	View *view;
	Addr addr;
	uint32_t id;
	PairingKind kind;
} Agent;

/* In place of a question's number: it is about a central that pairs with us. */
#define AGENT_CLIENT 0

bool agent_is_there(const Program *program);
/* Asks the agent of that connection or, where it has none, the program's. Without any, or if it refuses, the
 * answer is no. */
void agent_ask(Connection *connection, DeviceView *device, uint32_t id, PairingKind kind, uint32_t passkey);
/* The pairing is over: what is open is taken back (Cancel). */
void agents_cancel(const DeviceView *device);
/* The connection goes. */
void agent_clear(Connection *connection);
