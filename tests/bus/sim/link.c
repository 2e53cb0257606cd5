/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A radio's link to a peripheral. */
#include "link.h"
#include "sim.h"

#define FIRST_TRY_MS 20
#define NEXT_TRY_MS 100 /* the peripheral advertises that often */
#define DEAD_MS 2000 /* from the end of the ATT channel to that of the link */
#define LOCAL_HOST_TERMINATED 0x16

typedef struct LinkRequest {
	GByteArray *pdu; /* empty: discovery */
	LinkAnswer answer; /* NULL: nobody waits any more */
	void *data;
	uint8_t result[ATT_MTU_MAX]; /* the answer */
	size_t len;
} LinkRequest;

struct Link {
	Air *air;
	Radio *radio;
	Peer *peer; /* NULL: not up */
	uint64_t addr;
	bool random;
	const LinkOps *ops;
	void *owner;
	guint trying;
	int64_t deadline;
	AttrSecurity security;
	GQueue *requests; /* the first is on the air */
	guint answering; /* or the ATT timeout */
	bool has_answer; /* answering is of one */
	bool elevating;
};

static void link_next(Link *link);

static void request_free(LinkRequest *request)
{
	g_byte_array_unref(request->pdu);
	g_free(request);
}

/* ATT error of the answer, or 0 */
static uint8_t request_error(const LinkRequest *request)
{
	return request->len == 5 && request->result[0] == ATT_ERROR ? request->result[4] : 0;
}

static void request_finish(LinkRequest *request, uint8_t error)
{
	if (request->answer)
		request->answer(request->data, error, request->result + 1,
				error || request->len == 0 ? 0 : request->len - 1);
	request_free(request);
}

static void link_fail_requests(Link *link)
{
	LinkRequest *request;

	while ((request = g_queue_pop_head(link->requests)))
		request_finish(request, ATT_UNLIKELY);
}

static bool link_is_bonded(const Link *link)
{
	return link->peer->end->bond == link->radio->addr;
}

/* bluetoothd asks for the greatest MTU at once. */
static void link_join(Link *link, Peer *peer)
{
	static const uint8_t exchange[] = { ATT_MTU_REQUEST, ATT_MTU_MAX & 0xff, ATT_MTU_MAX >> 8 };
	uint8_t answer[ATT_MTU_MAX];

	link->peer = peer;
	peer_opened(peer, link, link_is_bonded(link));
	(void)att_answer(&peer->att, exchange, sizeof(exchange), answer);
}

/* Only of a bonded central it is remembered what it has subscribed to. */
static void link_leave(Link *link)
{
	link->peer->end->typed = NULL;
	peer_closed(link->peer, link_is_bonded(link));
}

static void link_stop(Link *link)
{
	if (link->trying)
		g_source_remove(link->trying);
	if (link->answering)
		g_source_remove(link->answering);
	link->trying = link->answering = 0;
	link->has_answer = false;
	if (link->peer)
		link_leave(link);
	link->peer = NULL;
	link->elevating = false;
	link_fail_requests(link);
}

/* The one with that address, as that radio's kernel sees it, which knows who is bonded. */
static Peer *link_find_peer(const Link *link)
{
	for (unsigned int i = 0; i < link->air->peers->len; i++) {
		Peer *peer = link->air->peers->pdata[i];
		bool random = peer->report.random;

		if (store_resolve(air_sim(link->air)->store, link->radio->addr, peer->report.addr, &random) ==
			    link->addr &&
		    random == link->random)
			return peer;
	}
	return NULL;
}

static int link_on_try(void *data)
{
	Link *link = data;
	Peer *peer = link_find_peer(link);

	link->trying = 0;
	if (peer && peer_is_connectable(peer)) {
		if (peer_refuse(peer)) {
			link->ops->failed(link->owner);
			return G_SOURCE_REMOVE;
		}
		link_join(link, peer);
		link->ops->up(link->owner);
	} else if (g_get_monotonic_time() >= link->deadline) {
		link->ops->failed(link->owner);
	} else {
		link->trying = g_timeout_add(NEXT_TRY_MS, link_on_try, link);
	}
	return G_SOURCE_REMOVE;
}

Link *link_new(Air *air, Radio *radio, uint64_t addr, bool random, const LinkOps *ops,
	       void *owner)
{
	Link *link = g_new0(Link, 1);

	link->air = air;
	link->radio = radio;
	link->addr = addr;
	link->random = random;
	link->ops = ops;
	link->owner = owner;
	link->requests = g_queue_new();
	link->deadline = g_get_monotonic_time() + (int64_t)air_sim(air)->connect_ms * 1000;
	link->trying = g_timeout_add(FIRST_TRY_MS, link_on_try, link);
	return link;
}

Link *link_free(Link *link)
{
	if (!link)
		return NULL;

	link_stop(link);
	g_queue_free(link->requests);
	g_free(link);
	return NULL;
}

bool link_is_up(const Link *link)
{
	return link->peer != NULL;
}

Peer *link_peer(const Link *link)
{
	return link->peer;
}

Radio *link_radio(const Link *link)
{
	return link->radio;
}

uint16_t link_mtu(const Link *link)
{
	return link->peer ? link->peer->att.mtu : ATT_MTU_MIN;
}

AttrSecurity link_security(const Link *link)
{
	return link->security;
}

void link_secure(Link *link, AttrSecurity security)
{
	link->security = security;
	if (!link->peer)
		return;
	link->peer->att.encrypted = security > ATTR_PLAIN;
	link->peer->att.authenticated = security == ATTR_AUTHENTICATED;
	if (security > ATTR_PLAIN && link_is_bonded(link))
		peer_secured(link->peer);
}

