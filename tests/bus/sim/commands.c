/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The air-control protocol: reads a request and carries it out. */
#include <string.h>

#include "commands.h"

const char commands_help[] =
	"  plug ADDR | unplug ADDR\n"
	"  adv RADIO DEV public|random TYPE RSSI HEX [COUNT]\n"
	"  repeat RADIO NAME DEV public|random TYPE RSSI[~SPREAD] HEX INTERVAL_MS COUNT [rsp HEX]\n"
	"  storm RADIO ADVERTISERS RATE SECONDS\n"
	"  quiet RADIO | status RADIO | rfkill RADIO block|unblock\n"
	"  down | up                        bluetoothd leaves the bus, comes back\n"
	"  delay METHOD MS                  answers come that late\n"
	"  fail METHOD ERROR [TIMES]        answers are that error (0: always); ERROR '-' ends it\n"
	"  calls METHOD                     how often it was called\n"
	"  quit\n"
	"RADIO is an address or '*'; TYPE 0 connectable, 1 directed, 2 scannable,\n"
	"3 non-connectable, 4 scan response; HEX the payload, '-' for none;\n"
	"METHOD e.g. StartDiscovery, Set:Powered, GetManagedObjects.\n";

typedef struct Request {
	Sim *sim;
	char **words;
	unsigned int n;
	char *reply; /* NULL: ok */
} Request;

static bool G_GNUC_PRINTF(2, 3) fail(Request *request, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_free(request->reply);
	request->reply = g_strconcat("error ", text, NULL);
	return false;
}

static bool parse_number(Request *request, const char *word, unsigned int least, unsigned int most,
			 unsigned int *ret)
{
	uint64_t value;

	if (!g_ascii_string_to_unsigned(word, 10, least, most, &value, NULL))
		return fail(request, "number out of range %u..%u: %s", least, most, word);
	*ret = (unsigned int)value;
	return true;
}

static bool parse_addr(Request *request, const char *word, uint64_t *ret)
{
	return addr_parse(word, ret) || fail(request, "not an address: %s", word);
}

static bool parse_target(Request *request, const char *word, uint64_t *ret)
{
	if (g_str_equal(word, "*")) {
		*ret = AIR_ALL;
		return true;
	}
	return parse_addr(request, word, ret) &&
	       (air_find(request->sim->air, *ret) || fail(request, "no such radio: %s", word));
}

static bool parse_payload(Request *request, const char *word, RadioReport *report)
{
	size_t len = strlen(word);

	report->len = 0;
	if (g_str_equal(word, "-"))
		return true;
	if (len % 2 != 0 || len / 2 > sizeof(report->data) ||
	    strspn(word, "0123456789abcdefABCDEF") != len)
		return fail(request, "not a payload of up to 31 bytes in hex: %s", word);
	for (size_t i = 0; i < len; i += 2)
		report->data[report->len++] = (uint8_t)(g_ascii_xdigit_value(word[i]) << 4 |
							g_ascii_xdigit_value(word[i + 1]));
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
	radio = air_plug(sim->air, addr);
	if (!radio) {
		fail(request, "plugged in already: %s", request->words[1]);
		return;
	}
	if (sim->stack)
		stack_plugged(sim->stack, radio);
	request->reply = g_strdup_printf("ok hci%u", radio->index);
}

static void run_unplug(Request *request)
{
	Sim *sim = request->sim;
	uint64_t target;
	Radio *radio;

	if (!parse_target(request, request->words[1], &target))
		return;
	while ((radio = air_find(sim->air, target))) {
		if (sim->stack)
			stack_unplugged(sim->stack, radio);
		air_unplug(sim->air, radio);
	}
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

static void run_quit(Request *request)
{
	request->sim->quit = true;
}

static const struct {
	const char *name;
	unsigned int least, most; /* words, the name among them */
	void (*run)(Request *request);
} requests[] = {
	{ "plug", 2, 2, run_plug },	{ "unplug", 2, 2, run_unplug },
	{ "adv", 7, 8, run_adv },	{ "repeat", 10, 12, run_repeat },
	{ "storm", 5, 5, run_storm },	{ "quiet", 2, 2, run_quiet },
	{ "status", 2, 2, run_status }, { "rfkill", 3, 3, run_rfkill },
	{ "down", 1, 1, run_down },	{ "up", 1, 1, run_up },
	{ "delay", 3, 3, run_delay },	{ "fail", 3, 4, run_fail },
	{ "calls", 2, 2, run_calls },	{ "quit", 1, 1, run_quit },
};

char *command_run(Sim *sim, const char *line)
{
	g_auto(GStrv) words = g_strsplit_set(line, " \t\r", -1);
	Request request = { .sim = sim, .words = words };

	for (char **word = words; *word; word++) {
		if (**word == '\0')
			g_free(*word);
		else
			words[request.n++] = *word;
	}
	words[request.n] = NULL;

	for (unsigned int i = 0; i < G_N_ELEMENTS(requests); i++) {
		if (request.n == 0 || !g_str_equal(requests[i].name, words[0]))
			continue;
		if (request.n < requests[i].least || request.n > requests[i].most)
			fail(&request, "wrong number of words: %s", words[0]);
		else
			requests[i].run(&request);
		return request.reply ? request.reply : g_strdup("ok");
	}
	fail(&request, "unknown request: %s", request.n > 0 ? words[0] : "");
	return request.reply;
}
