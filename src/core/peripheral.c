/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peripheral side of a radio. */
#include "core/peripheral.h"

#include "core/advert.h"
#include "core/client-pairing.h"
#include "core/client.h"
#include "core/link.h"
#include "core/local-removal.h"
#include "core/local-subscriber.h"
#include "core/local-value.h"
#include "core/local.h"
#include "core/long-read.h"
#include "core/orders.h"
#include "core/radio.h"
#include "core/session.h"
#include "meaning/constants.h"

/* --- bringing about --- */

/* Brings about what is wanted, as far as BlueZ and the radio allow now. */
static void on_settle(Task *task, uint64_t now)
{
	Peripheral *peripheral = CONTAINER_OF(task, Peripheral, settle);
	uint64_t due = rotation_settle(peripheral, now);

	adverts_answer(peripheral);
	for (guint i = 0; i < peripheral->services->len; i++) {
		LocalService *service = g_ptr_array_index(peripheral->services, i);

		due = usec_earlier(due, local_service_settle(service, now));
		for (guint a = 0; a < service->attrs->len; a++)
			due = usec_earlier(
				due, local_reads_expire(g_ptr_array_index(service->attrs, a), now));
	}
	task_by(task, due);
	radio_wake(peripheral->radio);
}

/* --- life --- */

Peripheral *peripheral_new(Radio *radio)
{
	Peripheral *peripheral = g_new0(Peripheral, 1);

	peripheral->radio = radio;
	peripheral->adverts = g_ptr_array_new();
	peripheral->services = g_ptr_array_new();
	peripheral->clients = g_ptr_array_new();
	peripheral->turn_began = USEC_NEVER;
	task_init(&peripheral->settle, &radio->broker->agenda, on_settle);
	return peripheral;
}

Peripheral *peripheral_free(Peripheral *peripheral)
{
	if (!peripheral)
		return NULL;
	g_assert(peripheral->adverts->len == 0 && peripheral->services->len == 0);
	while (peripheral->clients->len > 0)
		client_end(g_ptr_array_steal_index(peripheral->clients, 0));
	g_ptr_array_free(peripheral->adverts, TRUE);
	g_ptr_array_free(peripheral->services, TRUE);
	g_ptr_array_free(peripheral->clients, TRUE);
	g_free(peripheral);
	return NULL;
}

void peripheral_end(Peripheral *peripheral)
{
	task_cancel(&peripheral->settle);
}

/* --- centrals --- */

static void peripheral_remove_client(Peripheral *peripheral, Client *client)
{
	const Addr addr = client->addr;
	const bool bonded = client->bonded;

	g_ptr_array_remove(peripheral->clients, client);
	client_left(peripheral, client);
	client_end(client);
	local_subscribers_left(peripheral, &addr, bonded);
	for (guint i = 0; i < peripheral->services->len; i++) {
		const LocalService *service = g_ptr_array_index(peripheral->services, i);

		for (guint a = 0; a < service->attrs->len; a++)
			local_reads_left(g_ptr_array_index(service->attrs, a), &addr);
	}
}

static bool called_by_us(const Peripheral *peripheral, const Addr *addr)
{
	const Link *link = link_find(peripheral->radio, addr);

	return link && link->ours;
}

void peripheral_device(Peripheral *peripheral, const Addr *addr, bool connected, bool bonded)
{
	Client *client = client_find(peripheral, addr);

	if (!connected && client) {
		peripheral_remove_client(peripheral, client);
		/* a controller that stopped advertising when the central connected may need to be asked
		 * again */
		peripheral_wake(peripheral);
	} else if (connected && !client && !called_by_us(peripheral, addr) &&
		   (adverts_connectable(peripheral) || peripheral->services->len > 0)) {
		(void)client_add(peripheral, addr);
		/* the controller stopped the advertising set through which the central connected, and the
		 * kernel does not turn it on again */
		if (peripheral->radio->bluez.advert_sets)
			adverts_renew(peripheral);
	}
	if (!connected)
		return;
	local_subscribers_back(peripheral, addr, bonded);
	client = client_find(peripheral, addr);
	if (client)
		client->bonded = bonded;
}

/* Whether the client is the session's: it uses the session's services; or it uses nobody's, and no other
 * session is active here (alone). */
static bool client_is_of(const Client *client, const Session *session, bool alone)
{
	return client->sessions->len > 0 ? g_ptr_array_find(client->sessions, session, NULL) : alone;
}

/* Whether the session advertises or serves, and no other one does. */
static bool peripheral_is_alone(const Peripheral *peripheral, const Session *session)
{
	const LocalService *service;

	for (guint i = 0; i < peripheral->adverts->len; i++) {
		const Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert->session != session && advert->enabled)
			return false;
	}
	for (guint i = 0; (service = local_service_offered(peripheral, &i));)
		if (service->session != session)
			return false;
	return peripheral_used_by(peripheral, session);
}

