/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes of centrals. */
#include "serve-calls.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "serve-program.h"

#define TURN_MS 250 /* then it is another way's turn, so that all see the same weather */
#define PATIENCE_MS 30000

typedef struct Calls {
	ServeBed *bed;
	ServeWay way;
	bool writes;
	unsigned int centrals;
	char *arguments;
	GArray *times; /* of double: ms */
	double seconds, cpu[_SERVE_PROCESS_MAX];
} Calls;

static const char *calls_verb(const Calls *calls)
{
	return calls->writes ? "write" : "read";
}

static void calls_take(Calls *calls, Central *central)
{
	double ms = (double)(g_get_monotonic_time() - central->asked) / 1000;

	if (!calls->writes && calls->way != SERVE_WAY_BLUEZ)
		ck_assert_msg(central->got == strlen("ok \n") + SERVE_LENGTH * 2, "read: %s", central->answer);
	g_array_append_val(calls->times, ms);
}

static void calls_turn(Calls *calls)
{
	double before[_SERVE_PROCESS_MAX], after[_SERVE_PROCESS_MAX];
	struct pollfd fds[SERVE_CENTRALS];
	Central *centrals = calls->bed->centrals;
	int64_t start = g_get_monotonic_time(), end = start + TURN_MS * 1000;
	unsigned int busy = calls->centrals;

	serve_bed_get_cpu(calls->bed, calls->way, before);
	for (unsigned int i = 0; i < calls->centrals; i++) {
		fds[i] = (struct pollfd){ .fd = centrals[i].fd, .events = POLLIN };
		central_ask(&centrals[i], calls_verb(calls), calls->arguments);
	}
	while (busy > 0) {
		int r = poll(fds, calls->centrals, PATIENCE_MS);

		ck_assert_msg(r > 0 || (r < 0 && errno == EINTR), "no answer");
		for (unsigned int i = 0; i < calls->centrals && r > 0; i++) {
			if (!fds[i].revents || !central_answered(&centrals[i]))
				continue;
			calls_take(calls, &centrals[i]);
			if (g_get_monotonic_time() < end) {
				central_ask(&centrals[i], calls_verb(calls), calls->arguments);
			} else {
				fds[i].fd = -1;
				fds[i].revents = 0;
				busy--;
			}
		}
	}
	calls->seconds += (double)(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
	serve_bed_get_cpu(calls->bed, calls->way, after);
	for (int i = 0; i < _SERVE_PROCESS_MAX; i++)
		calls->cpu[i] += after[i] - before[i];
}

static void calls_tell(const Calls *calls, const char *group)
{
	static const unsigned int points[] = { 50, 99 };
	Figures *figures = calls->bed->figures;
	const char *way = serve_way_names[calls->way];
	double each = 1e6 / MAX(calls->times->len, 1);

	figures_add(figures, group, "/s", 0, calls->times->len / calls->seconds, "%s: done", way);
	for (size_t i = 0; i < G_N_ELEMENTS(points); i++)
		figures_add(figures, group, "ms", 3, bench_percentile(calls->times, points[i]), "%s: p%u", way,
			    points[i]);
	for (int i = 0; i < _SERVE_PROCESS_MAX; i++)
		if (i != SERVE_PROGRAM || calls->bed->peers[calls->way].child.pid > 0)
			figures_add(figures, group, "us", 1, calls->cpu[i] * each, "%s: CPU each: %s", way,
				    serve_process_names[i]);
}

/* Of one way against another; and the same less what measuring costs, that is what BlueZ needs by itself. */
static void tell_ratio(const Calls all[static _SERVE_WAY_MAX], const char *group, ServeWay way, ServeWay against)
{
	Figures *figures = all[0].bed->figures;
	double left = bench_percentile(all[way].times, 50), right = bench_percentile(all[against].times, 50);

	figures_add(figures, group, "", 2, left / right, "p50, %s : %s", serve_way_names[way],
		    serve_way_names[against]);
	if (all[SERVE_WAY_BLUEZ].times->len > 0) {
		double base = bench_percentile(all[SERVE_WAY_BLUEZ].times, 50);

		figures_add(figures, group, "", 2, (left - base) / (right - base), "  the same beyond %s",
			    serve_way_names[SERVE_WAY_BLUEZ]);
	}
}

void serve_measure_calls(ServeBed *bed, bool writes, unsigned int centrals)
{
	g_autofree char *name = g_strdup_printf("centrals that %s 20 bytes: %u", writes ? "write" : "read", centrals);
	static const uint8_t zeros[SERVE_LENGTH];
	const char *group = g_intern_string(name);
	ServeWay first = writes ? SERVE_WAY_STORED : 0; /* BlueZ has nothing to write to */
	Calls all[_SERVE_WAY_MAX];
	g_autoptr(GString) hex = g_string_new(NULL);

	for (size_t i = 0; i < sizeof(zeros); i++)
		g_string_append_printf(hex, "%02x", zeros[i]);
	for (ServeWay way = 0; way < _SERVE_WAY_MAX; way++) {
		all[way] = (Calls){ .bed = bed, .way = way, .writes = writes, .centrals = centrals };
		all[way].times = g_array_new(FALSE, FALSE, sizeof(double));
		all[way].arguments = writes ? g_strdup_printf("%s %s request", bed->handles[way], hex->str) :
					      g_strdup(bed->handles[way]);
	}

	for (unsigned int ms = 0; ms < bed->seconds * 1000; ms += TURN_MS)
		for (ServeWay way = first; way < _SERVE_WAY_MAX; way++)
			calls_turn(&all[way]);

	for (ServeWay way = first; way < _SERVE_WAY_MAX; way++)
		calls_tell(&all[way], group);
	tell_ratio(all, group, SERVE_WAY_STORED, SERVE_WAY_SDBUS);
	tell_ratio(all, group, SERVE_WAY_STORED, SERVE_WAY_GDBUS);
	tell_ratio(all, group, SERVE_WAY_BROKER_SDBUS, SERVE_WAY_SDBUS);
	tell_ratio(all, group, SERVE_WAY_BROKER_GDBUS, SERVE_WAY_GDBUS);
	for (ServeWay way = 0; way < _SERVE_WAY_MAX; way++) {
		g_array_unref(all[way].times);
		g_free(all[way].arguments);
	}
}
