/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon costs as a GATT server: centrals read, write and are notified, with values that the daemon keeps,
 * with programs that answer through it, and with programs that are registered straight at BlueZ, side by side. On the
 * simulated BlueZ, or with BLUEBROKER_WORLD=vm on the guest's, whose figures mean something only against each other.
 * What BlueZ answers by itself tells how much of each figure is the measuring. */
#include <stdio.h>

#include "serve-bed.h"
#include "serve-calls.h"
#include "serve-notify.h"

static unsigned int seconds = 2;
static bool as_json;

START_TEST(serve)
{
	ServeBed *bed = serve_bed_new(seconds);

	serve_measure_calls(bed, false, 1);
	serve_measure_calls(bed, false, SERVE_CENTRALS);
	serve_measure_calls(bed, true, 1);
	serve_measure_notifications(bed);

	if (as_json) {
		figures_print_json(bed->figures, stdout);
	} else {
		printf("bluebrokerd: a GATT server, %u s each, %s\n", seconds,
		       world_is_real(bed->world) ? "real BlueZ in the guest" : "simulated BlueZ");
		figures_print_table(bed->figures, stdout);
	}
	serve_bed_free(bed);
}
END_TEST

int main(int argc, char *argv[])
{
	const int status = bench_arguments(argc, argv,
					   "Usage: bench-serve [--seconds N] [--json]\n"
					   "Measures GATT services through bluebrokerd and straight at BlueZ, for 2 seconds each.\n",
					   &seconds, &as_json);

	return status >= 0 ? status : bench_run("bench-serve", serve);
}
