/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests about centrals. */
#include <errno.h>
#include <inttypes.h>

#include "central.h"
#include "commands.h"

#define REMOTE_USER_TERMINATED 0x13

Central *parse_central(Request *request)
{
	Central *central = air_get_central(request->air, request->words[1]);

	if (!central)
		fail(request, "no such central: %s", request->words[1]);
	return central;
}

static Central *parse_linked(Request *request)
{
	Central *central = parse_central(request);

	if (!central || central->radio)
		return central;
	fail(request, "not connected: %s", request->words[1]);
	return NULL;
}

Central *parse_idle(Request *request)
{
	Central *central = parse_linked(request);

	if (!central || !central->answer.give)
		return central;
	fail(request, "busy: %s", request->words[1]);
	return NULL;
}

/* The reply comes later: hands the request's answer over to the central. */
static void wait_for(Request *request, Answer *ret)
{
	*ret = request->answer;
	request->late = true;
}

static bool run_central(Request *request)
{
	char **words = request->words;
	Air *air = request->air;
	uint64_t addr;
	bool random;

	if (!parse_addr(request, words[2], &addr) || !parse_random(request, words[3], &random))
		return false;
	for (unsigned int i = 0; i < air->centrals->len; i++) {
		const Central *central = air->centrals->pdata[i];

		if (g_str_equal(central->name, words[1]) || central->addr == addr)
			return fail(request, "there is such a central: %s %s", words[1], words[2]);
	}
	g_ptr_array_add(air->centrals, central_new(air, words[1], addr, random));
	return true;
}

static bool run_uncentral(Request *request)
{
	Central *central = parse_central(request);

	return central && g_ptr_array_remove(request->air->centrals, central);
}

static bool run_centrals(Request *request)
{
	const GPtrArray *centrals = request->air->centrals;

	for (unsigned int i = 0; i < centrals->len; i++)
		g_string_append_printf(request->reply, " %s", ((const Central *)centrals->pdata[i])->name);
	return true;
}

static bool run_connect(Request *request)
{
	Central *central = parse_central(request);
	unsigned int mtu = ATT_MTU_MAX;
	Air *air = request->air;
	int r = -ECONNREFUSED;
	uint64_t target;

	if (!central || !parse_target(request, request->words[2], &target) ||
	    (request->n > 3 && !parse_number(request, request->words[3], ATT_MTU_MIN, ATT_MTU_MAX, &mtu)))
		return false;
	if (central->radio)
		return fail(request, "connected: %s", request->words[1]);
	central->answer = request->answer;
	for (unsigned int i = 0; i < air->radios->len && r < 0; i++)
		if (air_matches(air, target, air->radios->pdata[i]))
			r = central_connect(central, air->radios->pdata[i], (uint16_t)mtu);
	request->late = r >= 0;
	if (r >= 0)
		return true;
	central->answer = (Answer){ NULL, NULL };
	return fail(request, "not connectable");
}

static bool run_disconnect(Request *request)
{
	unsigned int reason = REMOTE_USER_TERMINATED;
	Central *central = parse_linked(request);

	if (!central || (request->n > 2 && !parse_hex(request, request->words[2], UINT8_MAX, &reason)))
		return false;
	request->air->ops->central_drop(central, (uint8_t)reason);
	return true;
}

static bool run_state(Request *request)
{
	const Central *central = parse_central(request);

	if (central)
		g_string_append_printf(request->reply, " up=%d mtu=%u encrypted=%d pdus=%" PRIu64,
				       central->radio != NULL, central->radio ? central->att.mtu : 0U,
				       central->radio && central->att.encrypted, central->pdus);
	return central;
}

static bool run_discover(Request *request)
{
	Central *central = parse_idle(request);

	if (!central)
		return false;
	wait_for(request, &central->answer);
	central_discover(central);
	return true;
}

/* Any handle, even if no attribute has it. */
static bool parse_any_handle(Request *request, uint16_t *ret)
{
	unsigned int handle;

	if (!parse_hex(request, request->words[2], UINT16_MAX, &handle))
		return false;
	*ret = (uint16_t)handle;
	return true;
}

