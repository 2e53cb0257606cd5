/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The air-control protocol: reads a request and carries it out. */
#include <string.h>

#include "request.h"

const char commands_help[] =
	"  plug ADDR [twin] | unplug ADDR|hciN\n"
	"  adv RADIO DEV public|random TYPE RSSI HEX [COUNT]\n"
	"  repeat RADIO NAME DEV public|random TYPE RSSI[~SPREAD] HEX INTERVAL_MS COUNT [rsp HEX]\n"
	"  storm RADIO ADVERTISERS RATE SECONDS\n"
	"  quiet RADIO | status RADIO | rfkill RADIO block|unblock\n"
	"  down | up                        bluetoothd leaves the bus, comes back\n"
	"  delay METHOD MS                  answers come that late\n"
	"  fail METHOD ERROR [TIMES]        answers are that error (0: always); ERROR '-' ends it\n"
	"  calls METHOD                     how often it was called\n"
	"  patience connect|att MS          bluetoothd waits that long (40000, 30000)\n"
	"  quit\n"
	"  peer NAME ADDR public|random HEX | unpeer NAME | peers | link NAME\n"
	"  service NAME HANDLE UUID primary|secondary | unservice NAME HANDLE\n"
	"  char NAME HANDLE UUID FLAGS HEX | desc NAME HANDLE UUID FLAGS HEX | changed NAME\n"
	"  value NAME HANDLE [HEX] | notify NAME HANDLE HEX [COUNT [INTERVAL_MS]]\n"
	"  counts NAME HANDLE | atterror NAME HANDLE read|write CODE\n"
	"  latency NAME MS | silent NAME on|off | mute NAME on|off | mtu NAME N\n"
	"  refuse NAME STATUS [TIMES] | drop NAME [REASON]\n"
	"  pairing NAME none|display|keyboard|confirm|refuse [PASSKEY]\n"
	"  passkey NAME N | forget NAME | ask NAME\n"
	"  private NAME ADDR public|random IRK | rotate NAME      its address is a private one of that\n"
	"                                   identity; which, it says (of centrals, too)\n"
	"  onair RADIO | airtime RADIO [reset] | sets RADIO N     what radios send\n"
	"  central NAME ADDR public|random | uncentral NAME | centrals | state NAME\n"
	"  connect NAME RADIO [MTU] | disconnect NAME [REASON] | discover NAME | events NAME\n"
	"  read NAME HANDLE [OFFSET [part]] | write NAME HANDLE HEX [request|command|prepare]\n"
	"  subscribe NAME HANDLE notify|indicate|off\n"
	"  secure NAME on|ask|PASSKEY | type NAME PASSKEY | unbond NAME\n"
	"RADIO is an address or '*'; TYPE 0 connectable, 1 directed, 2 scannable,\n"
	"3 non-connectable, 4 scan response; HEX the payload, '-' for none;\n"
	"METHOD e.g. StartDiscovery, Set:Powered, GetManagedObjects.\n";

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

static void run_plug(Request *request)
{
	Sim *sim = request->sim;
	uint64_t addr;
	Radio *radio;

	if (!parse_addr(request, request->words[1], &addr))
		return;
	if (request->n > 2 && !g_str_equal(request->words[2], "twin")) {
		fail(request, "expected twin: %s", request->words[2]);
		return;
	}
	/* a twin has the address of another */
	radio = air_plug(sim->air, addr, request->n > 2);
	if (!radio) {
		fail(request, "plugged in already: %s", request->words[1]);
		return;
	}
	if (sim->stack)
		stack_plugged(sim->stack, radio);
	request->reply = g_strdup_printf("ok hci%u", radio->index);
}

static void unplug(Sim *sim, Radio *radio)
{
	if (sim->stack)
		stack_unplugged(sim->stack, radio);
	air_unplug(sim->air, radio);
}

