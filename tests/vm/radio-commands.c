/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the requests of the air-control protocol, and carries them out. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "radio-central-commands.h"
#include "radio-commands.h"
#include "radio-peer-commands.h"
#include "radio-rfkill.h"

/* BASE or BASE~SPREAD, dBm */
static bool parse_level(Request *request, const char *word, Level *ret)
{
	char *end;
	long base, spread = 0;

	base = strtol(word, &end, 10);
	if (end != word && *end == '~')
		spread = strtol(end + 1, &end, 10);
	if (end == word || *end || spread < 0 || base - spread < INT8_MIN ||
	    base + spread > INT8_MAX)
		return fail(request, "not an RSSI", word);
	*ret = (Level){ (int8_t)base, (uint8_t)spread };
	return true;
}

static bool parse_payload(Request *request, const char *word, Report *ret)
{
	size_t length;

	if (!parse_bytes(request, word, REPORT_DATA_MAX, ret->data, &length))
		return false;
	ret->length = (uint8_t)length;
	return true;
}

/* DEV public|random TYPE RSSI HEX */
static bool parse_report(Request *request, char **words, Report *ret, Level *ret_level)
{
	uint32_t type;

	if (!parse_address(request, words[0], &ret->address) ||
	    !parse_address_type(request, words[1], &ret->address_type) ||
	    !parse_number(request, words[2], 0, 4, &type) ||
	    !parse_level(request, words[3], ret_level) || !parse_payload(request, words[4], ret))
		return false;
	ret->type = (uint8_t)type;
	return true;
}

static bool run_plug(Request *request)
{
	bdaddr_t address;
	Controller *radio;
	int r;

	if (!parse_address(request, request->words[1], &address))
		return false;
	if (!bacmp(&address, BDADDR_ANY))
		return fail(request, "no address for a radio", request->words[1]);
	r = air_plug(request->air, &address, &radio);
	if (r < 0)
		return fail_errno(request, "plug", r);
	snprintf(request->reply, COMMAND_REPLY_MAX, "ok hci%d", controller_index(radio));
	return true;
}

static bool run_unplug(Request *request)
{
	Air *air = request->air;
	Target target;

	if (!parse_target(request, request->words[1], &target))
		return false;
	for (size_t i = air->n_radios; i-- > 0;)
		if (air_matches(&target, air->radios[i]))
			air_unplug(air, i);
	return true;
}

static bool run_adv(Request *request)
{
	char **words = request->words;
	Report report = { 0 };
	Target target;
	Level level;
	uint32_t count = 1, sent = 0;
	int r;

	if (!parse_target(request, words[1], &target) ||
	    !parse_report(request, words + 2, &report, &level) ||
	    (request->n_words > 7 && !parse_number(request, words[7], 1, 1000000, &count)))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		report.rssi = level_at(&level, i);
		r = air_send(request->air, &target, &report);
		if (r < 0)
			return fail_errno(request, "adv", r);
		sent += (uint32_t)r;
	}
	snprintf(request->reply, COMMAND_REPLY_MAX, "ok %" PRIu32, sent);
	return true;
}

static bool run_event(Request *request)
{
	uint8_t parameters[UINT8_MAX];
	Target target;
	size_t length;
	int r;

	if (!parse_target(request, request->words[1], &target) ||
	    !parse_bytes(request, request->words[2], sizeof(parameters), parameters, &length))
		return false;
	r = air_send_event(request->air, &target, parameters, length);
	if (r < 0)
		return fail_errno(request, "event", r);
	snprintf(request->reply, COMMAND_REPLY_MAX, "ok %d", r);
	return true;
}

static bool run_repeat(Request *request)
{
	char **words = request->words;
	Repeat repeat = { 0 };
	uint32_t interval;
	int r;

	if (!parse_target(request, words[1], &repeat.target) ||
	    !parse_report(request, words + 3, &repeat.report, &repeat.level) ||
	    !parse_number(request, words[8], 1, 3600000, &interval) ||
	    !parse_number(request, words[9], 0, UINT32_MAX, &repeat.count))
		return false;
	if (request->n_words > 10) {
		if (request->n_words != 12 || strcmp(words[10], "rsp"))
			return fail(request, "expected rsp HEX", words[10]);
		repeat.has_response = true;
		repeat.response = repeat.report;
		repeat.response.type = 4;
		if (!parse_payload(request, words[11], &repeat.response))
			return false;
	}
	if (strlen(words[2]) >= sizeof(repeat.name))
		return fail(request, "name too long", words[2]);
	strcpy(repeat.name, words[2]);
	repeat.interval = (uint64_t)interval * 1000000;
	r = air_repeat(request->air, &repeat, request->now);
	return r < 0 ? fail_errno(request, "repeat", r) : true;
}

