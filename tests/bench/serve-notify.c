/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications to a central, as fast as a program can: through the daemon by SetValue, straight by
 * PropertiesChanged. */
#include "serve-notify.h"

#include <signal.h>
#include <string.h>

#include "serve-program.h"

#define POLL_US 5000
#define QUIET_MS 5000 /* then no more are awaited */
#define BURSTS_A_SECOND 2 /* of the measurement, at least one */

typedef struct Notifications {
	ServeBed *bed;
	ServeWay way;
	uint32_t next; /* the running number that comes next */
	unsigned int sent, got, disorder;
	double seconds, cpu[_SERVE_PROCESS_MAX];
} Notifications;

/* HANDLE:HEX, the last four bytes of which are the number */
static void notifications_take(Notifications *run, const char *event)
{
	const char *hex = strchr(event, ':');
	uint32_t number;

	if (!hex || strncmp(event, run->bed->handles[run->way], (size_t)(hex - event)) != 0)
		return; /* another characteristic's, or Service Changed */
	hex++;
	ck_assert_uint_eq(strlen(hex), SERVE_LENGTH * 2);
	number = GUINT32_SWAP_LE_BE((uint32_t)g_ascii_strtoull(hex + (SERVE_LENGTH - 4) * 2, NULL, 16));
	run->disorder += number != run->next;
	run->next = number + 1;
	run->got++;
}

/* Returns how many came. */
static unsigned int notifications_poll(Notifications *run)
{
	g_autofree char *text = air_cmd(world_air(run->bed->world), "events bench0");
	g_auto(GStrv) events = g_strsplit(text, " ", -1);
	unsigned int before = run->got;

	for (char **event = events; *event; event++)
		notifications_take(run, *event);
	return run->got - before;
}

static void notifications_burst(Notifications *run)
{
	double before[_SERVE_PROCESS_MAX], after[_SERVE_PROCESS_MAX];
	int64_t start, last;

	serve_bed_get_cpu(run->bed, run->way, before);
	run->sent += SERVE_BURST;
	start = last = g_get_monotonic_time();
	ck_assert_int_eq(kill(run->bed->peers[run->way].child.pid, SIGUSR1), 0);
	while (run->got < run->sent && g_get_monotonic_time() - last < QUIET_MS * 1000) {
		g_usleep(POLL_US);
		if (notifications_poll(run) > 0)
			last = g_get_monotonic_time();
	}
	run->seconds += (double)(last - start) / G_USEC_PER_SEC;
	serve_bed_get_cpu(run->bed, run->way, after);
	for (int i = 0; i < _SERVE_PROCESS_MAX; i++)
		run->cpu[i] += after[i] - before[i];
}

static void notifications_tell(const Notifications *run, const char *group)
{
	Figures *figures = run->bed->figures;
	const char *way = serve_way_names[run->way];

	figures_add(figures, group, "", 0, run->sent, "%s: sent", way);
	figures_add(figures, group, "", 0, run->sent - run->got, "%s: lost", way);
	figures_add(figures, group, "", 0, run->disorder, "%s: out of order", way);
	figures_add(figures, group, "/s", 0, run->got / run->seconds, "%s: received", way);
	for (int i = 0; i < _SERVE_PROCESS_MAX; i++)
		figures_add(figures, group, "us", 1, run->cpu[i] * 1e6 / MAX(run->got, 1), "%s: CPU each: %s", way,
			    serve_process_names[i]);
}

void serve_measure_notifications(ServeBed *bed)
{
	static const char group[] = "notifications of 20 bytes to one central, as fast as the program can";
	static const ServeWay chosen[] = { SERVE_WAY_BROKER_SDBUS, SERVE_WAY_SDBUS, SERVE_WAY_BROKER_GDBUS,
					   SERVE_WAY_GDBUS };
	Notifications runs[G_N_ELEMENTS(chosen)];
	unsigned int bursts = bed->seconds * BURSTS_A_SECOND;

	for (size_t i = 0; i < G_N_ELEMENTS(chosen); i++) {
		runs[i] = (Notifications){ .bed = bed, .way = chosen[i] };
		air_do(world_air(bed->world), "subscribe bench0 %s notify", bed->handles[chosen[i]]);
	}
	for (unsigned int burst = 0; burst < bursts; burst++)
		for (size_t i = 0; i < G_N_ELEMENTS(chosen); i++)
			notifications_burst(&runs[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(chosen); i++)
		notifications_tell(&runs[i], group);
	for (size_t i = 0; i < G_N_ELEMENTS(chosen); i += 2)
		figures_add(bed->figures, group, "", 2,
			    runs[i].got / runs[i].seconds / (runs[i + 1].got / runs[i + 1].seconds),
			    "received/s, %s : %s", serve_way_names[chosen[i]], serve_way_names[chosen[i + 1]]);
}
