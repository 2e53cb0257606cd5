/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The centrals that subscribed: who they are, while they are there. */
#include <errno.h>
#include <string.h>

#include "bed-locals.h"
#include "core/attr.h"

static int notify_one(LocalAttr *attr, uint8_t last, size_t length, Reason *reason)
{
	const Addr addr = device_addr(last);
	GBytes *value = g_bytes_new_take(g_strnfill(length, 'v'), length);
	FlowWait wait = { 0 };
	int r = local_notify_one(attr, &addr, value, &wait, reason);

	flow_wait_deinit(&wait);
	g_bytes_unref(value);
	return r;
}

START_TEST(test_who)
{
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "x");
	bed_central(&bed, 5, true);
	bed_central(&bed, 6, true);
	bed_forget(&bed);
	bed_central_subscribes(attr, 5, true);
	bed_central_subscribes(attr, 5, true);
	bed_central_subscribes(attr, 6, true);
	ck_assert_uint_eq(local_take_events(attr), EVENT_CHAR_SUBSCRIBE);
	bed_central_subscribes(attr, 7, false);
	bed_central_subscribes(attr, 5, false);
	bed_central_subscribes(attr, 5, false);
	ck_assert_uint_eq(local_take_events(attr), EVENT_CHAR_SUBSCRIBE);
	bed_central(&bed, 6, false);
	bed_expect(&bed, "on1.0.0(5)=1 on1.0.0(6)=2 off1.0.0(5)=1 off1.0.0(6)=0");
	ck_assert_uint_eq(local_take_events(attr), EVENT_CHAR_SUBSCRIBE);
	ck_assert_uint_eq(local_take_events(attr), 0);

	bed_central(&bed, 6, true);
	bed_central_subscribes(attr, 5, true);
	bed_central_subscribes(attr, 6, true);
	bed_forget(&bed);
	local_unsubscribe_all(attr);
	/* how many there are is told as it is when it is told */
	bed_expect(&bed, "off1.0.0(5)=0 off1.0.0(6)=0");
	bed_end(&bed);
}
END_TEST

/* One that has done nothing but subscribe is that session's client. */
START_TEST(test_is_a_client)
{
	Reason reason;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "x");
	(void)bed_visible(&bed, bed.b, "y");
	bed_central(&bed, 5, true);
	bed_central_subscribes(attr, 5, true);
	bed_forget(&bed);
	ck_assert_int_eq(peripheral_disconnect(bed.radio->peripheral, bed.b, &reason), E_NOT_CONNECTED);
	ck_assert_int_eq(peripheral_disconnect(bed.radio->peripheral, bed.a, &reason), 0);
	bed_expect(&bed, "drop5");
	bed_end(&bed);
}
END_TEST

