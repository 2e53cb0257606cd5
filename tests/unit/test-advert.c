/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session advertises: data, parameters, its registration at BlueZ, and those who wait for it. */
#include <errno.h>
#include <string.h>

#include "bed-adverts.h"

static int set_data(Bed *bed, Session *session, const AdvertData *data, Reason *reason)
{
	Advertiser advertiser = { 0 };
	int r = advert_set(session, data, advertiser_wait(&advertiser, bed), reason);

	bed_settle(bed);
	wait_deinit(&advertiser.wait.wait);
	return r;
}

static int set_power(Bed *bed, Session *session, int dbm, Advertiser *advertiser, Reason *reason)
{
	int r = advert_set_power(session, dbm, advertiser_wait(advertiser, bed), reason);

	bed_settle(bed);
	return r;
}

/* It is on its way to the air, and who asked waits. */
static void begin(Bed *bed, Session *session, Advertiser *advertiser)
{
	const unsigned called = advertiser->called;

	ck_assert_int_eq(bed_advertise(bed, session, advertiser), 0);
	ck_assert_uint_eq(advertiser->called, called);
}

/* There is nothing to wait for. */
static void begin_at_once(Bed *bed, Session *session, Advertiser *advertiser)
{
	const unsigned called = advertiser->called;

	ck_assert_int_eq(bed_advertise(bed, session, advertiser), 0);
	ck_assert_uint_eq(advertiser->called, called + 1);
	ck_assert_int_eq(advertiser->error, 0);
}

