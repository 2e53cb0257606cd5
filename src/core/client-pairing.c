/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals that pair with us. */
#include "core/client-pairing.h"

#include "core/client.h"
#include "core/link.h"
#include "core/local.h"
#include "core/news.h"
#include "core/peripheral.h"
#include "core/radio.h"
#include "core/session.h"

/* How many different pins the sessions that serve here have (exact up to 1); *ret_pin: the last of them. */
static unsigned count_pins(const Peripheral *peripheral, uint32_t *ret_pin)
{
	const LocalService *service;
	unsigned n = 0;
	uint32_t pin = 0;

	for (guint i = 0; (service = local_service_offered(peripheral, &i));) {
		const InitOptions *options = &service->session->options;

		if (!options->pin_set || (n > 0 && options->pin == pin))
			continue;
		pin = options->pin;
		n++;
	}
	*ret_pin = pin;
	return n;
}

/* Whether an attribute here wants an authenticated key (one that keeps impostors out). */
static bool wants_authentication(const Peripheral *peripheral)
{
	const uint32_t permissions =
		PERM_READ_ENCRYPTED_MITM | PERM_WRITE_ENCRYPTED_MITM | PERM_WRITE_SIGNED_MITM;
	const LocalService *service;

	for (guint i = 0; (service = local_service_offered(peripheral, &i));) {
		for (guint a = 0; a < service->attrs->len; a++)
			if (((const LocalAttr *)g_ptr_array_index(service->attrs, a))->permissions &
			    permissions)
				return true;
	}
	return false;
}

bool client_may_pair(const Radio *radio, const Addr *addr, PairingKind kind, uint32_t *ret_passkey)
{
	const Peripheral *peripheral = radio->peripheral;
	unsigned pins;
	uint32_t pin;
	guint first = 0;

	if (!client_find(peripheral, addr) || !local_service_offered(peripheral, &first))
		return false;
	pins = count_pins(peripheral, &pin);
	switch (kind) {
	case PAIRING_JUST_WORKS:
		return radio->broker->config.just_works;
	case PAIRING_CONFIRM:
		/* nobody compares the numbers, but BlueZ takes the key for an authenticated one */
		return radio->broker->config.just_works && !wants_authentication(peripheral);
	case PAIRING_ENTER:
		if (pins != 1)
			return false;
		*ret_passkey = pin;
		return true;
	case PAIRING_DISPLAY:
		return pins > 0;
	}
	return false;
}

/* --- asking a program --- */

static Session *find_answerer(const Peripheral *peripheral, const Client *client)
{
	const LocalService *service;

	for (guint i = 0; i < client->sessions->len; i++)
		if (pairing_is_answered(g_ptr_array_index(client->sessions, i)))
			return g_ptr_array_index(client->sessions, i);
	for (guint i = 0; (service = local_service_offered(peripheral, &i));)
		if (pairing_is_answered(service->session))
			return service->session;
	return NULL;
}

bool client_ask(const Radio *radio, const Addr *addr, PairingKind kind, uint32_t passkey,
		void (*answer)(void *edge, bool accept, uint32_t passkey), void *edge)
{
	Client *client = client_find(radio->peripheral, addr);
	const bool has_pin = count_pins(radio->peripheral, &(uint32_t){ 0 }) > 0;
	Session *session;

	if (!client || (has_pin && (kind == PAIRING_ENTER || kind == PAIRING_DISPLAY)))
		return false;
	session = find_answerer(radio->peripheral, client);
	if (!session)
		return false;
	/* bluetoothd asks again: the answer to what it asked before is of no use */
	client_question_end(client, false, 0, false);
	if (kind != PAIRING_DISPLAY)
		client->question = (ClientQuestion){ .session = session, .answer = answer, .edge = edge };
	news_client_asked(session, &client->addr, kind, passkey);
	return true;
}

void client_answer(const Radio *radio, const Addr *addr, bool accept, uint32_t passkey)
{
	Client *client = client_find(radio->peripheral, addr);

	if (client)
		client_question_end(client, accept, passkey, true);
}

static void end_questions(const Radio *radio, const Session *session)
{
	const GPtrArray *clients = radio->peripheral->clients;

	for (guint i = 0; i < clients->len; i++) {
		Client *client = g_ptr_array_index(clients, i);

		if (!session || client->question.session == session)
			client_question_end(client, false, 0, session != NULL);
	}
}

void client_questions_cancel(const Broker *broker)
{
	for (guint i = 0; i < broker->radios->len; i++) {
		const Radio *radio = g_ptr_array_index(broker->radios, i);

		end_questions(radio, NULL);
		for (guint l = 0; l < radio->links->len; l++)
			pairing_unasked_cancel(g_ptr_array_index(radio->links, l));
	}
}

void client_questions_drop(const Radio *radio, const Session *session)
{
	end_questions(radio, session);
}
