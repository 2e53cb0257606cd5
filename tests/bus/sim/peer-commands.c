/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests about peripherals. */
#include "central.h"
#include "link.h"
#include "request.h"

#define REMOTE_USER_TERMINATED 0x13

static Peer *parse_peer(Request *request)
{
	Peer *peer = air_get_peer(request->sim->air, request->words[1]);

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

static Attr *parse_value_attr(Request *request, Peer **ret_peer)
{
	Attr *attr = NULL;
	uint16_t handle;

	*ret_peer = parse_peer(request);
	if (!*ret_peer || !parse_handle(request, &handle))
		return NULL;
	attr = attrs_find((*ret_peer)->table, handle);
	if (attr && attr->kind != ATTR_SERVICE)
		return attr;
	fail(request, "no characteristic or descriptor: %s", request->words[2]);
	return NULL;
}

static void run_peer(Request *request)
{
	static const uint8_t flags[] = { 0x02, 0x01, 0x06 };
	const Air *air = request->sim->air;
	char **words = request->words;
	uint8_t data[RADIO_DATA_MAX];
	uint64_t addr;
	bool random;
	size_t len;

	if (!parse_addr(request, words[2], &addr) ||
	    !parse_either(request, words[3], "random", "public", &random) ||
	    !parse_bytes(request, words[4], sizeof(data), data, &len))
		return;
	if (air_get_peer(air, words[1]) || air_find_peer(air, addr, random)) {
		fail(request, "there is such a peer: %s %s", words[1], words[2]);
		return;
	}
	g_ptr_array_add(air->peers, peer_new(request->sim->air, words[1], addr, random,
					     len > 0 ? data : flags, len > 0 ? len : sizeof(flags)));
}

static void run_unpeer(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer)
		g_ptr_array_remove(request->sim->air->peers, peer);
}

static void run_peers(Request *request)
{
	const GPtrArray *peers = request->sim->air->peers;
	GString *text = g_string_new("ok");

	for (unsigned int i = 0; i < peers->len; i++)
		g_string_append_printf(text, " %s", ((Peer *)peers->pdata[i])->name);
	request->reply = g_string_free(text, FALSE);
}

static void run_link(Request *request)
{
	const Peer *peer = parse_peer(request);
	const char *separator = "";
	GString *text;

	if (!peer)
		return;
	text = g_string_new(NULL);
	g_string_printf(text, "ok up=%d mtu=%u encrypted=%d subscribed=", peer->link != NULL,
			peer->link ? link_mtu(peer->link) : 0U,
			peer->link && link_security(peer->link) > ATTR_PLAIN);
	for (unsigned int i = 0; i < peer->table->list->len; i++) {
		const Attr *attr = peer->table->list->pdata[i];

		if (attr->kind != ATTR_CHARACTERISTIC || !peer_is_subscribed(peer, attr))
			continue;
		g_string_append_printf(text, "%s%04x", separator, attr->handle);
		separator = ",";
	}
	request->reply = g_string_free(text, FALSE);
}

static void run_service(Request *request)
{
	Peer *peer = parse_peer(request);
	char uuid[ATTR_UUID_LEN + 1];
	uint16_t handle;
	bool primary;
	Attr *attr;

	if (!peer || !parse_handle(request, &handle) ||
	    !parse_either(request, request->words[4], "primary", "secondary", &primary))
		return;
	if (!attr_uuid_parse(request->words[3], uuid)) {
		fail(request, "not a UUID: %s", request->words[3]);
		return;
	}
	attr = attrs_add(peer->table, ATTR_SERVICE, handle, uuid);
	if (attr)
		attr->primary = primary;
	else
		fail(request, "the handle is taken: %s", request->words[2]);
}

static void run_unservice(Request *request)
{
	Peer *peer = parse_peer(request);
	uint16_t handle;

	if (peer && parse_handle(request, &handle) && !attrs_remove_service(peer->table, handle))
		fail(request, "no service: %s", request->words[2]);
}

