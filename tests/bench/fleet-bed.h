/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fleet of gateways on one broker: a bluebroker-mqtt each, with a daemon that has no radio. */
#pragma once

#include <stdint.h>

#include "fleet-broker.h"

typedef struct Fleet Fleet;

/* What was used and what came since the fleet began, or in a time of it (fleet_measure). */
typedef struct FleetUse {
	double seconds;
	double gateways_cpu; /* seconds, of all together */
	double broker_cpu;
	uint64_t fed; /* reports that the daemons wrote, of which the programs took all but lost */
	uint64_t lost;
	FleetCame came;
} FleetUse;

/* So many, which publish in one format. When it returns all scan, and have come to the broker. dir: for
 * files. */
Fleet *fleet_new(FleetBroker *broker, const char *dir, const char *format, unsigned int qos,
		 unsigned int gateways);
Fleet *fleet_free(Fleet *fleet);

/* Lets each gateway hear so many reports/s for so long, after a time in which it gets going. */
FleetUse fleet_measure(Fleet *fleet, double rate, double seconds);

/* Waits until nothing comes any more; how many of the reports of its life did not come. */
uint64_t fleet_settle(Fleet *fleet);

/* Memory of a gateway, KiB: of all the mean, and the most. */
void fleet_memory(const Fleet *fleet, double *mean_rss, double *most_rss, double *mean_private);
