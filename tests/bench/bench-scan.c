/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What it costs to scan for many programs: 1,000 advertisers and 32 sessions at 2,000 signals/s on
 * the simulated BlueZ, while other programs call too, and a plain GDBus program takes the same
 * signals. */
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench.h"
#include "figures.h"
#include "load.h"
#include "peer.h"
#include "start.h"
#include "usage.h"

#define SESSIONS 32
#define ADVERTISERS 1000
#define IDLE_MS 5000
#define SAMPLE_S 10
#define STARTS 5

static unsigned int seconds = 60, rate = 2000;
static bool as_json;

typedef enum Process {
	DAEMON,
	LISTENER,
	BLUEZ,
	BUS,
	PROGRAMS,
	_PROCESS_MAX,
} Process;

static const char *const process_names[] = {
	[DAEMON] = "bluebrokerd",
	[LISTENER] = "plain GDBus program, same signals",
	[BLUEZ] = "simulated BlueZ",
	[BUS] = "dbus-daemon",
	[PROGRAMS] = "the 32 programs together (GDBus)",
};

typedef struct Bench {
	World *world;
	Figures *figures;
	pid_t pids[_PROCESS_MAX];
} Bench;

static Usage usage_of(pid_t pid)
{
	Usage usage = { 0 };

	ck_assert_msg(usage_read(pid, &usage), "cannot read /proc/%d", (int)pid);
	return usage;
}

/* --- memory and calls --- */

static void add_memory(Bench *bench, const char *when)
{
	Usage usage = usage_of(bench->pids[DAEMON]);

	figures_add(bench->figures, "memory of bluebrokerd", "KiB", 0, (double)usage.rss, "%s: RSS",
		    when);
	figures_add(bench->figures, "memory of bluebrokerd", "KiB", 0, (double)usage.private_dirty,
		    "%s: private dirty", when);
}

static void add_calls(Bench *bench, const char *when, const char *said)
{
	static const struct {
		const char *prefix, *label;
	} kinds[] = { { "small", "small" },
		      { "table", "GetDevices" },
		      { "bus", "to the bus itself" } };
	static const char *const points[] = { "p50", "p99", "max" };

	figures_add(bench->figures, "calls of another program", "", 0, peer_figure(said, "failed"),
		    "%s: unanswered", when);
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *count = g_strconcat(kinds[i].prefix, "-calls", NULL);

		figures_add(bench->figures, "calls of another program", "", 0,
			    peer_figure(said, count), "%s, %s: answered", when, kinds[i].label);
		for (size_t p = 0; p < G_N_ELEMENTS(points); p++) {
			g_autofree char *name = g_strconcat(kinds[i].prefix, "-", points[p], NULL);

			figures_add(bench->figures, "calls of another program", "ms", 2,
				    peer_figure(said, name), "%s, %s: %s", when, kinds[i].label,
				    points[p]);
		}
	}
}

/* --- load --- */

static void add_reports(Bench *bench, const char *group, const LoadTotals *totals, double listened)
{
	Figures *figures = bench->figures;

	figures_add(figures, group, "", 0, listened, "reports signalled by BlueZ");
	figures_add(figures, group, "", 0, (double)totals->heard, "heard by bluebrokerd");
	figures_add(figures, group, "", 0, (double)totals->passed,
		    "offered to FIFOs, all sessions");
	figures_add(figures, group, "", 0, (double)totals->delivered, "delivered");
	figures_add(figures, group, "", 0, (double)totals->received, "received by the programs");
	figures_add(figures, group, "", 0, (double)totals->messages,
		    "in so many replies and signals");
	figures_add(figures, group, "", 0, (double)totals->dropped, "dropped, and counted as such");
	figures_add(figures, group, "", 0, (double)totals->in_fifos, "still in FIFOs");
}

static void add_cpu(Bench *bench, const char *group, LoadMix mix, const double cpu[static _PROCESS_MAX],
		    const LoadTotals *totals, double listened)
{
	Figures *figures = bench->figures;

	for (int i = 0; i < _PROCESS_MAX; i++) {
		double reports = i == LISTENER ? listened : (double)totals->heard;

		figures_add(figures, group, "us", 1, cpu[i] * 1e6 / reports, "CPU a report: %s",
			    process_names[i]);
	}
	if (mix == LOAD_STREAMED)
		figures_add_goal(figures, group, "us", 3, cpu[DAEMON] * 1e6 / (double)totals->received, 1,
				 "bluebrokerd, for each report and reader");
	figures_add(figures, group, "", 2,
		    cpu[LISTENER] / listened * (double)totals->heard / cpu[DAEMON],
		    "plain GDBus program : bluebrokerd");
}