static void run_attr(Request *request, AttrKind kind)
{
	Peer *peer = parse_peer(request);
	char uuid[ATTR_UUID_LEN + 1];
	uint8_t value[ATTR_VALUE_MAX];
	uint16_t handle;
	uint32_t flags;
	size_t len;
	Attr *attr;

	if (!peer || !parse_handle(request, &handle) ||
	    !parse_bytes(request, request->words[5], sizeof(value), value, &len))
		return;
	if (!attr_uuid_parse(request->words[3], uuid)) {
		fail(request, "not a UUID: %s", request->words[3]);
		return;
	}
	if (!attr_flags_parse(request->words[4], &flags)) {
		fail(request, "no such flags: %s", request->words[4]);
		return;
	}
	attr = attrs_add(peer->table, kind, handle, uuid);
	if (!attr) {
		fail(request, "the handle is taken: %s", request->words[2]);
		return;
	}
	attr->flags = flags;
	(void)attr_write(attr, 0, value, len);
}

static void run_char(Request *request)
{
	run_attr(request, ATTR_CHARACTERISTIC);
}

static void run_desc(Request *request)
{
	run_attr(request, ATTR_DESCRIPTOR);
}

/* Told to the central, as on the air, by a characteristic for it. */
static void run_changed(Request *request)
{
	Peer *peer = parse_peer(request);
	const Attr *attr;

	if (!peer)
		return;
	attr = attrs_find_uuid(peer->table, ATTR_UUID_SERVICE_CHANGED);
	if (!attr)
		fail(request, "no Service Changed characteristic: %s", request->words[1]);
	else if (peer_is_subscribed(peer, attr))
		link_tell_changed(peer->link);
}

static void run_value(Request *request)
{
	uint8_t value[ATTR_VALUE_MAX];
	GString *text;
	size_t len;
	Peer *peer;
	Attr *attr = parse_value_attr(request, &peer);

	if (!attr)
		return;
	if (request->n > 3) {
		if (!parse_bytes(request, request->words[3], sizeof(value), value, &len))
			return;
		(void)attr_write(attr, 0, value, len);
	}
	text = g_string_new(attr->value->len > 0 ? "ok " : "ok -");
	for (unsigned int i = 0; i < attr->value->len; i++)
		g_string_append_printf(text, "%02x", attr->value->data[i]);
	request->reply = g_string_free(text, FALSE);
}

static void run_notify(Request *request)
{
	char **words = request->words;
	unsigned int count = 1, interval = 0;
	uint8_t value[ATTR_VALUE_MAX];
	size_t len;
	Peer *peer;
	const Attr *attr = parse_value_attr(request, &peer);
	g_autoptr(GBytes) bytes = NULL;

	if (!attr || !parse_bytes(request, words[3], sizeof(value), value, &len) ||
	    (request->n > 4 && !parse_number(request, words[4], 1, G_MAXINT, &count)) ||
	    (request->n > 5 && !parse_number(request, words[5], 0, 3600000, &interval)))
		return;
	if (!(attr->flags & (ATTR_NOTIFY | ATTR_INDICATE))) {
		fail(request, "it neither notifies nor indicates: %s", words[2]);
		return;
	}
	if (request->n > 4 && len < 4) {
		fail(request, "no room for a number: %s", words[3]);
		return;
	}
	bytes = g_bytes_new(value, len);
	peer_notify(peer, attr, bytes, request->n > 4, count, interval);
}

static void run_counts(Request *request)
{
	Peer *peer;
	const Attr *attr = parse_value_attr(request, &peer);

	if (attr)
		request->reply = g_strdup_printf("ok reads=%u writes=%u commands=%u", attr->reads,
						 attr->writes, attr->commands);
}

static void run_atterror(Request *request)
{
	unsigned int code = 0;
	bool read;
	Peer *peer;
	Attr *attr = parse_value_attr(request, &peer);

	if (!attr || !parse_either(request, request->words[3], "read", "write", &read) ||
	    !parse_hex(request, request->words[4], UINT8_MAX, &code))
		return;
	if (read)
		attr->read_error = (uint8_t)code;
	else
		attr->write_error = (uint8_t)code;
}

static void run_latency(Request *request)
{
	Peer *peer = parse_peer(request);
	unsigned int before;

	if (!peer)
		return;
	before = peer->latency_ms;
	parse_number(request, request->words[2], 0, 3600000, &peer->latency_ms);
	if (peer->link && peer->latency_ms < before)
		link_hurry(peer->link);
}

static void run_silent(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer)
		parse_either(request, request->words[2], "on", "off", &peer->silent);
}

