/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Storms that last, with 8 programs that read them: does all arrive, and does the daemon's memory stay as it is? */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "child.h"
#include "soak.h"
#include "usage.h"

#define ADVERTISERS 100
#define SETTLE 60		/* seconds after which memory is to stay as it is */
#define GROWTH 1024		/* KiB that it may still grow */
#define PATIENCE_MS 120000

static const char help[] =
	"usage: soak rough|calm [RATE [SECONDS]]\n"
	"\n"
	"  calm   8 programs read reports from the daemon's socket; by default 300 reports/s for a day\n"
	"  rough  likewise, but one of them sleeps, one is killed every second, and bluetoothd is restarted twice; by default\n"
	"         2600 reports/s for 10 minutes\n"
	"\n"
	"Prints each minute (of more than three hours: each hour) what was sent, and to each program what it has received and\n"
	"lost; fails if anybody but the sleeper has lost something, if not all of the sleeper's losses are counted, or if the\n"
	"daemon's memory grows.\n";

typedef struct Soak {
	bool rough;
	unsigned int rate, seconds;
	World *world;
	Air *air;
	Client *client;
	char *file;
	SoakShared *shared;
	Child children[SOAK_READERS];
	Child bluetoothd_ctl;
	unsigned int sent_before;
	unsigned int restarts;
	uint64_t lives, lives_with_reports, received_in_lives;	/* of the one that is killed */
	int64_t start;			/* of the storm; monotonic, microseconds */
	uint64_t settled_rss, most_rss;	/* KiB */
	unsigned int violations;
} Soak;

static Soak soak;

enum { SLEEPER = SOAK_READERS - 2, KILLED = SOAK_READERS - 1 };

static void G_GNUC_PRINTF(1, 2) violation(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("VIOLATION: ", stdout);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	soak.violations++;
}

static bool is_sleeper(unsigned int i)
{
	return soak.rough && i == SLEEPER;
}

static bool is_killed(unsigned int i)
{
	return soak.rough && i == KILLED;
}

static unsigned int sent(void)
{
	return air_status(soak.air, WORLD_RADIO, "sent") - soak.sent_before;
}

/* --- readers --- */

static void reader_start(unsigned int i)
{
	g_autofree char *index = g_strdup_printf("%u", i), *log = g_build_filename(world_dir(soak.world), "readers.log", NULL);
	const char *const argv[] = { SOAK_READER_PATH, soak.file, index, is_sleeper(i) ? "30" : "0", NULL };

	soak.shared->readers[i] = (SoakReader) { .received = 0 };
	child_start(&soak.children[i], argv, NULL, log);
}

static bool all_are_ready(void *data)
{
	(void)data;
	for (unsigned int i = 0; i < SOAK_READERS; i++)
		if (!soak.shared->readers[i].ready)
			return false;
	return air_status(soak.air, WORLD_RADIO, "scanning") == 1;
}

/* What one has got between its start and its end has to be without a gap. */
static void check_order(unsigned int i)
{
	const SoakReader *reader = &soak.shared->readers[i];

	if (reader->missed > 0 || reader->disordered > 0 || reader->lost > 0)
		violation("program %u missed %" G_GUINT64_FORMAT " reports, got %" G_GUINT64_FORMAT " out of order, was told of %"
			  G_GUINT64_FORMAT " lost", i, reader->missed, reader->disordered, reader->lost);
}

static void kill_one(void)
{
	const SoakReader *reader = &soak.shared->readers[KILLED];

	if (!child_end(&soak.children[KILLED], SIGKILL, PATIENCE_MS) || soak.children[KILLED].status != SIGKILL)
		violation("program %d had ended by itself", KILLED);
	check_order(KILLED);
	soak.lives++;
	soak.lives_with_reports += reader->received > 0;
	soak.received_in_lives += reader->received;
	reader_start(KILLED);
}

static void check_running(void)
{
	for (unsigned int i = 0; i < SOAK_READERS; i++)
		if (soak.children[i].pid != 0 && !child_is_running(&soak.children[i]))
			violation("program %u has ended", i);
}

/* --- the course --- */

