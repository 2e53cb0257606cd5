/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests about a peripheral's attributes. */
#include <inttypes.h>
#include <string.h>

#include "commands.h"
#include "peer.h"

bool parse_handle(Request *request, uint16_t *ret)
{
	unsigned int handle;

	if (!parse_hex(request, request->words[2], UINT16_MAX - 1, &handle))
		return false;
	*ret = (uint16_t)handle;
	return handle > 0 || fail(request, "no handle: %s", request->words[2]);
}

static bool parse_uuid(Request *request, const char *word, Uuid *ret)
{
	return uuid_parse(word, ret) || fail(request, "not a UUID: %s", word);
}

/* The attribute is new or gone: marks the whole service that it is in as changed. */
static void service_changed(Peer *peer, uint16_t handle)
{
	const Database *database = &peer->database;

	for (size_t i = database_from(database, handle) + 1; i-- > 0;) {
		if (i == database->n || !attribute_is_service(&database->attributes[i]) ||
		    database->attributes[i].handle > handle)
			continue;
		peer_change(peer, database->attributes[i].handle, database_service_end(database, i));
		return;
	}
	peer_change(peer, handle, handle);
}

static bool run_service(Request *request)
{
	Peer *peer = parse_peer(request);
	uint16_t handle;
	bool primary;
	Uuid uuid;
	int r;

	if (!peer || !parse_handle(request, &handle) || !parse_uuid(request, request->words[3], &uuid) ||
	    !parse_either(request, request->words[4], "primary", "secondary", &primary))
		return false;
	r = database_add_service(&peer->database, handle, &uuid, primary);
	if (r < 0)
		return fail_errno(request, r);
	service_changed(peer, handle);
	return true;
}

static bool run_unservice(Request *request)
{
	Peer *peer = parse_peer(request);
	uint16_t handle, end = 0;
	Database *database;
	int r;

	if (!peer || !parse_handle(request, &handle))
		return false;
	database = &peer->database;
	if (database_find(database, handle))
		end = database_service_end(database, database_from(database, handle));
	r = database_remove_service(database, handle);
	if (r < 0)
		return fail_errno(request, r);
	peer_change(peer, handle, end);
	return true;
}

static bool run_add(Request *request, int (*add)(Database *database, uint16_t handle, const Uuid *uuid,
						 uint32_t flags, const uint8_t *value, size_t length))
{
	Peer *peer = parse_peer(request);
	uint8_t value[ATTR_VALUE_MAX];
	uint16_t handle;
	uint32_t flags;
	size_t len;
	Uuid uuid;
	int r;

	if (!peer || !parse_handle(request, &handle) || !parse_uuid(request, request->words[3], &uuid) ||
	    !parse_bytes(request, request->words[5], sizeof(value), value, &len))
		return false;
	if (!flags_parse(request->words[4], &flags))
		return fail(request, "no such flags: %s", request->words[4]);
	r = add(&peer->database, handle, &uuid, flags, value, len);
	if (r < 0)
		return fail_errno(request, r);
	service_changed(peer, handle);
	return true;
}

static bool run_char(Request *request)
{
	return run_add(request, database_add_characteristic);
}

static bool run_desc(Request *request)
{
	return run_add(request, database_add_descriptor);
}

static bool run_changed(Request *request)
{
	Peer *peer = parse_peer(request);

	return peer && (peer_tell_change(peer) ||
			fail(request, "no Service Changed characteristic: %s", request->words[1]));
}

/* The attribute that holds the value of the characteristic or descriptor in the request. */
static Attribute *parse_value(Request *request, Peer **ret_peer)
{
	Attribute *attribute;
	uint16_t handle;

	*ret_peer = parse_peer(request);
	if (!*ret_peer || !parse_handle(request, &handle))
		return NULL;
	attribute = database_value(&(*ret_peer)->database, handle);
	if (!attribute)
		fail(request, "no characteristic or descriptor: %s", request->words[2]);
	return attribute;
}

static bool run_value(Request *request)
{
	uint8_t value[ATTR_VALUE_MAX];
	size_t len;
	Peer *peer;
	Attribute *attribute = parse_value(request, &peer);

	if (!attribute)
		return false;
	if (request->n > 3) {
		if (!parse_bytes(request, request->words[3], sizeof(value), value, &len))
			return false;
		memcpy(attribute->value, value, len);
		attribute->length = (uint16_t)len;
	}
	g_string_append_c(request->reply, ' ');
	hex_append(request->reply, attribute->value, attribute->length);
	return true;
}

static bool run_notify(Request *request)
{
	char **words = request->words;
	unsigned int count = 1, interval_ms = 0;
	bool numbered = request->n > 4;
	uint8_t value[ATTR_VALUE_MAX];
	size_t len;
	Peer *peer;
	const Attribute *attribute = parse_value(request, &peer);

	if (!attribute || !parse_bytes(request, words[3], sizeof(value), value, &len) ||
	    (numbered && !parse_number(request, words[4], 1, UINT_MAX, &count)) ||
	    (request->n > 5 && !parse_number(request, words[5], 0, 3600000, &interval_ms)))
		return false;
	if (numbered && len < 4)
		return fail(request, "no room for a number: %s", words[3]);
	peer_notify(peer, attribute->handle, value, len, numbered, count, interval_ms * MILLISECOND);
	return true;
}

static bool run_counts(Request *request)
{
	Peer *peer;
	const Attribute *attribute = parse_value(request, &peer);

	if (attribute)
		g_string_append_printf(request->reply,
				       " reads=%" PRIu64 " writes=%" PRIu64 " commands=%" PRIu64,
				       attribute->reads, attribute->writes, attribute->commands);
	return attribute;
}

static bool run_atterror(Request *request)
{
	unsigned int code;
	bool read;
	Peer *peer;
	Attribute *attribute = parse_value(request, &peer);

	if (!attribute || !parse_either(request, request->words[3], "read", "write", &read) ||
	    !parse_hex(request, request->words[4], UINT8_MAX, &code))
		return false;
	*(read ? &attribute->read_error : &attribute->write_error) = (uint8_t)code;
	return true;
}

const Verb attribute_verbs[] = {
	{ "service", 5, 5, run_service },
	{ "unservice", 3, 3, run_unservice },
	{ "char", 6, 6, run_char },
	{ "desc", 6, 6, run_desc },
	{ "changed", 2, 2, run_changed },
	{ "value", 3, 4, run_value },
	{ "notify", 4, 6, run_notify },
	{ "counts", 3, 3, run_counts },
	{ "atterror", 5, 5, run_atterror },
	{ NULL, 0, 0, NULL },
};