/* Puts one mix of programs under a storm. loaded: others call meanwhile, and memory and answers are
 * told too. */
static void measure_load(Bench *bench, const char *group, LoadMix mix, unsigned int time,
			 bool loaded)
{
	double cpu[_PROCESS_MAX], listened;
	Peer probe, listener;
	LoadTotals totals;
	Load *load;

	load = load_new(bench->world, SESSIONS, mix);
	if (loaded)
		add_memory(bench, "32 sessions, nothing on the air");
	peer_start(&listener, bench->world, "listen");
	if (loaded)
		peer_start(&probe, bench->world, "probe");
	bench->pids[LISTENER] = listener.child.pid;
	for (int i = 0; i < _PROCESS_MAX; i++)
		cpu[i] = -usage_of(bench->pids[i]).cpu;

	air_do(world_air(bench->world), "storm * %d %u %u", ADVERTISERS, rate, time);
	for (unsigned int s = 0; s < time; s += SAMPLE_S) {
		unsigned int step = MIN(SAMPLE_S, time - s);
		g_autofree char *when = g_strdup_printf("after %u s", s + step);

		wait_ms(step * 1000);
		if (loaded)
			add_memory(bench, when);
	}
	load_settle(load);
	for (int i = 0; i < _PROCESS_MAX; i++)
		cpu[i] += usage_of(bench->pids[i]).cpu;

	g_autofree char *heard = peer_end(&listener);
	g_autofree char *answers = loaded ? peer_end(&probe) : NULL;
	listened = peer_figure(heard, "reports");
	totals = load_totals(load);
	load_check(load);
	if (loaded)
		add_calls(bench, "loaded", answers);
	add_reports(bench, group, &totals, listened);
	add_cpu(bench, group, mix, cpu, &totals, listened);
	load_free(load);
}

static void measure_idle(Bench *bench)
{
	Peer probe;

	add_memory(bench, "idle");
	peer_start(&probe, bench->world, "probe");
	wait_ms(IDLE_MS);

	g_autofree char *answers = peer_end(&probe);
	add_calls(bench, "idle", answers);
}

START_TEST(scan)
{
	Bench bench = { .world = world_new(0), .figures = figures_new() };

	start_measure(bench.world, bench.figures, STARTS);
	bench.pids[DAEMON] = world_daemon_pid(bench.world);
	bench.pids[BLUEZ] = bench_find_pid(bench.world, "org.bluez");
	bench.pids[BUS] = bench_find_pid(bench.world, "org.freedesktop.DBus");
	bench.pids[PROGRAMS] = getpid();

	measure_idle(&bench);
	measure_load(&bench, "32 sessions, half of which want every report", LOAD_MIXED, seconds,
		     true);
	measure_load(&bench, "32 sessions that filter nearly everything out, no other calls",
		     LOAD_FILTERED, MAX(seconds / 4, 1), false);
	measure_load(&bench, "32 sessions that want every report, signalled", LOAD_SIGNALLED,
		     MAX(seconds / 4, 1), false);
	measure_load(&bench, "32 sessions that want every report, over sockets", LOAD_STREAMED,
		     MAX(seconds / 4, 1), false);
	world_free(bench.world);

	if (as_json) {
		figures_print_json(bench.figures, stdout);
	} else {
		printf("bluebrokerd: %u sessions, %u advertisers, %u signals/s for %u s, simulated BlueZ\n",
		       SESSIONS, ADVERTISERS, rate, seconds);
		figures_print_table(bench.figures, stdout);
	}
	figures_free(bench.figures);
}
END_TEST

static void usage(FILE *file)
{
	fprintf(file,
		"Usage: bench-scan [--seconds N] [--rate N] [--json]\n"
		"Measures bluebrokerd with %u sessions, %u advertisers and, for 60 seconds, 2,000 reports/s.\n",
		SESSIONS, ADVERTISERS);
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "rate", required_argument, NULL, 'r' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 's') {
			seconds = (unsigned int)strtoul(optarg, NULL, 10);
		} else if (option == 'r') {
			rate = (unsigned int)strtoul(optarg, NULL, 10);
		} else if (option == 'j') {
			as_json = true;
		} else {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	if (optind < argc || seconds == 0 || rate == 0) {
		usage(stderr);
		return 2;
	}

	return bench_run("bench-scan", scan);
}
