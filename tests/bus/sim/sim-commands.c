/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What only the simulated BlueZ can be asked for. */
#include "commands.h"
#include "sim.h"

const char sim_help[] =
	"Only the simulated BlueZ:\n"
	"  plug ADDR twin                   with the address of another\n"
	"  down | up                        bluetoothd leaves the bus, comes back\n"
	"  delay METHOD MS                  answers come that late\n"
	"  fail METHOD ERROR [TIMES]        answers are that error (0: always); ERROR '-' ends it\n"
	"  calls METHOD                     how often it was called\n"
	"  patience connect|att MS          bluetoothd waits that long (40000, 30000)\n"
	"  pairing NAME confirm PASSKEY     both sides show the passkey\n"
	"METHOD e.g. StartDiscovery, Set:Powered, GetManagedObjects.\n";

static bool run_down(Request *request)
{
	Sim *sim = air_sim(request->air);

	sim->stack = stack_free(sim->stack);
	return true;
}

static bool run_up(Request *request)
{
	Sim *sim = air_sim(request->air);

	if (!sim->stack)
		sim->stack = stack_new(&sim->air, sim->faults, &sim->options);
	return sim->stack || fail(request, "cannot own org.bluez");
}

static bool run_delay(Request *request)
{
	unsigned int ms;

	if (!parse_number(request, request->words[2], 0, 3600000, &ms))
		return false;
	faults_delay(air_sim(request->air)->faults, request->words[1], ms);
	return true;
}

static bool run_fail(Request *request)
{
	const char *error = request->words[2];
	unsigned int times = 1;

	if (request->n > 3 && !parse_number(request, request->words[3], 0, 1000000, &times))
		return false;
	faults_fail(air_sim(request->air)->faults, request->words[1], g_str_equal(error, "-") ? NULL : error,
		    times);
	return true;
}

static bool run_calls(Request *request)
{
	g_string_append_printf(request->reply, " %u",
			       faults_calls(air_sim(request->air)->faults, request->words[1]));
	return true;
}

static bool run_patience(Request *request)
{
	Sim *sim = air_sim(request->air);
	bool connect;

	return parse_either(request, request->words[1], "connect", "att", &connect) &&
	       parse_number(request, request->words[2], 1, 3600000,
			    connect ? &sim->connect_ms : &sim->att_ms);
}

const Verb sim_verbs[] = {
	{ "down", 1, 1, run_down },
	{ "up", 1, 1, run_up },
	{ "delay", 3, 3, run_delay },
	{ "fail", 3, 4, run_fail },
	{ "calls", 2, 2, run_calls },
	{ "patience", 3, 3, run_patience },
	{ NULL, 0, 0, NULL },
};

const Verb *const verbs[] = { air_verbs, peer_verbs, attribute_verbs, central_verbs, sim_verbs, NULL };
