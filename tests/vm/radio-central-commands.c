/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out the requests about what radios have on air, and about centrals. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>

#include "radio-central-commands.h"

static bool promise_make(Request *request)
{
	request->promise = promise_new();
	return request->promise ? true : fail_errno(request, request->words[0], -ENOMEM);
}

static bool run_onair(Request *request)
{
	const Air *air = request->air;
	Target target;

	if (!parse_target(request, request->words[1], &target) || !promise_make(request))
		return false;
	fputs("ok", request->promise->text);
	for (size_t i = 0; i < air->n_radios; i++)
		if (air_matches(&target, air->radios[i]) && controller_powered(air->radios[i]))
			advert_print(controller_advert(air->radios[i]), request->promise->text);
	promise_keep(request->promise);
	return true;
}

static bool run_airtime(Request *request)
{
	const Air *air = request->air;
	bool reset = request->n_words > 2;
	Target target;

	if (!parse_target(request, request->words[1], &target))
		return false;
	if (reset && strcmp(request->words[2], "reset"))
		return fail(request, "not reset", request->words[2]);
	if (!promise_make(request))
		return false;
	fputs("ok", request->promise->text);
	for (size_t i = 0; i < air->n_radios; i++) {
		if (!air_matches(&target, air->radios[i]))
			continue;
		controller_supervise(air->radios[i]);
		if (reset)
			advert_forget_airtime(controller_advert(air->radios[i]));
		else
			advert_print_airtime(controller_advert(air->radios[i]), request->promise->text);
	}
	promise_keep(request->promise);
	return true;
}

static bool run_sets(Request *request)
{
	Target target = *BDADDR_ANY;
	uint32_t n;
	int r;

	if ((strcmp(request->words[1], "*") && !parse_address(request, request->words[1], &target)) ||
	    !parse_number(request, request->words[2], 0, ADVERT_SETS_MAX, &n))
		return false;
	r = air_set_sets(request->air, &target, (uint8_t)n);
	return r < 0 ? fail_errno(request, "sets", r) : true;
}

static bool run_central(Request *request)
{
	char **words = request->words;
	Central model = { .link = NULL };
	int r;

	if (strlen(words[1]) >= sizeof(model.name))
		return fail(request, "name too long", words[1]);
	strcpy(model.name, words[1]);
	if (!parse_address(request, words[2], &model.address.address) ||
	    !parse_address_type(request, words[3], &model.address.type))
		return false;
	r = central_new(&request->air->centrals, &model);
	return r < 0 ? fail_errno(request, "central", r) : true;
}

static bool parse_central(Request *request, Central **ret)
{
	*ret = centrals_find(&request->air->centrals, request->words[1]);
	return *ret ? true : fail(request, "no such central", request->words[1]);
}

/* one that can do something on its link */
static bool parse_idle(Request *request, Central **ret)
{
	if (!parse_central(request, ret))
		return false;
	if (!(*ret)->link)
		return fail(request, "not connected", request->words[1]);
	return (*ret)->procedure.promise ? fail(request, "busy", request->words[1]) : true;
}

static bool run_uncentral(Request *request)
{
	Central *central;

	if (!parse_central(request, &central))
		return false;
	central_free(&request->air->centrals, central);
	return true;
}

static bool run_centrals(Request *request)
{
	if (!promise_make(request))
		return false;
	fputs("ok", request->promise->text);
	for (const Central *central = request->air->centrals.first; central; central = central->next)
		fprintf(request->promise->text, " %s", central->name);
	promise_keep(request->promise);
	return true;
}

static bool run_connect(Request *request)
{
	const Air *air = request->air;
	uint32_t mtu = ATT_MTU_MAX;
	Central *central;
	Target target;
	int r = -ECONNREFUSED;

	if (!parse_central(request, &central) || !parse_target(request, request->words[2], &target) ||
	    (request->n_words > 3 &&
	     !parse_number(request, request->words[3], ATT_MTU_MIN, ATT_MTU_MAX, &mtu)))
		return false;
	if (central->link)
		return fail(request, "connected", request->words[1]);
	if (!promise_make(request))
		return false;
	for (size_t i = 0; i < air->n_radios && r < 0; i++)
		if (air_matches(&target, air->radios[i]))
			r = central_connect(central, air->radios[i], (uint16_t)mtu, request->promise);
	if (r < 0)
		promise_keep_with(request->promise, "error not connectable");
	return r >= 0;
}

static bool run_disconnect(Request *request)
{
	uint32_t reason = HCI_OE_USER_ENDED_CONNECTION;
	Central *central;

	if (!parse_central(request, &central) ||
	    (request->n_words > 2 && !parse_hex_number(request, request->words[2], UINT8_MAX, &reason)))
		return false;
	if (!central->link)
		return fail(request, "not connected", request->words[1]);
	link_close(central->link, (uint8_t)reason);
	return true;
}

