/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a peripheral notifies and indicates. */
#include <string.h>

#include "peer.h"

#define RETRY MILLISECOND /* until the next try, if another indication is not confirmed yet */

typedef struct Notification {
	uint16_t handle;
	bool numbered;
	uint32_t number, count;
	uint64_t due, interval;
	size_t len;
	uint8_t value[ATTR_VALUE_MAX];
} Notification;

bool peer_is_subscribed(const Peer *peer, uint16_t value_handle)
{
	return peer->link && (database_subscription(&peer->database, value_handle) & 3);
}

/* False: it has to wait until another indication is confirmed. */
static bool notification_send(Peer *peer, Notification *notification)
{
	bool indicates = !(database_subscription(&peer->database, notification->handle) & 1);
	size_t len = MIN(notification->len, peer->att.mtu - 3U);
	uint8_t pdu[3 + ATTR_VALUE_MAX];

	if (indicates && peer->att.unconfirmed)
		return false;
	for (size_t i = 0; notification->numbered && i < 4; i++)
		notification->value[notification->len - 4 + i] = (uint8_t)(notification->number >> 8 * i);
	pdu[0] = indicates ? ATT_INDICATION : ATT_NOTIFICATION;
	put_le16(pdu + 1, notification->handle);
	memcpy(pdu + 3, notification->value, len);
	notification->number++;
	peer->att.unconfirmed |= indicates;
	peer->air->ops->peer_send(peer, pdu, 3 + len);
	return true;
}

/* True: it is over, because all have been sent or nobody is subscribed. */
static bool notification_run(Peer *peer, Notification *notification, uint64_t now)
{
	for (unsigned int i = 0; i < peer->air->burst && notification->due <= now; i++) {
		if (!peer_is_subscribed(peer, notification->handle))
			return true;
		if (!notification_send(peer, notification)) {
			notification->due = now + RETRY;
			return false;
		}
		if (notification->number == notification->count)
			return true;
		notification->due += notification->interval;
	}
	return false;
}

/* Whether it has to wait for an earlier one of the same characteristic, so that their order is kept. */
static bool notification_waits(const Peer *peer, unsigned int at)
{
	const Notification *notification = peer->notifications->pdata[at];

	for (unsigned int i = 0; i < at; i++)
		if (((const Notification *)peer->notifications->pdata[i])->handle == notification->handle)
			return true;
	return false;
}

void notifications_run(Peer *peer, uint64_t now)
{
	for (unsigned int i = 0; i < peer->notifications->len;) {
		if (!notification_waits(peer, i) &&
		    notification_run(peer, peer->notifications->pdata[i], now))
			g_ptr_array_remove_index(peer->notifications, i);
		else
			i++;
	}
}

uint64_t notifications_due(const Peer *peer)
{
	uint64_t due = NEVER;

	for (unsigned int i = 0; i < peer->notifications->len; i++)
		if (!notification_waits(peer, i))
			due = MIN(due, ((const Notification *)peer->notifications->pdata[i])->due);
	return due;
}

void peer_notify(Peer *peer, uint16_t value_handle, const uint8_t *value, size_t len, bool numbered,
		 unsigned int count, uint64_t interval)
{
	Notification *notification;

	if (!peer->link)
		return;
	notification = g_new0(Notification, 1);
	notification->handle = value_handle;
	notification->numbered = numbered;
	notification->count = count;
	notification->interval = MAX(interval, peer->air->burst_interval);
	notification->due = clock_now();
	notification->len = len;
	memcpy(notification->value, value, len);
	g_ptr_array_add(peer->notifications, notification);
	notifications_run(peer, notification->due);
}
