/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs that know BlueZ alone get on the daemon's socket, and what it costs, beside the same programs
 * on the system bus: bleak that scans, alone and in a crowd, and reads of a characteristic. In the guest, on
 * the real bluetoothd and kernel: all of them, the radio too, share its one CPU, so that the figures mean
 * something only against each other. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face-reads.h"
#include "source-bed.h"

#define MONITOR "[Scan]\nSource=hci-monitor\n"
#define CROWD_RATE 300

static unsigned int seconds = 5, advertisers = 100, rounds = 3, only_rate;
static const char *only_part;

/* Those of the storm, 16 a prefix; the last of them has 4. */
static const char *const own_devices[] = {
	"hci0,C0:00:00:00:00:0", "hci0,C0:00:00:00:00:1", "hci0,C0:00:00:00:00:2", "hci0,C0:00:00:00:00:3",
	"hci0,C0:00:00:00:00:4", "hci0,C0:00:00:00:00:5", "hci0,C0:00:00:00:00:6", "hci0,C0:00:00:00:00:0",
};

#define ON_FACE(name, label, n, own) \
	{ name, label, SOURCE_BLEAK_PATH, "hci0", MONITOR, "hci-monitor", true, n, own }
#define ON_BLUEZ(name, label, n, own) \
	{ name, label, SOURCE_BLEAK_PATH, "hci0", NULL, NULL, false, n, own }

static const SourceWay one[] = {
	ON_FACE("face", "bleak on the socket", 1, NULL),
	ON_BLUEZ("bluez", "bleak on the bus", 1, NULL),
};

static const SourceWay all_want_all[] = {
	ON_FACE("face-8", "8 bleak on the socket", 8, NULL),
	ON_BLUEZ("bluez-2", "2 bleak on the bus", 2, NULL),
};

static const SourceWay each_wants_own[] = {
	ON_FACE("face-8-own", "8 bleak on the socket", 8, own_devices),
	ON_BLUEZ("bluez-2-own", "2 bleak on the bus", 2, own_devices),
};

/* --- how it is printed --- */

static void print_head(const char *title)
{
	printf("\n%s\n%-9s  %-22s %7s %7s %7s ", title, "reports/s", "program", "sent", "seen", "");
	source_print_cpu_head();
	printf(" %9s\n", "us/report");
}

/* Of what was sent, for each program. */
static double percent(const SourceRow *row)
{
	return row->sent > 0 ? 100.0 * row->seen / row->sent / row->way->programs : 0;
}

static void print_row(const SourceRow *row)
{
	printf("%9u  %-22s %7u %7u %6.1f%% ", row->rate, row->way->label, row->sent, row->seen, percent(row));
	source_print_cpu(row);
	printf(" %9.0f\n", row->use.sum * 1e6 / MAX(row->seen, 1));
}

static const char *met(bool is_met)
{
	return is_met ? "met" : "missed";
}

/* --- what is measured --- */

/* Both ways in turn, so that what else this machine does meets both. */
static void measure(const SourceWay ways[static 2], unsigned int rate, SourceRow rows[static 2])
{
	for (int i = 0; i < 2; i++)
		rows[i] = (SourceRow){ .way = &ways[i], .advertisers = advertisers, .seconds = seconds,
				       .rate = rate };
	for (unsigned int round = 0; round < rounds; round++)
		for (int i = 0; i < 2; i++)
			source_measure(&rows[i]);
	for (int i = 0; i < 2; i++)
		print_row(&rows[i]);
}

static void measure_rates(void)
{
	static const unsigned int rates[] = { 100, 300, 1000 };
	SourceRow rows[2];

	print_head("A program that scans; us/report: CPU of all processes");
	for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
		if (only_rate && only_rate != rates[i])
			continue;
		measure(one, rates[i], rows);
		printf("           goal: a larger share seen than on the bus: %s; less CPU in all: %s\n",
		       met(percent(&rows[0]) > percent(&rows[1])), met(rows[0].use.sum < rows[1].use.sum));
		fflush(stdout);
	}
}

static void measure_crowd(const char *title, const SourceWay ways[static 2])
{
	SourceRow rows[2];

	print_head(title);
	measure(ways, only_rate ? only_rate : CROWD_RATE, rows);
	printf("           goal: eight there cost less CPU than two here: %s\n",
	       met(rows[0].use.sum < rows[1].use.sum));
	fflush(stdout);
}

static bool is_wanted(const char *part)
{
	return !only_part || strcmp(only_part, part) == 0;
}

START_TEST(face)
{
	g_autofree char *bleak = source_version(SOURCE_BLEAK_PATH " --version");

	printf("On the daemon's socket and on the system bus, %u times %u s each: ", rounds, seconds);
	source_print_system();
	if (!bleak)
		printf("bleak is not installed: apt-get install python3-bleak\n");
	else
		printf("bleak %s, %u advertisers\n", bleak, advertisers);
	if (bleak && is_wanted("rates"))
		measure_rates();
	if (bleak && is_wanted("crowd"))
		measure_crowd("Programs at once that want every report", all_want_all);
	if (bleak && is_wanted("own"))
		measure_crowd("Programs at once, each of which wants a few devices", each_wants_own);
	if (is_wanted("reads"))
		face_measure_reads(seconds * rounds);
}
END_TEST

static void usage(FILE *file)
{
	fprintf(file,
		"Usage: bench-face [--seconds N] [--rounds N] [--advertisers N] [--rate N] [--part PART]\n"
		"Sends 100, 300 and 1000 reports/s, three times 5 s each, to bleak on the daemon's socket "
		"and\n"
		"on the system bus in turn; 300 to eight there and two here. Then reads a characteristic on\n"
		"both. PART: rates, crowd, own, reads. Wants the guest:\n"
		"tests/vm/run-in-vm -- tests/vm/with-bluetooth bench-face.\n");
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "rounds", required_argument, NULL, 'n' },
		{ "advertisers", required_argument, NULL, 'a' },
		{ "rate", required_argument, NULL, 'r' },
		{ "part", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 's':
			seconds = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'n':
			rounds = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'a':
			advertisers = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			only_rate = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'p':
			only_part = optarg;
			break;
		default:
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	if (optind < argc || seconds == 0 || rounds == 0 || advertisers == 0) {
		usage(stderr);
		return 2;
	}
	return bench_run("bench-face", face);
}
