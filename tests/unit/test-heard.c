/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that are heard, and take no connections. */
#include <errno.h>

#include "link-place.h"

static void hear(Place *p, uint8_t last, uint8_t adv_type)
{
	ReportInfo info = report_info(last, "\x02\x01\x06", 3);
	Report *report;

	info.adv_type = adv_type;
	info.time = p->world.now;
	report = report_make(&info);
	radio_report(p->radio, report, p->world.now);
	report_unref(report);
	world_pass(&p->world, 0);
}

static void hear_for(Place *p, uint8_t last, uint8_t adv_type, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		hear(p, last, adv_type);
		world_pass(&p->world, 1 * USEC_PER_SEC);
	}
}

START_TEST(test_beacon)
{
	static const uint8_t types[] = { ADV_NON_CONNECTABLE, ADV_SCANNABLE };
	Connecter sure = { 0 }, brief = { 0 };
	Place p;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		place_init(&p);
		world_device(&p.world, p.radio, 5, false, false);
		ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &sure), 1);
		ck_assert_int_eq(world_connect_as(&p.world, p.radio, 5, p.b, &brief, 5, 0, false), 1);
		hear_for(&p, 5, types[i], 5);
		ck_assert_int_eq(brief.error, E_TIMED_OUT);
		ck_assert_ptr_nonnull(strstr(brief.text, "not connectable"));
		hear(&p, 5, ADV_SCAN_RESPONSE);
		hear_for(&p, 5, types[i], 6);
		ck_assert_uint_eq(sure.called, i);
		hear(&p, 5, types[i]);
		ck_assert_uint_eq(sure.called, i + 1);
		ck_assert_int_eq(sure.error, E_CONNECTION_REFUSED);
		ck_assert_str_eq(sure.text, "C0:00:00:00:00:05 is heard, but takes no connections: all that it sends is not "
					    "connectable");
		world_expect(&p.world, "connect5 disconnect5");
		world_end(&p.world);
	}
}
END_TEST

/* It sends both; or who knows what; or was heard once, long ago. */
START_TEST(test_no_beacon)
{
	Connecter waiter = { 0 };
	Place p;

	place_init(&p);
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 6, false, false);
	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 5, p.a, &waiter, 30, 0, false), 1);
	hear_for(&p, 5, ADV_NON_CONNECTABLE, 10);
	hear(&p, 5, ADV_CONNECTABLE);
	hear_for(&p, 5, ADV_NON_CONNECTABLE, 15);
	ck_assert_uint_eq(waiter.called, 0);
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert_int_eq(waiter.error, 0);

	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 6, p.a, &waiter, 30, 0, false), 1);
	hear_for(&p, 6, ADV_UNKNOWN, 30);
	ck_assert_int_eq(waiter.error, E_TIMED_OUT);
	ck_assert_str_eq(waiter.text, "C0:00:00:00:00:06 did not answer in time");
	world_device(&p.world, p.radio, 6, false, false);
	world_pass(&p.world, 60 * USEC_PER_SEC);

	ck_assert_int_eq(world_connect_as(&p.world, p.radio, 6, p.a, &waiter, 60, 0, false), 1);
	hear(&p, 6, ADV_NON_CONNECTABLE);
	world_pass(&p.world, 12 * USEC_PER_SEC);
	for (int i = 0; i < 5; i++)
		hear(&p, 6, ADV_NON_CONNECTABLE);
	ck_assert_uint_eq(waiter.called, 2);
	world_end(&p.world);
}
END_TEST

/* What the radio has heard for its scans counts: the answer is there at once. */
START_TEST(test_known_before)
{
	Connecter waiter = { 0 };
	Place p;

	place_init(&p);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(world_start(&p.world, p.c, -1), 0);
	hear_for(&p, 5, ADV_NON_CONNECTABLE, 20);
	g_string_truncate(p.world.log, 0);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &waiter), E_CONNECTION_REFUSED);
	ck_assert_ptr_nonnull(strstr(waiter.text, "not connectable"));
	world_expect(&p.world, "");
	ck_assert_uint_eq(p.radio->links->len, 0);
	/* not for ever */
	world_pass(&p.world, 12 * USEC_PER_SEC);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &waiter), 1);
	world_end(&p.world);
}
END_TEST

/* While it connects, the monitor is to hear what the kernel scans for that. */
START_TEST(test_overhears)
{
	Connecter waiter = { 0 };
	Place p;

	place_init(&p);
	broker_set_monitored(p.world.broker, true);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert(!p.radio->wish.overhear);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.a, &waiter), 1);
	ck_assert(p.radio->wish.overhear && !p.radio->wish.on);
	world_device(&p.world, p.radio, 5, true, true);
	ck_assert(!p.radio->wish.overhear);
	world_end(&p.world);
}
END_TEST

UNIT_MAIN("heard", test_beacon, test_no_beacon, test_known_before, test_overhears)