static void begin(void)
{
	const WorldOptions options = { .config = "[Limits]\nMaxFifoDepth=16384\nFifoBytesPerUser=100000000\n" };
	int fd;

	soak.world = world_new_with(0, &options);
	soak.air = world_air(soak.world);
	soak.client = client_new(world_address(soak.world));
	soak.file = g_build_filename(world_dir(soak.world), "shared", NULL);
	fd = open(soak.file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert(fd >= 0 && ftruncate(fd, sizeof(SoakShared)) == 0);
	soak.shared = mmap(NULL, sizeof(SoakShared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert(soak.shared != MAP_FAILED);
	close(fd);
	for (unsigned int i = 0; i < SOAK_READERS; i++)
		reader_start(i);
	ck_assert_msg(wait_until(all_are_ready, NULL, PATIENCE_MS), "the programs do not begin");
	soak.sent_before = air_status(soak.air, WORLD_RADIO, "sent");
	/* of a day all that can be done together is: what counts is how much comes, not how often somebody wakes up */
	soak.start = g_get_monotonic_time();
	air_do(soak.air, "storm * %d %u %u %u", ADVERTISERS, soak.rate, soak.seconds, soak.rough ? 1 : soak.rate);

	printf("%-9s %9s ", "time", "sent");
	for (unsigned int i = 0; i < SOAK_READERS; i++)
		printf(" %*s", is_sleeper(i) ? 19 : 9, is_sleeper(i) ? "the sleeper" : is_killed(i) ? "killed" : "got");
	printf(" %7s\n", "KiB");
	fflush(stdout);
}

static unsigned int seconds_now(void)
{
	return (unsigned int)((g_get_monotonic_time() - soak.start) / G_USEC_PER_SEC);
}

static void print_line(void)
{
	const unsigned int second = seconds_now(), n = sent();
	Usage usage = { 0 };

	ck_assert(usage_read(world_daemon_pid(soak.world), &usage));
	if (second >= SETTLE && soak.settled_rss == 0)
		soak.settled_rss = usage.rss;
	soak.most_rss = MAX(soak.most_rss, usage.rss);
	printf("%02u:%02u:%02u  %9u ", second / 3600, second / 60 % 60, second % 60, n);
	for (unsigned int i = 0; i < SOAK_READERS; i++) {
		const SoakReader *reader = &soak.shared->readers[i];

		printf(" %9" G_GUINT64_FORMAT, reader->received + (is_killed(i) ? soak.received_in_lives : 0));
		if (is_sleeper(i) || reader->lost > 0)
			printf("-%-9" G_GUINT64_FORMAT, reader->lost);
	}
	printf(" %7" G_GUINT64_FORMAT "\n", usage.rss);
	fflush(stdout);
}

/* At a third, and at two thirds. */
static void restart_bluetoothd(unsigned int second)
{
	static const char *const argv[] = { "bluetoothd-ctl", "restart", NULL };
	g_autofree char *log = g_build_filename(world_dir(soak.world), "bluetoothd-ctl.log", NULL);

	if (soak.bluetoothd_ctl.pid != 0 && !child_is_running(&soak.bluetoothd_ctl) && soak.bluetoothd_ctl.status != 0)
		violation("bluetoothd does not start again");
	if (soak.restarts == 2 || second < (soak.restarts + 1) * soak.seconds / 3)
		return;
	printf("restarting bluetoothd\n");
	soak.restarts++;
	child_start(&soak.bluetoothd_ctl, argv, NULL, log);
}

static void course(void)
{
	const unsigned int step = soak.seconds > 3 * 3600 ? 3600 : 60;
	unsigned int second = 0, printed = 0, last = 0;

	/* until no more comes: a storm that could not keep its pace is late */
	while (second <= soak.seconds + 2 || sent() != last) {
		last = sent();
		wait_ms(soak.rough || second + 10 > soak.seconds ? 1000 : 10000);
		/* what the reader of a log wants to know when there were losses */
		if (soak.rough && sent() - last > soak.rate * 3 / 2)
			printf("%u reports within %u s: the radio was late\n", sent() - last, seconds_now() - second);
		second = seconds_now();
		if (second / step > printed || (printed == 0 && second >= SETTLE && soak.settled_rss == 0)) {
			printed = second / step;
			print_line();
		}
		if (soak.rough) {
			kill_one();
			restart_bluetoothd(second);
		}
		check_running();
		if (soak.violations > 20)
			break;
	}
}

static bool all_have_all(void *data)
{
	const unsigned int n = sent();

	(void)data;
	for (unsigned int i = 0; i < SOAK_READERS; i++)
		if (!is_killed(i) && soak.shared->readers[i].next < n)
			return false;
	return true;
}

static uint64_t dropped_by(const char *cause)
{
	g_autoptr(GVariant) reply = client_expect(soak.client, NULL, "Manager1", "GetStats", NULL, "(a{sv})");
	g_autoptr(GVariant) table = g_variant_get_child_value(reply, 0);
	g_autoptr(GVariant) causes = g_variant_lookup_value(table, "Dropped", G_VARIANT_TYPE("a{st}"));
	uint64_t count;

	ck_assert(causes && g_variant_lookup(causes, cause, "t", &count));
	return count;
}

static void check_reader(unsigned int i, unsigned int n)
{
	const SoakReader *reader = &soak.shared->readers[i];

	if (is_killed(i)) {
		printf("the one that was killed had %" G_GUINT64_FORMAT " lives, %" G_GUINT64_FORMAT " of them with reports\n",
		       soak.lives, soak.lives_with_reports);
		if (soak.lives_with_reports == 0)
			violation("it never got a report");
		check_order(i);
	} else if (reader->first != 0 || reader->received + reader->lost != n || reader->disordered > 0) {
		violation("program %u got %" G_GUINT64_FORMAT " from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", missed %"
			  G_GUINT64_FORMAT " and was told of %" G_GUINT64_FORMAT " lost, of %u sent", i, reader->received,
			  reader->first, reader->next, reader->missed, reader->lost, n);
	} else if (is_sleeper(i)) {
		if (reader->missed != reader->lost)
			violation("the sleeper missed %" G_GUINT64_FORMAT, reader->missed);
	} else {
		check_order(i);
	}
}

static void end(void)
{
	g_autofree char *log = g_build_filename(world_dir(soak.world), "readers.log", NULL), *said = NULL;
	unsigned int n;

	soak.shared->is_over = true;
	(void)wait_until(all_have_all, NULL, PATIENCE_MS);
	n = sent();
	print_line();
	printf("%u of %u reports were sent: of the rest, nobody listened\n", n, soak.rate * soak.seconds);
	for (unsigned int i = 0; i < SOAK_READERS; i++)
		check_reader(i, n);
	if (dropped_by("monitor") > 0)
		violation("the kernel dropped %" G_GUINT64_FORMAT " reports on the way to the daemon", dropped_by("monitor"));
	printf("memory: %" G_GUINT64_FORMAT " KiB after the first minute, %" G_GUINT64_FORMAT " at most\n", soak.settled_rss,
	       soak.most_rss);
	if (soak.settled_rss > 0 && soak.most_rss > soak.settled_rss + GROWTH)
		violation("memory has grown");
	if (soak.violations > 0 && g_file_get_contents(log, &said, NULL, NULL))
		fputs(said, stdout);
	for (unsigned int i = 0; i < SOAK_READERS; i++)
		(void)child_end(&soak.children[i], SIGKILL, PATIENCE_MS);
	client_free(soak.client);
	world_free(soak.world);
	puts(soak.violations == 0 ? "all is well" : "that is not well");
	ck_assert_uint_eq(soak.violations, 0);
}

START_TEST(run)
{
	begin();
	course();
	end();
}
END_TEST

int main(int argc, char *argv[])
{
	if (argc < 2 || argc > 4 || (!g_str_equal(argv[1], "rough") && !g_str_equal(argv[1], "calm"))) {
		fputs(help, argc == 2 && g_str_equal(argv[1], "--help") ? stdout : stderr);
		return 2;
	}
	soak.rough = g_str_equal(argv[1], "rough");
	soak.rate = argc > 2 ? (unsigned int)atoi(argv[2]) : soak.rough ? 2600 : 300;
	soak.seconds = argc > 3 ? (unsigned int)atoi(argv[3]) : soak.rough ? 600 : 86400;
	return bench_run("soak", run);
}
