/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes through of what is on the air, and what it costs, side by side: a program that reads this daemon's
 * stream, on each of its sources, and programs that do without the daemon. In the guest, on the real bluetoothd
 * and kernel: all of them, the radio too, share its one CPU, so that the figures mean something only against each
 * other. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench.h"
#include "peer.h"

#define RATE_TOP 100000 /* more than can be */
#define FIFO "4096" /* the deepest that the default configuration allows */
#define IDLE_MS 500
#define IDLE_CPU 0.01 /* seconds, of all processes together: nothing is under way any more */
#define IDLE_TURNS 3
#define SETTLE_TURNS 60
#define SCAN_MS 15000

static unsigned int seconds = 5, advertisers = 100, only_rate;
static const char *only_way;
static bool as_json;

typedef struct Way {
	const char *name, *label;
	const char *program, *argument;
	const char *config; /* of the daemon; NULL: without it */
	const char *source; /* what Adapter1.Source is to say */
} Way;

static const Way ways[] = {
	{ "monitor", "bluebrokerd, hci-monitor", SOURCE_STREAM_PATH, FIFO, "[Scan]\nSource=hci-monitor\n",
	  "hci-monitor" },
	{ "dbus", "bluebrokerd, dbus", SOURCE_STREAM_PATH, FIFO, "[Scan]\nSource=dbus\n", "dbus" },
	{ "gdbus", "plain GDBus program", SOURCE_GDBUS_PATH, "hci0", NULL, NULL },
	{ "bleak", "bleak", SOURCE_BLEAK_PATH, "hci0", NULL, NULL },
};

typedef enum Process {
	CLIENT,
	DAEMON,
	BLUEZ,
	BUS,
	_PROCESS_MAX,
} Process;

typedef struct Row {
	const Way *way;
	unsigned int rate; /* asked for; RATE_TOP: as many as it can take */
	double took; /* seconds */
	unsigned int sent, received;
	unsigned int overrun, dropped; /* losses that the daemon tells of: in the monitor's socket, in the FIFO */
	double cpu[_PROCESS_MAX];
} Row;

typedef struct Bed {
	World *world;
	pid_t pids[_PROCESS_MAX]; /* 0: there is none */
} Bed;

static double get_cpu(const Bed *bed, double cpu[static _PROCESS_MAX])
{
	double sum = 0;

	for (int i = 0; i < _PROCESS_MAX; i++) {
		cpu[i] = bed->pids[i] ? bench_get_cpu(bed->pids[i]) : 0;
		sum += cpu[i];
	}
	return sum;
}

/* Until nobody has anything to do any more, with what is still on its way between them. Again and again, for a
 * busy host may keep all of the guest from running for a while. */
static void settle(const Bed *bed)
{
	double cpu[_PROCESS_MAX], before, now = get_cpu(bed, cpu);
	unsigned int last, sent = air_status(world_air(bed->world), "*", "sent");

	for (int i = 0, idle = 0; i < SETTLE_TURNS; i++) {
		before = now;
		last = sent;
		wait_ms(IDLE_MS);
		now = get_cpu(bed, cpu);
		sent = air_status(world_air(bed->world), "*", "sent");
		idle = now - before < IDLE_CPU && sent == last ? idle + 1 : 0;
		if (idle == IDLE_TURNS)
			return;
	}
	fprintf(stderr, "bench-source: the programs are still busy %d s after the last report\n",
		SETTLE_TURNS * IDLE_MS / 1000);
}

static bool radio_scans(void *air)
{
	return air_status(air, "*", "scanning") != 0;
}

static unsigned int lost_in_monitor(const Bed *bed)
{
	Client *client = client_new(world_address(bed->world));
	g_autoptr(GVariant) reply = client_expect(client, NULL, "Manager1", "GetStats", NULL, "(a{sv})");
	g_autoptr(GVariant) stats = g_variant_get_child_value(reply, 0);
	g_autoptr(GVariant) dropped = g_variant_lookup_value(stats, "Dropped", NULL);
	uint64_t lost = 0;

	ck_assert_msg(dropped && g_variant_lookup(dropped, "monitor", "t", &lost),
		      "GetStats tells no losses of the monitor");
	client_free(client);
	return (unsigned int)lost;
}

