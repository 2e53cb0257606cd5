/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out the requests about a peripheral's attributes. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "radio-gatt-commands.h"

static bool parse_uuid(Request *request, const char *word, Uuid *ret)
{
	return uuid_parse(word, ret) || fail(request, "not a UUID: %s", word);
}

static bool parse_flags(Request *request, const char *word, uint32_t *ret)
{
	return flags_parse(word, ret) || fail(request, "no such flag: %s", word);
}

static bool parse_handle(Request *request, uint16_t *ret)
{
	uint32_t handle;

	if (!parse_hex(request, request->words[2], UINT16_MAX, &handle))
		return false;
	*ret = (uint16_t)handle;
	return handle ? true : fail(request, "no handle: %s", request->words[2]);
}

/* The attribute is new or gone: with it, all of the service that it is in. */
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

bool run_service(Request *request)
{
	uint16_t handle;
	bool primary;
	Peer *peer;
	Uuid uuid;
	int r;

	if (!parse_peer(request, &peer) || !parse_handle(request, &handle) ||
	    !parse_uuid(request, request->words[3], &uuid) ||
	    !parse_either(request, request->words[4], "primary", "secondary", &primary))
		return false;
	r = database_add_service(&peer->database, handle, &uuid, primary);
	if (r < 0)
		return fail_errno(request, r);
	service_changed(peer, handle);
	return true;
}

bool run_unservice(Request *request)
{
	uint16_t handle, end;
	Database *database;
	Peer *peer;
	int r;

	if (!parse_peer(request, &peer) || !parse_handle(request, &handle))
		return false;
	database = &peer->database;
	end = database_find(database, handle) ? database_service_end(database, database_from(database, handle)) : 0;
	r = database_remove_service(database, handle);
	if (r < 0)
		return fail_errno(request, r);
	peer_change(peer, handle, end);
	return true;
}

static bool run_add(Request *request, int (*add)(Database *database, uint16_t handle, const Uuid *uuid,
						 uint32_t flags, const uint8_t *value, size_t length))
{
	uint8_t value[ATTR_VALUE_MAX];
	uint16_t handle;
	uint32_t flags;
	size_t length;
	Peer *peer;
	Uuid uuid;
	int r;

	if (!parse_peer(request, &peer) || !parse_handle(request, &handle) ||
	    !parse_uuid(request, request->words[3], &uuid) ||
	    !parse_flags(request, request->words[4], &flags) ||
	    !parse_bytes(request, request->words[5], sizeof(value), value, &length))
		return false;
	if (handle == UINT16_MAX)
		return fail(request, "no room after: %s", request->words[2]);
	r = add(&peer->database, handle, &uuid, flags, value, length);
	if (r < 0)
		return fail_errno(request, r);
	service_changed(peer, handle);
	return true;
}

bool run_char(Request *request)
{
	return run_add(request, database_add_characteristic);
}

bool run_desc(Request *request)
{
	return run_add(request, database_add_descriptor);
}

bool run_changed(Request *request)
{
	Peer *peer;
	int r;

	if (!parse_peer(request, &peer))
		return false;
	r = peer_tell_change(peer, clock_now());
	return r < 0 ? fail(request, "no Service Changed characteristic: %s", request->words[1]) : true;
}

static bool parse_value(Request *request, Peer **ret_peer, Attribute **ret)
{
	uint16_t handle;

	if (!parse_peer(request, ret_peer) || !parse_handle(request, &handle))
		return false;
	*ret = database_value(&(*ret_peer)->database, handle);
	return *ret ? true : fail(request, "no characteristic or descriptor: %s", request->words[2]);
}

bool run_value(Request *request)
{
	uint8_t value[ATTR_VALUE_MAX];
	Attribute *attribute;
	size_t length;
	Peer *peer;

	if (!parse_value(request, &peer, &attribute))
		return false;
	if (request->n > 3) {
		if (!parse_bytes(request, request->words[3], sizeof(value), value, &length))
			return false;
		memcpy(attribute->value, value, length);
		attribute->length = (uint16_t)length;
	}
	g_string_append_c(request->reply, ' ');
	hex_append(request->reply, attribute->value, attribute->length);
	return true;
}

bool run_notify(Request *request)
{
	uint8_t value[ATTR_VALUE_MAX];
	uint32_t count = 1, interval = 0;
	bool counted = request->n > 4;
	Attribute *attribute;
	size_t length;
	Peer *peer;
	int r;

	if (!parse_value(request, &peer, &attribute) ||
	    !parse_bytes(request, request->words[3], sizeof(value), value, &length) ||
	    (counted && !parse_number(request, request->words[4], 1, UINT32_MAX, &count)) ||
	    (request->n > 5 && !parse_number(request, request->words[5], 0, 3600000, &interval)))
		return false;
	if (counted && length < 4)
		return fail(request, "no room for a number: %s", request->words[3]);
	r = peer_notify(peer, attribute->handle, value, length, counted, count,
			interval * (SECOND / 1000), clock_now());
	return r < 0 ? fail_errno(request, r) : true;
}

bool run_counts(Request *request)
{
	Attribute *attribute;
	Peer *peer;

	if (!parse_value(request, &peer, &attribute))
		return false;
	g_string_printf(request->reply, "ok reads=%" PRIu64 " writes=%" PRIu64 " commands=%" PRIu64, attribute->reads,
		 attribute->writes, attribute->commands);
	return true;
}

bool run_atterror(Request *request)
{
	Attribute *attribute;
	uint32_t code;
	bool read;
	Peer *peer;

	if (!parse_value(request, &peer, &attribute) ||
	    !parse_either(request, request->words[3], "read", "write", &read) ||
	    !parse_hex(request, request->words[4], UINT8_MAX, &code))
		return false;
	*(read ? &attribute->read_error : &attribute->write_error) = (uint8_t)code;
	return true;
}
