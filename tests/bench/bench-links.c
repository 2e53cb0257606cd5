/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon costs between programs and a peripheral, and what it saves: everything is done
 * through it and straight to BlueZ, side by side. On the simulated BlueZ, or with
 * BLUEBROKER_WORLD=vm on the guest's, whose figures mean something only against each other. The
 * daemon runs and holds the link all the time, so that it hears what the others do with BlueZ. */
#include <stdio.h>

#include "bench.h"
#include "links-bed.h"
#include "links-calls.h"
#include "links-fanout.h"

static unsigned int seconds = 5;
static bool as_json;

static void measure_fanouts(Bed *bed, unsigned int interval_ms)
{
	static const unsigned int subscribers[] = { 1, 4, 16 };

	for (size_t i = 0; i < G_N_ELEMENTS(subscribers); i++)
		for (Fanout fanout = 0; fanout < _FANOUT_MAX; fanout++)
			if (fanout != FANOUT_BLUEZ_FD || subscribers[i] == 1)
				links_measure_fanout(bed, fanout, subscribers[i], interval_ms);
}

START_TEST(links)
{
	static const unsigned int air_ms[] = { 0, 10 };
	Bed *bed = bed_new(seconds);

	for (size_t i = 0; i < G_N_ELEMENTS(air_ms); i++)
		links_measure_latency(bed, air_ms[i]);
	for (int writes = 0; writes < 2; writes++)
		for (size_t i = 0; i < G_N_ELEMENTS(air_ms); i++)
			links_measure_crowd(bed, writes, air_ms[i]);
	bed_set_latency(bed, 0);
	measure_fanouts(bed, 1);
	measure_fanouts(bed, 0);

	if (as_json) {
		figures_print_json(bed->figures, stdout);
	} else {
		printf("bluebrokerd: links, %u s each, %s\n", seconds,
		       world_is_real(bed->world) ? "real BlueZ in the guest" : "simulated BlueZ");
		figures_print_table(bed->figures, stdout);
	}
	bed_free(bed);
}
END_TEST

int main(int argc, char *argv[])
{
	const int status = bench_arguments(argc, argv,
					   "Usage: bench-links [--seconds N] [--json]\n"
					   "Measures links through bluebrokerd and straight to BlueZ, for 5 seconds each.\n",
					   &seconds, &as_json);

	return status >= 0 ? status : bench_run("bench-links", links);
}
