/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests about radios, and about the reports that they hear. */
#include <inttypes.h>
#include <stdlib.h>

#include "commands.h"
#include "emitter.h"

#define SETS_MAX 16

bool parse_target(Request *request, const char *word, uint64_t *ret)
{
	if (g_str_equal(word, "*")) {
		*ret = AIR_ALL;
		return true;
	}
	return parse_addr(request, word, ret) &&
	       (air_find(request->air, *ret) || fail(request, "no such radio: %s", word));
}

bool parse_random(Request *request, const char *word, bool *ret)
{
	return parse_either(request, word, "random", "public", ret);
}

static bool parse_payload(Request *request, const char *word, Report *ret)
{
	size_t len;

	if (!parse_bytes(request, word, sizeof(ret->data), ret->data, &len))
		return false;
	ret->len = (uint8_t)len;
	return true;
}

/* BASE or BASE~SPREAD, dBm */
static bool parse_level(Request *request, const char *word, Level *ret)
{
	char *end;
	long base, spread = 0;

	base = strtol(word, &end, 10);
	if (end != word && *end == '~')
		spread = strtol(end + 1, &end, 10);
	if (end == word || *end || spread < 0 || base - spread < INT8_MIN || base + spread > INT8_MAX)
		return fail(request, "not an RSSI: %s", word);
	*ret = (Level){ (int8_t)base, (uint8_t)spread };
	return true;
}

/* DEV public|random TYPE RSSI HEX */
static bool parse_report(Request *request, char **words, Report *ret, Level *ret_level)
{
	unsigned int type;

	if (!parse_addr(request, words[0], &ret->addr) || !parse_random(request, words[1], &ret->random) ||
	    !parse_number(request, words[2], 0, REPORT_SCAN_RSP, &type) ||
	    !parse_level(request, words[3], ret_level) || !parse_payload(request, words[4], ret))
		return false;
	ret->type = (uint8_t)type;
	return true;
}

static bool run_plug(Request *request)
{
	bool twin = request->n > 2;
	Radio *radio;
	uint64_t addr;
	int r;

	if (!parse_addr(request, request->words[1], &addr))
		return false;
	if (addr == 0 && !twin)
		return fail(request, "no address for a radio: %s", request->words[1]);
	if (twin && !g_str_equal(request->words[2], "twin"))
		return fail(request, "expected twin: %s", request->words[2]);
	r = air_plug(request->air, addr, twin, &radio);
	if (r < 0)
		return fail_errno(request, r);
	g_string_append_printf(request->reply, " hci%u", request->air->ops->radio_index(radio));
	return true;
}

static Radio *find_index(const Air *air, unsigned int index)
{
	for (unsigned int i = 0; i < air->radios->len; i++)
		if (air->ops->radio_index(air->radios->pdata[i]) == index)
			return air->radios->pdata[i];
	return NULL;
}

static bool run_unplug(Request *request)
{
	const char *word = request->words[1];
	Air *air = request->air;
	uint64_t target;
	Radio *radio;

	if (g_str_has_prefix(word, "hci")) {
		radio = find_index(air, (unsigned int)g_ascii_strtoull(word + 3, NULL, 10));
		if (!radio)
			return fail(request, "no such radio: %s", word);
		air_unplug(air, radio);
		return true;
	}
	if (!parse_target(request, word, &target))
		return false;
	while ((radio = air_find(air, target)))
		air_unplug(air, radio);
	return true;
}

static bool run_adv(Request *request)
{
	unsigned int count = 1, sent = 0;
	Report report = { 0 };
	uint64_t target;
	Level level;
	int r;

	if (!parse_target(request, request->words[1], &target) ||
	    !parse_report(request, request->words + 2, &report, &level) ||
	    (request->n > 7 && !parse_number(request, request->words[7], 1, 1000000, &count)))
		return false;
	for (unsigned int i = 0; i < count; i++) {
		report.rssi = level_at(&level, i);
		r = air_send(request->air, target, &report);
		if (r < 0)
			return fail_errno(request, r);
		sent += (unsigned int)r;
	}
	g_string_append_printf(request->reply, " %u", sent);
	return true;
}

static bool run_repeat(Request *request)
{
	char **words = request->words;
	Repeat repeat = { .has_response = request->n > 10 };
	uint64_t target;

	if (!parse_target(request, words[1], &target) ||
	    !parse_report(request, words + 3, &repeat.report, &repeat.level) ||
	    !parse_number(request, words[8], 1, 3600000, &repeat.interval_ms) ||
	    !parse_number(request, words[9], 0, UINT_MAX, &repeat.count))
		return false;
	repeat.response = repeat.report;
	repeat.response.type = REPORT_SCAN_RSP;
	if (repeat.has_response && (request->n != 12 || !g_str_equal(words[10], "rsp")))
		return fail(request, "expected rsp HEX: %s", words[10]);
	if (repeat.has_response && !parse_payload(request, words[11], &repeat.response))
		return false;
	air_repeat(request->air, target, words[2], &repeat);
	return true;
}