START_TEST(test_set)
{
	AdvertData data = bed_advert_data(20);
	Advertiser wait = { 0 };
	Reason reason;
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_ptr_null(advert_find(bed.a));
	ck_assert_int_eq(bed_advertise(&bed, bed.a, &wait), E_NOT_READY);
	ck_assert_ptr_nonnull(strstr(wait.text, "SetAdvertisement"));
	/* parameters alone are nothing to say */
	ck_assert_int_eq(bed_set_params(&bed, bed.a, &(AdvertParams){ .connectable = true }, &reason), 0);
	ck_assert_int_eq(bed_advertise(&bed, bed.a, &wait), E_NOT_READY);

	ck_assert_int_eq(set_data(&bed, bed.a, &data, &reason), 0);
	ck_assert_uint_eq(advert_find(bed.a)->wanted.data.length, 22);
	/* the rules of this controller: 29 bytes leave no room for flags */
	data = bed_advert_data(27);
	ck_assert_int_eq(set_data(&bed, bed.b, &data, &reason), 0);
	bed_set_instances(&bed, 4, 0, true);
	ck_assert_int_eq(set_data(&bed, bed.a, &data, &reason), E_INVALID_ARGUMENTS);
	ck_assert_ptr_nonnull(strstr(reason.text, "32 bytes"));
	ck_assert_uint_eq(advert_find(bed.a)->wanted.data.length, 22);
	ck_assert_int_eq(set_data(&bed, bed.c, &data, &reason), E_INVALID_ARGUMENTS);
	ck_assert_ptr_null(advert_find(bed.c));
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

START_TEST(test_params)
{
	AdvertParams params = { .connectable = false, .interval_set = true, .interval_min = 160, .interval_max = 320 };
	Reason reason;
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	ck_assert(advert_find(bed.a)->wanted.params.connectable);
	ck_assert_int_eq(bed_set_params(&bed, bed.a, &params, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "adv_int_min"));
	ck_assert(advert_find(bed.a)->wanted.params.connectable);
	ck_assert_int_eq(bed_set_params(&bed, bed.b, &params, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_null(advert_find(bed.b));

	bed.radio->bluez.advert_intervals = true;
	ck_assert_int_eq(bed_set_params(&bed, bed.a, &params, &reason), 0);
	ck_assert(!advert_find(bed.a)->wanted.params.connectable);
	ck_assert_uint_eq(advert_find(bed.a)->wanted.params.interval_max, 320);
	/* data leaves them alone, and they the data */
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	ck_assert(!advert_find(bed.a)->wanted.params.connectable);
	ck_assert_uint_eq(advert_find(bed.a)->wanted.data.length, 6);
	bed_end(&bed);
}
END_TEST

START_TEST(test_power)
{
	Advertiser wait = { 0 };
	Reason reason;
	int dbm = 77;
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(set_power(&bed, bed.a, 0, &wait, &reason), E_NOT_SUPPORTED);
	ck_assert_int_eq(advert_power(bed.a, &dbm, &reason), E_NOT_SUPPORTED);
	bed.radio->bluez.advert_powers = true;
	bed.radio->bluez.advert_power_min = -10;
	bed.radio->bluez.advert_power_max = 8;
	ck_assert_int_eq(advert_power(bed.a, &dbm, &reason), E_NOT_SUPPORTED);
	ck_assert_int_eq(set_power(&bed, bed.a, 9, &wait, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "-10 to 8"));
	ck_assert_int_eq(set_power(&bed, bed.a, -11, &wait, &reason), E_NOT_SUPPORTED);
	ck_assert_int_eq(dbm, 77);
	ck_assert_int_eq(set_power(&bed, bed.a, 3, &wait, &reason), 0);
	ck_assert_int_eq(advert_power(bed.a, &dbm, &reason), 0);
	ck_assert_int_eq(dbm, 3);

	/* on air, it is what the radio chose */
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	begin(&bed, bed.a, &wait);
	advert_power_chosen(advert_find(bed.a), 2);
	bed_advertised(&bed, bed.a, 0);
	ck_assert_int_eq(advert_power(bed.a, &dbm, &reason), 0);
	ck_assert_int_eq(dbm, 2);
	/* parameters leave it alone */
	ck_assert_int_eq(bed_set_params(&bed, bed.a, &(AdvertParams){ .connectable = false }, &reason), 0);
	ck_assert_int_eq(advert_power(bed.a, &dbm, &reason), 0);
	ck_assert_int_eq(dbm, 3);
	advert_power_chosen(advert_find(bed.a), 127);
	bed_advertised(&bed, bed.a, 0);
	ck_assert_int_eq(advert_power(bed.a, &dbm, &reason), 0);
	ck_assert_int_eq(dbm, 3);
	/* refused: the one before */
	wait.called = 0;
	ck_assert_int_eq(set_power(&bed, bed.a, 6, &wait, &reason), 0);
	ck_assert_uint_eq(wait.called, 0);
	bed_advertised(&bed, bed.a, E_FAILED);
	ck_assert_int_eq(wait.error, E_FAILED);
	ck_assert_int_eq(advert_find(bed.a)->sent.params.power, 3);
	bed_advertised(&bed, bed.a, 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_enable)
{
	Advertiser first = { 0 }, second = { 0 }, third = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	begin(&bed, bed.a, &first);
	begin(&bed, bed.a, &second);
	begin(&bed, bed.a, &third);
	wait_cancel(&third.wait.wait);
	wait_cancel(&third.wait.wait);
	bed_expect(&bed, "start1");
	ck_assert_uint_eq(first.called, 0);
	bed_advertised(&bed, bed.a, 0);
	ck_assert_uint_eq(first.called + second.called, 2);
	ck_assert_int_eq(first.error + second.error, 0);
	ck_assert_uint_eq(third.called, 0);
	ck_assert_int_eq(advert_find(bed.a)->state, ADVERT_ON);
	/* on already */
	begin_at_once(&bed, bed.a, &third);
	/* an answer that comes twice */
	bed_advertised(&bed, bed.a, 0);
	bed_expect(&bed, "");

	advert_disable(bed.a, bed.now);
	advert_disable(bed.a, bed.now);
	bed_expect(&bed, "stop1");
	bed_pass(&bed, 100 * USEC_PER_SEC);
	bed_expect(&bed, "");

	/* ended before the answer */
	first = (Advertiser){ 0 };
	begin(&bed, bed.a, &first);
	advert_disable(bed.a, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, E_FAILED);
	advert_started(advert_find(bed.a), 0, NULL, bed.now);
	ck_assert_int_eq(advert_find(bed.a)->state, ADVERT_OFF);
	bed_expect(&bed, "start1 stop1");
	bed_end(&bed);
}
END_TEST

/* What BlueZ refuses for good; what is worth another try; no instance. */
START_TEST(test_refused)
{
	static const struct {
		int error;
		int told;
		bool again;
	} rows[] = {
		{ E_FAILED, E_FAILED, false }, { E_INVALID_ARGUMENTS, E_INVALID_ARGUMENTS, false },
		{ -ENOMEM, -ENOMEM, false }, { -EAGAIN, 0, true }, { -EBUSY, 0, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		Advertiser wait = { 0 }, again = { 0 };
		Bed bed;

		bed_init_radio(&bed);
		ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
		begin(&bed, bed.a, &wait);
		bed_advertised(&bed, bed.a, rows[i].error);
		ck_assert_uint_eq(wait.called, 1);
		ck_assert_int_eq(wait.error, rows[i].told);
		ck_assert_str_eq(wait.text, rows[i].told ? "said the edge" : "");
		ck_assert_int_eq(advert_find(bed.a)->enabled, rows[i].again);
		bed_expect(&bed, "start1");
		/* who asks meanwhile hears that it waits for its turn */
		if (rows[i].again)
			begin_at_once(&bed, bed.a, &again);
		bed_pass(&bed, USEC_PER_SEC - 1);
		bed_expect(&bed, "");
		bed_pass(&bed, 1);
		bed_expect(&bed, rows[i].again ? "start1" : "");
		if (!rows[i].again)
			begin(&bed, bed.a, &again);
		else
			bed_advertised(&bed, bed.a, 0);
		bed_end(&bed);
	}
}
END_TEST

/* New data on air: the old goes and the new comes. New data on the way there: likewise, once that is answered. */
START_TEST(test_new_data)
{
	Advertiser wait = { 0 };
	Reason reason;
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	begin(&bed, bed.a, &wait);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	bed_expect(&bed, "start1");
	bed_advertised(&bed, bed.a, 0);
	ck_assert_uint_eq(wait.called, 1);
	bed_expect(&bed, "stop1 start1");
	bed_advertised(&bed, bed.a, 0);
	bed_expect(&bed, "");
	ck_assert_int_eq(bed_set_params(&bed, bed.a, &(AdvertParams){ .connectable = false }, &reason), 0);
	bed_expect(&bed, "stop1 start1");
	bed_advertised(&bed, bed.a, 0);

	/* not while it is off, but then at once with the new */
	advert_disable(bed.a, bed.now);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	bed_expect(&bed, "stop1");
	begin(&bed, bed.a, &wait);
	bed_advertised(&bed, bed.a, 0);
	bed_expect(&bed, "start1");
	bed_end(&bed);
}
END_TEST

/* Whether it is still to be on air. */
static bool change(Bed *bed, Session *session, size_t bytes, Advertiser *advertiser)
{
	AdvertData data = bed_advert_data(bytes);
	Reason reason = { "" };

	*advertiser = (Advertiser){ 0 };
	ck_assert_int_eq(advert_set(session, &data, advertiser_wait(advertiser, bed), &reason), 0);
	bed_settle(bed);
	return advertiser->called == 0;
}

/* New data that BlueZ refuses: who brought it hears why, and what was there before is on air again. */
START_TEST(test_change_refused)
{
	Advertiser wait = { 0 }, first, second;
	Bed bed;

	bed_init_radio(&bed);
	/* nothing is on air: nothing to wait for */
	ck_assert(!change(&bed, bed.a, 4, &first));
	ck_assert_int_eq(first.error, 0);
	begin(&bed, bed.a, &wait);
	bed_advertised(&bed, bed.a, 0);
	bed_forget(&bed);

	ck_assert(change(&bed, bed.a, 5, &first));
	ck_assert_uint_eq(first.called, 0);
	bed_expect(&bed, "stop1 start1");
	bed_advertised(&bed, bed.a, E_FAILED);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, E_FAILED);
	ck_assert_str_eq(first.text, "said the edge");
	bed_expect(&bed, "start1");
	ck_assert_uint_eq(advert_find(bed.a)->sent.data.length, 6);
	bed_advertised(&bed, bed.a, 0);
	ck_assert_int_eq(advert_find(bed.a)->state, ADVERT_ON);
	ck_assert_uint_eq(advert_find(bed.a)->wanted.data.length, 6);

	/* and again; this time BlueZ does not take the old one back at once */
	ck_assert(change(&bed, bed.a, 5, &first));
	bed_advertised(&bed, bed.a, E_FAILED);
	ck_assert_int_eq(first.error, E_FAILED);
	bed_advertised(&bed, bed.a, E_FAILED);
	ck_assert(advert_find(bed.a)->enabled);
	bed_forget(&bed);
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "start1");
	bed_advertised(&bed, bed.a, 0);

	/* a change on the way of another: each hears of its own */
	ck_assert(change(&bed, bed.a, 5, &first));
	ck_assert(change(&bed, bed.a, 7, &second));
	bed_advertised(&bed, bed.a, E_FAILED);
	ck_assert_int_eq(first.error, E_FAILED);
	ck_assert_uint_eq(second.called, 0);
	ck_assert_uint_eq(advert_find(bed.a)->sent.data.length, 9);
	bed_advertised(&bed, bed.a, 0);
	ck_assert_uint_eq(second.called, 1);
	ck_assert_int_eq(second.error, 0);
	ck_assert_uint_eq(first.called, 1);
	bed_forget(&bed);

	/* taken, and what came meanwhile next */
	ck_assert(change(&bed, bed.a, 4, &first));
	ck_assert(change(&bed, bed.a, 8, &second));
	bed_advertised(&bed, bed.a, 0);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(second.called, 0);
	bed_advertised(&bed, bed.a, E_FAILED);
	ck_assert_int_eq(second.error, E_FAILED);
	bed_advertised(&bed, bed.a, 0);
	ck_assert_uint_eq(advert_find(bed.a)->sent.data.length, 6);

	/* ended meanwhile: the change stands, and nobody waits for the air */
	ck_assert(change(&bed, bed.a, 9, &first));
	advert_disable(bed.a, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(advert_find(bed.a)->wanted.data.length, 11);
	/* who asks for it hears that it is refused, and nothing else is on air instead */
	begin(&bed, bed.a, &wait);
	bed_advertised(&bed, bed.a, E_FAILED);
	ck_assert_int_eq(wait.error, E_FAILED);
	ck_assert(!advert_find(bed.a)->enabled);
	bed_end(&bed);
}
END_TEST

/* The radio goes off, or away, while a change waits. */
START_TEST(test_change_without_radio)
{
	Advertiser wait = { 0 }, first;
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	begin(&bed, bed.a, &wait);
	bed_advertised(&bed, bed.a, 0);
	ck_assert(change(&bed, bed.a, 5, &first));
	bed_bluez_gone(&bed);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(advert_find(bed.a)->wanted.data.length, 7);
	bed_end(&bed);
}
END_TEST

START_TEST(test_released)
{
	Advertiser wait = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	begin(&bed, bed.a, &wait);
	bed_advertised(&bed, bed.a, 0);
	bed_forget(&bed);
	g_ptr_array_remove(bed.adverts, advert_find(bed.a));
	advert_released(advert_find(bed.a), bed.now);
	bed_pass(&bed, USEC_PER_SEC - 1);
	bed_expect(&bed, "");
	bed_pass(&bed, 1);
	bed_expect(&bed, "start1");
	bed_end(&bed);
}
END_TEST

START_TEST(test_radio_goes)
{
	Advertiser wait = { 0 }, other = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	ck_assert_int_eq(bed_set_advert(&bed, bed.b), 0);
	begin(&bed, bed.a, &wait);
	bed_advertised(&bed, bed.a, 0);
	/* one on its way hears of it, and comes all the same later */
	begin(&bed, bed.b, &other);
	bed_bluez_gone(&bed);
	ck_assert_uint_eq(other.called, 1);
	ck_assert_int_eq(other.error, E_NOT_READY);
	ck_assert_int_eq(bed_advertise(&bed, bed.b, &other), E_BLUEZ_UNAVAILABLE);
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "start1 start2 stop1 stop2 removed0");
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);

	/* back, but off: nothing until it is on */
	bed_bluez_back(&bed, false);
	bed_pass(&bed, USEC_PER_SEC);
	ck_assert_ptr_null(strstr(bed.log->str, "start"));
	ck_assert_int_eq(bed_advertise(&bed, bed.b, &other), E_NOT_READY);
	bed_forget(&bed);
	bed_power(&bed, bed.radio, true);
	ck_assert_ptr_nonnull(strstr(bed.log->str, "start1"));
	ck_assert_ptr_nonnull(strstr(bed.log->str, "start2"));
	bed_advertised(&bed, bed.a, 0);
	bed_advertised(&bed, bed.b, 0);
	bed_forget(&bed);

	/* off and on again: what was registered may have gone off air */
	bed_power(&bed, bed.radio, false);
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "");
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	advert_disable(bed.b, bed.now);
	bed_expect(&bed, "stop2");
	bed_power(&bed, bed.radio, true);
	bed_expect(&bed, "stop1 start1");
	bed_end(&bed);
}
END_TEST

START_TEST(test_session_ends)
{
	Advertiser wait = { 0 }, other = { 0 };
	Reason reason;
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	ck_assert_int_eq(bed_set_advert(&bed, bed.b), 0);
	begin(&bed, bed.a, &wait);
	begin(&bed, bed.b, &other);
	bed_advertised(&bed, bed.b, 0);
	bed_forget(&bed);
	sessions_drop(bed.a, bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(wait.called, 1);
	ck_assert_int_eq(wait.error, E_NOT_READY);
	ck_assert_uint_eq(bed.radio->peripheral->adverts->len, 1);
	bed_expect(&bed, "stop1");
	/* initialised anew, it keeps nothing */
	ck_assert_int_eq(sessions_init(bed.b, &(InitOptions){ 0 }, bed.now, &reason), 0);
	ck_assert_ptr_null(advert_find(bed.b));
	bed_expect(&bed, "stop2");
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("advert", test_set, test_params, test_power, test_enable, test_refused, test_new_data, test_change_refused, test_change_without_radio, test_released, test_radio_goes,
	  test_session_ends)
