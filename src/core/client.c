/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The centrals that are connected to a radio. */
#include "core/client.h"

#include "core/advert.h"
#include "core/identity.h"
#include "core/local.h"
#include "core/long-read.h"
#include "core/news.h"
#include "core/radio.h"
#include "core/session.h"
#include "core/subscriber.h"

void client_question_end(Client *client, bool accept, uint32_t passkey, bool told)
{
	const ClientQuestion question = client->question;

	if (!question.session)
		return;
	client->question = (ClientQuestion){ 0 };
	if (!told)
		news_client_asked_over(question.session, &client->addr);
	question.answer(question.edge, accept, passkey);
}

void client_end(Client *client)
{
	client_question_end(client, false, 0, false);
	long_reads_deinit(client);
	g_ptr_array_free(client->sessions, TRUE);
	g_ptr_array_free(client->told, TRUE);
	g_free(client);
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

/* Tells the sessions that a central may have come for: those that advertise or serve on this radio. That it
 * left, also those that were told that it came. */
static void client_tell(const Peripheral *peripheral, const Client *client, bool connected)
{
	const GPtrArray *sessions = peripheral->radio->broker->sessions;

	for (guint i = 0; i < sessions->len; i++) {
		Session *session = g_ptr_array_index(sessions, i);

		if (session->radio != peripheral->radio ||
		    !(peripheral_used_by(peripheral, session) ||
		      g_ptr_array_find(client->told, session, NULL)))
			continue;
		subscribers_tell_client(session, &client->addr, connected);
		if (connected)
			g_ptr_array_add(client->told, session);
	}
}

/* News of its row, for nobody yet. */
static ListRow *client_row(const Peripheral *peripheral, const Client *client, bool there)
{
	ListRow *row = news_row(peripheral->radio->broker, LIST_CLIENTS, there);

	row->radio = peripheral->radio;
	row->index = peripheral->radio->index;
	row->addr = client->addr;
	row->mtu = client->mtu;
	row->sessions = client->sessions->len;
	return row;
}

/* The users whose services it used know of its row, and root. */
static void client_row_changed(const Peripheral *peripheral, const Client *client, bool there)
{
	ListRow *row = client_row(peripheral, client, there);

	news_row_for(row, 0);
	for (guint i = 0; i < client->sessions->len; i++)
		news_row_for(row, user_uid(((const Session *)g_ptr_array_index(client->sessions, i))->user));
}

static bool client_uses_user(const Client *client, uid_t uid)
{
	for (guint i = 0; i < client->sessions->len; i++)
		if (user_uid(((const Session *)g_ptr_array_index(client->sessions, i))->user) == uid)
			return true;
	return false;
}

void client_forget_session(const Peripheral *peripheral, const Client *client, Session *session)
{
	const uid_t uid = user_uid(session->user);

	(void)g_ptr_array_remove(client->told, session);
	if (!g_ptr_array_remove(client->sessions, session))
		return;
	/* its user does not see the row any more; root does */
	if (uid != 0 && !client_uses_user(client, uid))
		news_row_for(client_row(peripheral, client, false), uid);
	client_row_changed(peripheral, client, true);
}

void client_left(const Peripheral *peripheral, const Client *client)
{
	client_tell(peripheral, client, false);
	client_row_changed(peripheral, client, false);
}

Client *client_find(const Peripheral *peripheral, const Addr *addr)
{
	for (guint i = 0; i < peripheral->clients->len; i++) {
		Client *client = g_ptr_array_index(peripheral->clients, i);

		if (identities_same(peripheral->radio->identities, &client->addr, addr))
			return client;
	}
	return NULL;
}

Client *client_add(Peripheral *peripheral, const Addr *addr)
{
	Client *client = g_new0(Client, 1);

	client->addr = *addr;
	client->sessions = g_ptr_array_new();
	client->told = g_ptr_array_new();
	long_reads_init(client);
	g_ptr_array_add(peripheral->clients, client);
	client_tell(peripheral, client, true);
	client_row_changed(peripheral, client, true);
	return client;
}

Client *client_uses(Peripheral *peripheral, const Addr *addr, uint16_t mtu, Session *session)
{
	Client *client = client_find(peripheral, addr);
	const bool new_session = !client || !g_ptr_array_find(client->sessions, session, NULL);

	if (!client)
		client = client_add(peripheral, addr);
	if (!new_session && (mtu == 0 || client->mtu == mtu))
		return client;
	if (mtu > 0)
		client->mtu = mtu;
	if (new_session)
		g_ptr_array_add(client->sessions, session);
	client_row_changed(peripheral, client, true);
	return client;
}
