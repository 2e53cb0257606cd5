/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fleets of gateways on one mosquitto: what a published report costs the gateway and the broker, how many bytes it
 * has in each format, and where the broker's end is. Each gateway is a process, and hears what is fed to it here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bench.h"
#include "figures.h"
#include "fleet-bed.h"
#include "janitor.h"

#define RATE 20 /* reports/s of a gateway: twenty devices, each once a second */
#define BUSY_RATE 300 /* of one in a crowd */
#define CEILING_GATEWAYS 10
#define CEILING_FIRST 2000 /* reports/s of all, doubled until they do not come any more */
#define CEILING_LAST 512000
#define JSON_GOAL_US 40
#define BINARY_GOAL_US 10
#define RSS_GOAL_KIB (8 * 1024)

static unsigned int seconds = 5;
static bool as_json;

typedef struct Bed {
	char *dir;
	FleetBroker *broker;
	Figures *figures;
} Bed;

/* What a fleet publishes, and how. */
typedef struct Kind {
	const char *name;
	const char *format;
	unsigned int qos; /* 1 by default */
	double cpu_goal;  /* us a report; 0: none */
} Kind;

static const Kind json = { "json", "json", 1, JSON_GOAL_US };
static const Kind binary = { "binary", "binary", 1, BINARY_GOAL_US };
/* of these one gateway alone is measured */
static const Kind json_0 = { "json, QoS 0", "json", 0, JSON_GOAL_US };
static const Kind ruuvi = { "ruuvi", "ruuvi", 1, 0 };
static const Kind theengs = { "theengs", "theengs", 1, 0 };

static double us(double cpu, uint64_t reports)
{
	return reports > 0 ? cpu * 1e6 / (double)reports : 0;
}

static void add_bytes(Figures *figures, const char *row, const FleetUse *use)
{
	figures_add(figures, "bytes a report, of topic and payload (31 bytes of data)", "", 1,
		    (double)use->came.bytes / (double)MAX(use->came.reports, 1), "%s (%.0f reports a message)",
		    row, (double)use->came.reports / (double)MAX(use->came.messages, 1));
}

static void add_use(Figures *figures, const Kind *kind, const char *row, const FleetUse *use)
{
	figures_add_goal(figures, "CPU of the gateway a published report", "us", 1,
			 us(use->gateways_cpu, use->came.reports), kind->cpu_goal, "%s", row);
	figures_add(figures, "CPU of the broker a report, with one consumer", "us", 1,
		    us(use->broker_cpu, use->came.reports), "%s", row);
	figures_add(figures, "messages at the broker", "/s", 0, (double)use->came.messages / use->seconds,
		    "%s (broker: %.1f %%)", row, 100 * use->broker_cpu / use->seconds);
}

static void add_memory(Figures *figures, const char *row, const Fleet *fleet)
{
	double mean_rss, most_rss, mean_private;

	fleet_memory(fleet, &mean_rss, &most_rss, &mean_private);
	figures_add_goal(figures, "memory of a gateway", "KiB", 0, most_rss, RSS_GOAL_KIB, 
			 "%s: RSS of the largest", row);
	figures_add(figures, "memory of a gateway", "KiB", 0, mean_private, "%s: private dirty, mean", row);
}

/* One size of a fleet. rate: reports/s of each gateway. */
static void measure(Bed *bed, const Kind *kind, unsigned int gateways, unsigned int rate)
{
	g_autofree char *row = g_strdup_printf("%s, %u gateway%s at %u/s", kind->name, gateways,
					       gateways == 1 ? "" : "s", rate);
	Fleet *fleet = fleet_new(bed->broker, bed->dir, kind->format, kind->qos, gateways);
	FleetUse use;

	fprintf(stderr, "%s\n", row);
	use = fleet_measure(fleet, rate, seconds);
	if (gateways == 1)
		add_bytes(bed->figures, row, &use);
	add_use(bed->figures, kind, row, &use);
	if (kind->cpu_goal > 0)
		add_memory(bed->figures, row, fleet);
	figures_add_goal(bed->figures, "reports that did not come", "", 0, (double)fleet_settle(fleet), 1,
			 "%s", row);
	fleet_free(fleet);
}

