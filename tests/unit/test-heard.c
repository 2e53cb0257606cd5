/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that are heard, and take no connections. */
#include <errno.h>
#include <string.h>

#include "addrs.h"
#include "bed-links.h"
#include "core/radios.h"
#include "reports.h"

static void hear(Bed *bed, uint8_t last, uint8_t adv_type)
{
	ReportInfo info = report_info(last, "\x02\x01\x06", 3);

	info.adv_type = adv_type;
	info.time = bed->now;
	bed_report(bed, bed->radio, &info);
	bed_pass(bed, 0);
}

static void hear_for(Bed *bed, uint8_t last, uint8_t adv_type, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		hear(bed, last, adv_type);
		bed_pass(bed, 1 * USEC_PER_SEC);
	}
}

START_TEST(test_beacon)
{
	static const uint8_t types[] = { ADV_NON_CONNECTABLE, ADV_SCANNABLE };
	Connecter sure = { 0 }, brief = { 0 };
	Bed bed;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		bed_init_radio(&bed);
		bed_device(&bed, 5, false, false);
		ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &sure), 1);
		ck_assert_int_eq(bed_connect_as(&bed, 5, bed.b, &brief, 5, 0, false), 1);
		hear_for(&bed, 5, types[i], 5);
		ck_assert_int_eq(brief.error, E_TIMED_OUT);
		ck_assert_ptr_nonnull(strstr(brief.text, "not connectable"));
		hear(&bed, 5, ADV_SCAN_RESPONSE);
		hear_for(&bed, 5, types[i], 6);
		ck_assert_uint_eq(sure.called, i);
		hear(&bed, 5, types[i]);
		ck_assert_uint_eq(sure.called, i + 1);
		ck_assert_int_eq(sure.error, E_CONNECTION_REFUSED);
		ck_assert_str_eq(
			sure.text,
			"C0:00:00:00:00:05 is heard, but takes no connections: all that it sends is not "
			"connectable");
		bed_expect(&bed, "connect5 disconnect5");
		bed_end(&bed);
	}
}
END_TEST

/* It sends both; or who knows what; or was heard once, long ago. */
START_TEST(test_no_beacon)
{
	Connecter waiter = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 6, false, false);
	ck_assert_int_eq(bed_connect_as(&bed, 5, bed.a, &waiter, 30, 0, false), 1);
	hear_for(&bed, 5, ADV_NON_CONNECTABLE, 10);
	hear(&bed, 5, ADV_CONNECTABLE);
	hear_for(&bed, 5, ADV_NON_CONNECTABLE, 15);
	ck_assert_uint_eq(waiter.called, 0);
	bed_device(&bed, 5, true, true);
	ck_assert_int_eq(waiter.error, 0);

	ck_assert_int_eq(bed_connect_as(&bed, 6, bed.a, &waiter, 30, 0, false), 1);
	hear_for(&bed, 6, ADV_UNKNOWN, 30);
	ck_assert_int_eq(waiter.error, E_TIMED_OUT);
	ck_assert_str_eq(waiter.text, "C0:00:00:00:00:06 did not answer in time");
	bed_device(&bed, 6, false, false);
	bed_pass(&bed, 60 * USEC_PER_SEC);

	ck_assert_int_eq(bed_connect_as(&bed, 6, bed.a, &waiter, 60, 0, false), 1);
	hear(&bed, 6, ADV_NON_CONNECTABLE);
	bed_pass(&bed, 12 * USEC_PER_SEC);
	for (int i = 0; i < 5; i++)
		hear(&bed, 6, ADV_NON_CONNECTABLE);
	ck_assert_uint_eq(waiter.called, 2);
	bed_end(&bed);
}
END_TEST

/* What the radio has heard for its scans counts: the answer is there at once. */
START_TEST(test_known_before)
{
	Connecter waiter = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(bed_start(&bed, bed.c, -1), 0);
	hear_for(&bed, 5, ADV_NON_CONNECTABLE, 20);
	bed_forget(&bed);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &waiter), E_CONNECTION_REFUSED);
	ck_assert_ptr_nonnull(strstr(waiter.text, "not connectable"));
	bed_expect(&bed, "");
	ck_assert_uint_eq(bed.radio->links->len, 0);
	/* not for ever */
	bed_pass(&bed, 12 * USEC_PER_SEC);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &waiter), 1);
	bed_end(&bed);
}
END_TEST

