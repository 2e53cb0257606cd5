/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One object of an application that has a part in the GATT server: what its properties say, and the calls to
 * it. */
#pragma once

#include "object.h"
#include "server.h"

struct Application;

typedef enum {
	NODE_SERVICE,
	NODE_CHARACTERISTIC,
	NODE_DESCRIPTOR,
} NodeKind;

typedef struct Node {
	struct Application *application;
	NodeKind kind;
	char *path;
	const char *parent; /* of all but services */
	GVariant *properties;
	struct Node *in; /* the object of its parent */
	uint32_t props; /* of a characteristic: ATTR_* */
	uint32_t perms, ccc_perms;
	Item *item, *ccc; /* once it is served */
	unsigned int subscribers;
	bool acquires; /* it has NotifyAcquired */
} Node;

/* NULL: the interfaces hold nothing of GATT. */
Node *node_new(struct Application *application, const char *path, GVariant *ifaces);
Node *node_free(Node *node); /* calls that are under way end with an error */
bool node_parse_flags(Node *node);
bool node_get_uuid(const Node *node, char ret[ATTR_UUID_LEN + 1]);
/* *ret is 0 where there is no Handle. */
bool node_get_handle(const Node *node, uint16_t *ret);
/* Tells the object its handle, if it has a property for that. */
void node_set_handle(const Node *node, uint16_t handle);

const char *node_iface(const Node *node); /* its name */
/* For calls to it: what bluetoothd has changed, it tells before. */
GDBusConnection *node_connection(const Node *node);
void node_tell(const Node *node, const char *interface, const char *method, GVariant *args);

uint32_t node_props(const Node *node);
uint16_t node_handle(const Node *node);
const Item *node_ccc(const Node *node);

void node_read(Node *node, Central *central, uint16_t offset, ServerAnswer answer, void *data);
void node_write(Node *node, Central *central, GBytes *value, ServerAnswer answer, void *data);
/* Calls AcquireNotify, if it has NotifyAcquired; StartNotify, if it has not or refuses. What else it may
 * answer, a socket, is not simulated. */
void node_subscribe(Node *node, Central *central);
void node_unsubscribe(Node *node);
void node_confirmed(Node *node);

/* The central has left. bluetoothd 5.66 dies of its calls that are under way, when they are 5 s old or their
 * application goes. */
void node_calls_forget(Server *server, const Central *central);
void node_calls_end(Server *server); /* bluetoothd is gone, nobody hears of them */