void link_lose(Link *link, uint8_t reason)
{
	link_stop(link);
	link->ops->down(link->owner, reason);
}

static int link_on_dead(void *data)
{
	Link *link = data;

	link->answering = 0;
	link_lose(link, LOCAL_HOST_TERMINATED);
	return G_SOURCE_REMOVE;
}

/* Nothing goes over the channel any more; the kernel ends the link a little later. */
static int link_on_att_timeout(void *data)
{
	Link *link = data;

	link->elevating = false;
	link->answering = g_timeout_add(DEAD_MS, link_on_dead, link);
	link_fail_requests(link);
	return G_SOURCE_REMOVE;
}

static int link_on_answer(void *data)
{
	Link *link = data;
	LinkRequest *request = g_queue_peek_head(link->requests);
	uint8_t error = request_error(request);

	link->answering = 0;
	link->has_answer = false;
	if ((error == ATT_INSUFFICIENT_AUTHENTICATION || error == ATT_INSUFFICIENT_ENCRYPTION) &&
	    link->security == ATTR_PLAIN && link->ops->elevate(link->owner)) {
		link->elevating = true;
		link->answering = g_timeout_add(air_sim(link->air)->att_ms, link_on_att_timeout, link);
		return G_SOURCE_REMOVE;
	}
	(void)g_queue_pop_head(link->requests);
	request_finish(request, error);
	link_next(link);
	return G_SOURCE_REMOVE;
}

/* Finding the services, characteristics and descriptors takes about a request an attribute. */
static unsigned int link_request_latency(const Link *link, const LinkRequest *request)
{
	const Database *database = &link->peer->database;
	unsigned int n = request->pdu->len > 0 ? 1 : 4;

	for (size_t i = 0; request->pdu->len == 0 && i < database->n; i++)
		if (!uuid_is(&database->attributes[i].type, UUID_CHARACTERISTIC)) /* its value counts */
			n++;
	return n * link->peer->latency_ms;
}

static void link_next(Link *link)
{
	LinkRequest *request = g_queue_peek_head(link->requests);

	if (!request || link->answering || link->elevating || !link->peer)
		return;

	request->len = peer_receive(link->peer, request->pdu->data, request->pdu->len, request->result);
	if (link->peer->silent) {
		link->answering = g_timeout_add(air_sim(link->air)->att_ms, link_on_att_timeout, link);
		return;
	}
	link->answering =
		g_timeout_add(link_request_latency(link, request), link_on_answer, link);
	link->has_answer = true;
}

void link_hurry(Link *link)
{
	if (!link->has_answer)
		return;
	g_source_remove(link->answering);
	link->answering = g_timeout_add(
		link_request_latency(link, g_queue_peek_head(link->requests)), link_on_answer, link);
}

static void append_le16(GByteArray *pdu, uint16_t value)
{
	uint8_t bytes[2];

	put_le16(bytes, value);
	g_byte_array_append(pdu, bytes, sizeof(bytes));
}

void link_request(Link *link, uint8_t opcode, uint16_t handle, uint16_t offset, GBytes *value,
		  LinkAnswer answer, void *data)
{
	LinkRequest *request = g_new0(LinkRequest, 1);
	uint8_t execute[] = { ATT_EXECUTE_WRITE, (uint8_t)handle };

	request->answer = answer;
	request->data = data;
	request->pdu = g_byte_array_new();
	if (opcode == ATT_EXECUTE_WRITE) {
		g_byte_array_append(request->pdu, execute, sizeof(execute));
	} else if (opcode != LINK_DISCOVER) {
		g_byte_array_append(request->pdu, &opcode, 1);
		append_le16(request->pdu, handle);
	}
	if (opcode == ATT_READ_BLOB || opcode == ATT_PREPARE_WRITE)
		append_le16(request->pdu, offset);
	if (value)
		g_byte_array_append(request->pdu, g_bytes_get_data(value, NULL),
				    (guint)g_bytes_get_size(value));
	g_queue_push_tail(link->requests, request);
	link_next(link);
}

void link_command(Link *link, uint16_t handle, const void *value, size_t len)
{
	static const uint8_t opcode = ATT_WRITE_COMMAND;
	g_autoptr(GByteArray) pdu = g_byte_array_new();
	uint8_t nothing[ATT_MTU_MAX];

	g_byte_array_append(pdu, &opcode, 1);
	append_le16(pdu, handle);
	g_byte_array_append(pdu, value, (guint)len);
	if (link->peer)
		(void)peer_receive(link->peer, pdu->data, pdu->len, nothing);
}

void link_forget(Link *link, const void *data)
{
	for (GList *at = link->requests->head; at; at = at->next) {
		LinkRequest *request = at->data;

		if (request->data == data)
			request->answer = NULL;
	}
}

void link_ask_security(Link *link)
{
	if (link->security == ATTR_PLAIN)
		(void)link->ops->elevate(link->owner);
}

void link_retry(Link *link)
{
	if (!link->elevating)
		return;

	link->elevating = false;
	g_source_remove(link->answering);
	link->answering = 0;
	link_next(link);
}

void link_take(Link *link, const uint8_t *pdu, size_t len)
{
	static const uint8_t confirmation = ATT_CONFIRMATION;
	const Attribute *changed = database_find_type(&link->peer->database, UUID_SERVICE_CHANGED);
	uint8_t nothing[ATT_MTU_MAX];

	if (pdu[0] == ATT_INDICATION)
		(void)peer_receive(link->peer, &confirmation, sizeof(confirmation), nothing);
	if (changed && le16(pdu + 1) == changed->handle)
		link->ops->changed(link->owner);
	else
		link->ops->heard(link->owner, le16(pdu + 1), pdu + 3, len - 3);
}
