/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Charges: the limit's edges, users that come and go, and that a leak does not pass unseen. */
#include <errno.h>

#include "core/quota.h"
#include "mistake.h"
#include "unit.h"

static const uint64_t limits[_QUOTA_MAX] = {
	[QUOTA_SESSIONS] = 2,
	[QUOTA_FIFO_BYTES] = UINT64_MAX,
	[QUOTA_CALLS] = 0,
	[QUOTA_CONNECTIONS] = 1000,
};

START_TEST(test_limits)
{
	Quota *quota;
	User *user;

	quota = quota_new(limits);
	user = quota_user(quota, 1000);
	ck_assert_uint_eq(user_uid(user), 1000);
	for (int kind = 0; kind < _QUOTA_MAX; kind++) {
		ck_assert_uint_eq(user_limit(user, (QuotaKind)kind), limits[kind]);
		ck_assert_uint_eq(user_charged(user, (QuotaKind)kind), 0);
	}

	ck_assert_int_eq(user_charge(user, QUOTA_SESSIONS, 1), 0);
	ck_assert_int_eq(user_charge(user, QUOTA_SESSIONS, 2), -EDQUOT);
	ck_assert_int_eq(user_charge(user, QUOTA_SESSIONS, UINT64_MAX), -EDQUOT);
	ck_assert_uint_eq(user_charged(user, QUOTA_SESSIONS), 1);
	ck_assert_int_eq(user_charge(user, QUOTA_SESSIONS, 1), 0);
	ck_assert_int_eq(user_charge(user, QUOTA_SESSIONS, 1), -EDQUOT);
	ck_assert_int_eq(user_charge(user, QUOTA_SESSIONS, 0), 0);
	user_discharge(user, QUOTA_SESSIONS, 2);
	ck_assert_uint_eq(user_charged(user, QUOTA_SESSIONS), 0);

	ck_assert_int_eq(user_charge(user, QUOTA_CALLS, 1), -EDQUOT);

	/* Near the end of the number range nothing wraps. */
	ck_assert_int_eq(user_charge(user, QUOTA_FIFO_BYTES, UINT64_MAX - 1), 0);
	ck_assert_int_eq(user_charge(user, QUOTA_FIFO_BYTES, 2), -EDQUOT);
	ck_assert_int_eq(user_charge(user, QUOTA_FIFO_BYTES, 1), 0);
	ck_assert_uint_eq(user_charged(user, QUOTA_FIFO_BYTES), UINT64_MAX);
	user_discharge(user, QUOTA_FIFO_BYTES, UINT64_MAX);

	ck_assert_ptr_null(user_unref(user));
	ck_assert_ptr_null(quota_free(quota));
	ck_assert_ptr_null(quota_free(NULL));
	ck_assert_ptr_null(user_unref(NULL));
}
END_TEST

START_TEST(test_users_are_apart)
{
	static const uid_t uids[] = { 0, 1, 1000, 65534, (uid_t)-2, (uid_t)-1 };
	User *users[ARRAY_SIZE(uids)], *again;
	Quota *quota;

	quota = quota_new(limits);
	for (size_t i = 0; i < ARRAY_SIZE(uids); i++) {
		users[i] = quota_user(quota, uids[i]);
		ck_assert_uint_eq(user_uid(users[i]), uids[i]);
		ck_assert_int_eq(user_charge(users[i], QUOTA_CONNECTIONS, i + 1), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(uids); i++) {
		again = quota_user(quota, uids[i]);
		ck_assert_ptr_eq(again, users[i]);
		ck_assert_uint_eq(user_charged(again, QUOTA_CONNECTIONS), i + 1);
		user_unref(again);
		user_discharge(users[i], QUOTA_CONNECTIONS, i + 1);
		user_unref(users[i]);
	}
	quota_free(quota);
}
END_TEST

/* What is charged stays charged, also while nobody holds the user. */
START_TEST(test_charge_outlives_reference)
{
	User *user, *again;
	Quota *quota;

	quota = quota_new(limits);
	user = quota_user(quota, 7);
	ck_assert_int_eq(user_charge(user, QUOTA_SESSIONS, 2), 0);
	user_unref(user);

	again = quota_user(quota, 7);
	ck_assert_uint_eq(user_charged(again, QUOTA_SESSIONS), 2);
	ck_assert_int_eq(user_charge(again, QUOTA_SESSIONS, 1), -EDQUOT);
	ck_assert_ptr_eq(user_ref(again), again);
	user_unref(again);
	user_unref(again);
	user_discharge(again, QUOTA_SESSIONS, 1);
	user_discharge(again, QUOTA_SESSIONS, 1);	/* and here the user goes */

	quota_free(quota);
}
END_TEST

static void leak_user(void)
{
	Quota *quota = quota_new(limits);

	quota_user(quota, 7);
	quota_free(quota);
}

static void discharge_too_much(void)
{
	user_discharge(quota_user(quota_new(limits), 7), QUOTA_SESSIONS, 1);
}

START_TEST(test_mistakes_abort)
{
	expect_abort(leak_user);
	expect_abort(discharge_too_much);
}
END_TEST

/* A burst, and then a share; what was not used is not saved up. */
START_TEST(test_time)
{
	uint64_t now = 1000000;
	Quota *quota;
	User *user;

	quota = quota_new(limits);
	user = quota_user(quota, 1);
	for (int round = 0; round < 2; round++) {
		ck_assert(user_has_time(user, now));
		user_take_time(user, USER_TIME_BURST, now);
		ck_assert(user_has_time(user, now));
		user_take_time(user, 1, now);
		ck_assert(!user_has_time(user, now));
		ck_assert(!user_has_time(user, now + USER_TIME_SHARE - 1));
		ck_assert(user_has_time(user, now + USER_TIME_SHARE));
		now += 1000 * USER_TIME_BURST * USER_TIME_SHARE;
	}
	user_unref(user);
	quota_free(quota);
}
END_TEST

static void count_user(const User *user UNUSED, void *userdata)
{
	++*(unsigned *)userdata;
}

/* Who leaves and comes again owes what it took, and no longer than that. */
START_TEST(test_debt_outlives_reference)
{
	const uint64_t now = 1000000, paid = now + USER_TIME_SHARE;
	unsigned listed = 0;
	Quota *quota;
	User *user;

	quota = quota_new(limits);
	for (uid_t uid = 1; uid <= 3; uid++) {
		user = quota_user(quota, uid);
		user_take_time(user, USER_TIME_BURST + 1, now);
		user_unref(user);
	}
	quota_for_each(quota, count_user, &listed);
	ck_assert_uint_eq(listed, 0);
	for (uid_t uid = 1; uid <= 2; uid++) {
		user = quota_user(quota, uid);
		ck_assert(!user_has_time(user, paid - 1));
		ck_assert(user_has_time(user, paid));
		user_unref(user);
	}

	/* all is paid when another takes time */
	user = quota_user(quota, 2);
	user_take_time(user, 1, now + 1000 * USER_TIME_BURST * USER_TIME_SHARE);
	quota_for_each(quota, count_user, &listed);
	ck_assert_uint_eq(listed, 1);
	ck_assert_uint_eq(user_uid(user), 2);
	user_unref(user);
	quota_free(quota);
}
END_TEST

UNIT_MAIN("quota", test_limits, test_users_are_apart, test_charge_outlives_reference, test_mistakes_abort,
	  test_time, test_debt_outlives_reference)