static void run_unplug(Request *request)
{
	Sim *sim = request->sim;
	const char *word = request->words[1];
	uint64_t target;
	Radio *radio;

	if (g_str_has_prefix(word, "hci")) {
		radio = air_find_index(sim->air, (unsigned int)g_ascii_strtoull(word + 3, NULL, 10));
		if (radio)
			unplug(sim, radio);
		else
			fail(request, "no such radio: %s", word);
		return;
	}
	if (!parse_target(request, word, &target))
		return;
	while ((radio = air_find(sim->air, target)))
		unplug(sim, radio);
}

static void run_adv(Request *request)
{
	unsigned int count = 1, spread, sent = 0;
	RadioReport report = { 0 };
	uint64_t target;
	int8_t base;

	if (!parse_target(request, request->words[1], &target) ||
	    !parse_report(request, request->words + 2, &report, &spread))
		return;
	if (request->n > 7 && !parse_number(request, request->words[7], 1, 1000000, &count))
		return;
	base = report.rssi;
	for (unsigned int i = 0; i < count; i++) {
		report.rssi = air_rssi(base, spread, i);
		sent += air_send(request->sim->air, target, &report);
	}
	request->reply = g_strdup_printf("ok %u", sent);
}

static void run_repeat(Request *request)
{
	char **words = request->words;
	AirRepeat repeat = { 0 };
	uint64_t target;

	if (!parse_target(request, words[1], &target) ||
	    !parse_report(request, words + 3, &repeat.report, &repeat.spread) ||
	    !parse_number(request, words[8], 1, 3600000, &repeat.interval_ms) ||
	    !parse_number(request, words[9], 0, G_MAXINT, &repeat.count))
		return;
	if (request->n > 10) {
		repeat.has_response = true;
		repeat.response = repeat.report;
		repeat.response.type = RADIO_SCAN_RSP;
		if (request->n != 12 || !g_str_equal(words[10], "rsp")) {
			fail(request, "expected rsp HEX: %s", words[10]);
			return;
		}
		if (!parse_payload(request, words[11], &repeat.response))
			return;
	}
	air_repeat(request->sim->air, target, words[2], &repeat);
}

static void run_storm(Request *request)
{
	char **words = request->words;
	unsigned int advertisers = 0, rate = 0, seconds = 0;
	uint64_t target;

	if (parse_target(request, words[1], &target) &&
	    parse_number(request, words[2], 1, 65536, &advertisers) &&
	    parse_number(request, words[3], 1, 100000, &rate) &&
	    parse_number(request, words[4], 1, 1000000, &seconds))
		air_storm(request->sim->air, target, advertisers, rate, seconds);
}

static void run_quiet(Request *request)
{
	uint64_t target;

	if (parse_target(request, request->words[1], &target))
		air_quiet(request->sim->air, target);
}

/* Of several radios: what any of them does, and the sum of what they heard. */
static void run_status(Request *request)
{
	const GPtrArray *radios = request->sim->air->radios;
	bool scanning = false, powered = false;
	uint64_t target, sent = 0;

	if (!parse_target(request, request->words[1], &target))
		return;
	for (unsigned int i = 0; i < radios->len; i++) {
		const Radio *radio = radios->pdata[i];

		if (!air_matches(target, radio))
			continue;
		scanning |= radio->scanning;
		powered |= radio->powered;
		sent += radio->sent;
	}
	/* Discovery is always an active scan with the controller's duplicate filter on. */
	request->reply = g_strdup_printf(
		"ok scanning=%d active=%d filterdup=%d powered=%d sent=%" G_GUINT64_FORMAT,
		scanning, scanning, scanning, powered, sent);
}

static void run_rfkill(Request *request)
{
	const GPtrArray *radios = request->sim->air->radios;
	bool block = g_str_equal(request->words[2], "block");
	uint64_t target;

	if (!block && !g_str_equal(request->words[2], "unblock"))
		fail(request, "neither block nor unblock: %s", request->words[2]);
	else if (parse_target(request, request->words[1], &target))
		for (unsigned int i = 0; i < radios->len; i++)
			if (air_matches(target, radios->pdata[i]))
				radio_block(radios->pdata[i], block);
}

