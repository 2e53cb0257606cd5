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

static void burst_free(void *data)
{
	Burst *burst = data;

	if (burst->timer)
		g_source_remove(burst->timer);
	g_byte_array_unref(burst->value);
	g_free(burst);
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
	peer->att.database = &peer->database;
	peer->att.mtu_limit = ATT_MTU_MAX;
	peer->bursts = g_ptr_array_new_with_free_func(burst_free);
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
	att_close(&peer->att);
	database_deinit(&peer->database);
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

/* bluetoothd asks for the greatest MTU at once. */
void peer_linked(Peer *peer, struct Link *link)
{
	static const uint8_t exchange[] = { ATT_MTU_REQUEST, ATT_MTU_MAX & 0xff, ATT_MTU_MAX >> 8 };
	uint8_t answer[ATT_MTU_MAX];

	peer->link = link;
	att_open(&peer->att);
	(void)att_answer(&peer->att, exchange, sizeof(exchange), answer);
}

void peer_unlinked(Peer *peer)
{
	bool bonded = peer->bond == link_radio(peer->link)->addr;

	peer->link = NULL;
	peer->typed = NULL;
	g_ptr_array_set_size(peer->bursts, 0);
	att_close(&peer->att);
	/* Only of a bonded central it is remembered what it has subscribed to. */
	if (!bonded)
		database_unsubscribe(&peer->database);
}

size_t peer_receive(Peer *peer, const uint8_t *pdu, size_t len, uint8_t ret[ATT_MTU_MAX])
{
	if (len == 0)
		return 0;
	if (!peer->silent || !att_is_request(pdu[0]))
		return att_answer(&peer->att, pdu, len, ret);
	att_count(&peer->att, pdu, len);
	return 0;
}

bool peer_is_subscribed(const Peer *peer, uint16_t value_handle)
{
	return peer->link && (database_subscription(&peer->database, value_handle) & 3);
}

static void burst_send(Burst *burst)
{
	Peer *peer = burst->peer;
	unsigned int len = burst->value->len;

	if (burst->numbered && len >= 4) {
		uint32_t number = GUINT32_TO_LE(burst->sent);

		memcpy(burst->value->data + len - 4, &number, sizeof(number));
	}
	burst->sent++;
	if (peer_is_subscribed(peer, burst->handle))
		link_notify(peer->link, burst->handle, burst->value->data,
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

void peer_notify(Peer *peer, uint16_t value_handle, GBytes *value, bool numbered, unsigned int count,
		 unsigned int interval_ms)
{
	Burst *burst = g_new0(Burst, 1);
	size_t len;
	const uint8_t *data = g_bytes_get_data(value, &len);

	burst->peer = peer;
	burst->handle = value_handle;
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
