/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peripheral side of a radio. */
#include "core/peripheral.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/advert.h"
#include "core/link.h"
#include "core/local-subscriber.h"
#include "core/local-value.h"
#include "core/local.h"
#include "core/long-read.h"
#include "core/radio.h"
#include "core/session.h"
#include "meaning/constants.h"

int peripheral_new(Peripheral **ret, Radio *radio)
{
	Peripheral *peripheral = calloc(1, sizeof(*peripheral));

	if (!peripheral)
		return -ENOMEM;
	peripheral->radio = radio;
	peripheral->adverts = g_ptr_array_new();
	peripheral->services = g_ptr_array_new();
	peripheral->clients = g_ptr_array_new();
	peripheral->turn_began = USEC_NEVER;
	*ret = peripheral;
	return 0;
}

static void client_free(Client *client)
{
	long_reads_deinit(client);
	g_ptr_array_free(client->sessions, TRUE);
	free(client);
}

Peripheral *peripheral_free(Peripheral *peripheral)
{
	if (!peripheral)
		return NULL;
	g_assert(peripheral->adverts->len == 0 && peripheral->services->len == 0);
	while (peripheral->clients->len > 0)
		client_free(g_ptr_array_steal_index(peripheral->clients, 0));
	g_ptr_array_free(peripheral->adverts, TRUE);
	g_ptr_array_free(peripheral->services, TRUE);
	g_ptr_array_free(peripheral->clients, TRUE);
	free(peripheral);
	return NULL;
}

/* --- bringing about --- */

static uint64_t peripheral_settle_once(Peripheral *peripheral, uint64_t now)
{
	uint64_t due = adverts_settle(peripheral, now);

	for (guint i = 0; i < peripheral->services->len; i++)
		due = MIN(due, local_service_settle(g_ptr_array_index(peripheral->services, i), now));
	return due;
}

/* An edge may answer at once, which leads back here: then that is seen to when this is done. */
static uint64_t peripheral_settle_all(Peripheral *peripheral, uint64_t now)
{
	uint64_t due;

	peripheral->again = true;
	if (peripheral->settling)
		return USEC_NEVER;
	peripheral->settling = true;
	do {
		peripheral->again = false;
		due = peripheral_settle_once(peripheral, now);
	} while (peripheral->again);
	peripheral->settling = false;
	return due;
}

void peripheral_settle(Peripheral *peripheral, uint64_t now)
{
	broker_wake_at(peripheral->radio->broker, peripheral_settle_all(peripheral, now));
	radio_settle(peripheral->radio);
}

uint64_t peripheral_tick(Peripheral *peripheral, uint64_t now)
{
	uint64_t due = peripheral_settle_all(peripheral, now);

	for (guint i = 0; i < peripheral->services->len; i++) {
		const LocalService *service = g_ptr_array_index(peripheral->services, i);

		for (guint a = 0; a < service->attrs->len; a++)
			due = MIN(due, local_reads_tick(g_ptr_array_index(service->attrs, a), now));
	}
	return due;
}

/* --- centrals --- */

/* A central is told of to those who could mean it. */
static void peripheral_announce(Peripheral *peripheral, const Addr *addr, bool connected)
{
	const GPtrArray *sessions = peripheral->radio->broker->sessions;

	for (guint i = 0; i < sessions->len; i++) {
		Session *session = g_ptr_array_index(sessions, i);

		if (session->radio == peripheral->radio && peripheral_used_by(peripheral, session))
			session_client(session, addr, connected);
	}
}

Client *peripheral_find_client(const Peripheral *peripheral, const Addr *addr)
{
	for (guint i = 0; i < peripheral->clients->len; i++) {
		Client *client = g_ptr_array_index(peripheral->clients, i);

		if (identities_same(peripheral->radio->identities, &client->addr, addr))
			return client;
	}
	return NULL;
}

static Client *peripheral_add_client(Peripheral *peripheral, const Addr *addr)
{
	Client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->addr = *addr;
	client->sessions = g_ptr_array_new();
	long_reads_init(client);
	g_ptr_array_add(peripheral->clients, client);
	peripheral_announce(peripheral, addr, true);
	return client;
}

