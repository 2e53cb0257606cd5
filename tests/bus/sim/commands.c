/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The air-control protocol: reads a request and carries it out. */
#include <string.h>

#include "commands.h"

const char commands_help[] =
	"Only the simulated BlueZ:\n"
	"  plug ADDR twin                   with the address of another\n"
	"  down | up                        bluetoothd leaves the bus, comes back\n"
	"  delay METHOD MS                  answers come that late\n"
	"  fail METHOD ERROR [TIMES]        answers are that error (0: always); ERROR '-' ends it\n"
	"  calls METHOD                     how often it was called\n"
	"  patience connect|att MS          bluetoothd waits that long (40000, 30000)\n"
	"  pairing NAME confirm PASSKEY     both sides show the passkey\n"
	"METHOD e.g. StartDiscovery, Set:Powered, GetManagedObjects.\n";

bool parse_target(Request *request, const char *word, uint64_t *ret)
{
	if (g_str_equal(word, "*")) {
		*ret = AIR_ALL;
		return true;
	}
	return parse_addr(request, word, ret) &&
	       (air_find(request->air, *ret) || fail(request, "no such radio: %s", word));
}

static bool parse_payload(Request *request, const char *word, RadioReport *report)
{
	size_t len;

	if (!parse_bytes(request, word, sizeof(report->data), report->data, &len))
		return false;
	report->len = (uint8_t)len;
	return true;
}

/* BASE or BASE~SPREAD */
static bool parse_rssi(Request *request, const char *word, int8_t *ret, unsigned int *ret_spread)
{
	g_auto(GStrv) parts = g_strsplit(word, "~", 2);
	int64_t rssi;

	*ret_spread = 0;
	if (!g_ascii_string_to_signed(parts[0], 10, INT8_MIN, INT8_MAX, &rssi, NULL))
		return fail(request, "not an RSSI: %s", word);
	*ret = (int8_t)rssi;
	return !parts[1] || parse_number(request, parts[1], 0, 60, ret_spread);
}

/* DEV public|random TYPE RSSI HEX */
static bool parse_report(Request *request, char **words, RadioReport *ret, unsigned int *ret_spread)
{
	unsigned int type = 0;

	if (!parse_addr(request, words[0], &ret->addr) ||
	    !parse_number(request, words[2], 0, 4, &type) ||
	    !parse_rssi(request, words[3], &ret->rssi, ret_spread) ||
	    !parse_payload(request, words[4], ret))
		return false;
	ret->random = g_str_equal(words[1], "random");
	ret->type = (uint8_t)type;
	return ret->random || g_str_equal(words[1], "public") ||
	       fail(request, "neither public nor random: %s", words[1]);
}

static bool run_plug(Request *request)
{
	Sim *sim = request->air->sim;
	uint64_t addr;
	Radio *radio;

	if (!parse_addr(request, request->words[1], &addr))
		return false;
	if (request->n > 2 && !g_str_equal(request->words[2], "twin")) {
		fail(request, "expected twin: %s", request->words[2]);
		return false;
	}
	/* a twin has the address of another */
	radio = air_plug(sim->air, addr, request->n > 2);
	if (!radio) {
		fail(request, "plugged in already: %s", request->words[1]);
		return false;
	}
	if (sim->stack)
		stack_plugged(sim->stack, radio);
	g_string_printf(request->reply, "ok hci%u", radio->index);
	return true;
}

static void unplug(Sim *sim, Radio *radio)
{
	if (sim->stack)
		stack_unplugged(sim->stack, radio);
	air_unplug(sim->air, radio);
}

static bool run_unplug(Request *request)
{
	Sim *sim = request->air->sim;
	const char *word = request->words[1];
	uint64_t target;
	Radio *radio;

	if (g_str_has_prefix(word, "hci")) {
		radio = air_find_index(sim->air, (unsigned int)g_ascii_strtoull(word + 3, NULL, 10));
		if (radio)
			unplug(sim, radio);
		else
			fail(request, "no such radio: %s", word);
		return false;
	}
	if (!parse_target(request, word, &target))
		return false;
	while ((radio = air_find(sim->air, target)))
		unplug(sim, radio);
	return true;
}

static bool run_adv(Request *request)
{
	unsigned int count = 1, spread, sent = 0;
	RadioReport report = { 0 };
	uint64_t target;
	int8_t base;

	if (!parse_target(request, request->words[1], &target) ||
	    !parse_report(request, request->words + 2, &report, &spread))
		return false;
	if (request->n > 7 && !parse_number(request, request->words[7], 1, 1000000, &count))
		return false;
	base = report.rssi;
	for (unsigned int i = 0; i < count; i++) {
		report.rssi = air_rssi(base, spread, i);
		sent += air_send(request->air, target, &report);
	}
	g_string_printf(request->reply, "ok %u", sent);
	return true;
}

