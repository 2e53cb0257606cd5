/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A radio's link to a peripheral. */
#include "air.h"
#include "link.h"

#define FIRST_TRY_MS 20
#define NEXT_TRY_MS 100 /* the peripheral advertises that often */
#define DEAD_MS 2000 /* from the end of the ATT channel to that of the link */
#define LOCAL_HOST_TERMINATED 0x16

typedef struct LinkRequest {
	AttOp op;
	uint16_t handle, offset;
	GBytes *value;
	LinkAnswer answer; /* NULL: nobody waits any more */
	void *data;
	uint8_t error;
	GByteArray *result;
} LinkRequest;

struct Link {
	struct Air *air;
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
	if (request->value)
		g_bytes_unref(request->value);
	g_byte_array_unref(request->result);
	g_free(request);
}

static void request_finish(LinkRequest *request, uint8_t error)
{
	if (request->answer)
		request->answer(request->data, error, request->result->data,
				error ? 0 : request->result->len);
	request_free(request);
}

static void link_fail_requests(Link *link)
{
	LinkRequest *request;

	while ((request = g_queue_pop_head(link->requests)))
		request_finish(request, ATT_UNLIKELY);
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
		peer_unlinked(link->peer);
	link->peer = NULL;
	link->elevating = false;
	link_fail_requests(link);
}

static int link_on_try(void *data)
{
	Link *link = data;
	Peer *peer = air_find_peer_of(link->air, link->radio, link->addr, link->random);
	uint8_t status = 0;

	link->trying = 0;
	if (peer && peer_answers(peer, &status)) {
		if (status) {
			link->ops->failed(link->owner);
			return G_SOURCE_REMOVE;
		}
		link->peer = peer;
		peer_linked(peer, link);
		link->ops->up(link->owner);
	} else if (g_get_monotonic_time() >= link->deadline) {
		link->ops->failed(link->owner);
	} else {
		link->trying = g_timeout_add(NEXT_TRY_MS, link_on_try, link);
	}
	return G_SOURCE_REMOVE;
}

Link *link_new(struct Air *air, Radio *radio, uint64_t addr, bool random, const LinkOps *ops,
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
	link->deadline = g_get_monotonic_time() + (int64_t)air->connect_ms * 1000;
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
	return link->peer ? link->peer->mtu : 23;
}

AttrSecurity link_security(const Link *link)
{
	return link->security;
}

void link_secure(Link *link, AttrSecurity security)
{
	link->security = security;
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

	link->answering = 0;
	link->has_answer = false;
	if ((request->error == ATT_INSUFFICIENT_AUTHENTICATION ||
	     request->error == ATT_INSUFFICIENT_ENCRYPTION) &&
	    link->security == ATTR_PLAIN && link->ops->elevate(link->owner)) {
		link->elevating = true;
		link->answering = g_timeout_add(link->air->att_ms, link_on_att_timeout, link);
		return G_SOURCE_REMOVE;
	}
	(void)g_queue_pop_head(link->requests);
	request_finish(request, request->error);
	link_next(link);
	return G_SOURCE_REMOVE;
}

/* Finding the services, characteristics and descriptors takes about a request an attribute. */
static unsigned int link_request_latency(const Link *link, const LinkRequest *request)
{
	unsigned int n = request->op == ATT_DISCOVER ? 4 + link->peer->table->list->len : 1;

	return n * link->peer->latency_ms;
}

static void link_next(Link *link)
{
	LinkRequest *request = g_queue_peek_head(link->requests);

	if (!request || link->answering || link->elevating || !link->peer)
		return;

	g_byte_array_set_size(request->result, 0);
	request->error = peer_request(link->peer, request->op, request->handle, request->offset,
				      request->value, request->result);
	if (link->peer->silent) {
		link->answering = g_timeout_add(link->air->att_ms, link_on_att_timeout, link);
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

void link_request(Link *link, AttOp op, uint16_t handle, uint16_t offset, GBytes *value,
		  LinkAnswer answer, void *data)
{
	LinkRequest *request = g_new0(LinkRequest, 1);

	request->op = op;
	request->handle = handle;
	request->offset = offset;
	request->value = value ? g_bytes_ref(value) : NULL;
	request->answer = answer;
	request->data = data;
	request->result = g_byte_array_new();
	g_queue_push_tail(link->requests, request);
	link_next(link);
}

void link_command(Link *link, uint16_t handle, const void *value, size_t len)
{
	g_autoptr(GBytes) bytes = g_bytes_new(value, len);
	g_autoptr(GByteArray) nothing = g_byte_array_new();

	if (link->peer)
		(void)peer_request(link->peer, ATT_COMMAND, handle, 0, bytes, nothing);
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

void link_notify(Link *link, uint16_t handle, const uint8_t *value, size_t len)
{
	link->ops->heard(link->owner, handle, value, len);
}

void link_tell_changed(Link *link)
{
	link->ops->changed(link->owner);
}
