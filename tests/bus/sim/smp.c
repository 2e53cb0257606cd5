/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A central pairs with us: the talk with the agent. Legacy pairing only. */
#include "adapter-private.h"
#include "server.h"
#include "smp.h"

#define SMP_MS 50 /* the exchange on the air */

/* SMP reasons (Bluetooth Core, volume 3, part H, 3.5.5) */
enum {
	SMP_PASSKEY_ENTRY_FAILED = 0x01,
	SMP_AUTHENTICATION_REQUIREMENTS = 0x03,
	SMP_CONFIRM_VALUE_FAILED = 0x04,
	SMP_NOT_SUPPORTED = 0x05,
};

struct Smp {
	Central *central;
	bool by_passkey;
	uint32_t passkey; /* what the central enters, or shows */
	uint32_t shown; /* what we show */
	bool waits; /* for somebody to type */
	GCancellable *asking;
	guint timer;
	AttrSecurity security;
};

static void smp_free(Smp *smp)
{
	if (smp->timer)
		g_source_remove(smp->timer);
	g_cancellable_cancel(smp->asking);
	g_object_unref(smp->asking);
	g_free(smp);
}

void smp_stop(Central *central)
{
	Smp *smp = g_steal_pointer(&central->end->smp);

	if (smp)
		smp_free(smp);
}

static void smp_fail(Central *central, uint8_t reason)
{
	smp_stop(central);
	central_finish_secure(central, "error smp 0x%02x", reason);
}

static Adapter *smp_adapter(const Central *central)
{
	return central->end->server->adapter;
}

static int on_done(void *data)
{
	Smp *smp = data;
	Central *central = smp->central;
	const Adapter *adapter = smp_adapter(central);
	Device *device = adapter_find(adapter, central);

	smp->timer = 0;
	central_encrypted(central, smp->security);
	central_bond(central, adapter->radio->addr, smp->security);
	if (device)
		device_central_paired(device, &central->privacy);
	smp_stop(central);
	central_finish_secure(central, "ok");
	return G_SOURCE_REMOVE;
}

static void smp_succeed(Smp *smp, AttrSecurity security)
{
	smp->security = security;
	smp->timer = g_timeout_add(SMP_MS, on_done, smp);
}

static void on_answer(GObject *connection, GAsyncResult *result, void *data)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply =
		g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, &error);
	Smp *smp = data;
	uint32_t passkey;

	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
		return;
	if (!reply) {
		smp_fail(smp->central, SMP_PASSKEY_ENTRY_FAILED);
	} else if (!g_variant_is_of_type(reply, G_VARIANT_TYPE("(u)"))) {
		smp_succeed(smp, ATTR_ENCRYPTED);
	} else {
		g_variant_get(reply, "(u)", &passkey);
		if (passkey == smp->passkey)
			smp_succeed(smp, ATTR_AUTHENTICATED);
		else
			smp_fail(smp->central, SMP_CONFIRM_VALUE_FAILED);
	}
}

static void smp_typed(Smp *smp)
{
	if (smp->passkey == smp->shown)
		smp_succeed(smp, ATTR_AUTHENTICATED);
	else
		smp_fail(smp->central, SMP_CONFIRM_VALUE_FAILED);
}

bool smp_type(Central *central, uint32_t passkey)
{
	Smp *smp = central->end->smp;

	if (!smp || !smp->waits)
		return false;
	smp->waits = false;
	smp->passkey = passkey;
	smp_typed(smp);
	return true;
}

/* Where both can show and enter, the one who began shows. A central that asks what to enter has nothing to
 * show. */
static bool we_type(const Smp *smp, const Agent *agent)
{
	return agent->capability == AGENT_KEYBOARD_ONLY ||
	       (agent->capability == AGENT_KEYBOARD_DISPLAY && smp->passkey != CENTRAL_PASSKEY_ASK);
}

static void smp_exchange(Smp *smp, const Agent *agent)
{
	const char *device = smp->central->end->device;

	if (smp->by_passkey && agent->capability == AGENT_NO_INPUT_NO_OUTPUT) {
		smp_fail(smp->central, SMP_AUTHENTICATION_REQUIREMENTS);
	} else if (smp->by_passkey && we_type(smp, agent)) {
		agent_ask(agent, "RequestPasskey", g_variant_new("(o)", device), smp->asking, on_answer, smp);
	} else if (smp->by_passkey) {
		smp->shown = (uint32_t)g_random_int_range(0, 1000000);
		agent_tell(agent, "DisplayPasskey", g_variant_new("(ouq)", device, smp->shown, 0));
		smp->waits = smp->passkey == CENTRAL_PASSKEY_ASK;
		if (!smp->waits)
			smp_typed(smp);
	} else {
		agent_ask(agent, "RequestAuthorization", g_variant_new("(o)", device), smp->asking, on_answer,
			  smp);
	}
}

void smp_secure(Central *central, bool by_passkey, uint32_t passkey)
{
	const Adapter *adapter;
	AttrSecurity bond;
	const Agent *agent;
	Smp *smp;

	if (!central->end->server) {
		central_finish_secure(central, "error no answer");
		return;
	}
	adapter = smp_adapter(central);
	bond = central_bond_security(central, adapter->radio->addr);
	agent = agents_get(adapter->home.agents, NULL);
	if (bond == ATTR_PLAIN && !agent) {
		smp_fail(central, SMP_NOT_SUPPORTED);
		return;
	}
	smp = g_new0(Smp, 1);
	smp->central = central;
	smp->by_passkey = by_passkey;
	smp->passkey = passkey;
	smp->asking = g_cancellable_new();
	central->end->smp = smp;
	if (bond > ATTR_PLAIN && (bond == ATTR_AUTHENTICATED || !by_passkey))
		smp_succeed(smp, bond);
	else if (agent)
		smp_exchange(smp, agent);
	else
		smp_fail(central, SMP_NOT_SUPPORTED);
}
