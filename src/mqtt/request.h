/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command says: a JSON object of bluebroker-mqtt.conf(5). Pure. */
#pragma once

#include <glib.h>

#include "meaning/addr.h"
#include "meaning/uuid.h"
#include "meaning/value.h"
#include "mqtt/config.h"

#define REQUESTER_MAX 32	/* bytes of its name */
#define CORRELATION_MAX 256	/* bytes */
#define TIMEOUT_MAX 300		/* seconds */
#define ATTEMPTS_MAX 10		/* of OpenMQTTGateway's ttl */

typedef enum RequestKind {
	REQUEST_NONE,		/* it could not be read */
	REQUEST_CONNECT,
	REQUEST_DISCONNECT,
	REQUEST_SERVICES,
	REQUEST_READ,
	REQUEST_WRITE,
	REQUEST_NOTIFY,
	REQUEST_PAIR,
	REQUEST_FORGET,
	REQUEST_SCAN,
	REQUEST_RENEW,
	REQUEST_KINDS,		/* how many there are */
} RequestKind;

/* Which attribute is meant: a handle, or a UUID with what makes it the only one. */
typedef struct AttrName {
	uint16_t handle;	/* 0: none was given */
	bool has_service;
	bool has_uuid;
	bool has_descriptor;
	Uuid service;
	Uuid uuid;		/* the characteristic's */
	Uuid descriptor;
} AttrName;

/* What OpenMQTTGateway's payloads say beside: as it was given, for the answer has it like that. */
typedef enum OmgType {
	OMG_STRING,
	OMG_HEX,
	OMG_INT,
	OMG_FLOAT,
} OmgType;
typedef struct OmgWords {
	char *address;
	char *service;
	char *characteristic;
	char *value;		/* of a write */
	OmgType type;
} OmgWords;

typedef struct Request {
	RequestKind kind;
	char requester[REQUESTER_MAX + 1];	/* empty: everybody who does not say who he is */
	char *response_topic;		/* NULL: not said in the payload */
	char *correlation;		/* likewise */
	bool has_address;
	Addr addr;
	int addr_type;			/* -1: not said */
	uint32_t timeout_seconds;	/* 0: not said */
	bool auto_reconnect;
	AttrName attr;
	ValueFormat format;
	uint8_t value[VALUE_MAX];
	size_t value_length;
	const char *write_type;		/* a word of the daemon's; NULL: not said */
	bool on;			/* of notify */
	int32_t passkey;		/* -1: not said */
	char *scan; /* lines of a configuration's group Scan; NULL: as it is configured */
	unsigned attempts;		/* to connect */
	OmgWords *omg;			/* NULL: it is none of OpenMQTTGateway's */
} Request;

/* The word of the kind; for REQUEST_NONE NULL. */
const char *request_kind_name(RequestKind kind);
/* The bit that the configuration has to have for it (ConfigCommand); 0: none. */
unsigned request_kind_bit(RequestKind kind);
/* Whether it is about a device, and stands in that device's queue. */
bool request_is_of_device(const Request *request);

/* E_INVALID_ARGUMENTS, and reason names the key and what is allowed; then what could be read is there
 * nevertheless, so that whoever asked can be told. Call request_clear() in any case. */
int request_parse(Request *request, const void *payload, size_t length, Reason *reason);
void request_init(Request *request);

/* Sets the value, which stands as text in that key. 0, or E_INVALID_ARGUMENTS and reason. */
int request_set_value(Request *request, const char *key, const char *text, ValueFormat format,
		      Reason *reason);
void request_clear(Request *request);
