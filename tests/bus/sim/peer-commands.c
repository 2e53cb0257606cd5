/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests about peripherals. */
#include <inttypes.h>
#include <string.h>

#include "central.h"
#include "link.h"
#include "commands.h"

#define REMOTE_USER_TERMINATED 0x13

static Peer *parse_peer(Request *request)
{
	Peer *peer = air_get_peer(request->air, request->words[1]);

	if (!peer)
		fail(request, "no such peer: %s", request->words[1]);
	return peer;
}

static bool parse_handle(Request *request, uint16_t *ret)
{
	unsigned int handle = 0;

	if (!parse_hex(request, request->words[2], UINT16_MAX - 1, &handle))
		return false;
	*ret = (uint16_t)handle;
	return handle > 0 || fail(request, "no handle: %s", request->words[2]);
}

static Attribute *parse_value_attr(Request *request, Peer **ret_peer)
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

static bool run_peer(Request *request)
{
	static const uint8_t flags[] = { 0x02, 0x01, 0x06 };
	const Air *air = request->air;
	char **words = request->words;
	uint8_t data[RADIO_DATA_MAX];
	uint64_t addr;
	bool random;
	size_t len;

	if (!parse_addr(request, words[2], &addr) ||
	    !parse_either(request, words[3], "random", "public", &random) ||
	    !parse_bytes(request, words[4], sizeof(data), data, &len))
		return false;
	if (air_get_peer(air, words[1]) || air_find_peer(air, addr, random)) {
		fail(request, "there is such a peer: %s %s", words[1], words[2]);
		return false;
	}
	g_ptr_array_add(air->peers, peer_new(request->air, words[1], addr, random,
					     len > 0 ? data : flags, len > 0 ? len : sizeof(flags)));
	return true;
}

static bool run_unpeer(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer)
		g_ptr_array_remove(request->air->peers, peer);
	return true;
}

static bool run_peers(Request *request)
{
	const GPtrArray *peers = request->air->peers;
	g_autoptr(GString) text = g_string_new("ok");

	for (unsigned int i = 0; i < peers->len; i++)
		g_string_append_printf(text, " %s", ((Peer *)peers->pdata[i])->name);
	g_string_assign(request->reply, text->str);
	return true;
}

static bool run_link(Request *request)
{
	const Peer *peer = parse_peer(request);
	const char *separator = "";
	g_autoptr(GString) text = NULL;

	if (!peer)
		return false;
	text = g_string_new(NULL);
	g_string_printf(text, "ok up=%d mtu=%u encrypted=%d subscribed=", peer->link != NULL,
			peer->link ? link_mtu(peer->link) : 0U,
			peer->link && link_security(peer->link) > ATTR_PLAIN);
	for (size_t i = 0; i < peer->database.n; i++) {
		const Attribute *attribute = &peer->database.attributes[i];

		if (!uuid_is(&attribute->type, UUID_CHARACTERISTIC) ||
		    !peer_is_subscribed(peer, (uint16_t)(attribute->handle + 1)))
			continue;
		g_string_append_printf(text, "%s%04x", separator, attribute->handle);
		separator = ",";
	}
	g_string_assign(request->reply, text->str);
	return true;
}

static bool parse_uuid(Request *request, const char *word, Uuid *ret)
{
	return uuid_parse(word, ret) || fail(request, "not a UUID: %s", word);
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
	return r >= 0 || fail_errno(request, r);
}

static bool run_unservice(Request *request)
{
	Peer *peer = parse_peer(request);
	uint16_t handle;
	int r;

	if (!peer || !parse_handle(request, &handle))
		return false;
	r = database_remove_service(&peer->database, handle);
	return r >= 0 || fail_errno(request, r);
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
	return r >= 0 || fail_errno(request, r);
}

static bool run_char(Request *request)
{
	return run_add(request, database_add_characteristic);
}

static bool run_desc(Request *request)
{
	return run_add(request, database_add_descriptor);
}

/* Told to the central, as on the air, by a characteristic for it. */
static bool run_changed(Request *request)
{
	Peer *peer = parse_peer(request);
	const Attribute *attribute;

	if (!peer)
		return false;
	attribute = database_find_type(&peer->database, UUID_SERVICE_CHANGED);
	if (!attribute)
		return fail(request, "no Service Changed characteristic: %s", request->words[1]);
	if (peer_is_subscribed(peer, attribute->handle))
		link_tell_changed(peer->link);
	return true;
}

