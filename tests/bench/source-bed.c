/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs get of a storm of advertisements, and what it costs. */
#include "source-bed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "peer.h"

#define IDLE_MS 500
#define IDLE_CPU 0.01 /* seconds, of all processes together: nothing is under way any more */
#define IDLE_TURNS 3
#define SETTLE_TURNS 60
#define SCAN_MS 15000

typedef struct Bed {
	World *world;
	Peer programs[SOURCE_PROGRAMS_MAX];
	unsigned int count;
	pid_t pids[_SOURCE_PROCESS_MAX]; /* 0: there is none; but for SOURCE_PROGRAM */
} Bed;

static void get_cpu(const Bed *bed, SourceUse *ret)
{
	*ret = (SourceUse){ .sum = 0 };
	for (unsigned int i = 0; i < bed->count; i++)
		ret->cpu[SOURCE_PROGRAM] += bench_get_cpu(bed->programs[i].child.pid);
	for (int i = SOURCE_PROGRAM + 1; i < _SOURCE_PROCESS_MAX; i++)
		ret->cpu[i] = bed->pids[i] ? bench_get_cpu(bed->pids[i]) : 0;
	for (int i = 0; i < _SOURCE_PROCESS_MAX; i++)
		ret->sum += ret->cpu[i];
}

/* Until nobody has anything to do any more, with what is still on its way between them. Again and again, for
 * a busy host may keep all of the guest from running for a while. */
static void settle(const Bed *bed)
{
	SourceUse before, now;
	unsigned int last, sent = air_status(world_air(bed->world), "*", "sent");

	get_cpu(bed, &now);
	for (int i = 0, idle = 0; i < SETTLE_TURNS; i++) {
		before = now;
		last = sent;
		wait_ms(IDLE_MS);
		get_cpu(bed, &now);
		sent = air_status(world_air(bed->world), "*", "sent");
		idle = now.sum - before.sum < IDLE_CPU && sent == last ? idle + 1 : 0;
		if (idle == IDLE_TURNS)
			return;
	}
	fprintf(stderr, "the programs are still busy %d s after the last report\n",
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

/* A radio that was plugged in just now, and a bluetoothd that was started just now: neither knows a device.
 */
static void bed_open(Bed *bed, const SourceWay *way)
{
	const WorldOptions options = { .config = way->config };

	*bed = (Bed){ .world = world_new_with(WORLD_NO_DAEMON, &options) };
	world_bluez_kill(bed->world);
	world_bluez_start(bed->world);
	world_wait_powered(bed->world, "hci0", true);
	if (way->config)
		world_daemon_start(bed->world);
	bed->pids[SOURCE_BLUEZ] = bench_find_pid(bed->world, "org.bluez");
	bed->pids[SOURCE_BUS] = bench_find_pid(bed->world, "org.freedesktop.DBus");
	bed->pids[SOURCE_DAEMON] = way->config ? bench_find_pid(bed->world, WORLD_NAME) : 0;
}

static void start_programs(Bed *bed, const SourceWay *way)
{
	const char *bus = way->face ? world_face(bed->world) : world_address(bed->world);

	ck_assert_uint_le(way->programs, SOURCE_PROGRAMS_MAX);
	while (bed->count < way->programs) {
		const char *argument = way->arguments ? way->arguments[bed->count] : way->argument;

		peer_start_on(&bed->programs[bed->count], bed->world, way->program, argument, bus);
		bed->count++;
	}
	ck_assert_msg(wait_until(radio_scans, world_air(bed->world), SCAN_MS), "%s: the radio does not scan",
		      way->label);
	if (way->source)
		expect_source(bed, way->source);
}

static void send_storm(Air *air, SourceRow *row)
{
	int64_t started = g_get_monotonic_time();

	air_do(air, "storm * %u %u %u", row->advertisers, row->rate, row->seconds);
	wait_ms(row->seconds * 1000);
	if (row->rate != SOURCE_RATE_TOP) {
		row->took += row->seconds;
		return;
	}
	air_do(air, "quiet *");
	row->took += (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC;
}

/* Figures that not all programs tell are 0 of the others. */
static unsigned int figure_if_there(const char *said, const char *name)
{
	return strstr(said, name) ? (unsigned int)peer_figure(said, name) : 0;
}

static void end_programs(Bed *bed, SourceRow *row)
{
	for (unsigned int i = 0; i < bed->count; i++) {
		g_autofree char *said = peer_end(&bed->programs[i]);

		row->received += (unsigned int)peer_figure(said, "reports");
		row->seen += figure_if_there(said, "seen");
		row->dropped += figure_if_there(said, "lost");
	}
}

void source_measure(SourceRow *row)
{
	SourceUse before, after;
	unsigned int sent;
	Air *air;
	Bed bed;

	bed_open(&bed, row->way);
	air = world_air(bed.world);
	start_programs(&bed, row->way);
	settle(&bed);

	sent = air_status(air, "*", "sent");
	get_cpu(&bed, &before);
	send_storm(air, row);
	settle(&bed);
	get_cpu(&bed, &after);
	row->sent += air_status(air, "*", "sent") - sent;
	for (int i = 0; i < _SOURCE_PROCESS_MAX; i++)
		row->use.cpu[i] += after.cpu[i] - before.cpu[i];
	row->use.sum += after.sum - before.sum;
	if (row->way->config)
		row->overrun += lost_in_monitor(&bed);
	end_programs(&bed, row);
	world_free(bed.world);
}

/* --- how it is printed --- */

static const int widths[_SOURCE_PROCESS_MAX] = { 7, 7, 10, 11 };

void source_print_cpu_head(void)
{
	static const char *const heads[_SOURCE_PROCESS_MAX] = { "program", "daemon", "bluetoothd",
								"dbus-daemon" };

	for (int i = 0; i < _SOURCE_PROCESS_MAX; i++)
		printf(" %*s", widths[i], heads[i]);
	printf(" %7s", "sum");
}

void source_print_cpu(const SourceRow *row)
{
	for (int i = 0; i < _SOURCE_PROCESS_MAX; i++) {
		if (i == SOURCE_DAEMON && !row->way->config)
			printf(" %*s", widths[i], "-");
		else
			printf(" %*.2f", widths[i], row->use.cpu[i]);
	}
	printf(" %7.2f", row->use.sum);
}

char *source_version(const char *command)
{
	char *text = NULL;
	int status;

	if (!g_spawn_command_line_sync(command, &text, NULL, &status, NULL) || status != 0) {
		g_free(text);
		return NULL;
	}
	return g_strstrip(text);
}

void source_print_system(void)
{
	g_autofree char *bluetoothd = source_version("/usr/libexec/bluetooth/bluetoothd --version");
	struct utsname system;

	uname(&system);
	printf("kernel %s, bluetoothd %s, %s\n", system.release,
	       bluetoothd ? bluetoothd : "of unknown version",
	       getenv("VM_GUEST") ? "User Mode Linux with one CPU" : "not in the guest");
}
