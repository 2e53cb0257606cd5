/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How soon the daemon is there and what memory it takes, beside what is meant: idle, and with as many devices as
 * its table holds while 32 programs leave their FIFOs full. On the simulated BlueZ, where its source are BlueZ's
 * signals and it mirrors BlueZ's devices; or with BLUEBROKER_WORLD=vm in the guest, with the source that its
 * service has. */
#include <getopt.h>
#include <stdio.h>

#include "bench.h"
#include "figures.h"
#include "start.h"
#include "usage.h"

#define STARTS 9
#define SESSIONS 32
#define ADVERTISERS 10000 /* by default the table holds no more */
#define FIFO 16 /* by default */
#define RATE 1000
#define ROUNDS 10
#define IDLE_GOAL_KIB (8 * 1024)
#define FULL_GOAL_KIB (16 * 1024)

static bool as_json;

typedef struct Bed {
	World *world;
	Figures *figures;
	Client *client;
	unsigned int wanted; /* devices */
} Bed;

static void add_memory(const Bed *bed, double goal, const char *when)
{
	static const char group[] = "memory of bluebrokerd";
	Usage usage;

	ck_assert_msg(usage_read(bench_find_pid(bed->world, WORLD_NAME), &usage), "cannot read the daemon's memory");
	figures_add_goal(bed->figures, group, "KiB", 0, (double)usage.rss, goal, "%s: RSS", when);
	figures_add(bed->figures, group, "KiB", 0, (double)usage.private_dirty, "%s: private dirty", when);
}

static GVariant *get_stats(const Bed *bed)
{
	g_autoptr(GVariant) reply = client_expect(bed->client, NULL, "Manager1", "GetStats", NULL, "(a{sv})");

	return g_variant_get_child_value(reply, 0);
}

static unsigned int count_devices(const Bed *bed)
{
	g_autoptr(GVariant) stats = get_stats(bed);
	uint32_t devices = 0;

	ck_assert(g_variant_lookup(stats, "Devices", "u", &devices));
	return devices;
}

static unsigned int count_full_fifos(const Bed *bed)
{
	g_autoptr(GVariant) stats = get_stats(bed);
	g_autoptr(GVariant) rows = g_variant_lookup_value(stats, "Sessions", G_VARIANT_TYPE("aa{sv}"));
	unsigned int full = 0;

	for (size_t i = 0; rows && i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
		uint32_t fifo = 0;

		ck_assert(g_variant_lookup(row, "Fifo", "u", &fifo));
		full += fifo == FIFO;
	}
	return full;
}

static void open_sessions(const Bed *bed)
{
	for (unsigned int i = 0; i < SESSIONS; i++) {
		g_autoptr(GVariant) reply = client_expect(bed->client, NULL, "Manager1", "OpenSession",
							  g_variant_new("(ua{sv})", 0, NULL), "(o)");
		const char *session;

		g_variant_get(reply, "(&o)", &session);
		client_do(bed->client, session, "Session1", "StartScan", g_variant_new("(i)", -1));
	}
}

static bool radio_scans(void *air)
{
	return air_status(air, "*", "scanning") != 0;
}

static bool is_heard(void *data)
{
	const Bed *bed = data;

	return count_devices(bed) >= bed->wanted;
}

/* Each of so many advertisers is heard at least once. They come in turn, and more than once, for the radio pauses
 * now and then. */
static void hear(Bed *bed, unsigned int count)
{
	const unsigned int seconds = ROUNDS * count / RATE;

	bed->wanted = count;
	air_do(world_air(bed->world), "storm * %u %u %u", count, RATE, seconds);
	ck_assert_msg(wait_until(is_heard, bed, (2 * seconds + 30) * 1000), "%u of %u advertisers were heard",
		      count_devices(bed), count);
	air_do(world_air(bed->world), "quiet *");
}

START_TEST(footprint)
{
	Bed bed = { .world = world_new(0), .figures = figures_new() };
	g_autoptr(GVariant) source = NULL;

	/* in the guest any exec takes a hundred times as long */
	if (!world_is_real(bed.world))
		start_measure(bed.world, bed.figures, STARTS);
	bed.client = client_new(world_address(bed.world));
	add_memory(&bed, IDLE_GOAL_KIB, "idle");
	open_sessions(&bed);
	ck_assert_msg(wait_until(radio_scans, world_air(bed.world), world_patience(bed.world)),
		      "the radio does not scan");
	source = client_get(bed.client, "hci0", "Adapter1", "Source");
	add_memory(&bed, 0, "32 sessions, no advertiser");
	hear(&bed, 1000);
	add_memory(&bed, 0, "1000 advertisers, 32 full FIFOs");
	hear(&bed, ADVERTISERS);
	ck_assert_uint_eq(count_full_fifos(&bed), SESSIONS);
	add_memory(&bed, FULL_GOAL_KIB, "10000 advertisers, 32 full FIFOs");

	if (as_json) {
		figures_print_json(bed.figures, stdout);
	} else {
		printf("bluebrokerd: start and memory, %s, source %s\n",
		       world_is_real(bed.world) ? "real BlueZ in the guest" : "simulated BlueZ",
		       g_variant_get_string(source, NULL));
		figures_print_table(bed.figures, stdout);
	}
	client_free(bed.client);
	world_free(bed.world);
	figures_free(bed.figures);
}
END_TEST

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option = getopt_long(argc, argv, "h", options, NULL);

	as_json = option == 'j';
	if ((option != -1 && !as_json) || optind < argc) {
		fprintf(option == 'h' ? stdout : stderr,
			"Usage: bench-footprint [--json]\n"
			"Measures bluebrokerd's start, and its memory with up to %d advertisers.\n", ADVERTISERS);
		return option == 'h' ? 0 : 2;
	}
	return bench_run("bench-footprint", footprint);
}