static bool run_value(Request *request)
{
	uint8_t value[ATTR_VALUE_MAX];
	size_t len;
	Peer *peer;
	Attribute *attribute = parse_value_attr(request, &peer);

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
	unsigned int count = 1, interval = 0;
	uint8_t value[ATTR_VALUE_MAX];
	size_t len;
	Peer *peer;
	const Attribute *attr = parse_value_attr(request, &peer);
	g_autoptr(GBytes) bytes = NULL;

	if (!attr || !parse_bytes(request, words[3], sizeof(value), value, &len) ||
	    (request->n > 4 && !parse_number(request, words[4], 1, G_MAXINT, &count)) ||
	    (request->n > 5 && !parse_number(request, words[5], 0, 3600000, &interval)))
		return false;
	if (!(attr->flags & (ATTR_NOTIFY | ATTR_INDICATE))) {
		fail(request, "it neither notifies nor indicates: %s", words[2]);
		return false;
	}
	if (request->n > 4 && len < 4) {
		fail(request, "no room for a number: %s", words[3]);
		return false;
	}
	bytes = g_bytes_new(value, len);
	peer_notify(peer, attr->handle, bytes, request->n > 4, count, interval);
	return true;
}

static bool run_counts(Request *request)
{
	Peer *peer;
	const Attribute *attr = parse_value_attr(request, &peer);

	if (attr)
		g_string_printf(request->reply, "ok reads=%" PRIu64 " writes=%" PRIu64 " commands=%" PRIu64, attr->reads,
						 attr->writes, attr->commands);
	return true;
}

static bool run_atterror(Request *request)
{
	unsigned int code = 0;
	bool read;
	Peer *peer;
	Attribute *attr = parse_value_attr(request, &peer);

	if (!attr || !parse_either(request, request->words[3], "read", "write", &read) ||
	    !parse_hex(request, request->words[4], UINT8_MAX, &code))
		return false;
	if (read)
		attr->read_error = (uint8_t)code;
	else
		attr->write_error = (uint8_t)code;
	return true;
}

static bool run_latency(Request *request)
{
	Peer *peer = parse_peer(request);
	unsigned int before;

	if (!peer)
		return false;
	before = peer->latency_ms;
	parse_number(request, request->words[2], 0, 3600000, &peer->latency_ms);
	if (peer->link && peer->latency_ms < before)
		link_hurry(peer->link);
	return true;
}

static bool run_silent(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer)
		parse_either(request, request->words[2], "on", "off", &peer->silent);
	return true;
}

static bool run_mute(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer)
		parse_either(request, request->words[2], "on", "off", &peer->muted);
	return true;
}

static bool run_mtu(Request *request)
{
	Peer *peer = parse_peer(request);
	unsigned int mtu = 0;

	if (peer && parse_number(request, request->words[2], 23, ATT_MTU_MAX, &mtu))
		peer->att.mtu_limit = (uint16_t)mtu;
	return true;
}

static bool run_refuse(Request *request)
{
	unsigned int status = 0, times = 1;
	Peer *peer = parse_peer(request);

	if (!peer || !parse_hex(request, request->words[2], UINT8_MAX, &status) ||
	    (request->n > 3 && !parse_number(request, request->words[3], 0, G_MAXINT, &times)))
		return false;
	peer->refuse = (uint8_t)status;
	peer->refuse_times = times;
	return true;
}

static bool run_drop(Request *request)
{
	unsigned int reason = REMOTE_USER_TERMINATED;
	Peer *peer = parse_peer(request);

	if (!peer || (request->n > 2 && !parse_hex(request, request->words[2], UINT8_MAX, &reason)))
		return false;
	if (peer->link)
		link_lose(peer->link, (uint8_t)reason);
	else
		fail(request, "no link: %s", request->words[1]);
	return true;
}

static bool run_pairing(Request *request)
{
	static const char *const ways[] = { [PEER_JUST_WORKS] = "none",
					    [PEER_DISPLAY] = "display",
					    [PEER_KEYBOARD] = "keyboard",
					    [PEER_CONFIRM] = "confirm",
					    [PEER_REFUSES] = "refuse" };
	Peer *peer = parse_peer(request);
	unsigned int passkey = 0, way = 0;

	if (!peer || (request->n > 3 && !parse_number(request, request->words[3], 0, 999999, &passkey)))
		return false;
	while (way < G_N_ELEMENTS(ways) && !g_str_equal(ways[way], request->words[2]))
		way++;
	if (way == G_N_ELEMENTS(ways)) {
		fail(request, "no way to pair: %s", request->words[2]);
	} else if ((way == PEER_DISPLAY || way == PEER_CONFIRM) != (request->n > 3)) {
		fail(request, "display and confirm, and nothing else, have a passkey");
	} else {
		peer->pairing = (PeerPairing)way;
		peer->passkey = passkey;
	}
	return true;
}

