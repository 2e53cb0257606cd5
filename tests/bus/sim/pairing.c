/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device's Pair() and CancelPairing(). */
#include "pairing.h"

#define SMP_MS 50 /* the exchange on the air */
#define AUTHENTICATION_FAILURE 0x05
#define ENDED_HERE 0x16
#define CANCELED "AuthenticationCanceled", "Authentication Canceled"
#define FAILED "AuthenticationFailed", "Authentication Failed"

struct Pairing {
	Bus *bus;
	const Agents *agents;
	const char *device_path;
	const PairingOps *ops;
	void *owner;
	GDBusMethodInvocation *call; /* Pair() under way */
	bool by_call; /* begun by Pair(), even when that is answered */
	bool opened; /* the link is there for this only */
	bool paired; /* only waits for the services */
	Link *link; /* the exchange is under way */
	GCancellable *asking; /* the agent */
	guint timer;
	guint key_timer; /* the other side has lost its key: the link ends over that */
	Link *key_link;
	AttrSecurity security; /* what comes out of it */
};

static const Agent *pairing_agent(const Pairing *pairing)
{
	return agents_get(pairing->agents,
			  pairing->call ? g_dbus_method_invocation_get_sender(pairing->call)
					: NULL);
}

static void pairing_stop(Pairing *pairing)
{
	if (pairing->timer)
		g_source_remove(pairing->timer);
	pairing->timer = 0;
	if (pairing->asking) {
		const Agent *agent = pairing_agent(pairing);

		g_cancellable_cancel(pairing->asking);
		g_clear_object(&pairing->asking);
		if (agent)
			agent_tell(agent, "Cancel", NULL);
	}
	if (pairing->link && link_peer(pairing->link))
		link_peer(pairing->link)->end->typed = NULL;
	pairing->link = NULL;
}

static void pairing_fail(Pairing *pairing, const char *error, const char *message)
{
	bool by_call = pairing->by_call;

	pairing_stop(pairing);
	if (pairing->call)
		bus_error(pairing->bus, g_steal_pointer(&pairing->call), error, message);
	pairing->by_call = false;
	if (!pairing->paired)
		pairing->ops->failed(pairing->owner, by_call);
}

/* The exchange had begun: the other side ends the link over that. */
static void pairing_break(Pairing *pairing, const char *error, const char *message)
{
	Link *link = pairing->by_call ? pairing->link : NULL;

	pairing_fail(pairing, error, message);
	if (link)
		link_lose(link, AUTHENTICATION_FAILURE);
}

/* Ended on this side: that costs a link that was opened for it, and none that was there. */
static void pairing_give_up(Pairing *pairing, const char *error, const char *message)
{
	if (pairing->opened)
		pairing_break(pairing, error, message);
	else
		pairing_fail(pairing, error, message);
}

static int pairing_on_done(void *data)
{
	Pairing *pairing = data;
	Link *link = pairing->link;
	Peer *peer = link_peer(link);

	pairing->timer = 0;
	peer->end->bond = link_radio(link)->addr;
	peer->end->bond_security = pairing->security;
	link_secure(link, pairing->security);
	pairing_stop(pairing);
	pairing->paired = true;
	pairing->ops->paired(pairing->owner); /* says pairing_resolved when it is time */
	link_retry(link);
	return G_SOURCE_REMOVE;
}

static void pairing_succeed(Pairing *pairing, AttrSecurity security)
{
	pairing->security = security;
	pairing->timer = g_timeout_add(SMP_MS, pairing_on_done, pairing);
}

