/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon's steps cost, beside what they are meant to cost. */
#include "core-goals.h"

#include <malloc.h>
#include <string.h>

#include "bench.h"
#include "core-bed.h"
#include "core-steps.h"
#include "core/devices.h"
#include "core/radios.h"
#include "meaning/ad.h"

#define ROUNDS 7
#define FEW 2000

/* Microseconds of CPU a time: the median of some rounds, each of which lets the step's own start cancel out. */
static double measure(StepRun run, unsigned int many, unsigned int sessions, unsigned int detail)
{
	g_autoptr(GArray) rounds = g_array_new(FALSE, FALSE, sizeof(double));

	for (unsigned int i = 0; i < ROUNDS; i++) {
		double start = core_cpu(), middle, end, us;

		run(FEW, sessions, detail);
		middle = core_cpu();
		run(FEW + many, sessions, detail);
		end = core_cpu();
		us = ((end - middle) - (middle - start)) * 1e6 / many;
		g_array_append_val(rounds, us);
	}
	return bench_percentile(rounds, 50);
}

void core_measure_times(Figures *figures)
{
	static const char ingest[] = "ingest, packet of the monitor to sessions that filter it out";
	static const char streams[] = "streams, for each report and reader (32 of them, with the send)";
	static const unsigned int sessions[] = { 1, 8, 32 }, rates[] = { 300, 1000, 2600 };
	double cost[G_N_ELEMENTS(sessions)];

	for (size_t i = 0; i < G_N_ELEMENTS(sessions); i++) {
		cost[i] = measure(step_monitor, 100000, sessions[i], 0x004c);
		figures_add_goal(figures, ingest, "us", 3, cost[i], sessions[i] == 32 ? 3 : 0, "%u session%s",
				 sessions[i], sessions[i] == 1 ? "" : "s");
	}
	figures_add(figures, ingest, "us", 3, (cost[2] - cost[0]) / 31, "each more that filters it out");
	for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
		const double us = measure(step_stream, 10000, 32, rates[i]) / 32;

		figures_add_goal(figures, streams, "us", 3, us, 1, "at %u reports/s", rates[i]);
	}
}

/* --- memory --- */

static size_t get_heap(void)
{
	return mallinfo2().uordblks;
}

/* Of 31 bytes, a name among them. */
static void hear(Radio *radio, unsigned int number)
{
	uint8_t data[AD_LEGACY_MAX] = { 2, 1, 6, 9, AD_NAME, 'd', 'e', 'v', '-', '0', '0', '0', '0',
					17, 0xff, 0xff, 0xff };
	ReportInfo info = {
		.addr = { .bytes = { 0xc0, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number }, .type = ADDR_RANDOM },
		.adv_type = ADV_CONNECTABLE,
		.rssi = -60,
		.tx_power = TX_POWER_UNKNOWN,
		.sid = SID_NONE,
		.time = NOW,
		.data = data,
		.length = sizeof(data),
	};
	Report *report;

	memcpy(data + 17, &number, sizeof(number));
	core_check(report_new(&report, &info), "report");
	radios_report(radio, report, NOW);
	report_unref(report);
}

void core_measure_memory(Figures *figures)
{
	static const char group[] = "memory, of a broker with one radio and one session that reads nothing";
	static const unsigned int counts[] = { 0, 1000, 10000 };
	size_t start, empty = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
		Radio *radio;
		size_t bytes;

		start = get_heap();
		radio = core_radio();
		core_add_sessions(radio, 1, 0x004c, 0);
		for (unsigned int n = 0; n < counts[i]; n++)
			hear(radio, n);
		if (devices_count(radio->devices) != counts[i])
			core_fail("not every advertiser is in the table");
		bytes = get_heap() - start;
		empty = i == 0 ? bytes : empty;
		figures_add(figures, group, "bytes", 0, (double)bytes, "%u advertisers", counts[i]);
		if (counts[i] > 0)
			figures_add(figures, group, "bytes", 0, (double)(bytes - empty) / counts[i],
				    "%u advertisers, each of them", counts[i]);
		core_radio_free(radio);
	}
}
