/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What request.c and request-keys.c share. */
#pragma once

#include "mqtt/json-input.h"
#include "mqtt/request.h"

#define OF(kind) (1u << (kind))
#define OF_ATTR (OF(REQUEST_READ) | OF(REQUEST_WRITE) | OF(REQUEST_NOTIFY))
#define OF_LINK (OF(REQUEST_CONNECT) | OF(REQUEST_SERVICES) | OF(REQUEST_PAIR) | OF_ATTR)
#define OF_DEVICE (OF(REQUEST_DISCONNECT) | OF(REQUEST_FORGET) | OF_LINK)
#define OF_SCAN OF(REQUEST_SCAN)
#define OF_ALL (~0u)

/* A key, for which commands it is, and what reads it. */
typedef struct RequestKey {
	const char *name;
	unsigned kinds;		/* a mask of OF() */
	int (*read)(const struct RequestKey *key, json_object *value, Request *request, Reason *reason);
	const char *setting;	/* of a scan: the key of the configuration */
} RequestKey;

/* In the order in which they are read. The table ends with a NULL name. */
extern const RequestKey request_keys[];