static bool run_storm(Request *request)
{
	char **words = request->words;
	uint32_t advertisers, rate, seconds, burst = 1;
	Target target;
	int r;

	if (!parse_target(request, words[1], &target) ||
	    !parse_number(request, words[2], 1, 65536, &advertisers) ||
	    !parse_number(request, words[3], 1, 100000, &rate) ||
	    !parse_number(request, words[4], 1, 1000000, &seconds) ||
	    (request->n_words > 5 && !parse_number(request, words[5], 1, 65536, &burst)))
		return false;
	r = air_storm(request->air, &target, advertisers, rate, seconds, burst, request->now);
	return r < 0 ? fail_errno(request, "storm", r) : true;
}

static bool run_quiet(Request *request)
{
	Target target;

	if (!parse_target(request, request->words[1], &target))
		return false;
	air_quiet(request->air, &target);
	return true;
}

/* of several radios: what any of them does, and the sum of what they sent */
static bool run_status(Request *request)
{
	const Air *air = request->air;
	bool scanning = false, active = false, filter = false, powered = false;
	uint64_t sent = 0;
	Target target;

	if (!parse_target(request, request->words[1], &target))
		return false;
	for (size_t i = 0; i < air->n_radios; i++) {
		const Controller *radio = air->radios[i];
		bool up = controller_powered(radio);

		if (!air_matches(&target, radio))
			continue;
		powered |= up;
		scanning |= up && controller_scanning(radio);
		active |= up && controller_scanning_actively(radio);
		filter |= up && controller_filter_wanted(radio);
		sent += controller_sent(radio);
	}
	snprintf(request->reply, COMMAND_REPLY_MAX,
		 "ok scanning=%d active=%d filterdup=%d powered=%d sent=%" PRIu64, scanning, active,
		 filter, powered, sent);
	return true;
}

static bool run_rfkill(Request *request)
{
	const Air *air = request->air;
	Target target;
	bool block;
	int r;

	if (!parse_either(request, request->words[2], "block", "unblock", &block) ||
	    !parse_target(request, request->words[1], &target))
		return false;
	for (size_t i = 0; i < air->n_radios; i++) {
		if (!air_matches(&target, air->radios[i]))
			continue;
		r = rfkill_block(controller_index(air->radios[i]), block);
		if (r < 0)
			return fail_errno(request, "rfkill", r);
	}
	return true;
}

static const Verb verbs[] = {
	{ "plug", 2, 2, run_plug },
	{ "unplug", 2, 2, run_unplug },
	{ "adv", 7, 8, run_adv },
	{ "event", 3, 3, run_event },
	{ "repeat", 10, 12, run_repeat },
	{ "storm", 5, 6, run_storm },
	{ "quiet", 2, 2, run_quiet },
	{ "status", 2, 2, run_status },
	{ "rfkill", 3, 3, run_rfkill },
};

static const Verb *verb_find(const Verb *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i].name, name))
			return &list[i];
	return NULL;
}

bool command_line_run(Air *air, char *line, uint64_t now, char reply[COMMAND_REPLY_MAX],
		      Promise **ret_promise)
{
	Request request = { .air = air, .now = now, .reply = reply };
	char *rest = line, *word;
	const Verb *verb;

	*ret_promise = NULL;
	while ((word = strsep(&rest, " \t\r"))) {
		if (!*word)
			continue;
		if (request.n_words == WORDS_MAX) {
			fail(&request, "too many words", word);
			return true;
		}
		request.words[request.n_words++] = word;
	}
	strcpy(reply, "ok");
	if (request.n_words == 0) {
		fail(&request, "empty", "request");
		return true;
	}
	if (!strcmp(request.words[0], "quit"))
		return false;
	verb = verb_find(verbs, sizeof(verbs) / sizeof(verbs[0]), request.words[0]);
	if (!verb)
		verb = verb_find(peer_verbs, n_peer_verbs, request.words[0]);
	if (!verb)
		verb = verb_find(central_verbs, n_central_verbs, request.words[0]);
	if (!verb)
		fail(&request, "unknown request", request.words[0]);
	else if (request.n_words < verb->least || request.n_words > verb->most)
		fail(&request, "wrong number of words", request.words[0]);
	else
		verb->run(&request);
	*ret_promise = request.promise;
	return true;
}
