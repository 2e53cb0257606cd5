/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications: who listens to which characteristic, and what they said. */
#include "mqtt/notifications.h"

#include <string.h>

#include "client/boottime.h"
#include "mqtt/answer.h"
#include "util/siphash.h"

/* A characteristic that somebody listens to. */
typedef struct Subscription {
	char *path;
	Addr addr;
	Uuid uuid;
	uint16_t handle;
	GPtrArray *listeners;	/* what comes over the first one's connection is published */
	uint64_t lost;		/* that the broker did not take, since the last that it did */
} Subscription;

struct Notifications {
	Outlet *outlet;
	GHashTable *subscriptions;	/* by path */
	uint64_t count;
};

static void subscription_free(Subscription *subscription)
{
	g_free(subscription->path);
	g_ptr_array_unref(subscription->listeners);
	g_free(subscription);
}

Notifications *notifications_new(Outlet *outlet)
{
	Notifications *notifications = g_new0(Notifications, 1);

	notifications->outlet = outlet;
	notifications->subscriptions = g_hash_table_new_full(siphash_string, g_str_equal, NULL,
							     (GDestroyNotify)subscription_free);
	return notifications;
}

void notifications_free(Notifications *notifications)
{
	if (!notifications)
		return;
	g_hash_table_unref(notifications->subscriptions);
	g_free(notifications);
}

void notifications_on(Notifications *notifications, const void *who, const Addr *addr, const GattAttr *item)
{
	Subscription *subscription = g_hash_table_lookup(notifications->subscriptions, item->path);

	if (!subscription) {
		subscription = g_new0(Subscription, 1);
		subscription->path = g_strdup(item->path);
		subscription->addr = *addr;
		subscription->uuid = item->uuid;
		subscription->handle = item->handle;
		subscription->listeners = g_ptr_array_new();
		g_hash_table_insert(notifications->subscriptions, subscription->path, subscription);
	}
	if (!g_ptr_array_find(subscription->listeners, who, NULL))
		g_ptr_array_add(subscription->listeners, (void *)who);
}

/* True: nobody listens any more. */
static bool forget(Subscription *subscription, const void *who)
{
	guint index;

	/* in order: the next in line takes over */
	if (g_ptr_array_find(subscription->listeners, who, &index))
		g_ptr_array_remove_index(subscription->listeners, index);
	return subscription->listeners->len == 0;
}

void notifications_off(Notifications *notifications, const void *who, const char *path)
{
	Subscription *subscription = g_hash_table_lookup(notifications->subscriptions, path);

	if (subscription && forget(subscription, who))
		g_hash_table_remove(notifications->subscriptions, path);
}

bool notifications_any(const Notifications *notifications, const void *who, const char *link)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, notifications->subscriptions);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Subscription *subscription = value;

		if (gatt_is_below(subscription->path, link) &&
		    g_ptr_array_find(subscription->listeners, who, NULL))
			return true;
	}
	return false;
}

void notifications_drop(Notifications *notifications, const void *who, const char *link)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, notifications->subscriptions);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Subscription *subscription = value;

		if (gatt_is_below(subscription->path, link) && forget(subscription, who))
			g_hash_table_iter_remove(&iter);
	}
}

void notifications_heard(Notifications *notifications, const void *who, const char *path, uint64_t time,
			 const uint8_t *value, size_t length)
{
	Subscription *subscription = g_hash_table_lookup(notifications->subscriptions, path);
	g_autofree char *below = NULL, *topic = NULL;
	char address[ADDR_STRING_SIZE], uuid[UUID_STRING_SIZE];
	int64_t unix_ms = ((int64_t)time + boottime_to_wall()) / (int64_t)USEC_PER_MSEC;
	json_object *message;

	if (!subscription || subscription->listeners->pdata[0] != who)
		return;
	addr_format(&subscription->addr, address);
	uuid_format(&subscription->uuid, uuid);
	below = g_strdup_printf("notify/%s/%s", address, uuid);
	topic = outlet_topic(notifications->outlet, below);
	message = json_object_new_object();
	json_object_object_add(message, "time_ms", json_object_new_int64(unix_ms));
	answer_add_text(message, "address", address);
	answer_add_text(message, "uuid", uuid);
	json_object_object_add(message, "handle", json_object_new_int(subscription->handle));
	json_object_object_add(message, "value", answer_hex(value, length));
	if (subscription->lost > 0)
		json_object_object_add(message, "lost", json_object_new_int64((int64_t)subscription->lost));
	if (outlet_publish(notifications->outlet, topic, message)) {
		subscription->lost = 0;
		notifications->count++;
	} else {
		subscription->lost++;
	}
}

uint64_t notifications_count(const Notifications *notifications)
{
	return notifications->count;
}