/* A program that has several sessions may disconnect the central that uses its services, if nobody else's. */
START_TEST(test_disconnect_of_an_owner)
{
	const Addr five = device_addr(5), six = device_addr(6);
	LocalAttr *attr, *other, *others;
	Peripheral *peripheral;
	Reason reason;
	Bed bed;

	bed_init_radio(&bed);
	peripheral = bed.radio->peripheral;
	attr = bed_visible(&bed, bed.a, "x");
	other = bed_visible(&bed, bed_session(&bed, bed.radio, 1, ":1.1"), "y");
	bed_central(&bed, 5, true);
	bed_central(&bed, 6, true);
	bed_forget(&bed);
	ck_assert_int_eq(peripheral_disconnect_client(peripheral, ":1.1", &(Addr){ 0 }, &reason),
			 E_NOT_CONNECTED);
	/* it uses nobody's yet, and nobody else serves */
	ck_assert_int_eq(peripheral_disconnect_client(peripheral, ":1.1", &five, &reason), 0);
	bed_expect(&bed, "drop5");
	others = bed_visible(&bed, bed.b, "z");
	bed_forget(&bed);
	ck_assert_int_eq(peripheral_disconnect_client(peripheral, ":1.1", &five, &reason), E_BUSY);

	bed_central_subscribes(attr, 5, true);
	bed_central_subscribes(other, 5, true);
	bed_forget(&bed);
	ck_assert_int_eq(peripheral_disconnect_client(peripheral, ":1.2", &five, &reason), E_BUSY);
	ck_assert_int_eq(peripheral_disconnect_client(peripheral, ":1.1", &five, &reason), 0);
	bed_expect(&bed, "drop5");
	bed_central_subscribes(others, 5, true);
	bed_forget(&bed);
	ck_assert_int_eq(peripheral_disconnect_client(peripheral, ":1.1", &five, &reason), E_BUSY);
	ck_assert_int_eq(peripheral_disconnect_client(peripheral, ":1.1", &six, &reason), E_BUSY);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

/* BlueZ keeps what a bonded central subscribed to while it is away. */
START_TEST(test_bonded)
{
	Reason reason;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "x");
	bed_friend(&bed, 5, true);
	bed_friend(&bed, 6, true);
	bed_central_subscribes(attr, 5, true);
	bed_central_subscribes(attr, 6, true);
	bed_forget(&bed);
	bed_friend(&bed, 5, false);
	ck_assert_uint_eq(local_subscribers(attr), 1);
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_NOT_CONNECTED);
	/* the other one is alone then */
	ck_assert_int_eq(notify_one(attr, 6, 1, &reason), 0);
	bed_friend(&bed, 5, true);
	ck_assert_uint_eq(local_subscribers(attr), 2);
	bed_forget(&bed);

	/* its bond was deleted meanwhile */
	bed_friend(&bed, 5, false);
	bed_central(&bed, 5, true);
	ck_assert_uint_eq(local_subscribers(attr), 1);
	/* shown anew, it has none: BlueZ forgets them */
	bed_friend(&bed, 6, false);
	(void)bed_local_attr(&bed, attr->service, attr, "d");
	bed_pass(&bed, USEC_PER_SEC);
	bed_friend(&bed, 6, true);
	ck_assert_uint_eq(local_subscribers(attr), 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_notify_one)
{
	Reason reason;
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "stored");
	bed_central(&bed, 5, true);
	bed_central(&bed, 6, true);
	bed_forget(&bed);
	ck_assert_int_eq(notify_one(attr, 7, 1, &reason), E_NOT_CONNECTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "C0:00:00:00:00:07 is not connected"));
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_NOT_CONNECTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "did not subscribe"));
	bed_expect(&bed, "");
	bed_central_subscribes(attr, 5, true);
	bed_forget(&bed);
	/* alone, it is the one that all are */
	ck_assert_int_eq(notify_one(attr, 5, 2, &reason), 0);
	bed_expect(&bed, "notify1.0.0=vv");
	ck_assert_int_eq(notify_one(attr, 5, ATTR_VALUE_MAX + 1, &reason), E_INVALID_ARGUMENTS);
	ck_assert_ptr_nonnull(strstr(reason.text, "513 bytes"));
	bed_central_subscribes(attr, 6, true);
	bed_forget(&bed);
	bed.reach_error = -EOPNOTSUPP;
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "2 centrals"));
	ck_assert_int_eq(notify_one(attr, 5, 0, &reason), E_NOT_SUPPORTED);
	ck_assert_ptr_nonnull(strstr(reason.text, "value"));
	bed.reach_error = -EAGAIN;
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_LIMIT_REACHED);
	bed.reach_error = 0;
	ck_assert_int_eq(notify_one(attr, 6, 1, &reason), 0);
	bed_expect(&bed, "one1.0.0(6)=v");
	/* what is stored stays */
	ck_assert_uint_eq(g_bytes_get_size(attr->value), 6);
	attr->properties = PROP_READ;
	ck_assert_int_eq(notify_one(attr, 5, 1, &reason), E_NOT_PERMITTED);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

static guint heard_by;

static void on_subscribed(void *bed UNUSED, LocalAttr *attr, const Addr *client UNUSED, bool on UNUSED)
{
	heard_by = attr->listeners->len;
}

/* Who listens hears that a central's subscription ends with the attribute. */
START_TEST(test_removed)
{
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "x");
	ck_assert_int_eq(local_listen(attr, ":1.1", EVENT_CHAR_SUBSCRIBE, &(Reason){ "" }), 0);
	bed_central_subscribes(attr, 5, true);
	bed.face_ops.local_subscribed = on_subscribed;
	local_service_free(attr->service);
	bed_settle(&bed);
	ck_assert_uint_eq(heard_by, 1);
	bed_forget(&bed);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("local-subscriber", test_who, test_is_a_client, test_disconnect_of_an_owner, test_bonded,
	  test_notify_one, test_removed)
