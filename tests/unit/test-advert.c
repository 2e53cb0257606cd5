/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session advertises: data, parameters, its registration at BlueZ, and those who wait for it. */
#include <errno.h>
#include <string.h>

#include "peripherals.h"

START_TEST(test_set)
{
	AdvertData data = side_data(20);
	Advertiser wait = { 0 };
	Reason reason;
	Side side;

	side_init(&side);
	ck_assert_ptr_null(advert_find(side.a));
	ck_assert_int_eq(side_enable(&side, side.a, &wait), E_NOT_READY);
	ck_assert_ptr_nonnull(strstr(wait.text, "SetAdvertisement"));
	/* parameters alone are nothing to say */
	ck_assert_int_eq(advert_set_params(side.a, &(AdvertParams){ .connectable = true }, NULL, side.world.now, &reason), 0);
	ck_assert_int_eq(side_enable(&side, side.a, &wait), E_NOT_READY);

	ck_assert_int_eq(advert_set(side.a, &data, NULL, side.world.now, &reason), 0);
	ck_assert_uint_eq(advert_find(side.a)->wanted.data.length, 22);
	/* the rules of this controller: 29 bytes leave no room for flags */
	data = side_data(27);
	ck_assert_int_eq(advert_set(side.b, &data, NULL, side.world.now, &reason), 0);
	side_set_instances(&side, 4, 0, true);
	ck_assert_int_eq(advert_set(side.a, &data, NULL, side.world.now, &reason), E_INVALID_ARGUMENTS);
	ck_assert_ptr_nonnull(strstr(reason.text, "32 bytes"));
	ck_assert_uint_eq(advert_find(side.a)->wanted.data.length, 22);
	ck_assert_int_eq(advert_set(side.c, &data, NULL, side.world.now, &reason), E_INVALID_ARGUMENTS);
	ck_assert_ptr_null(advert_find(side.c));
	world_expect(&side.world, "");
	side_end(&side);
}
END_TEST

