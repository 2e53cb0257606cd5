/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the benchmarks share. */
#include "bench.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "usage.h"

pid_t bench_find_pid(World *world, const char *name)
{
	g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
		client_connection(world_bluez(world)), "org.freedesktop.DBus",
		"/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
		g_variant_new("(s)", name), G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL,
		NULL);
	uint32_t pid = 0;

	ck_assert_msg(reply != NULL, "the bus does not tell who %s is", name);
	g_variant_get(reply, "(u)", &pid);
	return (pid_t)pid;
}

double bench_get_cpu(pid_t pid)
{
	double seconds = 0;

	ck_assert_msg(usage_read_cpu(pid, &seconds), "no CPU clock of process %d", (int)pid);
	return seconds;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

double bench_percentile(GArray *values, unsigned int percent)
{
	if (values->len == 0)
		return 0;
	g_array_sort(values, compare);
	return g_array_index(values, double, (values->len - 1) * percent / 100);
}

int bench_run(const char *name, const TTest *test)
{
	TCase *tcase = tcase_create(name);
	Suite *suite = suite_create(name);
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, test);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	if (failed > 0)
		srunner_print(runner, CK_NORMAL);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}

int bench_arguments(int argc, char *argv[], const char *help, unsigned int *seconds, bool *as_json)
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 's') {
			*seconds = (unsigned int)strtoul(optarg, NULL, 10);
		} else if (option == 'j') {
			*as_json = true;
		} else {
			fputs(help, option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	if (optind == argc && *seconds > 0)
		return -1;
	fputs(help, stderr);
	return 2;
}
