/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The centrals that subscribed: who they are, while they are there. */
#include <errno.h>

#include "core/attr.h"
#include "peripherals.h"

static int notify_one(LocalAttr *attr, uint8_t last, size_t length, Reason *reason)
{
	const Addr addr = central_addr(last);
	GBytes *value = g_bytes_new_take(g_strnfill(length, 'v'), length);
	int r = local_notify_one(attr, &addr, value, NULL, reason);

	g_bytes_unref(value);
	return r;
}

START_TEST(test_who)
{
	LocalAttr *attr;
	Side side;

	side_init(&side);
	attr = side_visible(&side, side.a, "x");
	side_central(&side, 5, true);
	side_central(&side, 6, true);
	side_forget_log(&side);
	side_subscribes(attr, 5, true);
	side_subscribes(attr, 5, true);
	side_subscribes(attr, 6, true);
	ck_assert_uint_eq(local_take_events(attr), EVENT_CHAR_SUBSCRIBE);
	side_subscribes(attr, 7, false);
	side_subscribes(attr, 5, false);
	side_subscribes(attr, 5, false);
	ck_assert_uint_eq(local_take_events(attr), EVENT_CHAR_SUBSCRIBE);
	side_central(&side, 6, false);
	world_expect(&side.world, "on1.0.0(5)=1 on1.0.0(6)=2 off1.0.0(5)=1 off1.0.0(6)=0");
	ck_assert_uint_eq(local_take_events(attr), EVENT_CHAR_SUBSCRIBE);
	ck_assert_uint_eq(local_take_events(attr), 0);

	side_central(&side, 6, true);
	side_subscribes(attr, 5, true);
	side_subscribes(attr, 6, true);
	side_forget_log(&side);
	local_unsubscribe_all(attr);
	world_expect(&side.world, "off1.0.0(5)=1 off1.0.0(6)=0");
	side_end(&side);
}
END_TEST

/* One that has done nothing but subscribe is that session's client. */
START_TEST(test_is_a_client)
{
	Reason reason;
	LocalAttr *attr;
	Side side;

	side_init(&side);
	attr = side_visible(&side, side.a, "x");
	(void)side_visible(&side, side.b, "y");
	side_central(&side, 5, true);
	side_subscribes(attr, 5, true);
	side_forget_log(&side);
	ck_assert_int_eq(peripheral_disconnect(side.radio->peripheral, side.b, &reason), E_NOT_CONNECTED);
	ck_assert_int_eq(peripheral_disconnect(side.radio->peripheral, side.a, &reason), 0);
	world_expect(&side.world, "drop5");
	side_end(&side);
}
END_TEST

/* BlueZ keeps what a bonded central subscribed to while it is away. */
START_TEST(test_bonded)
{
	Reason reason;
	LocalAttr *attr;
	Side side;

	side_init(&side);
	attr = side_visible(&side, side.a, "x");
	side_friend(&side, 5, true);
	side_friend(&side, 6, true);
	side_subscribes(attr, 5, true);
	side_subscribes(attr, 6, true);
	side_forget_log(&side);
	side_friend(&side, 5, false);
	ck_assert_uint_eq(local_subscribers(attr), 1);
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_NOT_CONNECTED);
	/* the other one is alone then */
	ck_assert_int_eq(notify_one(attr, 6, 1, &reason), 0);
	side_friend(&side, 5, true);
	ck_assert_uint_eq(local_subscribers(attr), 2);
	g_string_truncate(side.world.log, 0);

	/* its bond was deleted meanwhile */
	side_friend(&side, 5, false);
	side_central(&side, 5, true);
	ck_assert_uint_eq(local_subscribers(attr), 1);
	/* shown anew, it has none: BlueZ forgets them */
	side_friend(&side, 6, false);
	(void)side_attr(&side, attr->service, attr, "d");
	world_pass(&side.world, USEC_PER_SEC);
	side_friend(&side, 6, true);
	ck_assert_uint_eq(local_subscribers(attr), 0);
	side_end(&side);
}
END_TEST

START_TEST(test_notify_one)
{
	Reason reason;
	LocalAttr *attr;
	Side side;

	side_init(&side);
	attr = side_visible(&side, side.a, "stored");
	side_central(&side, 5, true);
	side_central(&side, 6, true);
	side_forget_log(&side);
	ck_assert_int_eq(notify_one(attr, 7, 1, &reason), E_NOT_CONNECTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "C0:00:00:00:00:07 is not connected"));
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_NOT_CONNECTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "did not subscribe"));
	world_expect(&side.world, "");
	side_subscribes(attr, 5, true);
	side_forget_log(&side);
	/* alone, it is the one that all are */
	ck_assert_int_eq(notify_one(attr, 5, 2, &reason), 0);
	world_expect(&side.world, "notify1.0.0=vv");
	ck_assert_int_eq(notify_one(attr, 5, ATTR_VALUE_MAX + 1, &reason), E_INVALID_ARGUMENTS);
	ck_assert_ptr_nonnull(strstr(reason.text, "513 bytes"));
	side_subscribes(attr, 6, true);
	side_forget_log(&side);
	side.reach_error = -EOPNOTSUPP;
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "2 centrals"));
	ck_assert_int_eq(notify_one(attr, 5, 0, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "value"));
	side.reach_error = -EAGAIN;
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_LIMIT_REACHED);
	side.reach_error = 0;
	ck_assert_int_eq(notify_one(attr, 6, 1, &reason), 0);
	world_expect(&side.world, "one1.0.0(6)=v");
	/* what is stored stays */
	ck_assert_uint_eq(g_bytes_get_size(attr->value), 6);
	attr->properties = PROP_READ;
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_NOT_PERMITTED);
	world_expect(&side.world, "");
	side_end(&side);
}
END_TEST

UNIT_MAIN("local-subscriber", test_who, test_is_a_client, test_bonded, test_notify_one)
