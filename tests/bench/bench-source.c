/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes through of what is on the air, and what it costs, side by side: a program that reads this
 * daemon's stream, on each of its sources, and programs that do without the daemon. In the guest, on the real
 * bluetoothd and kernel: all of them, the radio too, share its one CPU, so that the figures mean something
 * only against each other. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source-bed.h"

#define FIFO "4096" /* the deepest that the default configuration allows */

static unsigned int seconds = 5, advertisers = 100, only_rate;
static const char *only_way;
static bool as_json;

#define STREAM .program = SOURCE_STREAM_PATH, .argument = FIFO, .programs = 1

static const SourceWay ways[] = {
	{ .name = "monitor",
	  .label = "bluebrokerd, hci-monitor",
	  STREAM,
	  .config = "[Scan]\nSource=hci-monitor\n",
	  .source = "hci-monitor" },
	{ .name = "dbus",
	  .label = "bluebrokerd, dbus",
	  STREAM,
	  .config = "[Scan]\nSource=dbus\n",
	  .source = "dbus" },
	{ .name = "gdbus",
	  .label = "plain GDBus program",
	  .program = SOURCE_GDBUS_PATH,
	  .argument = "hci0",
	  .programs = 1 },
	{ .name = "bleak",
	  .label = "bleak",
	  .program = SOURCE_BLEAK_PATH,
	  .argument = "hci0",
	  .programs = 1 },
};

static double percent(const SourceRow *row)
{
	return row->sent > 0 ? 100.0 * row->received / row->sent : 0;
}

static void print_head(void)
{
	printf("What comes through of %u advertisers in %u s: ", advertisers, seconds);
	source_print_system();
	printf("CPU seconds of each process, its own and the kernel's on its behalf. overrun, dropped: "
	       "losses\n"
	       "that the daemon tells of, in the monitor's socket and in the session's FIFO\n\n");
	printf("%-9s  %-25s %7s %8s %7s %7s %7s  ", "reports/s", "program", "sent", "received", "", "overrun",
	       "dropped");
	source_print_cpu_head();
	printf("\n");
}

static void print_row(const SourceRow *row)
{
	if (row->rate == SOURCE_RATE_TOP)
		printf("max %5.0f  ", row->sent / row->took);
	else
		printf("%9u  ", row->rate);
	printf("%-25s %7u %8u %6.1f%% ", row->way->label, row->sent, row->received, percent(row));
	if (row->way->config)
		printf("%7u %7u  ", row->overrun, row->dropped);
	else
		printf("%7s %7s  ", "-", "-");
	source_print_cpu(row);
	printf("\n");
	fflush(stdout);
}

static void print_json(const SourceRow *row, bool first)
{
	printf("%s{\"way\":\"%s\",\"rate\":%.0f,\"sent\":%u,\"received\":%u,\"overrun\":%u,\"dropped\":%u,"
	       "\"program\":%.3f,\"daemon\":%.3f,\"bluetoothd\":%.3f,\"bus\":%.3f}",
	       first ? "[" : ",\n ", row->way->name,
	       row->rate == SOURCE_RATE_TOP ? row->sent / row->took : row->rate, row->sent, row->received,
	       row->overrun, row->dropped, row->use.cpu[SOURCE_PROGRAM], row->use.cpu[SOURCE_DAEMON],
	       row->use.cpu[SOURCE_BLUEZ], row->use.cpu[SOURCE_BUS]);
	fflush(stdout);
}

START_TEST(source)
{
	static const unsigned int rates[] = { 100, 300, 1000, 2600, SOURCE_RATE_TOP };
	g_autofree char *bleak = source_version(SOURCE_BLEAK_PATH " --version");
	bool first = true;

	if (!as_json)
		print_head();
	for (size_t r = 0; r < G_N_ELEMENTS(rates); r++) {
		if (only_rate && only_rate != rates[r])
			continue;
		for (size_t w = 0; w < G_N_ELEMENTS(ways); w++) {
			SourceRow row = { .way = &ways[w], .advertisers = advertisers, .seconds = seconds,
					  .rate = rates[r] };

			if ((only_way && strcmp(only_way, row.way->name) != 0) ||
			    (!bleak && strcmp(row.way->name, "bleak") == 0))
				continue;
			source_measure(&row);
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
		"Sends 100, 300, 1000, 2600 reports/s and as many as go, for 5 s each, to programs one after "
		"the\n"
		"other: ways monitor and dbus (by the daemon), gdbus and bleak (without it). --rate 100000: "
		"as many\n"
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
