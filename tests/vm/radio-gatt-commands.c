/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out the requests about a peripheral's attributes. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "radio-gatt-commands.h"

static bool parse_handle(Request *request, uint16_t *ret)
{
	uint32_t handle;

	if (!parse_hex_number(request, request->words[2], UINT16_MAX, &handle))
		return false;
	*ret = (uint16_t)handle;
	return handle ? true : fail(request, "no handle", request->words[2]);
}

/* 180d, 0000180d-0000-1000-8000-00805f9b34fb; the long form of a short one is short on air */
static bool parse_uuid(Request *request, const char *word, Uuid *ret)
{
	static const uint8_t base[16] = {
		0xfb, 0x34, 0x9b, 0x5f, 0x80, 0x00, 0x00, 0x80, 0x00, 0x10, 0x00, 0x00, 0, 0, 0, 0,
	};
	char digits[33];
	size_t n = 0;
	uint32_t number;

	if (strlen(word) == 4) {
		if (!parse_hex_number(request, word, UINT16_MAX, &number))
			return false;
		*ret = uuid_short((uint16_t)number);
		return true;
	}
	for (const char *c = word; *c && n < 32; c++)
		if (*c != '-')
			digits[n++] = *c;
	digits[n] = '\0';
	if (strlen(word) != 36 || n != 32 || strspn(digits, "0123456789abcdefABCDEF") != n)
		return fail(request, "not a UUID", word);
	ret->length = 16;
	for (size_t i = 0; i < 16; i++)
		(void)sscanf(digits + 2 * i, "%2hhx", &ret->bytes[15 - i]);
	if (!memcmp(ret->bytes, base, 12) && !ret->bytes[14] && !ret->bytes[15])
		*ret = uuid_short((uint16_t)(ret->bytes[12] | ret->bytes[13] << 8));
	return true;
}

static bool parse_flags(Request *request, char *word, uint16_t *ret)
{
	static const struct {
		const char *name;
		uint16_t flags;
	} names[] = {
		{ "broadcast", GATT_BROADCAST },
		{ "read", GATT_READ },
		{ "write-without-response", GATT_WRITE_WITHOUT_RESPONSE },
		{ "write", GATT_WRITE },
		{ "notify", GATT_NOTIFY },
		{ "indicate", GATT_INDICATE },
		{ "authenticated-signed-writes", GATT_SIGNED_WRITE },
		{ "reliable-write", GATT_EXTENDED },
		{ "encrypt-read", GATT_READ | GATT_ENCRYPT_READ },
		{ "encrypt-write", GATT_WRITE | GATT_ENCRYPT_WRITE },
		{ "encrypt-authenticated-read", GATT_READ | GATT_AUTHENTICATED_READ },
		{ "encrypt-authenticated-write", GATT_WRITE | GATT_AUTHENTICATED_WRITE },
	};
	char *name;
	size_t i;

	*ret = 0;
	if (!strcmp(word, "-"))
		return true;
	while ((name = strsep(&word, ","))) {
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!strcmp(names[i].name, name))
				break;
		if (i == sizeof(names) / sizeof(names[0]))
			return fail(request, "no such flag", name);
		*ret |= names[i].flags;
	}
	return true;
}

/* The attribute is new or gone: with it, all of the service that it is in. */
static void service_changed(Peer *peer, uint16_t handle)
{
	const Database *database = &peer->database;

	for (size_t i = gatt_from(database, handle) + 1; i-- > 0;) {
		if (i == database->n || !gatt_is_service(&database->attributes[i]) ||
		    database->attributes[i].handle > handle)
			continue;
		peer_change(peer, database->attributes[i].handle, gatt_service_end(database, i));
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
	r = gatt_add_service(&peer->database, handle, &uuid, primary);
	if (r < 0)
		return fail_errno(request, "service", r);
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
	end = gatt_find(database, handle) ? gatt_service_end(database, gatt_from(database, handle)) : 0;
	r = gatt_remove_service(database, handle);
	if (r < 0)
		return fail_errno(request, "unservice", r);
	peer_change(peer, handle, end);
	return true;
}

static bool run_add(Request *request, int (*add)(Database *database, uint16_t handle, const Uuid *uuid,
						 uint16_t flags, const uint8_t *value, size_t length))
{
	uint8_t value[GATT_VALUE_MAX];
	uint16_t handle, flags;
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
		return fail(request, "no room after", request->words[2]);
	r = add(&peer->database, handle, &uuid, flags, value, length);
	if (r < 0)
		return fail_errno(request, request->words[0], r);
	service_changed(peer, handle);
	return true;
}

bool run_char(Request *request)
{
	return run_add(request, gatt_add_characteristic);
}

bool run_desc(Request *request)
{
	return run_add(request, gatt_add_descriptor);
}

bool run_changed(Request *request)
{
	Peer *peer;
	int r;

	if (!parse_peer(request, &peer))
		return false;
	r = peer_tell_change(peer, request->now);
	return r < 0 ? fail(request, "no Service Changed characteristic", request->words[1]) : true;
}

static bool parse_value(Request *request, Peer **ret_peer, Attribute **ret)
{
	uint16_t handle;

	if (!parse_peer(request, ret_peer) || !parse_handle(request, &handle))
		return false;
	*ret = gatt_value(&(*ret_peer)->database, handle);
	return *ret ? true : fail(request, "no characteristic or descriptor", request->words[2]);
}

bool run_value(Request *request)
{
	uint8_t value[GATT_VALUE_MAX];
	Attribute *attribute;
	size_t length, n;
	Peer *peer;

	if (!parse_value(request, &peer, &attribute))
		return false;
	if (request->n_words > 3) {
		if (!parse_bytes(request, request->words[3], sizeof(value), value, &length))
			return false;
		memcpy(attribute->value, value, length);
		attribute->length = (uint16_t)length;
	}
	n = (size_t)snprintf(request->reply, COMMAND_REPLY_MAX, "ok ");
	for (size_t i = 0; i < attribute->length; i++)
		n += (size_t)snprintf(request->reply + n, COMMAND_REPLY_MAX - n, "%02x",
				      attribute->value[i]);
	if (attribute->length == 0)
		strcpy(request->reply, "ok -");
	return true;
}

bool run_notify(Request *request)
{
	uint8_t value[GATT_VALUE_MAX];
	uint32_t count = 1, interval = 0;
	bool counted = request->n_words > 4;
	Attribute *attribute;
	size_t length;
	Peer *peer;
	int r;

	if (!parse_value(request, &peer, &attribute) ||
	    !parse_bytes(request, request->words[3], sizeof(value), value, &length) ||
	    (counted && !parse_number(request, request->words[4], 1, UINT32_MAX, &count)) ||
	    (request->n_words > 5 && !parse_number(request, request->words[5], 0, 3600000, &interval)))
		return false;
	if (counted && length < 4)
		return fail(request, "no room for a number", request->words[3]);
	r = peer_notify(peer, attribute->handle, value, length, counted, count,
			interval * (SECOND / 1000), request->now);
	return r < 0 ? fail_errno(request, "notify", r) : true;
}

bool run_counts(Request *request)
{
	Attribute *attribute;
	Peer *peer;

	if (!parse_value(request, &peer, &attribute))
		return false;
	snprintf(request->reply, COMMAND_REPLY_MAX,
		 "ok reads=%" PRIu64 " writes=%" PRIu64 " commands=%" PRIu64, attribute->reads,
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
	    !parse_hex_number(request, request->words[4], UINT8_MAX, &code))
		return false;
	*(read ? &attribute->read_error : &attribute->write_error) = (uint8_t)code;
	return true;
}