int peripheral_disconnect(Peripheral *peripheral, const Session *session, Reason *reason)
{
	const Broker *broker = peripheral->radio->broker;
	bool alone = peripheral_is_alone(peripheral, session);
	unsigned found = 0;
	int r;

	for (guint i = 0; i < peripheral->clients->len; i++) {
		const Client *client = g_ptr_array_index(peripheral->clients, i);
		char address[ADDR_STRING_SIZE];

		if (!client_is_of(client, session, alone))
			continue;
		found++;
		if (client->sessions->len > 1)
			return reason_set(reason, E_BUSY, "%s uses another program's services too",
					  addr_format(&client->addr, address));
	}
	if (found == 0)
		return reason_set(reason, E_NOT_CONNECTED, "no central uses this session's services");
	r = broker_bluez_ready(broker, reason);
	if (r != 0)
		return r;
	for (guint i = peripheral->clients->len; i-- > 0;) {
		const Client *client = g_ptr_array_index(peripheral->clients, i);

		if (client_is_of(client, session, alone))
			order_client_disconnect(peripheral->radio, &client->addr);
	}
	return 0;
}

static bool is_of_owner(const Session *session, const char *owner)
{
	return g_strcmp0(session->owner, owner) == 0;
}

/* Whether all who use the client are that owner's sessions; or nobody does, and all that are active here
 * are. */
static bool client_is_of_owner(const Peripheral *peripheral, const Client *client, const char *owner)
{
	const LocalService *service;

	for (guint i = 0; i < client->sessions->len; i++)
		if (!is_of_owner(g_ptr_array_index(client->sessions, i), owner))
			return false;
	if (client->sessions->len > 0)
		return true;
	for (guint i = 0; i < peripheral->adverts->len; i++) {
		const Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert->enabled && !is_of_owner(advert->session, owner))
			return false;
	}
	for (guint i = 0; (service = local_service_offered(peripheral, &i));)
		if (!is_of_owner(service->session, owner))
			return false;
	return true;
}

int peripheral_disconnect_client(Peripheral *peripheral, const char *owner, const Addr *addr, Reason *reason)
{
	const Client *client = client_find(peripheral, addr);
	char address[ADDR_STRING_SIZE];
	int r;

	if (!client)
		return reason_set(reason, E_NOT_CONNECTED, "%s is no central", addr_format(addr, address));
	if (!client_is_of_owner(peripheral, client, owner))
		return reason_set(reason, E_BUSY, "%s uses another program's services too",
				  addr_format(addr, address));
	r = broker_bluez_ready(peripheral->radio->broker, reason);
	if (r == 0)
		order_client_disconnect(peripheral->radio, &client->addr);
	return r;
}

uint16_t peripheral_mtu(const Peripheral *peripheral, const Session *session)
{
	for (guint i = peripheral->clients->len; i-- > 0;) {
		const Client *client = g_ptr_array_index(peripheral->clients, i);

		if (client->mtu > 0 && g_ptr_array_find(client->sessions, session, NULL))
			return client->mtu;
	}
	return 0;
}

/* --- coming and going --- */

static void peripheral_drop_clients(Peripheral *peripheral)
{
	while (peripheral->clients->len > 0)
		peripheral_remove_client(peripheral, g_ptr_array_index(peripheral->clients, 0));
}

void peripheral_forgotten(Peripheral *peripheral, uint64_t now)
{
	adverts_forgotten(peripheral, now);
	for (guint i = 0; i < peripheral->services->len; i++)
		local_service_forgotten(g_ptr_array_index(peripheral->services, i));
	peripheral_drop_clients(peripheral);
}

void peripheral_off(Peripheral *peripheral)
{
	adverts_off(peripheral);
	peripheral_drop_clients(peripheral);
}

void peripheral_on(Peripheral *peripheral)
{
	/* the registrations outlive the power cycle, but a controller with advertising sets of its own does
	 * not send them again */
	adverts_renew(peripheral);
}

bool peripheral_is_used(const Peripheral *peripheral)
{
	return peripheral->adverts->len > 0 || peripheral->services->len > 0 || peripheral->clients->len > 0;
}

void peripheral_drop_session(Peripheral *peripheral, Session *session, uint64_t now)
{
	Advert *advert = advert_find(session);

	client_questions_drop(peripheral->radio, session);
	if (advert)
		advert_free(advert, now);
	for (guint i = peripheral->services->len; i-- > 0;) {
		LocalService *service = g_ptr_array_index(peripheral->services, i);

		if (service->session == session)
			local_service_free(service);
	}
	for (guint i = 0; i < peripheral->clients->len; i++)
		client_forget_session(peripheral, g_ptr_array_index(peripheral->clients, i), session);
	peripheral_wake(peripheral);
}

void peripheral_peer_gone(Peripheral *peripheral, const char *connection)
{
	for (guint i = 0; i < peripheral->services->len; i++) {
		const LocalService *service = g_ptr_array_index(peripheral->services, i);

		for (guint a = 0; a < service->attrs->len; a++)
			local_peer_gone(g_ptr_array_index(service->attrs, a), connection);
	}
}