START_TEST(test_params)
{
	AdvertParams params = { .connectable = false, .interval_set = true, .interval_min = 160, .interval_max = 320 };
	Reason reason;
	Side side;

	side_init(&side);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert(advert_find(side.a)->wanted.params.connectable);
	ck_assert_int_eq(advert_set_params(side.a, &params, NULL, side.world.now, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "adv_int_min"));
	ck_assert(advert_find(side.a)->wanted.params.connectable);
	ck_assert_int_eq(advert_set_params(side.b, &params, NULL, side.world.now, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_null(advert_find(side.b));

	side.radio->bluez.advert_intervals = true;
	ck_assert_int_eq(advert_set_params(side.a, &params, NULL, side.world.now, &reason), 0);
	ck_assert(!advert_find(side.a)->wanted.params.connectable);
	ck_assert_uint_eq(advert_find(side.a)->wanted.params.interval_max, 320);
	/* data leaves them alone, and they the data */
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert(!advert_find(side.a)->wanted.params.connectable);
	ck_assert_uint_eq(advert_find(side.a)->wanted.data.length, 6);
	side_end(&side);
}
END_TEST

START_TEST(test_power)
{
	Advertiser wait = { .wait.done = on_advertiser };
	Reason reason;
	int dbm = 77;
	Side side;

	side_init(&side);
	ck_assert_int_eq(advert_set_power(side.a, 0, NULL, side.world.now, &reason), E_NOT_SUPPORTED);
	ck_assert_int_eq(advert_power(side.a, &dbm, &reason), E_NOT_SUPPORTED);
	side.radio->bluez.advert_powers = true;
	side.radio->bluez.advert_power_min = -10;
	side.radio->bluez.advert_power_max = 8;
	ck_assert_int_eq(advert_power(side.a, &dbm, &reason), E_NOT_SUPPORTED);
	ck_assert_int_eq(advert_set_power(side.a, 9, NULL, side.world.now, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "-10 to 8"));
	ck_assert_int_eq(advert_set_power(side.a, -11, NULL, side.world.now, &reason), E_NOT_SUPPORTED);
	ck_assert_int_eq(dbm, 77);
	ck_assert_int_eq(advert_set_power(side.a, 3, NULL, side.world.now, &reason), 0);
	ck_assert_int_eq(advert_power(side.a, &dbm, &reason), 0);
	ck_assert_int_eq(dbm, 3);

	/* on air, it is what the radio chose */
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
	advert_power_chosen(advert_find(side.a), 2);
	side_started(&side, side.a, 0);
	ck_assert_int_eq(advert_power(side.a, &dbm, &reason), 0);
	ck_assert_int_eq(dbm, 2);
	/* parameters leave it alone */
	ck_assert_int_eq(advert_set_params(side.a, &(AdvertParams){ .connectable = false }, NULL, side.world.now, &reason), 0);
	ck_assert_int_eq(advert_power(side.a, &dbm, &reason), 0);
	ck_assert_int_eq(dbm, 3);
	advert_power_chosen(advert_find(side.a), 127);
	side_started(&side, side.a, 0);
	ck_assert_int_eq(advert_power(side.a, &dbm, &reason), 0);
	ck_assert_int_eq(dbm, 3);
	/* refused: the one before */
	ck_assert_int_eq(advert_set_power(side.a, 6, &wait.wait, side.world.now, &reason), -EINPROGRESS);
	side_started(&side, side.a, E_FAILED);
	ck_assert_int_eq(wait.error, E_FAILED);
	ck_assert_int_eq(advert_find(side.a)->sent.params.power, 3);
	side_started(&side, side.a, 0);
	side_end(&side);
}
END_TEST

START_TEST(test_enable)
{
	Advertiser first = { 0 }, second = { 0 }, third = { 0 };
	Side side;

	side_init(&side);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert_int_eq(side_enable(&side, side.a, &first), 1);
	ck_assert_int_eq(side_enable(&side, side.a, &second), 1);
	ck_assert_int_eq(side_enable(&side, side.a, &third), 1);
	advert_wait_cancel(&third.wait);
	advert_wait_cancel(&third.wait);
	world_expect(&side.world, "start1");
	ck_assert_uint_eq(first.called, 0);
	side_started(&side, side.a, 0);
	ck_assert_uint_eq(first.called + second.called, 2);
	ck_assert_int_eq(first.error + second.error, 0);
	ck_assert_uint_eq(third.called, 0);
	ck_assert_int_eq(advert_find(side.a)->state, ADVERT_ON);
	/* on already */
	ck_assert_int_eq(side_enable(&side, side.a, &third), 0);
	ck_assert_ptr_null(third.wait.advert);
	/* an answer that comes twice */
	side_started(&side, side.a, 0);
	world_expect(&side.world, "");

	advert_disable(side.a, side.world.now);
	advert_disable(side.a, side.world.now);
	world_expect(&side.world, "stop1");
	world_pass(&side.world, 100 * USEC_PER_SEC);
	world_expect(&side.world, "");

	/* ended before the answer */
	first = (Advertiser){ 0 };
	ck_assert_int_eq(side_enable(&side, side.a, &first), 1);
	advert_disable(side.a, side.world.now);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, E_FAILED);
	advert_started(advert_find(side.a), 0, NULL, side.world.now);
	ck_assert_int_eq(advert_find(side.a)->state, ADVERT_OFF);
	world_expect(&side.world, "start1 stop1");
	side_end(&side);
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
		Side side;

		side_init(&side);
		ck_assert_int_eq(side_set(&side, side.a), 0);
		ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
		side_started(&side, side.a, rows[i].error);
		ck_assert_uint_eq(wait.called, 1);
		ck_assert_int_eq(wait.error, rows[i].told);
		ck_assert_str_eq(wait.text, rows[i].told ? "said the edge" : "");
		ck_assert_int_eq(advert_find(side.a)->enabled, rows[i].again);
		world_expect(&side.world, "start1");
		/* who asks meanwhile hears that it waits for its turn */
		if (rows[i].again)
			ck_assert_int_eq(side_enable(&side, side.a, &again), 0);
		world_pass(&side.world, USEC_PER_SEC - 1);
		world_expect(&side.world, "");
		world_pass(&side.world, 1);
		world_expect(&side.world, rows[i].again ? "start1" : "");
		if (!rows[i].again)
			ck_assert_int_eq(side_enable(&side, side.a, &again), 1);
		else
			side_started(&side, side.a, 0);
		side_end(&side);
	}
}
END_TEST

