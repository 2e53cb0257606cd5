/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A charge lives in what it pays for, and keeps the user known. */
#include "core/charge.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static Quota *quota_of(uint64_t limit)
{
	uint64_t limits[_QUOTA_MAX];
	Quota *quota = NULL;

	for (size_t i = 0; i < _QUOTA_MAX; i++)
		limits[i] = limit;
	quota = quota_new(limits);
	return quota;
}

START_TEST(test_life)
{
	Charge charge = { 0 }, moved, none = { 0 };
	Quota *quota = quota_of(10);
	User *user, *again;

	charge_end(&none);
	user = quota_user(quota, 7);
	ck_assert_int_eq(charge_init(&charge, user, QUOTA_CALLS, 4), 0);
	ck_assert_int_eq(charge_init(&none, user, QUOTA_CALLS, 7), -EDQUOT);
	ck_assert_ptr_null(none.user);
	ck_assert_int_eq(charge_init(&none, user, QUOTA_STREAMS, 0), 0);
	user_unref(user);

	/* whose program has left is charged as before */
	again = quota_user(quota, 7);
	ck_assert_ptr_eq(again, user);
	ck_assert_uint_eq(user_charged(again, QUOTA_CALLS), 4);
	user_unref(again);

	moved = charge;
	ck_assert_int_eq(charge_more(&moved, 6), 0);
	ck_assert_int_eq(charge_more(&moved, 1), -EDQUOT);
	ck_assert_uint_eq(moved.amount, 10);
	charge_less(&moved, 3);
	ck_assert_uint_eq(user_charged(moved.user, QUOTA_CALLS), 7);
	charge_end(&moved);
	ck_assert_uint_eq(user_charged(none.user, QUOTA_CALLS), 0);
	ck_assert_ptr_null(moved.user);
	charge_end(&moved);
	charge_end(&none);	/* and here the user goes */
	quota_free(quota);
}
END_TEST

START_TEST(test_bytes)
{
	Quota *quota = quota_of(1000);
	Charge one, two = { 0 };
	Reason reason = { "" };
	User *user;

	user = quota_user(quota, 7);
	ck_assert_int_eq(charge_bytes(&one, user, 1000, &reason), 0);
	ck_assert_int_eq(charge_bytes(&two, user, 1, &reason), E_LIMIT_REACHED);
	ck_assert_str_eq(reason.text, "what waits or is kept for uid 7 would pass 1000 bytes (BytesPerUser)");
	ck_assert_ptr_null(two.user);
	charge_end(&one);
	ck_assert_int_eq(charge_bytes(&two, user, 1, &reason), 0);
	charge_end(&two);
	user_unref(user);
	quota_free(quota);
}
END_TEST

UNIT_MAIN("charge", test_life, test_bytes)
