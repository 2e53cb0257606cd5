/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a flood of calls costs others: for each kind of call, how many reports of another program's session are lost at
 * 2,600/s, and how long its calls wait, the last-seen table being long. On the simulated BlueZ, and in the guest with the
 * HCI monitor.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "figures.h"
#include "peer.h"
#include "values.h"

#define RATE 2600
#define ADVERTISERS 100
#define ROWS 4000
#define ROWS_RATE 4000
#define P99_GOAL 10

static unsigned int seconds = 3;
static bool as_json;
static const char *const group_of_calls = "p99 of another program's empty calls";
static const char *const group_of_reports = "reports lost to another program";

static bool table_is_full(void *client)
{
	g_autoptr(GVariant) reply = client_expect(client, NULL, "Manager1", "GetStats", NULL, "(a{sv})");
	g_autoptr(GVariant) stats = g_variant_get_child_value(reply, 0);
	guint32 rows = 0;

	ck_assert(g_variant_lookup(stats, "Devices", "u", &rows));
	return rows >= ROWS * 9 / 10;
}

/* A long table, and a user session that scans, with a deep FIFO. */
static void prepare(World *world, Client *client)
{
	client_do(client, "hci0", "Session1", "Init", dictionary("{'fifo': <uint32 4096>}"));
	client_do(client, "hci0", "Session1", "StartScan", g_variant_new("(i)", -1));
	wait_ms(500);
	air_do(world_air(world), "storm * %u %u 2", ROWS, ROWS_RATE);
	ck_assert_msg(wait_until(table_is_full, client, 60000), "the table does not fill");
	air_do(world_air(world), "quiet *");
}

/* The kernel keeps the last report of a scannable advertisement until another comes, for its scan response. */
static void release_last(World *world)
{
	air_do(world_air(world), "adv * E0:00:00:00:00:01 random 3 -60 020106");
}

static void measure(World *world, Figures *figures, const char *way)
{
	Peer probe, stream, flood;
	double reports, sent;

	release_last(world);
	wait_ms(300);
	peer_start_program(&stream, world, SOURCE_STREAM_PATH, "4096");
	wait_ms(300);
	if (way)
		peer_start_program(&flood, world, FAIR_FLOOD_PATH, way);
	peer_start(&probe, world, "small");
	sent = -(double)air_status(world_air(world), WORLD_RADIO, "sent");
	air_do(world_air(world), "storm * %u %u %u", ADVERTISERS, RATE, seconds);
	wait_ms(seconds * 1000);
	{
		g_autofree char *answers = peer_end(&probe), *said = way ? peer_end(&flood) : NULL, *came = NULL;

		/* what is still on its way comes when the flood is over */
		for (double before = -1, now = air_status(world_air(world), WORLD_RADIO, "sent"); now > before;) {
			wait_ms(500);
			before = now;
			now = air_status(world_air(world), WORLD_RADIO, "sent");
		}
		release_last(world);
		wait_ms(500);
		sent += air_status(world_air(world), WORLD_RADIO, "sent");
		came = peer_end(&stream);
		reports = peer_figure(came, "reports");
		if (!way)
			way = "nothing";
		fprintf(stderr, "%s\n", way);
		figures_add_goal(figures, group_of_calls, "ms", 2, peer_figure(answers, "small-p99"), P99_GOAL, "%s (p50 %.2f; of the bus %.2f)",
				 way, peer_figure(answers, "small-p50"), peer_figure(answers, "bus-p99"));
		figures_add_goal(figures, group_of_reports, "", 0, sent - reports, 1,
				 "%s (of %.0f; %.0f calls/s answered, %.0f refused)", way, sent, said ? peer_figure(said, "answered") / seconds : 0,
				 said ? peer_figure(said, "refused") / seconds : 0);
	}
}

START_TEST(fair)
{
	World *world = world_new(0);
	Client *client = client_new(world_address(world));
	Figures *figures = figures_new();
	g_autofree char *list = NULL;
	g_auto(GStrv) ways = NULL;

	ck_assert(g_spawn_command_line_sync(FAIR_FLOOD_PATH " --list", &list, NULL, NULL, NULL));
	ways = g_strsplit(g_strchomp(list), "\n", -1);
	prepare(world, client);
	measure(world, figures, NULL);
	for (char **way = ways; *way; way++)
		if (!g_getenv("BENCH_FAIR_WAY") || g_str_equal(*way, g_getenv("BENCH_FAIR_WAY")))
			measure(world, figures, *way);
	client_free(client);
	world_free(world);

	if (as_json)
		figures_print_json(figures, stdout);
	else
		figures_print_table(figures, stdout);
	figures_free(figures);
}
END_TEST

int main(int argc, char *argv[])
{
	static const char help[] =
		"Usage: bench-fair [--seconds N] [--json]\n"
		"Floods the daemon with each kind of call in turn, and tells what others lose by it.\n"
		"BENCH_FAIR_WAY=WAY: with this one alone (fair-flood --list).\n";
	int status = bench_arguments(argc, argv, help, &seconds, &as_json);

	return status >= 0 ? status : bench_run("bench-fair", fair);
}