static bool run_state(Request *request)
{
	Central *central;

	if (!parse_central(request, &central))
		return false;
	snprintf(request->reply, COMMAND_REPLY_MAX, "ok up=%d mtu=%u encrypted=%d pdus=%" PRIu64,
		 central->link != NULL, central->link ? central->att.mtu : 0,
		 central->link && central->att.encrypted, central->pdus);
	return true;
}

static bool run_discover(Request *request)
{
	Central *central;

	if (!parse_idle(request, &central) || !promise_make(request))
		return false;
	central_discover(central, request->promise);
	return true;
}

static bool parse_handle(Request *request, uint16_t *ret)
{
	uint32_t handle;

	if (!parse_hex_number(request, request->words[2], UINT16_MAX, &handle))
		return false;
	*ret = (uint16_t)handle;
	return true;
}

static bool run_read(Request *request)
{
	uint32_t offset = 0;
	bool part = request->n_words > 4;
	Central *central;
	uint16_t handle;

	if (!parse_idle(request, &central) || !parse_handle(request, &handle) ||
	    (request->n_words > 3 &&
	     !parse_number(request, request->words[3], 0, UINT16_MAX, &offset)))
		return false;
	if (part && strcmp(request->words[4], "part"))
		return fail(request, "not part", request->words[4]);
	if (!promise_make(request))
		return false;
	central_read(central, handle, (uint16_t)offset, part, request->promise);
	return true;
}

static bool run_write(Request *request)
{
	const char *way = request->n_words > 4 ? request->words[4] : "request";
	uint8_t value[CENTRAL_VALUE_MAX];
	bool command = !strcmp(way, "command"), prepare = !strcmp(way, "prepare");
	Central *central;
	uint16_t handle;
	size_t length;

	if (!parse_idle(request, &central) || !parse_handle(request, &handle) ||
	    !parse_bytes(request, request->words[3], sizeof(value), value, &length))
		return false;
	if (!command && !prepare && strcmp(way, "request"))
		return fail(request, "no way to write", way);
	if (!prepare && length + 3 > central->att.mtu)
		return fail(request, "longer than the MTU", request->words[2]);
	if (command) {
		central_write_command(central, handle, value, length);
		return true;
	}
	if (!promise_make(request))
		return false;
	if (prepare)
		central_write_prepared(central, handle, value, length, request->promise);
	else
		central_write(central, handle, value, length, request->promise);
	return true;
}

static bool run_subscribe(Request *request)
{
	static const char *const settings[] = { "off", "notify", "indicate" };
	Central *central;
	uint16_t handle, setting = 0;

	while (setting < 3 && strcmp(settings[setting], request->words[3]))
		setting++;
	if (setting == 3)
		return fail(request, "neither notify, indicate nor off", request->words[3]);
	if (!parse_idle(request, &central) || !parse_handle(request, &handle) || !promise_make(request))
		return false;
	central_subscribe(central, handle, setting, request->promise);
	return true;
}

static bool run_events(Request *request)
{
	Central *central;

	if (!parse_central(request, &central) || !promise_make(request))
		return false;
	fputs("ok", request->promise->text);
	inbox_print(&central->inbox, request->promise->text);
	promise_keep(request->promise);
	return true;
}

static bool run_att(Request *request)
{
	uint8_t pdu[CENTRAL_VALUE_MAX];
	Central *central;
	size_t length;

	if (!parse_idle(request, &central) ||
	    !parse_bytes(request, request->words[2], sizeof(pdu), pdu, &length))
		return false;
	if (length == 0)
		return fail(request, "no PDU", request->words[2]);
	if (!promise_make(request))
		return false;
	central_send_raw(central, pdu, length, request->promise);
	return true;
}

static bool run_secure(Request *request)
{
	bool just_works = !strcmp(request->words[2], "on");
	uint32_t passkey = SMP_PASSKEY_UNKNOWN;
	Central *central;

	if (!parse_central(request, &central))
		return false;
	if (!central->link)
		return fail(request, "not connected", request->words[1]);
	if (central->securing)
		return fail(request, "busy", request->words[1]);
	if ((!just_works && strcmp(request->words[2], "ask") &&
	     !parse_number(request, request->words[2], 0, 999999, &passkey)) ||
	    !promise_make(request))
		return false;
	central_secure(central, !just_works, passkey, request->promise);
	return true;
}

static bool run_type(Request *request)
{
	uint32_t passkey;
	Central *central;

	if (!parse_central(request, &central) ||
	    !parse_number(request, request->words[2], 0, 999999, &passkey))
		return false;
	if (!central->link)
		return fail(request, "not connected", request->words[1]);
	central_type(central, passkey);
	return true;
}

static bool run_unbond(Request *request)
{
	Central *central;

	if (!parse_central(request, &central))
		return false;
	central->smp.bonded = false;	/* the host is not told */
	return true;
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
	{ "att", 3, 3, run_att },
	{ "secure", 3, 3, run_secure },
	{ "type", 3, 3, run_type },
	{ "unbond", 2, 2, run_unbond },
};

const size_t n_central_verbs = sizeof(central_verbs) / sizeof(central_verbs[0]);