static void run_down(Request *request)
{
	request->sim->stack = stack_free(request->sim->stack);
}

static void run_up(Request *request)
{
	Sim *sim = request->sim;

	if (!sim->stack)
		sim->stack = stack_new(sim->air, sim->faults, &sim->options);
	if (!sim->stack)
		fail(request, "cannot own org.bluez");
}

static void run_delay(Request *request)
{
	unsigned int ms = 0;

	if (parse_number(request, request->words[2], 0, 3600000, &ms))
		faults_delay(request->sim->faults, request->words[1], ms);
}

static void run_fail(Request *request)
{
	const char *error = request->words[2];
	unsigned int times = 1;

	if (request->n == 3 || parse_number(request, request->words[3], 0, 1000000, &times))
		faults_fail(request->sim->faults, request->words[1],
			    g_str_equal(error, "-") ? NULL : error, times);
}

static void run_calls(Request *request)
{
	request->reply =
		g_strdup_printf("ok %u", faults_calls(request->sim->faults, request->words[1]));
}

static void run_patience(Request *request)
{
	Air *air = request->sim->air;
	bool connect;

	if (parse_either(request, request->words[1], "connect", "att", &connect))
		parse_number(request, request->words[2], 1, 3600000,
			     connect ? &air->connect_ms : &air->att_ms);
}

static void run_quit(Request *request)
{
	request->sim->quit = true;
}

static const Verb verbs[] = {
	{ "plug", 2, 3, run_plug },	{ "unplug", 2, 2, run_unplug },
	{ "adv", 7, 8, run_adv },	{ "repeat", 10, 12, run_repeat },
	{ "storm", 5, 5, run_storm },	{ "quiet", 2, 2, run_quiet },
	{ "status", 2, 2, run_status }, { "rfkill", 3, 3, run_rfkill },
	{ "down", 1, 1, run_down },	{ "up", 1, 1, run_up },
	{ "delay", 3, 3, run_delay },	{ "fail", 3, 4, run_fail },
	{ "calls", 2, 2, run_calls },	{ "patience", 3, 3, run_patience },
	{ "quit", 1, 1, run_quit },
	{ NULL, 0, 0, NULL },
};

static const Verb *verb_find(const Verb *list, const char *name)
{
	for (; list->name; list++)
		if (g_str_equal(list->name, name))
			return list;
	return NULL;
}

void command_start(Sim *sim, const char *line, const Answer *answer)
{
	g_auto(GStrv) words = g_strsplit_set(line, " \t\r", -1);
	Request request = { .sim = sim, .words = words, .answer = *answer };
	const Verb *verb = NULL;

	for (char **word = words; *word; word++) {
		if (**word == '\0')
			g_free(*word);
		else
			words[request.n++] = *word;
	}
	words[request.n] = NULL;

	if (request.n > 0) {
		verb = verb_find(verbs, words[0]);
		if (!verb)
			verb = verb_find(peer_verbs, words[0]);
		if (!verb)
			verb = verb_find(central_verbs, words[0]);
	}
	if (!verb)
		fail(&request, "unknown request: %s", request.n > 0 ? words[0] : "");
	else if (request.n < verb->least || request.n > verb->most)
		fail(&request, "wrong number of words: %s", words[0]);
	else
		verb->run(&request);
	if (!request.late)
		answer->give(answer->data, request.reply ? request.reply : "ok");
	g_free(request.reply);
}

static void keep_reply(void *data, const char *reply)
{
	*(char **)data = g_strdup(reply);
}

char *command_run(Sim *sim, const char *line)
{
	char *reply = NULL;
	const Answer answer = { .give = keep_reply, .data = &reply };

	command_start(sim, line, &answer);
	g_assert(reply);
	return reply;
}
