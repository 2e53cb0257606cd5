/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an emulated peripheral does on its link: it answers, notifies and pairs. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "radio-peer.h"

#define BURST 8				/* notifications in one turn, as a connection event has room for few */
#define INTERVAL_MIN (SECOND / 1000)	/* between two notifications */

struct Outgoing {
	Outgoing *next;
	uint64_t due;
	size_t length;
	uint8_t pdu[ATT_MTU_MAX];
};

struct Notification {
	Notification *next;
	uint16_t handle;
	bool counted;
	uint32_t number, count;
	uint64_t due, interval;
	size_t length;
	uint8_t value[GATT_VALUE_MAX];
};

void peer_link_clear(Peer *peer)
{
	for (Outgoing *outgoing; (outgoing = peer->outgoing);) {
		peer->outgoing = outgoing->next;
		free(outgoing);
	}
	for (Notification *notification; (notification = peer->notifications);) {
		peer->notifications = notification->next;
		free(notification);
	}
}

void peer_set_latency(Peer *peer, uint64_t latency)
{
	const uint64_t latest = clock_now() + latency;

	peer->latency = latency;
	for (Outgoing *outgoing = peer->outgoing; outgoing; outgoing = outgoing->next)
		outgoing->due = outgoing->due < latest ? outgoing->due : latest;
}

/* An answer goes at once, or when the peer's latency has passed. */
static void answer_send(Peer *peer, const uint8_t *pdu, size_t length)
{
	Outgoing **place = &peer->outgoing, *outgoing;

	if (!peer->latency && !peer->outgoing) {
		(void)link_send(peer->link, CID_ATT, pdu, length);
		return;
	}
	outgoing = calloc(1, sizeof(*outgoing));
	if (!outgoing)
		return;
	outgoing->due = clock_now() + peer->latency;
	outgoing->length = length;
	memcpy(outgoing->pdu, pdu, length);
	while (*place)
		place = &(*place)->next;
	*place = outgoing;
}

static void smp_send(Peer *peer, const SmpAnswer *answer)
{
	for (size_t i = 0; i < answer->n; i++)
		(void)link_send(peer->link, CID_SMP, answer->pdus[i].bytes, answer->pdus[i].length);
}

void peer_receive(Peer *peer, uint16_t cid, const uint8_t *payload, size_t length)
{
	SmpAnswer smp_answer = { .n = 0 };
	uint8_t pdu[ATT_MTU_MAX];
	size_t n;

	if (cid == CID_SMP) {
		smp_receive(&peer->smp, payload, length, &smp_answer);
		smp_send(peer, &smp_answer);
	} else if (cid == CID_ATT && length > 0) {
		if (peer->silent && att_is_request(payload[0])) {
			att_count(&peer->att, payload, length);
			return;
		}
		n = att_answer(&peer->att, payload, length, pdu);
		if (n > 0)
			answer_send(peer, pdu, n);
	}
}

bool peer_encrypt(Peer *peer, const uint8_t key[AES_BLOCK], uint16_t diversifier, uint64_t number)
{
	bool authenticated;

	if (!smp_key_is(&peer->smp, key, diversifier, number, &authenticated))
		return false;
	peer->att.encrypted = true;
	peer->att.authenticated = authenticated;
	return true;
}

void peer_encrypted(Peer *peer)
{
	SmpAnswer answer = { .n = 0 };

	smp_encrypted(&peer->smp, &answer);
	smp_send(peer, &answer);
	if (peer->change_untold && smp_is_bonded(&peer->smp))
		(void)peer_tell_change(peer, clock_now());
}

void peer_ask_security(Peer *peer)
{
	SmpAnswer answer = { .n = 0 };

	smp_ask(&peer->smp, &answer);
	smp_send(peer, &answer);
}

void peer_type_passkey(Peer *peer, uint32_t passkey)
{
	SmpAnswer answer = { .n = 0 };

	smp_type(&peer->smp, passkey, &answer);
	smp_send(peer, &answer);
}

