/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices that a radio is bonded to, and how they are forgotten. */
#include "service/bonds.h"

#include <errno.h>
#include <stddef.h>

#include "core/bonds.h"
#include "bus/options.h"
#include "service/rows.h"
#include "service/service.h"

static int append_bond(sd_bus_message *m, const Bond *bond, bool mine)
{
	int r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = rows_append_bond(m, &bond->addr, bond->name, mine);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

int bonds_get(Call *call, void *object, Reason *reason UNUSED)
{
	const Radio *radio = object;
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	int r;

	r = sd_bus_message_new_method_return(call->message, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "a{sv}");
	for (guint i = 0; i < radio->bonds->len && r >= 0; i++) {
		const Bond *bond = g_ptr_array_index(radio->bonds, i);

		r = append_bond(reply, bond, bond_is_of(radio, &bond->addr, call_uid(call)));
	}
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	return r < 0 ? r : 0;
}

static void on_forgotten(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);

	call_finish(call, error != 0 ? error : call_reply(call, NULL), reason);
}

int bonds_forget(Call *call, void *object UNUSED, Reason *reason)
{
	Session *session = call->session;
	Addr addr = { .type = ADDR_PUBLIC };
	const char *text;
	int r;

	r = sd_bus_message_rewind(call->message, true);
	if (r >= 0)
		r = sd_bus_message_read(call->message, "s", &text);
	if (r < 0)
		return r;
	r = options_parse_addr(text, "address", &addr, reason);
	if (r == 0)
		r = radio_ready(session->radio, reason);
	if (r == 0)
		r = call_keep(call, reason);
	if (r != 0)
		return r;
	call_wait(call, on_forgotten);
	r = bond_forget(session, call_uid(call), &addr, &call->forget, reason);
	return r != 0 ? r : CALL_DEFERRED;
}