static bool run_repeat(Request *request)
{
	char **words = request->words;
	AirRepeat repeat = { 0 };
	uint64_t target;

	if (!parse_target(request, words[1], &target) ||
	    !parse_report(request, words + 3, &repeat.report, &repeat.spread) ||
	    !parse_number(request, words[8], 1, 3600000, &repeat.interval_ms) ||
	    !parse_number(request, words[9], 0, G_MAXINT, &repeat.count))
		return false;
	if (request->n > 10) {
		repeat.has_response = true;
		repeat.response = repeat.report;
		repeat.response.type = RADIO_SCAN_RSP;
		if (request->n != 12 || !g_str_equal(words[10], "rsp")) {
			fail(request, "expected rsp HEX: %s", words[10]);
			return false;
		}
		if (!parse_payload(request, words[11], &repeat.response))
			return false;
	}
	air_repeat(request->air, target, words[2], &repeat);
	return true;
}

static bool run_storm(Request *request)
{
	char **words = request->words;
	unsigned int advertisers = 0, rate = 0, seconds = 0;
	uint64_t target;

	if (parse_target(request, words[1], &target) &&
	    parse_number(request, words[2], 1, 65536, &advertisers) &&
	    parse_number(request, words[3], 1, 100000, &rate) &&
	    parse_number(request, words[4], 1, 1000000, &seconds))
		air_storm(request->air, target, advertisers, rate, seconds);
	return true;
}

static bool run_quiet(Request *request)
{
	uint64_t target;

	if (parse_target(request, request->words[1], &target))
		air_quiet(request->air, target);
	return true;
}

/* Of several radios: what any of them does, and the sum of what they heard. */
static bool run_status(Request *request)
{
	const GPtrArray *radios = request->air->radios;
	bool scanning = false, powered = false;
	uint64_t target, sent = 0;

	if (!parse_target(request, request->words[1], &target))
		return false;
	for (unsigned int i = 0; i < radios->len; i++) {
		const Radio *radio = radios->pdata[i];

		if (!air_matches(target, radio))
			continue;
		scanning |= radio->scanning;
		powered |= radio->powered;
		sent += radio->sent;
	}
	/* Discovery is always an active scan with the controller's duplicate filter on. */
	g_string_printf(request->reply, 
		"ok scanning=%d active=%d filterdup=%d powered=%d sent=%" G_GUINT64_FORMAT,
		scanning, scanning, scanning, powered, sent);
	return true;
}

static bool run_rfkill(Request *request)
{
	const GPtrArray *radios = request->air->radios;
	bool block = g_str_equal(request->words[2], "block");
	uint64_t target;

	if (!block && !g_str_equal(request->words[2], "unblock"))
		fail(request, "neither block nor unblock: %s", request->words[2]);
	else if (parse_target(request, request->words[1], &target))
		for (unsigned int i = 0; i < radios->len; i++)
			if (air_matches(target, radios->pdata[i]))
				radio_block(radios->pdata[i], block);
	return true;
}

static bool run_down(Request *request)
{
	request->air->sim->stack = stack_free(request->air->sim->stack);
	return true;
}

static bool run_up(Request *request)
{
	Sim *sim = request->air->sim;

	if (!sim->stack)
		sim->stack = stack_new(sim->air, sim->faults, &sim->options);
	if (!sim->stack)
		fail(request, "cannot own org.bluez");
	return true;
}

static bool run_delay(Request *request)
{
	unsigned int ms = 0;

	if (parse_number(request, request->words[2], 0, 3600000, &ms))
		faults_delay(request->air->sim->faults, request->words[1], ms);
	return true;
}

static bool run_fail(Request *request)
{
	const char *error = request->words[2];
	unsigned int times = 1;

	if (request->n == 3 || parse_number(request, request->words[3], 0, 1000000, &times))
		faults_fail(request->air->sim->faults, request->words[1],
			    g_str_equal(error, "-") ? NULL : error, times);
	return true;
}

static bool run_calls(Request *request)
{
	g_string_printf(request->reply, "ok %u", faults_calls(request->air->sim->faults, request->words[1]));
	return true;
}

static bool run_patience(Request *request)
{
	Air *air = request->air;
	bool connect;

	if (parse_either(request, request->words[1], "connect", "att", &connect))
		parse_number(request, request->words[2], 1, 3600000,
			     connect ? &air->connect_ms : &air->att_ms);
	return true;
}

static const Verb air_verbs[] = {
	{ "plug", 2, 3, run_plug },	{ "unplug", 2, 2, run_unplug },
	{ "adv", 7, 8, run_adv },	{ "repeat", 10, 12, run_repeat },
	{ "storm", 5, 5, run_storm },	{ "quiet", 2, 2, run_quiet },
	{ "status", 2, 2, run_status }, { "rfkill", 3, 3, run_rfkill },
	{ "down", 1, 1, run_down },	{ "up", 1, 1, run_up },
	{ "delay", 3, 3, run_delay },	{ "fail", 3, 4, run_fail },
	{ "calls", 2, 2, run_calls },	{ "patience", 3, 3, run_patience },
	{ NULL, 0, 0, NULL },
};

const Verb *const verbs[] = { air_verbs, peer_verbs, central_verbs, NULL };