static void pairing_on_answer(GObject *connection, GAsyncResult *result, void *data)
{
	Pairing *pairing = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, &error);
	const Peer *peer;
	uint32_t passkey;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return; /* the pairing may be gone */

	g_clear_object(&pairing->asking);
	peer = link_peer(pairing->link);
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
		link_lose(pairing->link, AUTHENTICATION_FAILURE); /* the kernel ends the link by itself */
	} else if (!reply) {
		pairing_give_up(pairing, FAILED);
	} else if (!g_variant_is_of_type(reply, G_VARIANT_TYPE("(u)"))) {
		pairing_succeed(pairing, peer->pairing == PEER_JUST_WORKS ? ATTR_ENCRYPTED
									    : ATTR_AUTHENTICATED);
	} else {
		g_variant_get(reply, "(u)", &passkey);
		if (passkey == peer->passkey)
			pairing_succeed(pairing, ATTR_AUTHENTICATED);
		else
			pairing_break(pairing, FAILED);
	}
}

static void pairing_ask(Pairing *pairing, const Agent *agent, const char *method, GVariant *args)
{
	pairing->asking = g_cancellable_new();
	agent_ask(agent, method, args, pairing->asking, pairing_on_answer, pairing);
}

/* Nothing to show, or nothing to enter: both sides trust each other. */
static void pairing_just_work(Pairing *pairing, const Agent *agent)
{
	if (pairing->by_call)
		pairing_succeed(pairing, ATTR_ENCRYPTED);
	else
		pairing_ask(pairing, agent, "RequestAuthorization",
			    g_variant_new("(o)", pairing->device_path));
}

static void pairing_on_typed(void *data, uint32_t passkey)
{
	Pairing *pairing = data;
	Peer *peer = link_peer(pairing->link);

	peer->end->typed = NULL;
	if (passkey == peer->passkey)
		pairing_succeed(pairing, ATTR_AUTHENTICATED);
	else
		pairing_break(pairing, FAILED);
}

/* Shows a passkey, which somebody has to type there: the request "passkey" of air control does. */
static void pairing_show(Pairing *pairing, const Agent *agent, Peer *peer)
{
	peer->passkey = (uint32_t)g_random_int_range(0, 1000000);
	peer->end->typed = pairing_on_typed;
	peer->end->typed_data = pairing;
	agent_tell(agent, "DisplayPasskey",
		   g_variant_new("(ouq)", pairing->device_path, peer->passkey, 0));
}

/* The kernel ends the link over that, whoever began. */
static int pairing_on_refused(void *data)
{
	Pairing *pairing = data;

	pairing->timer = 0;
	pairing->by_call = true;
	pairing_break(pairing, FAILED);
	return G_SOURCE_REMOVE;
}

static void pairing_exchange(Pairing *pairing, const Agent *agent)
{
	Peer *peer = link_peer(pairing->link);
	AgentCapability capability = agent ? agent->capability : AGENT_NO_INPUT_NO_OUTPUT;
	bool shows = capability != AGENT_NO_INPUT_NO_OUTPUT && capability != AGENT_KEYBOARD_ONLY;
	bool types = capability == AGENT_KEYBOARD_ONLY || capability == AGENT_KEYBOARD_DISPLAY;

	if (peer->pairing == PEER_REFUSES) {
		pairing->timer = g_timeout_add(SMP_MS, pairing_on_refused, pairing);
	} else if (!agent) {
		pairing_fail(pairing, FAILED);
	} else if (peer->pairing == PEER_DISPLAY && types) {
		pairing_ask(pairing, agent, "RequestPasskey",
			    g_variant_new("(o)", pairing->device_path));
	} else if (peer->pairing == PEER_KEYBOARD && shows) {
		pairing_show(pairing, agent, peer);
	} else if (peer->pairing == PEER_CONFIRM && shows && capability != AGENT_DISPLAY_ONLY) {
		pairing_ask(pairing, agent, "RequestConfirmation",
			    g_variant_new("(ou)", pairing->device_path, peer->passkey));
	} else {
		pairing_just_work(pairing, agent);
	}
}

static void pairing_begin(Pairing *pairing, Link *link)
{
	pairing->link = link;
	pairing_exchange(pairing, pairing_agent(pairing));
}

