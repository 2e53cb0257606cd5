/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only the radio on /dev/vhci can be asked for. */

#include "commands.h"
#include "radio-backend.h"

const char radio_help[] =
	"Only the radio on /dev/vhci:\n"
	"  event RADIO HEX                        an LE Meta event as it is: subevent, parameters\n"
	"  storm RADIO ADVERTISERS RATE SECONDS BURST     so many reports together, from one advertiser\n"
	"  att NAME HEX                           a central sends that PDU\n";

static bool run_event(Request *request)
{
	uint8_t parameters[UINT8_MAX];
	uint64_t target;
	size_t length;
	int r;

	if (!parse_target(request, request->words[1], &target) ||
	    !parse_bytes(request, request->words[2], sizeof(parameters), parameters, &length))
		return false;
	r = backend_send_event(request->air, target, parameters, length);
	if (r < 0)
		return fail_errno(request, r);
	g_string_append_printf(request->reply, " %d", r);
	return true;
}

static bool run_att(Request *request)
{
	Central *central = parse_idle(request);
	uint8_t pdu[CENTRAL_VALUE_MAX];
	size_t length;

	if (!central || !parse_bytes(request, request->words[2], sizeof(pdu), pdu, &length))
		return false;
	if (length == 0)
		return fail(request, "no PDU: %s", request->words[2]);
	request->late = att_is_request(pdu[0]);
	if (!request->late) {
		request->air->ops->central_send(central, pdu, length);
		return true;
	}
	central->answer = request->answer;
	central_send_request(central, pdu, length);
	return true;
}

const Verb radio_verbs[] = {
	{ "event", 3, 3, run_event },
	{ "att", 3, 3, run_att },
	{ NULL, 0, 0, NULL },
};
