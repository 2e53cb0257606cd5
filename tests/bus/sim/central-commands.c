/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests about what radios have on air, and about centrals. */
#include "central.h"
#include "request.h"
#include "smp.h"

#define REMOTE_USER_TERMINATED 0x13
#define MTU_MIN 23
#define MTU_MAX 517

static void print_radios(Request *request, void (*print)(Broadcast *broadcast, GString *text))
{
	const GPtrArray *radios = request->sim->air->radios;
	GString *text = g_string_new("ok");
	uint64_t target;

	if (parse_target(request, request->words[1], &target)) {
		for (unsigned int i = 0; i < radios->len; i++)
			if (air_matches(target, radios->pdata[i]))
				print(((Radio *)radios->pdata[i])->broadcast, text);
		request->reply = g_string_free(text, FALSE);
	} else {
		(void)g_string_free(text, TRUE);
	}
}

static void print_onair(Broadcast *broadcast, GString *text)
{
	broadcast_print(broadcast, text);
}

static void run_onair(Request *request)
{
	print_radios(request, print_onair);
}

static void forget_airtime(Broadcast *broadcast, GString *text)
{
	(void)text;
	broadcast_forget_airtime(broadcast);
}

static void run_airtime(Request *request)
{
	if (request->n == 2)
		print_radios(request, broadcast_print_airtime);
	else if (g_str_equal(request->words[2], "reset"))
		print_radios(request, forget_airtime);
	else
		fail(request, "not reset: %s", request->words[2]);
}

static void run_sets(Request *request)
{
	Air *air = request->sim->air;
	uint64_t addr = 0;
	unsigned int n = 0;

	if ((g_str_equal(request->words[1], "*") || parse_addr(request, request->words[1], &addr)) &&
	    parse_number(request, request->words[2], 0, AIR_SETS_MAX, &n))
		air_set_sets(air, addr, n);
}

static Central *parse_central(Request *request)
{
	Central *central = air_get_central(request->sim->air, request->words[1]);

	if (!central)
		fail(request, "no such central: %s", request->words[1]);
	return central;
}

/* One that can do something on its link. */
static Central *parse_idle(Request *request)
{
	Central *central = parse_central(request);

	if (central && !central_radio(central))
		fail(request, "not connected: %s", request->words[1]);
	else if (central && central_is_busy(central))
		fail(request, "busy: %s", request->words[1]);
	else
		return central;
	return NULL;
}

static void run_central(Request *request)
{
	Air *air = request->sim->air;
	char **words = request->words;
	uint64_t addr;
	bool random;

	if (!parse_addr(request, words[2], &addr) || !parse_either(request, words[3], "random", "public", &random))
		return;
	for (unsigned int i = 0; i < air->centrals->len; i++) {
		const Central *central = air->centrals->pdata[i];

		if (g_str_equal(central_name(central), words[1]) || central_addr(central) == addr) {
			fail(request, "there is such a central: %s %s", words[1], words[2]);
			return;
		}
	}
	g_ptr_array_add(air->centrals, central_new(air, words[1], addr, random));
}

static void run_uncentral(Request *request)
{
	Central *central = parse_central(request);

	if (central)
		g_ptr_array_remove(request->sim->air->centrals, central);
}

static void run_centrals(Request *request)
{
	const GPtrArray *centrals = request->sim->air->centrals;
	GString *text = g_string_new("ok");

	for (unsigned int i = 0; i < centrals->len; i++)
		g_string_append_printf(text, " %s", central_name(centrals->pdata[i]));
	request->reply = g_string_free(text, FALSE);
}

static void run_connect(Request *request)
{
	const GPtrArray *radios = request->sim->air->radios;
	Central *central = parse_central(request);
	unsigned int mtu = MTU_MAX;
	uint64_t target;

	if (!central || !parse_target(request, request->words[2], &target) ||
	    (request->n > 3 && !parse_number(request, request->words[3], MTU_MIN, MTU_MAX, &mtu)))
		return;
	if (central_radio(central)) {
		fail(request, "connected: %s", request->words[1]);
		return;
	}
	for (unsigned int i = 0; i < radios->len; i++)
		if (air_matches(target, radios->pdata[i]) &&
		    central_connect(central, radios->pdata[i], (uint16_t)mtu))
			return;
	fail(request, "not connectable");
}

