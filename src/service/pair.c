/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connection1.Pair: what bluetoothd's agent is asked goes to the caller as PairingRequest, and back by
 * RespondPairing. */
#include "service/pair.h"

#include <errno.h>
#include <stddef.h>

#include "core/pairing.h"
#include "service/link-dbus.h"
#include "bus/options.h"

static void on_paired(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);

	call_finish(call, error != 0 ? error : call_reply(call, NULL), reason);
}

static void on_asked(PairWait *wait, const Link *link, uint32_t id, PairingKind kind, uint32_t passkey)
{
	static const char *const words[] = {
		[PAIRING_ENTER] = "enter",
		[PAIRING_CONFIRM] = "confirm",
		[PAIRING_DISPLAY] = "display",
	};
	const Call *call = CONTAINER_OF(wait, Call, pair);

	link_dbus_ask_pairing(call->service, link, call_sender(call), id, words[kind], passkey);
}

static int read_passkey(sd_bus_message *m, void *userdata, Reason *reason)
{
	PairWait *wait = userdata;
	int r = sd_bus_message_read_basic(m, 'u', &wait->passkey);

	if (r < 0)
		return r;
	if (wait->passkey > PASSKEY_MAX)
		return reason_set(reason, E_INVALID_ARGUMENTS, "passkey: 0 to %u", PASSKEY_MAX);
	wait->has_passkey = true;
	return 0;
}

int pair_begin(Call *call, void *link, Reason *reason)
{
	static const Option table[] = {
		{ "passkey", "u", read_passkey },
		{ 0 }
	};
	int r;

	r = options_read(call->message, table, &call->pair, reason);
	if (r == 0)
		r = call_keep(call, reason);
	if (r != 0)
		return r;
	call_wait(call, on_paired);
	call->wait.session = call->session;
	call->pair.asked = on_asked;
	r = pairing_begin(link, &call->pair, reason);
	if (r == 0)
		return CALL_DEFERRED;
	return r == -EALREADY ? call_reply(call, NULL) : r;
}

int pair_respond(Call *call, void *object, Reason *reason)
{
	uint32_t id, passkey;
	Link *link = object;
	int accept, r;

	r = sd_bus_message_read(call->message, "ubu", &id, &accept, &passkey);
	if (r < 0)
		return r;
	if (!pairing_is_of(link, call->session))
		return reason_set(reason, E_DOES_NOT_EXIST,
				  "id: this session is not pairing with the device");
	r = pairing_respond(link, id, accept, passkey, service_now(call->service), reason);
	return r != 0 ? r : call_reply(call, NULL);
}
