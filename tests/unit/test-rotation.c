/* SPDX-License-Identifier: GPL-2.0-or-later */
/* More sessions than instances: all are heard, and each its share of the time. */
#include "air.h"

#define MINUTES (60 * USEC_PER_SEC)
#define MSEC USEC_PER_MSEC

/* A rotation: how long until each of so many had 2 s in one of the places; and a second for the calls. */
static uint64_t rotation(unsigned sessions, unsigned places)
{
	return (uint64_t)(sessions + places - 1) / places * 2 * USEC_PER_SEC + USEC_PER_SEC;
}

START_TEST(test_room_for_all)
{
	static const struct {
		unsigned instances;
		bool sets;
		unsigned sessions;
	} rows[] = { { 4, true, 4 }, { 4, true, 1 }, { 5, false, 5 }, { 5, false, 2 }, { 1, true, 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		Air air;

		air_init(&air, rows[i].instances, rows[i].sets, rows[i].sessions);
		air_pass(&air, USEC_PER_SEC);
		ck_assert_uint_eq(air.registered->len, rows[i].sessions);
		/* nobody has to go: without sets the kernel takes turns */
		ck_assert_uint_eq(bed_next(&air.bed), USEC_NEVER);
		air_begin(&air);
		air_pass(&air, 5 * MINUTES);
		ck_assert_uint_eq(air.refusals, 0);
		air_check(&air, rows[i].sessions, rows[i].sets ? 0 : rows[i].sessions * KERNEL_TURN);
		air_end(&air);
	}
}
END_TEST

START_TEST(test_fair)
{
	static const struct {
		unsigned instances;
		bool sets;
		unsigned sessions;
		unsigned places;	/* at once */
	} rows[] = {
		{ 4, true, 8, 4 }, { 4, true, 5, 4 }, { 4, true, 13, 4 }, { 1, true, 3, 1 },
		{ 5, false, 8, 1 }, { 5, false, 6, 1 }, { 5, false, 16, 1 }, { 3, true, 16, 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		Air air;

		air_init(&air, rows[i].instances, rows[i].sets, rows[i].sessions);
		air_pass(&air, 20 * USEC_PER_SEC);
		ck_assert_uint_le(air.registered->len, rows[i].places);
		air_begin(&air);
		air_pass(&air, 10 * MINUTES);
		ck_assert_uint_eq(air.refusals, 0);
		air_check(&air, rows[i].sessions, rotation(rows[i].sessions, rows[i].places));
		air_end(&air);
	}
}
END_TEST

/* The time is shared out among users, not sessions: who has many does not take it from who has one. */
START_TEST(test_fair_by_user)
{
	static const struct {
		unsigned instances;
		bool sets;
		unsigned of_one;
		unsigned sessions;
		unsigned places;	/* at once */
	} rows[] = {
		{ 1, true, 15, 16, 1 }, { 5, false, 15, 16, 1 },
		{ 5, false, 13, 16, 1 }, { 1, true, 2, 4, 1 },
		/* a place for each of the others, while that one's take turns */
		{ 4, true, 15, 16, 4 }, { 4, true, 13, 16, 4 }, { 4, true, 4, 5, 4 }, { 2, true, 2, 3, 2 },
		/* more users than places */
		{ 4, true, 12, 16, 4 }, { 4, true, 8, 16, 4 }, { 2, true, 14, 16, 2 }, { 3, true, 2, 5, 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const unsigned users = rows[i].sessions - rows[i].of_one + 1;
		uint64_t least = USEC_NEVER, most = 0, one = 0, share;
		Air air;

		air_init(&air, rows[i].instances, rows[i].sets, 0);
		air.of_one = rows[i].of_one;
		for (unsigned n = 0; n < rows[i].sessions; n++)
			air_advertise(&air, n);
		air_pass(&air, 60 * USEC_PER_SEC);
		air_begin(&air);
		air_pass(&air, 10 * MINUTES);
		ck_assert_uint_eq(air.refusals, 0);
		share = 10 * MINUTES / users * MIN(rows[i].places, users);
		for (unsigned n = 0; n < rows[i].sessions; n++) {
			if (n >= rows[i].of_one) {
				ck_assert_uint_ge(air.on_air[n], share * 9 / 10);
				ck_assert_uint_le(air.gap[n], rotation(users, rows[i].places));
				continue;
			}
			one += air.on_air[n];
			least = MIN(least, air.on_air[n]);
			most = MAX(most, air.on_air[n]);
		}
		ck_assert_uint_ge(one, share * 9 / 10);
		ck_assert_uint_ge(least * 5, most * 4);
		air_end(&air);
	}
}
END_TEST

/* Nor do sessions that end when they have had their turn. */
START_TEST(test_new_session_each_turn)
{
	Air air;

	air_init(&air, 1, true, 0);
	air.of_one = 15;
	for (unsigned n = 0; n < 16; n++)
		air_advertise(&air, n);
	air_pass(&air, 60 * USEC_PER_SEC);
	air_begin(&air);
	for (unsigned n = 0; n < 200; n++) {
		for (unsigned k = 0; k < air.of_one; k++) {
			if (air.on_air[k] == 0)
				continue;
			air_leave(&air, k);
			air_advertise(&air, k);
			air.on_air[k] = 0;
		}
		air_pass(&air, USEC_PER_SEC);
	}
	ck_assert_uint_ge(air.on_air[15], 90 * USEC_PER_SEC);
	air_end(&air);
}
END_TEST

START_TEST(test_period)
{
	Air air;

	air_init(&air, 1, true, 3);
	air.bed.broker->config.rotation_seconds = 30;
	air_pass(&air, 20 * USEC_PER_SEC);
	air_begin(&air);
	air_pass(&air, 29 * USEC_PER_SEC);
	ck_assert_uint_le(air.on_air[0] + air.on_air[1] + air.on_air[2], 29 * USEC_PER_SEC);
	air_pass(&air, 30 * MINUTES);
	air_check(&air, 3, 91 * USEC_PER_SEC);
	ck_assert_uint_ge(air.gap[0], 59 * USEC_PER_SEC);
	air_end(&air);
}
END_TEST

/* Other programs have instances of the same radio. */
START_TEST(test_others)
{
	static const struct {
		unsigned instances;
		bool sets;
		unsigned others;
		unsigned sessions;
		uint64_t gap;
	} rows[] = {
		{ 4, true, 1, 8, 7 * USEC_PER_SEC }, { 4, true, 3, 3, 7 * USEC_PER_SEC },
		/* the kernel gives each of them its turn, too */
		{ 5, false, 1, 6, 6 * 3 * KERNEL_TURN }, { 5, false, 3, 6, 6 * 5 * KERNEL_TURN },
		{ 5, false, 4, 2, 2 * 6 * KERNEL_TURN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		Air air;

		air_init(&air, rows[i].instances, rows[i].sets, 0);
		air_others(&air, rows[i].others);
		air_pass(&air, USEC_PER_SEC);
		for (unsigned k = 0; k < rows[i].sessions; k++)
			air_advertise(&air, k);
		air_pass(&air, 20 * USEC_PER_SEC);
		air_begin(&air);
		air_pass(&air, 20 * MINUTES);
		ck_assert_uint_eq(air.refusals, 0);
		air_check(&air, rows[i].sessions, rows[i].gap);
		air_end(&air);
	}
}
END_TEST

/* They come and go, and what BlueZ says of it comes late. */
START_TEST(test_others_come_and_go)
{
	for (unsigned sets = 0; sets < 2; sets++) {
		Air air;

		air_init(&air, 4, sets, 8);
		air.signal_takes = 300 * MSEC;
		air_pass(&air, 5 * USEC_PER_SEC);
		air_begin(&air);
		for (unsigned n = 0; n < 400; n++) {
			const unsigned wanted = n % 4;

			/* they get what is free */
			if (wanted <= air.n_others || air.registered->len + wanted - air.n_others <= 4)
				air_others(&air, wanted);
			air_pass(&air, 3700 * MSEC);
		}
		air_check(&air, 8, 120 * USEC_PER_SEC);

		/* they have all: ours come when one is free */
		for (unsigned n = 0; n < 20 && air.n_others < 4; n++) {
			if (air.registered->len < 4)
				air_others(&air, air.n_others + 1);
			air_pass(&air, 5 * MSEC);
		}
		air_others(&air, MIN(air.n_others, 4));
		air_end(&air);
	}
}
END_TEST

START_TEST(test_others_have_all)
{
	Air air;

	air_init(&air, 4, true, 0);
	air_others(&air, 4);
	air_pass(&air, USEC_PER_SEC);
	for (unsigned i = 0; i < 8; i++)
		air_advertise(&air, i);
	air_pass(&air, MINUTES);
	ck_assert_uint_eq(air.refusals, 0);
	for (unsigned i = 0; i < 8; i++)
		ck_assert_uint_eq(air.on_air[i], 0);
	air_others(&air, 3);
	air_begin(&air);
	air_pass(&air, 10 * MINUTES);
	air_check(&air, 8, rotation(8, 1) + USEC_PER_SEC);
	air_others(&air, 0);
	air_pass(&air, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(air.registered->len, 4);
	air_end(&air);
}
END_TEST

/* Sessions that come, go and come again neither get more, nor do the others get less than their share. */
START_TEST(test_sessions_come_and_go)
{
	for (unsigned sets = 0; sets < 2; sets++) {
		Air air;

		air_init(&air, sets ? 4 : 5, sets, 8);
		air_pass(&air, 20 * USEC_PER_SEC);
		air_begin(&air);
		for (unsigned n = 0; n < 500; n++) {
			const unsigned index = 8 + n % 3;

			if (air.sessions[index])
				air_leave(&air, index);
			else
				air_advertise(&air, index);
			if (n % 5 == 0) {
				advert_disable(air.sessions[7], air.bed.now);
				air_advertise(&air, 7);
			}
			air_pass(&air, 1300 * MSEC);
		}
		air_check(&air, 7, rotation(11, sets ? 4 : 1) + USEC_PER_SEC);
		/* one that ends and begins again is at the end of the row each time, but it has its turns */
		ck_assert_uint_gt(air.on_air[7], 0);
		ck_assert_uint_le(air.on_air[7], air.on_air[0]);
		air_end(&air);
	}
}
END_TEST

/* From more to fewer than there are instances, and back. */
START_TEST(test_numbers)
{
	for (unsigned sets = 0; sets < 2; sets++) {
		const unsigned instances = sets ? 4 : 5;
		Air air;

		air_init(&air, instances, sets, instances);
		air_pass(&air, 5 * USEC_PER_SEC);
		ck_assert_uint_eq(air.registered->len, instances);
		air_advertise(&air, instances);
		air_pass(&air, 5 * USEC_PER_SEC);
		ck_assert_uint_eq(air.registered->len + air.pending->len, sets ? 4 : 1);
		air_begin(&air);
		air_pass(&air, 10 * MINUTES);
		air_check(&air, instances + 1, rotation(instances + 1, sets ? 4 : 1));
		air_leave(&air, 0);
		air_pass(&air, 5 * USEC_PER_SEC);
		ck_assert_uint_eq(air.registered->len, instances);
		ck_assert_uint_eq(bed_next(&air.bed), USEC_NEVER);
		air_end(&air);
	}
}
END_TEST

/* New data keeps the place: who changes it often is not on air for longer; nor less, but for the time that
 * this takes. */
START_TEST(test_new_data)
{
	static const uint64_t periods[] = { 1900 * MSEC, 700 * MSEC, 50 * MSEC };

	for (size_t i = 0; i < ARRAY_SIZE(periods); i++) {
		for (unsigned sets = 0; sets < 2; sets++) {
			Air air;

			air_init(&air, sets ? 4 : 5, sets, 8);
			air.call_takes = 5 * MSEC;
			air_pass(&air, 20 * USEC_PER_SEC);
			air_begin(&air);
			for (uint64_t at = 0; at < 3 * MINUTES; at += periods[i]) {
				ck_assert_int_eq(bed_set_advert(&air.bed, air.sessions[7]), 0);
				air_pass(&air, periods[i]);
			}
			air_check(&air, periods[i] > 500 * MSEC ? 8 : 7, rotation(8, sets ? 4 : 1));
			ck_assert_uint_le(air.on_air[7], air.on_air[0] * 6 / 5);
			air_end(&air);
		}
	}
}
END_TEST

/* Data that changes faster than bluetoothd answers: that one may never be on air, but the others are. */
START_TEST(test_new_data_all_the_time)
{
	Air air;

	air_init(&air, 5, false, 6);
	air_pass(&air, 20 * USEC_PER_SEC);
	air_begin(&air);
	for (unsigned n = 0; n < 60000; n++) {
		ck_assert_int_eq(bed_set_advert(&air.bed, air.sessions[5]), 0);
		air_pass(&air, 3 * MSEC);
	}
	air_check(&air, 5, rotation(6, 1));
	air_end(&air);
}
END_TEST

START_TEST(test_radio_off_and_gone)
{
	for (unsigned sets = 0; sets < 2; sets++) {
		Air air;

		air_init(&air, sets ? 4 : 5, sets, 8);
		air_pass(&air, 20 * USEC_PER_SEC);
		air_begin(&air);
		for (unsigned n = 0; n < 100; n++) {
			bed_power(&air.bed, air.bed.radio, false);
			air_pass(&air, 3 * USEC_PER_SEC);
			bed_power(&air.bed, air.bed.radio, true);
			air_pass(&air, 9 * USEC_PER_SEC);

			air_bluez_gone(&air);
			air_pass(&air, 4 * USEC_PER_SEC);
			bed_bluez_back(&air.bed, true);
			air_pass(&air, 9 * USEC_PER_SEC);
		}
		air_check(&air, 8, rotation(8, sets ? 4 : 1) + 14 * USEC_PER_SEC);
		air_end(&air);
	}
}
END_TEST

UNIT_MAIN("rotation", test_room_for_all, test_fair, test_fair_by_user,
	  test_new_session_each_turn, test_period, test_others, test_others_come_and_go, test_others_have_all,
	  test_sessions_come_and_go, test_numbers, test_new_data, test_new_data_all_the_time,
	  test_radio_off_and_gone)
