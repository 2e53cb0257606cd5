/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peripheral: advertising, its server, its notifications. */
#include <string.h>

#include "air.h"
#include "link.h"
#include "peer.h"

#define ADVERTISE_MS 100
#define RSSI (-60)
#define SUPERVISION_TIMEOUT 0x08

typedef struct Burst {
	Peer *peer;
	uint16_t handle;
	GByteArray *value;
	bool numbered;
	unsigned int sent, count;
	guint timer;
} Burst;

typedef struct Prepared {
	uint16_t handle, offset;
	GBytes *value;
} Prepared;

static void burst_free(void *data)
{
	Burst *burst = data;

	if (burst->timer)
		g_source_remove(burst->timer);
	g_byte_array_unref(burst->value);
	g_free(burst);
}

static void prepared_free(void *data)
{
	Prepared *prepared = data;

	g_bytes_unref(prepared->value);
	g_free(prepared);
}

static int peer_on_advertise(void *data)
{
	Peer *peer = data;
	RadioReport response = peer->report;

	if (peer->link || peer->muted)
		return G_SOURCE_CONTINUE;

	(void)air_send(peer->air, AIR_ALL, &peer->report);
	/* Without a response the kernel would hold the advertisement back. */
	response.type = RADIO_SCAN_RSP;
	response.len = 0;
	(void)air_send(peer->air, AIR_ALL, &response);
	return G_SOURCE_CONTINUE;
}

Peer *peer_new(struct Air *air, const char *name, uint64_t addr, bool random, const uint8_t *data,
	       size_t len)
{
	Peer *peer = g_new0(Peer, 1);

	peer->air = air;
	peer->name = g_strdup(name);
	peer->report.addr = addr;
	peer->report.random = random;
	peer->report.type = RADIO_ADV_IND;
	peer->report.rssi = RSSI;
	peer->report.len = (uint8_t)len;
	memcpy(peer->report.data, data, len);
	peer->mtu = PEER_MTU;
	peer->table = attrs_new();
	peer->bursts = g_ptr_array_new_with_free_func(burst_free);
	peer->prepared = g_ptr_array_new_with_free_func(prepared_free);
	peer->advertiser = g_timeout_add(ADVERTISE_MS, peer_on_advertise, peer);
	return peer;
}

Peer *peer_free(Peer *peer)
{
	if (!peer)
		return NULL;

	g_source_remove(peer->advertiser);
	if (peer->link)
		link_lose(peer->link, SUPERVISION_TIMEOUT);
	g_ptr_array_unref(peer->bursts);
	g_ptr_array_unref(peer->prepared);
	attrs_free(peer->table);
	g_free(peer->name);
	g_free(peer);
	return NULL;
}

bool peer_answers(Peer *peer, uint8_t *ret_status)
{
	if (peer->link || peer->muted)
		return false;

	*ret_status = peer->refuse;
	if (peer->refuse && peer->refuse_times > 0 && --peer->refuse_times == 0)
		peer->refuse = 0;
	return true;
}

void peer_linked(Peer *peer, struct Link *link)
{
	peer->link = link;
}

void peer_unlinked(Peer *peer)
{
	bool bonded = peer->bond == link_radio(peer->link)->addr;

	peer->link = NULL;
	peer->typed = NULL;
	g_ptr_array_set_size(peer->bursts, 0);
	g_ptr_array_set_size(peer->prepared, 0);
	/* Only of a bonded central it is remembered what it has subscribed to. */
	for (unsigned int i = 0; i < peer->table->list->len && !bonded; i++) {
		Attr *attr = peer->table->list->pdata[i];

		if (g_str_equal(attr->uuid, ATTR_UUID_CCC))
			(void)attr_write(attr, 0, "\0", 2);
	}
}

/* All of the queued writes, or none. */
static uint8_t peer_execute(Peer *peer)
{
	uint8_t error = 0;

	for (unsigned int i = 0; i < peer->prepared->len && !error; i++) {
		const Prepared *prepared = peer->prepared->pdata[i];
		size_t end = prepared->offset + g_bytes_get_size(prepared->value);

		if (!attrs_find_value(peer->table, prepared->handle))
			error = ATT_INVALID_HANDLE;
		else if (end > ATTR_VALUE_MAX)
			error = ATT_INVALID_LENGTH;
	}
	for (unsigned int i = 0; i < peer->prepared->len && !error; i++) {
		const Prepared *prepared = peer->prepared->pdata[i];
		size_t len;
		const void *data = g_bytes_get_data(prepared->value, &len);

		error = attr_write(attrs_find_value(peer->table, prepared->handle),
				   prepared->offset, data, len);
	}
	g_ptr_array_set_size(peer->prepared, 0);
	return error;
}

