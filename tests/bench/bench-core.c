/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's steps for a report, each as a loop of its own: bench-core STEP TIMES. It measures nothing itself
 * then: the script bench-core-count runs it under callgrind with two numbers of TIMES and takes the difference.
 * bench-core --goals measures time and memory, beside what they are meant to be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core-goals.h"
#include "core-steps.h"
#include "util/macros.h"

#define OURS 0xffff	/* the company that all reports are of */
#define OTHER 0x004c

static const struct Step {
	const char *name;
	const char *what;
	StepRun run;
	unsigned int sessions, detail;
} steps[] = {
	{ "nothing", "an empty loop", step_nothing, 0, 0 },
	{ "ingest", "PropertiesChanged of a device to report (sd-bus reads)", step_ingest, 0, 0 },
	{ "packet", "packet of the monitor to report", step_packet, 0, 0 },
	{ "fragments", "8 packets of the monitor to report of 1,650 bytes", step_fragments, 0, 0 },
	{ "report", "make and free a report of 15 bytes", step_report, 0, 0 },
	{ "filter-match", "filter: manufacturer and pattern, match", step_filter_match, 0, 0 },
	{ "filter-miss", "filter: manufacturer and pattern, no match", step_filter_miss, 0, 0 },
	{ "filter-address-miss", "filter: address, no match", step_filter_address_miss, 0, 0 },
	{ "filter-name-miss", "filter: name, no match", step_filter_name_miss, 0, 0 },
	{ "ring", "FIFO: in and out", step_ring, 0, 0 },
	{ "ring-overflow", "FIFO: in, oldest dropped", step_ring_overflow, 0, 0 },
	{ "dedup-new", "deduplication: new", step_dedup_new, 0, 0 },
	{ "dedup-seen", "deduplication: seen", step_dedup_seen, 0, 0 },
	{ "radio-1-miss", "report to 1 session, no match", step_radio, 1, OTHER },
	{ "radio-8-miss", "report to 8 sessions, no match", step_radio, 8, OTHER },
	{ "radio-32-miss", "report to 32 sessions, no match", step_radio, 32, OTHER },
	{ "radio-1-match", "report to 1 session, match, FIFO full", step_radio, 1, OURS },
	{ "radio-8-match", "report to 8 sessions, match, FIFOs full", step_radio, 8, OURS },
	{ "radio-32-match", "report to 32 sessions, match, FIFOs full", step_radio, 32, OURS },
	{ "radio-32-all", "report to 32 sessions without filter, FIFOs full", step_radio, 32, 0 },
	{ "monitor-1-miss", "packet of the monitor to 1 session, no match", step_monitor, 1, OTHER },
	{ "monitor-8-miss", "packet of the monitor to 8 sessions, no match", step_monitor, 8, OTHER },
	{ "monitor-32-miss", "packet of the monitor to 32 sessions, no match", step_monitor, 32, OTHER },
	{ "batch", "report to 1 session, and from there into a signal of 64", step_batch, 0, 0 },
	{ "stream-1", "report to 1 stream, 2,600/s (without the kernel's send)", step_stream, 1, 2600 },
	{ "stream-8", "report to 8 streams, 2,600/s", step_stream, 8, 2600 },
	{ "stream-32", "report to 32 streams, 2,600/s", step_stream, 32, 2600 },
	{ "stream-32-slow", "report to 32 streams, 300/s", step_stream, 32, 300 },
};

static void measure_goals(void)
{
	Figures *figures = figures_new();

	core_measure_times(figures);
	core_measure_memory(figures);
	figures_print_table(figures, stdout);
	figures_free(figures);
}

int main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
			printf("%s\t%s\n", steps[i].name, steps[i].what);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--goals") == 0) {
		measure_goals();
		return 0;
	}
	for (size_t i = 0; argc == 3 && i < ARRAY_SIZE(steps); i++) {
		if (strcmp(argv[1], steps[i].name) != 0)
			continue;
		steps[i].run((unsigned int)strtoul(argv[2], NULL, 10), steps[i].sessions, steps[i].detail);
		return 0;
	}
	fprintf(stderr, "Usage: bench-core STEP TIMES | --list | --goals\n");
	return 2;
}
