/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The centrals that subscribed to a characteristic of ours. */
#include "core/local-subscriber.h"

#include <errno.h>

#include "core/attr.h"
#include "core/client.h"
#include "core/identity.h"
#include "core/news.h"
#include "core/radio.h"
#include "core/session.h"
#include "meaning/constants.h"

static void local_tell(LocalAttr *attr, const Addr *client, bool on)
{
	attr->events |= EVENT_CHAR_SUBSCRIBE;
	news_subscribed(attr, client, on);
}

static LocalSubscriber *local_find_subscriber(const LocalAttr *attr, const Addr *client, guint *ret_index)
{
	for (guint i = 0; i < attr->subscribers->len; i++) {
		LocalSubscriber *subscriber = &g_array_index(attr->subscribers, LocalSubscriber, i);

		if (identities_same(attr->service->session->radio->identities, &subscriber->addr, client)) {
			*ret_index = i;
			return subscriber;
		}
	}
	return NULL;
}

void local_subscribe(LocalAttr *attr, const Addr *client, uint16_t mtu)
{
	const LocalSubscriber added = { .addr = *client };
	guint index;

	(void)client_uses(attr->service->peripheral, client, mtu, attr->service->session);
	if (local_find_subscriber(attr, client, &index))
		return;
	g_array_append_val(attr->subscribers, added);
	local_tell(attr, client, true);
}

void local_unsubscribe(LocalAttr *attr, const Addr *client)
{
	LocalSubscriber *subscriber;
	guint index;
	bool away;

	subscriber = local_find_subscriber(attr, client, &index);
	if (!subscriber)
		return;
	away = subscriber->away;
	g_array_remove_index(attr->subscribers, index);
	if (!away)
		local_tell(attr, client, false);
}

void local_unsubscribe_all(LocalAttr *attr)
{
	while (attr->subscribers->len > 0) {
		const Addr client = g_array_index(attr->subscribers, LocalSubscriber, 0).addr;

		local_unsubscribe(attr, &client);
	}
}

/* Calls visit for each attribute to which the central subscribed. */
static void local_subscribers_each(const Peripheral *peripheral, const Addr *client,
				   void (*visit)(LocalAttr *attr, LocalSubscriber *subscriber,
						 const Addr *client, bool bonded),
				   bool bonded)
{
	for (guint i = 0; i < peripheral->services->len; i++) {
		const LocalService *service = g_ptr_array_index(peripheral->services, i);

		for (guint a = 0; a < service->attrs->len; a++) {
			LocalAttr *attr = g_ptr_array_index(service->attrs, a);
			LocalSubscriber *subscriber;
			guint index;

			subscriber = local_find_subscriber(attr, client, &index);
			if (subscriber)
				visit(attr, subscriber, client, bonded);
		}
	}
}

static void local_back(LocalAttr *attr, LocalSubscriber *subscriber, const Addr *addr, bool bonded)
{
	const Addr client = *addr;

	if (!subscriber->away)
		return;
	if (!bonded) {
		local_unsubscribe(attr, &client);
		return;
	}
	/* the central may show another of its addresses than before */
	subscriber->addr = client;
	subscriber->away = false;
	(void)client_uses(attr->service->peripheral, &client, 0, attr->service->session);
	local_tell(attr, &client, true);
}

static void local_left(LocalAttr *attr, LocalSubscriber *subscriber, const Addr *addr UNUSED, bool bonded)
{
	const Addr client = subscriber->addr;

	if (subscriber->away)
		return;
	if (!bonded) {
		local_unsubscribe(attr, &client);
		return;
	}
	subscriber->away = true;
	local_tell(attr, &client, false);
}

void local_subscribers_back(const Peripheral *peripheral, const Addr *client, bool bonded)
{
	local_subscribers_each(peripheral, client, local_back, bonded);
}

void local_subscribers_left(const Peripheral *peripheral, const Addr *client, bool bonded)
{
	local_subscribers_each(peripheral, client, local_left, bonded);
}

unsigned local_subscribers(const LocalAttr *attr)
{
	unsigned count = 0;

	for (guint i = 0; i < attr->subscribers->len; i++)
		if (!g_array_index(attr->subscribers, LocalSubscriber, i).away)
			count++;
	return count;
}

bool local_is_subscribed(const LocalAttr *attr, const Addr *client)
{
	const LocalSubscriber *subscriber;
	guint index;

	subscriber = local_find_subscriber(attr, client, &index);
	return subscriber && !subscriber->away;
}

int local_notify_one(LocalAttr *attr, const Addr *client, GBytes *value, FlowWait *wait, Reason *reason)
{
	const Broker *broker = attr->service->session->broker;
	char address[ADDR_STRING_SIZE];
	const LocalSubscriber *subscriber;
	guint index;
	int r;

	if (g_bytes_get_size(value) > ATTR_VALUE_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "value: %zu bytes, at most %d",
				  g_bytes_get_size(value), ATTR_VALUE_MAX);
	if (!(attr->properties & (PROP_NOTIFY | PROP_INDICATE)))
		return reason_set(reason, E_NOT_PERMITTED,
				  "the characteristic neither notifies nor indicates (properties)");
	addr_format(client, address);
	subscriber = local_find_subscriber(attr, client, &index);
	if (!client_find(attr->service->peripheral, client))
		return reason_set(reason, E_NOT_CONNECTED, "address: %s is not connected to this radio",
				  address);
	if (!local_is_subscribed(attr, client))
		return reason_set(reason, E_NOT_CONNECTED,
				  "address: %s did not subscribe to this characteristic", address);
	/* where it is the only subscriber, notifying all reaches it alone */
	if (local_subscribers(attr) == 1)
		return local_flow_send(attr, value, wait);
	r = broker->ops->local_notify_one(broker->userdata, attr, &subscriber->addr, value);
	if (r == -EAGAIN)
		return reason_set(reason, E_LIMIT_REACHED, "bluetoothd does not keep up with what %s is sent",
				  address);
	if (r < 0 && g_bytes_get_size(value) == 0)
		return reason_set(reason, E_NOT_SUPPORTED,
			"value: %u centrals subscribed, and bluetoothd takes no empty one for one of them",
			local_subscribers(attr));
	if (r < 0)
		return reason_set(reason, E_NOT_SUPPORTED,
			"%u centrals subscribed, and bluetoothd notifies all of them or none (one alone: "
			"BlueZ 5.76)",
			local_subscribers(attr));
	return 0;
}