static void expect_source(const Bed *bed, const char *source)
{
	Client *client = client_new(world_address(bed->world));
	g_autoptr(GVariant) value = client_get(client, "hci0", "Adapter1", "Source");

	ck_assert_msg(value && g_str_equal(g_variant_get_string(value, NULL), source),
		      "the daemon's source is not %s; see SERVICE_CAPABILITIES", source);
	client_free(client);
}

/* A radio that was plugged in just now, and a bluetoothd that was started just now: neither knows a device. */
static void bed_open(Bed *bed, const Way *way)
{
	const WorldOptions options = { .config = way->config };

	*bed = (Bed){ .world = world_new_with(WORLD_NO_DAEMON, &options) };
	world_bluez_kill(bed->world);
	world_bluez_start(bed->world);
	world_wait_powered(bed->world, "hci0", true);
	if (way->config)
		world_daemon_start(bed->world);
	bed->pids[BLUEZ] = bench_find_pid(bed->world, "org.bluez");
	bed->pids[BUS] = bench_find_pid(bed->world, "org.freedesktop.DBus");
	bed->pids[DAEMON] = way->config ? bench_find_pid(bed->world, WORLD_NAME) : 0;
}

static void measure(Row *row)
{
	double before[_PROCESS_MAX], after[_PROCESS_MAX];
	g_autofree char *said = NULL;
	unsigned int sent;
	int64_t started;
	Peer program;
	Air *air;
	Bed bed;

	bed_open(&bed, row->way);
	air = world_air(bed.world);
	peer_start_program(&program, bed.world, row->way->program, row->way->argument);
	bed.pids[CLIENT] = program.child.pid;
	ck_assert_msg(wait_until(radio_scans, air, SCAN_MS), "%s: the radio does not scan", row->way->label);
	if (row->way->source)
		expect_source(&bed, row->way->source);
	settle(&bed);

	sent = air_status(air, "*", "sent");
	get_cpu(&bed, before);
	started = g_get_monotonic_time();
	air_do(air, "storm * %u %u %u", advertisers, row->rate, seconds);
	wait_ms(seconds * 1000);
	if (row->rate == RATE_TOP) {
		air_do(air, "quiet *");
		row->took = (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC;
	} else {
		row->took = seconds;
	}
	settle(&bed);
	get_cpu(&bed, after);
	row->sent = air_status(air, "*", "sent") - sent;
	for (int i = 0; i < _PROCESS_MAX; i++)
		row->cpu[i] = after[i] - before[i];
	if (row->way->config)
		row->overrun = lost_in_monitor(&bed);
	said = peer_end(&program);
	row->received = (unsigned int)peer_figure(said, "reports");
	if (row->way->config)
		row->dropped = (unsigned int)peer_figure(said, "lost");
	world_free(bed.world);
}

/* --- what came of it --- */

static double percent(const Row *row)
{
	return row->sent > 0 ? 100.0 * row->received / row->sent : 0;
}

static void print_head(const char *bluetoothd)
{
	struct utsname system;

	uname(&system);
	printf("What comes through of %u advertisers in %u s: kernel %s, bluetoothd %s, %s\n", advertisers, seconds,
	       system.release, bluetoothd, getenv("VM_GUEST") ? "User Mode Linux with one CPU" : "not in the guest");
	printf("CPU seconds of each process, its own and the kernel's on its behalf. overrun, dropped: losses\n"
	       "that the daemon tells of, in the monitor's socket and in the session's FIFO\n\n");
	printf("%-9s  %-25s %7s %8s %7s %7s %7s   %7s %7s %10s %11s %7s\n", "reports/s", "program", "sent",
	       "received", "", "overrun", "dropped", "program", "daemon", "bluetoothd", "dbus-daemon", "sum");
}

static void print_row(const Row *row)
{
	double sum = 0;

	if (row->rate == RATE_TOP)
		printf("max %5.0f  ", row->sent / row->took);
	else
		printf("%9u  ", row->rate);
	printf("%-25s %7u %8u %6.1f%% ", row->way->label, row->sent, row->received, percent(row));
	if (row->way->config)
		printf("%7u %7u  ", row->overrun, row->dropped);
	else
		printf("%7s %7s  ", "-", "-");
	for (int i = 0; i < _PROCESS_MAX; i++) {
		static const int width[_PROCESS_MAX] = { 7, 7, 10, 11 };

		sum += row->cpu[i];
		if (i == DAEMON && !row->way->config)
			printf(" %*s", width[i], "-");
		else
			printf(" %*.2f", width[i], row->cpu[i]);
	}
	printf(" %7.2f\n", sum);
	fflush(stdout);
}

static void print_json(const Row *row, bool first)
{
	printf("%s{\"way\":\"%s\",\"rate\":%.0f,\"sent\":%u,\"received\":%u,\"overrun\":%u,\"dropped\":%u,"
	       "\"program\":%.3f,\"daemon\":%.3f,\"bluetoothd\":%.3f,\"bus\":%.3f}",
	       first ? "[" : ",\n ", row->way->name, row->rate == RATE_TOP ? row->sent / row->took : row->rate,
	       row->sent, row->received, row->overrun, row->dropped, row->cpu[CLIENT], row->cpu[DAEMON],
	       row->cpu[BLUEZ], row->cpu[BUS]);
	fflush(stdout);
}

static char *get_version(const char *command)
{
	char *text = NULL;
	int status;

	if (!g_spawn_command_line_sync(command, &text, NULL, &status, NULL) || status != 0) {
		g_free(text);
		return NULL;
	}
	return g_strstrip(text);
}

START_TEST(source)
{
	static const unsigned int rates[] = { 100, 300, 1000, 2600, RATE_TOP };
	g_autofree char *bleak = get_version(SOURCE_BLEAK_PATH " --version");
	g_autofree char *bluetoothd = get_version("/usr/libexec/bluetooth/bluetoothd --version");
	bool first = true;

	if (!as_json)
		print_head(bluetoothd ? bluetoothd : "of unknown version");
	for (size_t r = 0; r < G_N_ELEMENTS(rates); r++) {
		if (only_rate && only_rate != rates[r])
			continue;
		for (size_t w = 0; w < G_N_ELEMENTS(ways); w++) {
			Row row = { .way = &ways[w], .rate = rates[r] };

			if ((only_way && strcmp(only_way, row.way->name) != 0) ||
			    (!bleak && strcmp(row.way->name, "bleak") == 0))
				continue;
			measure(&row);
			if (as_json)
				print_json(&row, first);
			else
				print_row(&row);
			first = false;
		}
		if (!as_json)
			printf("\n");
	}
	if (as_json)
		printf("%s\n", first ? "[]" : "]");
	else if (bleak)
		printf("bleak %s\n", bleak);
	else
		printf("bleak is not installed: apt-get install python3-bleak\n");
}
END_TEST

static void usage(FILE *file)
{
	fprintf(file,
		"Usage: bench-source [--seconds N] [--advertisers N] [--rate N] [--way WAY] [--json]\n"
		"Sends 100, 300, 1000, 2600 reports/s and as many as go, for 5 s each, to programs one after the\n"
		"other: ways monitor and dbus (by the daemon), gdbus and bleak (without it). --rate 100000: as many\n"
		"as go. Wants the guest: tests/vm/run-in-vm -- tests/vm/with-bluetooth bench-source.\n");
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "advertisers", required_argument, NULL, 'a' },
		{ "rate", required_argument, NULL, 'r' },
		{ "way", required_argument, NULL, 'w' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 's':
			seconds = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'a':
			advertisers = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			only_rate = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'w':
			only_way = optarg;
			break;
		case 'j':
			as_json = true;
			break;
		default:
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	if (optind < argc || seconds == 0 || advertisers == 0) {
		usage(stderr);
		return 2;
	}
	return bench_run("bench-source", source);
}