static bool run_passkey(Request *request)
{
	unsigned int passkey = 0;
	Peer *peer = parse_peer(request);

	if (!peer || !parse_number(request, request->words[2], 0, 999999, &passkey))
		return false;
	if (peer->typed)
		peer->typed(peer->typed_data, passkey);
	else
		fail(request, "nobody shows it a passkey: %s", request->words[1]);
	return true;
}

static bool run_ask(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer && peer->link)
		link_ask_security(peer->link);
	else if (peer)
		fail(request, "no link: %s", request->words[1]);
	return true;
}

static bool run_forget(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer)
		peer->bond = 0;
	return true;
}

/* A peripheral or a central gets another private address. */
static bool rotate(Request *request, Peer *peer, Central *central)
{
	char text[18];

	if (central && central_radio(central)) {
		fail(request, "connected: %s", request->words[1]);
		return false;
	}
	if (!(peer ? &peer->privacy : central_privacy(central))->on) {
		fail(request, "its address is not private: %s", request->words[1]);
		return false;
	}
	if (peer) {
		peer->report.addr = privacy_make(&peer->privacy);
		peer->report.random = true;
	} else {
		central_rotate(central);
	}
	addr_format(text, peer ? peer->report.addr : central_addr(central), ':');
	g_string_printf(request->reply, "ok %s", text);
	return true;
}

static bool parse_owner(Request *request, Peer **ret_peer, Central **ret_central)
{
	*ret_peer = air_get_peer(request->air, request->words[1]);
	*ret_central = air_get_central(request->air, request->words[1]);
	return *ret_peer || *ret_central ||
	       fail(request, "no such peripheral or central: %s", request->words[1]);
}

static bool run_rotate(Request *request)
{
	Central *central;
	Peer *peer;

	if (parse_owner(request, &peer, &central))
		rotate(request, peer, central);
	return true;
}

static bool run_private(Request *request)
{
	Privacy privacy = { .on = true };
	Central *central;
	size_t len = 0;
	Peer *peer;

	if (!parse_owner(request, &peer, &central) || !parse_addr(request, request->words[2], &privacy.identity) ||
	    !parse_either(request, request->words[3], "random", "public", &privacy.random) ||
	    !parse_bytes(request, request->words[4], sizeof(privacy.irk), privacy.irk, &len))
		return false;
	if (len != sizeof(privacy.irk)) {
		fail(request, "not a key of 16 bytes: %s", request->words[4]);
		return false;
	}
	*(peer ? &peer->privacy : central_privacy(central)) = privacy;
	rotate(request, peer, central);
	return true;
}

const Verb peer_verbs[] = {
	{ "peer", 5, 5, run_peer },
	{ "unpeer", 2, 2, run_unpeer },
	{ "peers", 1, 1, run_peers },
	{ "link", 2, 2, run_link },
	{ "service", 5, 5, run_service },
	{ "unservice", 3, 3, run_unservice },
	{ "char", 6, 6, run_char },
	{ "desc", 6, 6, run_desc },
	{ "changed", 2, 2, run_changed },
	{ "value", 3, 4, run_value },
	{ "notify", 4, 6, run_notify },
	{ "counts", 3, 3, run_counts },
	{ "atterror", 5, 5, run_atterror },
	{ "latency", 3, 3, run_latency },
	{ "silent", 3, 3, run_silent },
	{ "mute", 3, 3, run_mute },
	{ "mtu", 3, 3, run_mtu },
	{ "refuse", 3, 4, run_refuse },
	{ "drop", 2, 3, run_drop },
	{ "pairing", 3, 4, run_pairing },
	{ "passkey", 3, 3, run_passkey },
	{ "ask", 2, 2, run_ask },
	{ "forget", 2, 2, run_forget },
	{ "private", 5, 5, run_private },
	{ "rotate", 2, 2, run_rotate },
	{ NULL, 0, 0, NULL },
};