static bool run_storm(Request *request)
{
	Storm storm = { .burst = 1 };
	char **words = request->words;
	uint64_t target;

	if (!parse_target(request, words[1], &target) ||
	    !parse_number(request, words[2], 1, 65536, &storm.advertisers) ||
	    !parse_number(request, words[3], 1, 100000, &storm.rate) ||
	    !parse_number(request, words[4], 1, 1000000, &storm.seconds) ||
	    (request->n > 5 && !parse_number(request, words[5], 1, 65536, &storm.burst)))
		return false;
	if (storm.burst > 1 && !request->air->ops->hear_together)
		return fail(request, "no bursts here: %s", words[5]);
	air_storm(request->air, target, &storm);
	return true;
}

static bool run_quiet(Request *request)
{
	uint64_t target;

	if (!parse_target(request, request->words[1], &target))
		return false;
	air_quiet(request->air, target);
	return true;
}

/* For several radios: what any of them does, and how many reports their hosts got in all. */
static bool run_status(Request *request)
{
	const Air *air = request->air;
	RadioStatus sum = { 0 }, status;
	uint64_t target;

	if (!parse_target(request, request->words[1], &target))
		return false;
	for (unsigned int i = 0; i < air->radios->len; i++) {
		if (!air_matches(air, target, air->radios->pdata[i]))
			continue;
		air->ops->status(air->radios->pdata[i], &status);
		sum.scanning |= status.scanning;
		sum.active |= status.active;
		sum.filter_duplicates |= status.filter_duplicates;
		sum.powered |= status.powered;
		sum.sent += status.sent;
	}
	g_string_append_printf(request->reply, " scanning=%d active=%d filterdup=%d powered=%d sent=%" PRIu64,
			       sum.scanning, sum.active, sum.filter_duplicates, sum.powered, sum.sent);
	return true;
}

static bool run_rfkill(Request *request)
{
	const Air *air = request->air;
	uint64_t target;
	bool block;
	int r;

	if (!parse_either(request, request->words[2], "block", "unblock", &block) ||
	    !parse_target(request, request->words[1], &target))
		return false;
	for (unsigned int i = 0; i < air->radios->len; i++) {
		if (!air_matches(air, target, air->radios->pdata[i]))
			continue;
		r = air->ops->block(air->radios->pdata[i], block);
		if (r < 0)
			return fail_errno(request, r);
	}
	return true;
}

static bool print_radios(Request *request, void (*print)(Radio *radio, GString *text))
{
	const Air *air = request->air;
	uint64_t target;

	if (!parse_target(request, request->words[1], &target))
		return false;
	for (unsigned int i = 0; i < air->radios->len; i++)
		if (air_matches(air, target, air->radios->pdata[i]))
			print(air->radios->pdata[i], request->reply);
	return true;
}

static bool run_onair(Request *request)
{
	return print_radios(request, request->air->ops->print_onair);
}

static bool run_airtime(Request *request)
{
	const Air *air = request->air;
	uint64_t target;

	if (request->n == 2)
		return print_radios(request, air->ops->print_airtime);
	if (!g_str_equal(request->words[2], "reset"))
		return fail(request, "not reset: %s", request->words[2]);
	if (!parse_target(request, request->words[1], &target))
		return false;
	for (unsigned int i = 0; i < air->radios->len; i++)
		if (air_matches(air, target, air->radios->pdata[i]))
			air->ops->forget_airtime(air->radios->pdata[i]);
	return true;
}

static bool run_sets(Request *request)
{
	uint64_t target = AIR_ALL;
	unsigned int n;

	if ((!g_str_equal(request->words[1], "*") && !parse_addr(request, request->words[1], &target)) ||
	    !parse_number(request, request->words[2], 0, SETS_MAX, &n))
		return false;
	air_set_sets(request->air, target, n);
	return true;
}

const Verb air_verbs[] = {
	{ "plug", 2, 3, run_plug },
	{ "unplug", 2, 2, run_unplug },
	{ "adv", 7, 8, run_adv },
	{ "repeat", 10, 12, run_repeat },
	{ "storm", 5, 6, run_storm },
	{ "quiet", 2, 2, run_quiet },
	{ "status", 2, 2, run_status },
	{ "rfkill", 3, 3, run_rfkill },
	{ "onair", 2, 2, run_onair },
	{ "airtime", 2, 3, run_airtime },
	{ "sets", 3, 3, run_sets },
	{ NULL, 0, 0, NULL },
};