/* New data on air: the old goes and the new comes. New data on the way there: likewise, once that is answered. */
START_TEST(test_new_data)
{
	Advertiser wait = { 0 };
	Reason reason;
	Side side;

	side_init(&side);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	world_expect(&side.world, "start1");
	side_started(&side, side.a, 0);
	ck_assert_uint_eq(wait.called, 1);
	world_expect(&side.world, "stop1 start1");
	side_started(&side, side.a, 0);
	world_expect(&side.world, "");
	ck_assert_int_eq(advert_set_params(side.a, &(AdvertParams){ .connectable = false }, NULL, side.world.now, &reason), 0);
	world_expect(&side.world, "stop1 start1");
	side_started(&side, side.a, 0);

	/* not while it is off, but then at once with the new */
	advert_disable(side.a, side.world.now);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	world_expect(&side.world, "stop1");
	ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
	side_started(&side, side.a, 0);
	world_expect(&side.world, "start1");
	side_end(&side);
}
END_TEST

static int change(Side *side, Session *session, size_t bytes, Advertiser *advertiser)
{
	AdvertData data = side_data(bytes);
	Reason reason = { "" };
	int r;

	*advertiser = (Advertiser){ .wait.done = on_advertiser };
	r = advert_set(session, &data, &advertiser->wait, side->world.now, &reason);
	ck_assert_int_ne(r, E_INVALID_ARGUMENTS);
	return r;
}

/* New data that BlueZ refuses: who brought it hears why, and what was there before is on air again. */
START_TEST(test_change_refused)
{
	Advertiser wait = { 0 }, first, second;
	Side side;

	side_init(&side);
	/* nothing is on air: nothing to wait for */
	ck_assert_int_eq(change(&side, side.a, 4, &first), 0);
	ck_assert_ptr_null(first.wait.advert);
	ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
	side_started(&side, side.a, 0);
	side_forget_log(&side);

	ck_assert_int_eq(change(&side, side.a, 5, &first), -EINPROGRESS);
	ck_assert_uint_eq(first.called, 0);
	world_expect(&side.world, "stop1 start1");
	side_started(&side, side.a, E_FAILED);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, E_FAILED);
	ck_assert_str_eq(first.text, "said the edge");
	world_expect(&side.world, "start1");
	ck_assert_uint_eq(advert_find(side.a)->sent.data.length, 6);
	side_started(&side, side.a, 0);
	ck_assert_int_eq(advert_find(side.a)->state, ADVERT_ON);
	ck_assert_uint_eq(advert_find(side.a)->wanted.data.length, 6);

	/* and again; this time BlueZ does not take the old one back at once */
	ck_assert_int_eq(change(&side, side.a, 5, &first), -EINPROGRESS);
	side_started(&side, side.a, E_FAILED);
	ck_assert_int_eq(first.error, E_FAILED);
	side_started(&side, side.a, E_FAILED);
	ck_assert(advert_find(side.a)->enabled);
	side_forget_log(&side);
	world_pass(&side.world, USEC_PER_SEC);
	world_expect(&side.world, "start1");
	side_started(&side, side.a, 0);

	/* a change on the way of another: each hears of its own */
	ck_assert_int_eq(change(&side, side.a, 5, &first), -EINPROGRESS);
	ck_assert_int_eq(change(&side, side.a, 7, &second), -EINPROGRESS);
	side_started(&side, side.a, E_FAILED);
	ck_assert_int_eq(first.error, E_FAILED);
	ck_assert_uint_eq(second.called, 0);
	ck_assert_uint_eq(advert_find(side.a)->sent.data.length, 9);
	side_started(&side, side.a, 0);
	ck_assert_uint_eq(second.called, 1);
	ck_assert_int_eq(second.error, 0);
	ck_assert_uint_eq(first.called, 1);
	side_forget_log(&side);

	/* taken, and what came meanwhile next */
	ck_assert_int_eq(change(&side, side.a, 4, &first), -EINPROGRESS);
	ck_assert_int_eq(change(&side, side.a, 8, &second), -EINPROGRESS);
	side_started(&side, side.a, 0);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(second.called, 0);
	side_started(&side, side.a, E_FAILED);
	ck_assert_int_eq(second.error, E_FAILED);
	side_started(&side, side.a, 0);
	ck_assert_uint_eq(advert_find(side.a)->sent.data.length, 6);

	/* ended meanwhile: the change stands, and nobody waits for the air */
	ck_assert_int_eq(change(&side, side.a, 9, &first), -EINPROGRESS);
	advert_disable(side.a, side.world.now);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(advert_find(side.a)->wanted.data.length, 11);
	/* who asks for it hears that it is refused, and nothing else is on air instead */
	ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
	side_started(&side, side.a, E_FAILED);
	ck_assert_int_eq(wait.error, E_FAILED);
	ck_assert(!advert_find(side.a)->enabled);
	side_end(&side);
}
END_TEST