static void run_disconnect(Request *request)
{
	unsigned int reason = REMOTE_USER_TERMINATED;
	Central *central = parse_central(request);

	if (!central || (request->n > 2 && !parse_hex(request, request->words[2], UINT8_MAX, &reason)))
		return;
	if (central_radio(central))
		central_lose(central, (uint8_t)reason);
	else
		fail(request, "not connected: %s", request->words[1]);
}

static void run_state(Request *request)
{
	const Central *central = parse_central(request);

	if (central)
		request->reply = central_state(central);
}

static void run_discover(Request *request)
{
	const Central *central = parse_idle(request);

	if (central)
		request->reply = central_discover(central);
}

static bool parse_handle(Request *request, uint16_t *ret)
{
	unsigned int handle = 0;

	if (!parse_hex(request, request->words[2], UINT16_MAX, &handle))
		return false;
	*ret = (uint16_t)handle;
	return true;
}

static void run_read(Request *request)
{
	Central *central = parse_idle(request);
	unsigned int offset = 0;
	bool part = request->n > 4;
	uint16_t handle;

	if (!central || !parse_handle(request, &handle) ||
	    (request->n > 3 && !parse_number(request, request->words[3], 0, UINT16_MAX, &offset)))
		return;
	if (part && !g_str_equal(request->words[4], "part")) {
		fail(request, "not part: %s", request->words[4]);
		return;
	}
	request->late = true;
	central_read(central, handle, (uint16_t)offset, part, &request->answer);
}

static void run_write(Request *request)
{
	const char *way = request->n > 4 ? request->words[4] : "request";
	bool command = g_str_equal(way, "command"), prepare = g_str_equal(way, "prepare");
	Central *central = parse_idle(request);
	g_autoptr(GBytes) value = NULL;
	uint8_t bytes[2 * ATTR_VALUE_MAX];
	uint16_t handle;
	size_t len;

	if (!central || !parse_handle(request, &handle) ||
	    !parse_bytes(request, request->words[3], sizeof(bytes), bytes, &len))
		return;
	if (!command && !prepare && !g_str_equal(way, "request")) {
		fail(request, "no way to write: %s", way);
		return;
	}
	if (!prepare && len + 3 > central_mtu(central)) {
		fail(request, "longer than the MTU: %s", request->words[2]);
		return;
	}
	value = g_bytes_new(bytes, len);
	request->late = !command;
	if (command)
		central_command(central, handle, value);
	else if (prepare)
		central_prepare(central, handle, value, &request->answer);
	else
		central_write(central, handle, value, &request->answer);
}

static void run_subscribe(Request *request)
{
	static const char *const settings[] = { "off", "notify", "indicate" };
	Central *central = parse_idle(request);
	uint16_t handle, setting = 0;

	if (!central || !parse_handle(request, &handle))
		return;
	while (setting < G_N_ELEMENTS(settings) && !g_str_equal(settings[setting], request->words[3]))
		setting++;
	if (setting == G_N_ELEMENTS(settings)) {
		fail(request, "neither notify, indicate nor off: %s", request->words[3]);
		return;
	}
	request->late = true;
	central_subscribe(central, handle, setting, &request->answer);
}

static void run_events(Request *request)
{
	Central *central = parse_central(request);

	if (central)
		request->reply = central_events(central);
}

static void run_secure(Request *request)
{
	bool just_works = g_str_equal(request->words[2], "on"), ask = g_str_equal(request->words[2], "ask");
	Central *central = parse_idle(request);
	unsigned int passkey = 0;

	if (!central || (!just_works && !ask && !parse_number(request, request->words[2], 0, 999999, &passkey)))
		return;
	request->late = true;
	central_wait(central, &request->answer);
	smp_secure(central, !just_works, ask ? SMP_ASK : passkey);
}

static void run_type(Request *request)
{
	Central *central = parse_central(request);
	unsigned int passkey = 0;

	if (central && parse_number(request, request->words[2], 0, 999999, &passkey) && !smp_type(central, passkey))
		fail(request, "nobody shows it a passkey: %s", request->words[1]);
}

static void run_unbond(Request *request)
{
	Central *central = parse_central(request);

	if (central)
		central_unbond(central);
}

const Verb central_verbs[] = {
	{ "onair", 2, 2, run_onair },
	{ "airtime", 2, 3, run_airtime },
	{ "sets", 3, 3, run_sets },
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
