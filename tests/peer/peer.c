/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a peripheral: it advertises, gets connected, answers. */
#include <string.h>

#include "peer.h"

#define ADVERTISING_INTERVAL (SECOND / 10)
#define RSSI (-60)

Peer *peer_new(Air *air, const char *name, uint64_t addr, bool random, const uint8_t *data, size_t len)
{
	Peer *peer = g_new0(Peer, 1);

	peer->air = air;
	peer->name = g_strdup(name);
	peer->report = (Report){
		.addr = addr, .random = random, .type = REPORT_ADV_IND, .rssi = RSSI, .len = (uint8_t)len
	};
	memcpy(peer->report.data, data, len);
	peer->due = clock_now();
	peer->att.database = &peer->database;
	peer->att.mtu_limit = ATT_MTU_MAX;
	peer->notifications = g_ptr_array_new_with_free_func(g_free);
	air->ops->peer_new(peer);
	return peer;
}

Peer *peer_free(Peer *peer)
{
	if (!peer)
		return NULL;
	peer->air->ops->peer_free(peer);
	g_ptr_array_unref(peer->notifications);
	att_close(&peer->att);
	database_deinit(&peer->database);
	g_free(peer->name);
	g_free(peer);
	return NULL;
}

bool peer_is_connectable(const Peer *peer)
{
	return !peer->link && !peer->muted;
}

uint8_t peer_refuse(Peer *peer)
{
	uint8_t status = peer->refusal;

	if (status && peer->refusals > 0 && --peer->refusals == 0)
		peer->refusal = 0;
	return status;
}

void peer_opened(Peer *peer, struct Link *link, bool bonded)
{
	peer->link = link;
	peer->connects++;
	att_open(&peer->att);
	if (bonded)
		return;
	/* without a bond, no subscriptions are remembered, and no changes have to be told */
	database_unsubscribe(&peer->database);
	peer->change_first = peer->change_last = 0;
}

void peer_closed(Peer *peer, bool bonded)
{
	peer->link = NULL;
	att_close(&peer->att);
	g_ptr_array_set_size(peer->notifications, 0);
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

void peer_change(Peer *peer, uint16_t first, uint16_t last)
{
	if (!peer->change_first || first < peer->change_first)
		peer->change_first = first;
	if (last > peer->change_last)
		peer->change_last = last;
}

bool peer_tell_change(Peer *peer)
{
	const Attribute *attribute = database_find_type(&peer->database, UUID_SERVICE_CHANGED);
	uint8_t range[4];

	if (!attribute)
		return false;
	if (!peer->link) {
		peer->change_untold = peer->air->ops->peer_bonded(peer);
		return true;
	}
	if (!peer->change_first)
		peer_change(peer, 0x0001, 0xffff);
	put_le16(range, peer->change_first);
	put_le16(range + 2, peer->change_last);
	peer->change_untold = false;
	peer->change_first = peer->change_last = 0;
	peer_notify(peer, attribute->handle, range, sizeof(range), false, 1, 0);
	return true;
}

void peer_secured(Peer *peer)
{
	if (peer->change_untold)
		(void)peer_tell_change(peer);
}

/* Sends one advertisement to every radio, with an empty scan response, because the kernel keeps a
 * connectable advertisement back until a scan response comes. */
static void peer_advertise(Peer *peer)
{
	Air *air = peer->air;
	Report response = peer->report;

	response.type = REPORT_SCAN_RSP;
	response.len = 0;
	for (unsigned int i = 0; i < air->radios->len && peer_is_connectable(peer); i++) {
		Radio *radio = air->radios->pdata[i];

		if (air->ops->hear(radio, &peer->report) > 0)
			air->ops->hear_response(radio, &response);
		if (air->ops->hear_peer)
			air->ops->hear_peer(radio, peer);
	}
}

void peers_run(Air *air, uint64_t now)
{
	for (unsigned int i = 0; i < air->peers->len; i++) {
		Peer *peer = air->peers->pdata[i];

		if (peer->due <= now) {
			peer_advertise(peer);
			peer->due += ADVERTISING_INTERVAL;
			if (peer->due < now)
				peer->due = now + ADVERTISING_INTERVAL;
		}
		notifications_run(peer, now);
	}
}

uint64_t peers_due(const Air *air)
{
	uint64_t due = NEVER;

	for (unsigned int i = 0; i < air->peers->len; i++) {
		const Peer *peer = air->peers->pdata[i];

		due = MIN(due, MIN(peer->due, notifications_due(peer)));
	}
	return due;
}