static bool run_read(Request *request)
{
	Central *central = parse_idle(request);
	bool part = request->n > 4;
	unsigned int offset = 0;
	uint16_t handle;

	if (!central || !parse_any_handle(request, &handle) ||
	    (request->n > 3 && !parse_number(request, request->words[3], 0, UINT16_MAX, &offset)))
		return false;
	if (part && !g_str_equal(request->words[4], "part"))
		return fail(request, "not part: %s", request->words[4]);
	wait_for(request, &central->answer);
	central_read(central, handle, (uint16_t)offset, part);
	return true;
}

static bool run_write(Request *request)
{
	const char *way = request->n > 4 ? request->words[4] : "request";
	bool command = g_str_equal(way, "command"), prepare = g_str_equal(way, "prepare");
	Central *central = parse_idle(request);
	uint8_t value[CENTRAL_VALUE_MAX];
	uint16_t handle;
	size_t len;

	if (!central || !parse_any_handle(request, &handle) ||
	    !parse_bytes(request, request->words[3], sizeof(value), value, &len))
		return false;
	if (!command && !prepare && !g_str_equal(way, "request"))
		return fail(request, "no way to write: %s", way);
	if (!prepare && len + 3 > central->att.mtu)
		return fail(request, "longer than the MTU: %s", request->words[2]);
	if (command) {
		central_write_command(central, handle, value, len);
		return true;
	}
	wait_for(request, &central->answer);
	if (prepare)
		central_write_prepared(central, handle, value, len);
	else
		central_write(central, handle, value, len);
	return true;
}

static bool run_subscribe(Request *request)
{
	static const char *const settings[] = { "off", "notify", "indicate" };
	Central *central = parse_idle(request);
	uint16_t handle, setting = 0;

	if (!central || !parse_any_handle(request, &handle))
		return false;
	while (setting < G_N_ELEMENTS(settings) && !g_str_equal(settings[setting], request->words[3]))
		setting++;
	if (setting == G_N_ELEMENTS(settings))
		return fail(request, "neither notify, indicate nor off: %s", request->words[3]);
	wait_for(request, &central->answer);
	central_subscribe(central, handle, setting);
	return true;
}

static bool run_events(Request *request)
{
	Central *central = parse_central(request);

	if (central)
		inbox_print(&central->inbox, request->reply);
	return central;
}

static bool run_secure(Request *request)
{
	bool just_works = g_str_equal(request->words[2], "on");
	unsigned int passkey = CENTRAL_PASSKEY_ASK;
	Central *central = parse_linked(request);

	if (!central)
		return false;
	if (central->securing.give)
		return fail(request, "busy: %s", request->words[1]);
	if (!just_works && !g_str_equal(request->words[2], "ask") &&
	    !parse_number(request, request->words[2], 0, 999999, &passkey))
		return false;
	wait_for(request, &central->securing);
	request->air->ops->central_secure(central, !just_works, passkey);
	return true;
}

static bool run_type(Request *request)
{
	Central *central = parse_linked(request);
	unsigned int passkey;

	if (!central || !parse_number(request, request->words[2], 0, 999999, &passkey))
		return false;
	return request->air->ops->central_type(central, passkey) ||
	       fail(request, "nobody shows it a passkey: %s", request->words[1]);
}

static bool run_unbond(Request *request)
{
	Central *central = parse_central(request);

	if (central)
		request->air->ops->central_unbond(central);
	return central;
}

const Verb central_verbs[] = {
	{ "central", 4, 4, run_central },
	{ "uncentral", 2, 2, run_uncentral },
	{ "centrals", 1, 1, run_centrals },
	{ "connect", 3, 4, run_connect },
	{ "disconnect", 2, 3, run_disconnect },
	{ "state", 2, 2, run_state },
	{ "discover", 2, 2, run_discover },
	{ "read", 3, 5, run_read },
	{ "write", 4, 5, run_write },
	{ "subscribe", 4, 4, run_subscribe },
	{ "events", 2, 2, run_events },
	{ "secure", 3, 3, run_secure },
	{ "type", 3, 3, run_type },
	{ "unbond", 2, 2, run_unbond },
	{ NULL, 0, 0, NULL },
};