/* The radio goes off, or away, while a change waits. */
START_TEST(test_change_without_radio)
{
	Advertiser wait = { 0 }, first;
	Side side;

	side_init(&side);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
	side_started(&side, side.a, 0);
	ck_assert_int_eq(change(&side, side.a, 5, &first), -EINPROGRESS);
	side_bluez_gone(&side);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_int_eq(first.error, 0);
	ck_assert_uint_eq(advert_find(side.a)->wanted.data.length, 7);
	side_end(&side);
}
END_TEST

START_TEST(test_released)
{
	Advertiser wait = { 0 };
	Side side;

	side_init(&side);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
	side_started(&side, side.a, 0);
	side_forget_log(&side);
	g_ptr_array_remove(side.adverts, advert_find(side.a));
	advert_released(advert_find(side.a), side.world.now);
	world_pass(&side.world, USEC_PER_SEC - 1);
	world_expect(&side.world, "");
	world_pass(&side.world, 1);
	world_expect(&side.world, "start1");
	side_end(&side);
}
END_TEST

START_TEST(test_radio_goes)
{
	Advertiser wait = { 0 }, other = { 0 };
	Side side;

	side_init(&side);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert_int_eq(side_set(&side, side.b), 0);
	ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
	side_started(&side, side.a, 0);
	/* one on its way hears of it, and comes all the same later */
	ck_assert_int_eq(side_enable(&side, side.b, &other), 1);
	side_bluez_gone(&side);
	ck_assert_uint_eq(other.called, 1);
	ck_assert_int_eq(other.error, E_NOT_READY);
	ck_assert_int_eq(side_enable(&side, side.b, &other), E_BLUEZ_UNAVAILABLE);
	world_pass(&side.world, 10 * USEC_PER_SEC);
	world_expect(&side.world, "start1 start2 stop1 stop2 removed0");
	ck_assert_int_eq(side_set(&side, side.a), 0);

	/* back, but off: nothing until it is on */
	side_bluez_back(&side, false);
	world_pass(&side.world, USEC_PER_SEC);
	ck_assert_ptr_null(strstr(side.world.log->str, "start"));
	ck_assert_int_eq(side_enable(&side, side.b, &other), E_NOT_READY);
	side_forget_log(&side);
	world_power(&side.world, side.radio, true);
	ck_assert_ptr_nonnull(strstr(side.world.log->str, "start1"));
	ck_assert_ptr_nonnull(strstr(side.world.log->str, "start2"));
	side_started(&side, side.a, 0);
	side_started(&side, side.b, 0);
	side_forget_log(&side);

	/* off and on again: what was registered may have gone off air */
	world_power(&side.world, side.radio, false);
	world_pass(&side.world, 10 * USEC_PER_SEC);
	world_expect(&side.world, "");
	ck_assert_int_eq(side_set(&side, side.a), 0);
	advert_disable(side.b, side.world.now);
	world_expect(&side.world, "stop2");
	world_power(&side.world, side.radio, true);
	world_expect(&side.world, "stop1 start1");
	side_end(&side);
}
END_TEST

START_TEST(test_session_ends)
{
	Advertiser wait = { 0 }, other = { 0 };
	Reason reason;
	Side side;

	side_init(&side);
	ck_assert_int_eq(side_set(&side, side.a), 0);
	ck_assert_int_eq(side_set(&side, side.b), 0);
	ck_assert_int_eq(side_enable(&side, side.a, &wait), 1);
	ck_assert_int_eq(side_enable(&side, side.b, &other), 1);
	side_started(&side, side.b, 0);
	side_forget_log(&side);
	session_drop(side.a, side.world.now);
	ck_assert_uint_eq(wait.called, 1);
	ck_assert_int_eq(wait.error, E_DOES_NOT_EXIST);
	ck_assert_uint_eq(side.radio->peripheral->adverts->len, 1);
	world_expect(&side.world, "stop1");
	/* initialised anew, it keeps nothing */
	ck_assert_int_eq(session_init(side.b, &(InitOptions){ 0 }, side.world.now, &reason), 0);
	ck_assert_ptr_null(advert_find(side.b));
	world_expect(&side.world, "stop2");
	side_end(&side);
}
END_TEST

UNIT_MAIN("advert", test_set, test_params, test_power, test_enable, test_refused, test_new_data, test_change_refused, test_change_without_radio, test_released, test_radio_goes,
	  test_session_ends)