int peer_notify(Peer *peer, uint16_t value_handle, const uint8_t *value, size_t length, bool counted,
		uint32_t count, uint64_t interval, uint64_t now)
{
	Notification **place = &peer->notifications, *notification;

	if (!peer->link)
		return 0;
	notification = calloc(1, sizeof(*notification));
	if (!notification)
		return -ENOMEM;
	notification->handle = value_handle;
	notification->counted = counted;
	notification->count = count;
	notification->interval = interval > INTERVAL_MIN ? interval : INTERVAL_MIN;
	notification->due = now;
	notification->length = length;
	memcpy(notification->value, value, length);
	while (*place)
		place = &(*place)->next;
	*place = notification;
	return 0;
}

/* true when it has gone, false when it has to wait for the confirmation of another one */
static bool notification_send(Peer *peer, Notification *notification, uint16_t subscription)
{
	size_t length = notification->length;
	uint8_t pdu[3 + GATT_VALUE_MAX];

	if (!(subscription & 1) && peer->att.unconfirmed)
		return false;
	if (notification->counted)
		for (int i = 0; i < 4; i++)
			notification->value[length - 4 + (size_t)i] =
				(uint8_t)(notification->number >> 8 * i);
	pdu[0] = subscription & 1 ? ATT_NOTIFICATION : ATT_INDICATION;
	put_le16(pdu + 1, notification->handle);
	memcpy(pdu + 3, notification->value, length);
	if (3 + length > peer->att.mtu)
		length = peer->att.mtu - 3U;
	(void)link_send(peer->link, CID_ATT, pdu, 3 + length);
	peer->att.unconfirmed |= pdu[0] == ATT_INDICATION;
	notification->number++;
	return true;
}

/* true when it is over: all have gone, or nobody is subscribed */
static bool notification_run(Peer *peer, Notification *notification, uint64_t now)
{
	for (int i = 0; i < BURST && notification->due <= now; i++) {
		uint16_t subscription = gatt_subscription(&peer->database, notification->handle);

		if (!(subscription & 3))
			return true;
		if (!notification_send(peer, notification, subscription)) {
			notification->due = now + INTERVAL_MIN;
			return false;
		}
		if (notification->number == notification->count)
			return true;
		notification->due += notification->interval;
	}
	return false;
}

/* Those of one characteristic keep their order. */
static bool notification_waits(const Peer *peer, const Notification *notification)
{
	for (const Notification *other = peer->notifications; other != notification;
	     other = other->next)
		if (other->handle == notification->handle)
			return true;
	return false;
}

uint64_t peer_link_run(Peer *peer, uint64_t now)
{
	uint64_t next = peer->link ? link_run(peer->link, now) : UINT64_MAX;
	Outgoing *outgoing;

	while ((outgoing = peer->outgoing) && outgoing->due <= now) {
		(void)link_send(peer->link, CID_ATT, outgoing->pdu, outgoing->length);
		peer->outgoing = outgoing->next;
		free(outgoing);
	}
	if (outgoing && outgoing->due < next)
		next = outgoing->due;
	for (Notification **place = &peer->notifications, *notification; (notification = *place);) {
		if (!notification_waits(peer, notification) &&
		    notification_run(peer, notification, now)) {
			*place = notification->next;
			free(notification);
			continue;
		}
		if (notification->due < next)
			next = notification->due;
		place = &notification->next;
	}
	return next;
}

void peer_change(Peer *peer, uint16_t first, uint16_t last)
{
	if (!peer->change_first || first < peer->change_first)
		peer->change_first = first;
	if (last > peer->change_last)
		peer->change_last = last;
}

int peer_tell_change(Peer *peer, uint64_t now)
{
	const Attribute *attribute = gatt_find_type(&peer->database, UUID_SERVICE_CHANGED);
	uint8_t range[4];

	if (!attribute)
		return -ENOENT;
	if (!peer->link) {
		peer->change_untold = peer->smp.bonded;
		return 0;
	}
	if (!peer->change_first)
		peer_change(peer, 0x0001, 0xffff);
	put_le16(range, peer->change_first);
	put_le16(range + 2, peer->change_last);
	peer->change_untold = false;
	peer->change_first = peer->change_last = 0;
	return peer_notify(peer, attribute->handle, range, sizeof(range), false, 1, 0, now);
}