/* More and more from a few, until the consumer gets less than what is fed. */
static void find_ceiling(Bed *bed, const Kind *kind)
{
	static const char group[] = "where it ends: reports/s that came, of ten gateways";
	Fleet *fleet = fleet_new(bed->broker, bed->dir, kind->format, kind->qos, CEILING_GATEWAYS);
	double most = 0;
	bool comes = true;

	for (unsigned int rate = CEILING_FIRST; comes && rate <= CEILING_LAST; rate *= 2) {
		FleetUse use;

		fprintf(stderr, "%s, all together %u/s\n", kind->name, rate);
		use = fleet_measure(fleet, (double)rate / CEILING_GATEWAYS, seconds);
		comes = (double)use.came.reports > 0.95 * (double)use.fed;
		figures_add(bed->figures, group, "/s", 0, (double)use.came.reports / use.seconds,
			    "%s: of %.0f fed (broker: %.0f %% of a core)", kind->name,
			    (double)use.fed / use.seconds, 100 * use.broker_cpu / use.seconds);
		figures_add(bed->figures, "CPU a report then", "us", 2, us(use.broker_cpu, use.came.reports),
			    "%s, of %u/s: broker", kind->name, rate);
		figures_add(bed->figures, "CPU a report then", "us", 2, us(use.gateways_cpu, use.came.reports),
			    "%s, of %u/s: gateway", kind->name, rate);
		if (comes)
			most = (double)use.came.messages / use.broker_cpu;
		fleet_settle(fleet);
	}
	/* programs, broker, consumer and this share the machine, so that its end comes before the broker's */
	figures_add(bed->figures, "what a broker could take with a core of its own", "messages/s", 0, most,
		    "%s", kind->name);
	fleet_free(fleet);
}

/* A socket each for the bus, for its listener and for the stream; the broker needs as many. */
static void allow_files(void)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void measure_all(Bed *bed)
{
	static const Kind *const kinds[] = { &json, &json_0, &binary, &ruuvi, &theengs };
	static const unsigned int sizes[] = { 10, 100, 500 };
	const char *most = g_getenv("BENCH_FLEET_GATEWAYS");

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		measure(bed, kinds[i], 1, RATE);
	for (size_t i = 0; i < 3; i++)
		measure(bed, kinds[i], 1, BUSY_RATE);
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		if (most && sizes[i] > strtoul(most, NULL, 10))
			continue;
		measure(bed, &json, sizes[i], RATE);
		measure(bed, &binary, sizes[i], RATE);
	}
	find_ceiling(bed, &json);
	find_ceiling(bed, &binary);
}

START_TEST(fleet)
{
	Bed bed = { .dir = g_dir_make_tmp("bench-fleet-XXXXXX", NULL), .figures = figures_new() };
	Janitor janitor;

	ck_assert_ptr_nonnull(bed.dir);
	allow_files();
	janitor_start(&janitor, bed.dir);
	bed.broker = fleet_broker_new(bed.dir);
	measure_all(&bed);
	fleet_broker_free(bed.broker);
	janitor_finish(&janitor, true);

	if (as_json)
		figures_print_json(bed.figures, stdout);
	else
		figures_print_table(bed.figures, stdout);
	figures_free(bed.figures);
	g_free(bed.dir);
}
END_TEST

int main(int argc, char *argv[])
{
	static const char help[] =
		"Usage: bench-fleet [--seconds N] [--json]\n"
		"Measures fleets of 1, 10, 100 and 500 gateways (bluebroker-mqtt) on one mosquitto.\n"
		"BENCH_FLEET_GATEWAYS=N: none that is larger.\n";
	int status = bench_arguments(argc, argv, help, &seconds, &as_json);

	return status >= 0 ? status : bench_run("bench-fleet", fleet);
}