void pairing_start(Pairing *pairing, Link *link, GDBusMethodInvocation *call)
{
	const char *error = NULL;

	if (pairing->call || pairing->link) {
		bus_error(pairing->bus, call, "InProgress", "In Progress");
		return;
	}
	if (pairing->paired) {
		/* bluetoothd 5.66 now tries BR/EDR, and never answers. */
		pairing->call = call;
		return;
	}
	if (!link)
		error = pairing->ops->begin(pairing->owner);
	if (error) {
		bus_error(pairing->bus, call, "Failed", error);
		return;
	}
	pairing->call = call;
	pairing->by_call = true;
	pairing->opened = !link;
	if (link)
		pairing_begin(pairing, link);
}

void pairing_cancel(Pairing *pairing, Link *link, GDBusMethodInvocation *call)
{
	if (!pairing->call) {
		bus_error(pairing->bus, call, "DoesNotExist", "Does Not Exist");
		/* It has the keys removed all the same, which ends what the kernel is at, and the link. */
		if (!link || !(pairing->link || pairing->paired))
			return;
		pairing_stop(pairing);
		link_lose(link, ENDED_HERE);
		return;
	}
	pairing_give_up(pairing, CANCELED);
	bus_reply(pairing->bus, call, NULL);
}

bool pairing_elevate(Pairing *pairing, Link *link)
{
	if (pairing->paired)
		return false;
	if (!pairing->link) /* else what is under way will do */
		pairing_begin(pairing, link);
	return true;
}

static int pairing_on_key_missing(void *data)
{
	Pairing *pairing = data;

	pairing->key_timer = 0;
	link_lose(pairing->key_link, ENDED_HERE);
	return G_SOURCE_REMOVE;
}

static void pairing_forget_key_timer(Pairing *pairing)
{
	if (pairing->key_timer)
		g_source_remove(pairing->key_timer);
	pairing->key_timer = 0;
}

void pairing_linked(Pairing *pairing, Link *link)
{
	Peer *peer = link_peer(link);

	/* Whose keys fit, encrypts at once. */
	if (pairing->paired && peer->end->bond == link_radio(link)->addr) {
		link_secure(link, peer->end->bond_security);
	} else if (pairing->paired) {
		pairing->key_link = link;
		pairing->key_timer =
			g_idle_add_full(G_PRIORITY_DEFAULT, pairing_on_key_missing, pairing, NULL);
	} else if (pairing->call) {
		pairing_begin(pairing, link);
	}
}

void pairing_resolved(Pairing *pairing)
{
	if (!pairing->paired || !pairing->by_call)
		return;
	pairing->by_call = false;
	if (pairing->call)
		bus_reply(pairing->bus, g_steal_pointer(&pairing->call), NULL);
}

void pairing_unlinked(Pairing *pairing, bool was_up)
{
	bool busy = pairing->link || pairing->call;

	pairing_forget_key_timer(pairing);
	pairing->link = NULL; /* it is freed */
	if (!busy)
		return;
	if (was_up)
		pairing_fail(pairing, CANCELED);
	else
		pairing_fail(pairing, "ConnectionAttemptFailed", "Page Timeout");
}

void pairing_disconnect(Pairing *pairing)
{
	if (pairing->call)
		pairing_fail(pairing, CANCELED);
}

bool pairing_is_paired(const Pairing *pairing)
{
	return pairing->paired;
}

void pairing_remember(Pairing *pairing)
{
	pairing->paired = true;
}

Pairing *pairing_new(Bus *bus, const Agents *agents, const char *device_path,
		     const PairingOps *ops, void *owner)
{
	Pairing *pairing = g_new0(Pairing, 1);

	pairing->bus = bus;
	pairing->agents = agents;
	pairing->device_path = device_path;
	pairing->ops = ops;
	pairing->owner = owner;
	return pairing;
}

Pairing *pairing_free(Pairing *pairing)
{
	if (!pairing)
		return NULL;

	pairing->link = NULL;
	pairing_forget_key_timer(pairing);
	pairing_stop(pairing);
	if (pairing->call)
		bus_error(pairing->bus, g_steal_pointer(&pairing->call), CANCELED);
	g_free(pairing);
	return NULL;
}
