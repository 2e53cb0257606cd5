/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 1,000 advertisers and 32 sessions at 2,000 signals/s: nothing is lost but what is counted as
 * lost, everybody else is answered meanwhile, and memory does not grow. How fast all that is,
 * tests/bench tells. */

#include <check.h>

#include "load.h"
#include "memory.h"
#include "peer.h"
#include "run.h"

#define SESSIONS 32
#define ADVERTISERS 1000
#define WARM_UP_MS 5000
#define MEASURED_MS 10000
#define RATE 2000

/* A sanitizer puts off the reuse of freed memory. */
#ifdef __SANITIZE_ADDRESS__
#define GROWTH_MAX_KIB (8 * 1024)
#else
#define GROWTH_MAX_KIB 1024
#endif

/* Under valgrind the daemon is some 50 times slower. */
#define RATE_SLOW 100
#define GROWTH_MAX_SLOW_KIB (64 * 1024)

START_TEST(thirty_two_sessions)
{
	World *world = world_new(0);
	Load *load = load_new(world, SESSIONS, LOAD_MIXED);
	Peer probe, listener;
	LoadTotals totals;
	unsigned long before, after;

	peer_start(&listener, world, "listen");
	peer_start(&probe, world, "probe");
	air_do(world_air(world), "storm * %d %d %d", ADVERTISERS,
	       daemon_is_slow() ? RATE_SLOW : RATE, (WARM_UP_MS + MEASURED_MS) / 1000);

	wait_ms(WARM_UP_MS);
	before = daemon_rss_kib(world);
	wait_ms(MEASURED_MS);
	after = daemon_rss_kib(world);
	ck_assert_msg(
		after <= before + (daemon_is_slow() ? GROWTH_MAX_SLOW_KIB : GROWTH_MAX_KIB),
		"the daemon's memory grew from %lu to %lu KiB", before, after);

	load_settle(load);
	load_check(load);
	totals = load_totals(load);

	g_autofree char *heard = peer_end(&listener);
	g_autofree char *answered = peer_end(&probe);
	ck_assert_msg((double)totals.heard == peer_figure(heard, "reports"),
		      "the daemon heard %lu reports; "
		      "another program on the bus: %s",
		      (unsigned long)totals.heard, heard);
	ck_assert_uint_gt(totals.heard, ADVERTISERS);
	ck_assert_uint_gt(totals.dropped, 0);
	ck_assert_msg(peer_figure(answered, "failed") == 0.0, "calls failed: %s", answered);
	ck_assert(peer_figure(answered, "small-calls") > 0 &&
		  peer_figure(answered, "table-calls") > 0);

	load_free(load);
	world_free(world);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { thirty_two_sessions, NULL };

	limit_quarantine();
	return run_tests("load", tests, NULL, NULL, 600);
}