static uint8_t peer_write(Peer *peer, Attr *attr, AttOp op, uint16_t offset, GBytes *value)
{
	uint8_t error = attr_check_write(attr, op == ATT_COMMAND, link_security(peer->link));
	Prepared *prepared;
	const void *data;
	size_t len;

	if (error)
		return error;
	if (op == ATT_PREPARE) {
		prepared = g_new0(Prepared, 1);
		prepared->handle = attr_value_handle(attr);
		prepared->offset = offset;
		prepared->value = g_bytes_ref(value);
		g_ptr_array_add(peer->prepared, prepared);
		return 0;
	}
	data = g_bytes_get_data(value, &len);
	return attr_write(attr, 0, data, len);
}

static void attr_count(Attr *attr, AttOp op)
{
	if (op == ATT_READ || op == ATT_READ_BLOB)
		attr->reads++;
	else if (op == ATT_COMMAND)
		attr->commands++;
	else
		attr->writes++;
}

uint8_t peer_request(Peer *peer, AttOp op, uint16_t handle, uint16_t offset, GBytes *value,
		     GByteArray *ret)
{
	Attr *attr = NULL;

	if (op != ATT_DISCOVER && op != ATT_EXECUTE && op != ATT_CANCEL) {
		attr = attrs_find_value(peer->table, handle);
		if (!attr)
			return ATT_INVALID_HANDLE;
		attr_count(attr, op);
	}
	if (peer->silent)
		return 0;

	switch (op) {
	case ATT_DISCOVER:
		return 0;
	case ATT_EXECUTE:
		return peer_execute(peer);
	case ATT_CANCEL:
		g_ptr_array_set_size(peer->prepared, 0);
		return 0;
	case ATT_READ:
	case ATT_READ_BLOB:
		return attr_read(attr, offset, link_mtu(peer->link) - 1U,
				 link_security(peer->link), ret);
	default:
		return peer_write(peer, attr, op, offset, value);
	}
}

bool peer_is_subscribed(const Peer *peer, const Attr *attr)
{
	const Attr *ccc = attrs_find_ccc(peer->table, attr);
	/* bit 0: notifications, bit 1: indications */
	unsigned int wanted = (attr->flags & ATTR_NOTIFY ? 1 : 0) |
			      (attr->flags & ATTR_INDICATE ? 2 : 0);

	return peer->link && ccc && ccc->value->len > 0 && (ccc->value->data[0] & wanted);
}

static void burst_send(Burst *burst)
{
	Peer *peer = burst->peer;
	Attr *attr = attrs_find(peer->table, burst->handle);
	unsigned int len = burst->value->len;

	if (burst->numbered && len >= 4) {
		uint32_t number = GUINT32_TO_LE(burst->sent);

		memcpy(burst->value->data + len - 4, &number, sizeof(number));
	}
	burst->sent++;
	if (attr && peer_is_subscribed(peer, attr))
		link_notify(peer->link, (uint16_t)(attr->handle + 1), burst->value->data,
			    MIN(len, link_mtu(peer->link) - 3U));
}

static int burst_on_timer(void *data)
{
	Burst *burst = data;

	burst_send(burst);
	if (burst->sent < burst->count)
		return G_SOURCE_CONTINUE;
	burst->timer = 0;
	g_ptr_array_remove_fast(burst->peer->bursts, burst);
	return G_SOURCE_REMOVE;
}

void peer_notify(Peer *peer, const Attr *attr, GBytes *value, bool numbered, unsigned int count,
		 unsigned int interval_ms)
{
	Burst *burst = g_new0(Burst, 1);
	size_t len;
	const uint8_t *data = g_bytes_get_data(value, &len);

	burst->peer = peer;
	burst->handle = attr->handle;
	burst->value = g_byte_array_new();
	g_byte_array_append(burst->value, data, (unsigned int)len);
	burst->numbered = numbered;
	burst->count = count;

	do
		burst_send(burst);
	while (interval_ms == 0 && burst->sent < count);
	if (burst->sent == count) {
		burst_free(burst);
		return;
	}
	burst->timer = g_timeout_add(interval_ms, burst_on_timer, burst);
	g_ptr_array_add(peer->bursts, burst);
}