static void peripheral_remove_client(Peripheral *peripheral, Client *client)
{
	const Addr addr = client->addr;
	const bool bonded = client->bonded;

	g_ptr_array_remove(peripheral->clients, client);
	client_free(client);
	peripheral_announce(peripheral, &addr, false);
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

void peripheral_device(Peripheral *peripheral, const Addr *addr, bool connected, bool bonded, uint64_t now)
{
	Client *client = peripheral_find_client(peripheral, addr);

	if (!connected && client) {
		peripheral_remove_client(peripheral, client);
		/* its place is free: a controller that stopped advertising for it may need to be asked again */
		peripheral_settle(peripheral, now);
	} else if (connected && !client && !called_by_us(peripheral, addr) &&
		   (adverts_connectable(peripheral) || peripheral->services->len > 0)) {
		(void)peripheral_add_client(peripheral, addr);
		/* the controller stopped the set through which it came, and the kernel does not turn it on again */
		if (peripheral->radio->bluez.advert_sets)
			adverts_renew(peripheral, now);
	}
	if (!connected)
		return;
	local_subscribers_back(peripheral, addr, bonded);
	client = peripheral_find_client(peripheral, addr);
	if (client)
		client->bonded = bonded;
}

Client *peripheral_client_uses(Peripheral *peripheral, const Addr *addr, uint16_t mtu, Session *session)
{
	Client *client = peripheral_find_client(peripheral, addr);

	if (!client)
		client = peripheral_add_client(peripheral, addr);
	if (!client)
		return NULL;
	if (mtu > 0)
		client->mtu = mtu;
	if (!g_ptr_array_find(client->sessions, session, NULL))
		g_ptr_array_add(client->sessions, session);
	return client;
}

/* Whether it is one of the session's: it uses its services; or nobody's, and the session is the only one here. */
static bool client_is_of(const Client *client, const Session *session, bool alone)
{
	return client->sessions->len > 0 ? g_ptr_array_find(client->sessions, session, NULL) : alone;
}

static bool peripheral_is_alone(const Peripheral *peripheral, const Session *session)
{
	for (guint i = 0; i < peripheral->adverts->len; i++) {
		const Advert *advert = g_ptr_array_index(peripheral->adverts, i);

		if (advert->session != session && advert->enabled)
			return false;
	}
	for (guint i = 0; i < peripheral->services->len; i++)
		if (((const LocalService *)g_ptr_array_index(peripheral->services, i))->session != session)
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
			broker->ops->client_disconnect(broker->userdata, peripheral->radio, &client->addr);
	}
	return 0;
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
		local_service_forgotten(g_ptr_array_index(peripheral->services, i), now);
	peripheral_drop_clients(peripheral);
}

void peripheral_off(Peripheral *peripheral)
{
	adverts_off(peripheral);
	peripheral_drop_clients(peripheral);
}

void peripheral_on(Peripheral *peripheral, uint64_t now)
{
	/* the registrations have outlived it; on air are only those of controllers without sets of their own */
	adverts_renew(peripheral, now);
}

bool peripheral_used_by(const Peripheral *peripheral, const Session *session)
{
	const Advert *advert = advert_find(session);

	if (advert && advert->enabled)
		return true;
	for (guint i = 0; i < peripheral->services->len; i++)
		if (((const LocalService *)g_ptr_array_index(peripheral->services, i))->session == session)
			return true;
	return false;
}

bool peripheral_is_used(const Peripheral *peripheral)
{
	return peripheral->adverts->len > 0 || peripheral->services->len > 0 || peripheral->clients->len > 0;
}

void peripheral_drop_session(Peripheral *peripheral, Session *session, uint64_t now)
{
	Advert *advert = advert_find(session);

	if (advert)
		advert_free(advert, now);
	for (guint i = peripheral->services->len; i-- > 0;) {
		LocalService *service = g_ptr_array_index(peripheral->services, i);

		if (service->session == session)
			local_service_free(service);
	}
	for (guint i = 0; i < peripheral->clients->len; i++)
		(void)g_ptr_array_remove(((Client *)g_ptr_array_index(peripheral->clients, i))->sessions, session);
	radio_settle(peripheral->radio);
}

void peripheral_peer_gone(Peripheral *peripheral, const char *connection, uint64_t now UNUSED)
{
	for (guint i = 0; i < peripheral->services->len; i++) {
		const LocalService *service = g_ptr_array_index(peripheral->services, i);

		for (guint a = 0; a < service->attrs->len; a++)
			local_peer_gone(g_ptr_array_index(service->attrs, a), connection);
	}
}