/* What was heard before a silence does not say what the device is now. */
START_TEST(test_comes_back)
{
	Connecter waiter = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(bed_start(&bed, bed.c, -1), 0);
	hear_for(&bed, 5, ADV_NON_CONNECTABLE, 20);
	bed_pass(&bed, 60 * USEC_PER_SEC);
	hear(&bed, 5, ADV_NON_CONNECTABLE);
	ck_assert_int_eq(bed_connect_as(&bed, 5, bed.a, &waiter, 300, 0, false), 1);
	hear_for(&bed, 5, ADV_NON_CONNECTABLE, 5);
	ck_assert_uint_eq(waiter.called, 0);

	/* and again, while it is waited for */
	bed_pass(&bed, 12 * USEC_PER_SEC);
	hear(&bed, 5, ADV_NON_CONNECTABLE);
	bed_pass(&bed, 11 * USEC_PER_SEC);
	hear(&bed, 5, ADV_NON_CONNECTABLE);
	ck_assert_uint_eq(waiter.called, 0);
	hear(&bed, 5, ADV_NON_CONNECTABLE);
	ck_assert_uint_eq(waiter.called, 1);
	ck_assert_int_eq(waiter.error, E_CONNECTION_REFUSED);
	bed_end(&bed);
}
END_TEST

static void hear_private(Bed *bed, uint8_t adv_type)
{
	ReportInfo info = report_info(0, "\x02\x01\x06", 3);

	info.addr = addr_of("4A:00:00:00:00:01", ADDR_RANDOM);
	info.adv_type = adv_type;
	info.time = bed->now;
	bed_report(bed, bed->radio, &info);
	bed_pass(bed, 1 * USEC_PER_SEC);
}

/* What a bonded device sends with a private address counts as well. */
START_TEST(test_private_address)
{
	const Addr identity = device_addr(5), private = addr_of("4A:00:00:00:00:01", ADDR_RANDOM);
	Connecter waiter = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	radios_learn_identity(bed.radio, &private, &identity, bed.now);
	ck_assert_int_eq(bed_start(&bed, bed.c, -1), 0);
	for (int i = 0; i < 5; i++)
		hear_private(&bed, ADV_NON_CONNECTABLE);
	ck_assert_int_eq(bed_connect_as(&bed, 5, bed.a, &waiter, 8, 0, false), 1);
	hear_private(&bed, ADV_CONNECTABLE);
	bed_pass(&bed, 8 * USEC_PER_SEC);
	ck_assert_int_eq(waiter.error, E_TIMED_OUT);
	ck_assert_ptr_null(strstr(waiter.text, "not connectable"));
	bed_end(&bed);

	bed_init_radio(&bed);
	bed_device(&bed, 5, false, false);
	radios_learn_identity(bed.radio, &private, &identity, bed.now);
	waiter = (Connecter){ 0 };
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &waiter), 1);
	for (int i = 0; i < 13; i++)
		hear_private(&bed, ADV_NON_CONNECTABLE);
	ck_assert_uint_eq(waiter.called, 1);
	ck_assert_int_eq(waiter.error, E_CONNECTION_REFUSED);
	bed_end(&bed);
}
END_TEST

/* While it connects, the monitor is to hear what the kernel scans for that. */
START_TEST(test_overhears)
{
	Connecter waiter = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	broker_set_monitored(bed.broker, true);
	bed_device(&bed, 5, false, false);
	ck_assert(!bed.radio->desired.overhear);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &waiter), 1);
	ck_assert(bed.radio->desired.overhear && !bed.radio->desired.on);
	bed_device(&bed, 5, true, true);
	ck_assert(!bed.radio->desired.overhear);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("heard", test_beacon, test_no_beacon, test_known_before, test_comes_back, test_private_address,
	  test_overhears)