static void run_mute(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer)
		parse_either(request, request->words[2], "on", "off", &peer->muted);
}

static void run_mtu(Request *request)
{
	Peer *peer = parse_peer(request);
	unsigned int mtu = 0;

	if (peer && parse_number(request, request->words[2], 23, PEER_MTU, &mtu))
		peer->mtu = (uint16_t)mtu;
}

static void run_refuse(Request *request)
{
	unsigned int status = 0, times = 1;
	Peer *peer = parse_peer(request);

	if (!peer || !parse_hex(request, request->words[2], UINT8_MAX, &status) ||
	    (request->n > 3 && !parse_number(request, request->words[3], 0, G_MAXINT, &times)))
		return;
	peer->refuse = (uint8_t)status;
	peer->refuse_times = times;
}

static void run_drop(Request *request)
{
	unsigned int reason = REMOTE_USER_TERMINATED;
	Peer *peer = parse_peer(request);

	if (!peer || (request->n > 2 && !parse_hex(request, request->words[2], UINT8_MAX, &reason)))
		return;
	if (peer->link)
		link_lose(peer->link, (uint8_t)reason);
	else
		fail(request, "no link: %s", request->words[1]);
}

static void run_pairing(Request *request)
{
	static const char *const ways[] = { [PEER_JUST_WORKS] = "none",
					    [PEER_DISPLAY] = "display",
					    [PEER_KEYBOARD] = "keyboard",
					    [PEER_CONFIRM] = "confirm",
					    [PEER_REFUSES] = "refuse" };
	Peer *peer = parse_peer(request);
	unsigned int passkey = 0, way = 0;

	if (!peer || (request->n > 3 && !parse_number(request, request->words[3], 0, 999999, &passkey)))
		return;
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
}

static void run_passkey(Request *request)
{
	unsigned int passkey = 0;
	Peer *peer = parse_peer(request);

	if (!peer || !parse_number(request, request->words[2], 0, 999999, &passkey))
		return;
	if (peer->typed)
		peer->typed(peer->typed_data, passkey);
	else
		fail(request, "nobody shows it a passkey: %s", request->words[1]);
}

static void run_ask(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer && peer->link)
		link_ask_security(peer->link);
	else if (peer)
		fail(request, "no link: %s", request->words[1]);
}

static void run_forget(Request *request)
{
	Peer *peer = parse_peer(request);

	if (peer)
		peer->bond = 0;
}

/* A peripheral or a central gets another private address. */
static void rotate(Request *request, Peer *peer, Central *central)
{
	char text[18];

	if (central && central_radio(central)) {
		fail(request, "connected: %s", request->words[1]);
		return;
	}
	if (!(peer ? &peer->privacy : central_privacy(central))->on) {
		fail(request, "its address is not private: %s", request->words[1]);
		return;
	}
	if (peer) {
		peer->report.addr = privacy_make(&peer->privacy);
		peer->report.random = true;
	} else {
		central_rotate(central);
	}
	addr_format(text, peer ? peer->report.addr : central_addr(central), ':');
	request->reply = g_strdup_printf("ok %s", text);
}

static bool parse_owner(Request *request, Peer **ret_peer, Central **ret_central)
{
	*ret_peer = air_get_peer(request->sim->air, request->words[1]);
	*ret_central = air_get_central(request->sim->air, request->words[1]);
	return *ret_peer || *ret_central ||
	       fail(request, "no such peripheral or central: %s", request->words[1]);
}

static void run_rotate(Request *request)
{
	Central *central;
	Peer *peer;

	if (parse_owner(request, &peer, &central))
		rotate(request, peer, central);
}

static void run_private(Request *request)
{
	Privacy privacy = { .on = true };
	Central *central;
	size_t len = 0;
	Peer *peer;

	if (!parse_owner(request, &peer, &central) || !parse_addr(request, request->words[2], &privacy.identity) ||
	    !parse_either(request, request->words[3], "random", "public", &privacy.random) ||
	    !parse_bytes(request, request->words[4], sizeof(privacy.irk), privacy.irk, &len))
		return;
	if (len != sizeof(privacy.irk)) {
		fail(request, "not a key of 16 bytes: %s", request->words[4]);
		return;
	}
	*(peer ? &peer->privacy : central_privacy(central)) = privacy;
	rotate(request, peer, central);
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
