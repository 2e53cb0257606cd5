/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer's attributes as they come, go, and are restored. */
#include "attr-place.h"

START_TEST(test_properties)
{
	Place p;

	place_init(&p);
	ck_assert_uint_eq(p.attr->properties, PROP_READ | PROP_WRITE | PROP_WRITE_NR | PROP_NOTIFY | PROP_EXT_PROP);
	attr_set_flags(p.attr, g_strsplit("broadcast,indicate,authenticated-signed-writes,encrypt-read", ",", -1));
	ck_assert_uint_eq(p.attr->properties, PROP_BROADCAST | PROP_INDICATE | PROP_AUTH);
	attr_set_flags(p.attr, NULL);
	ck_assert_uint_eq(p.attr->properties, 0);
	world_end(&p.world);
}
END_TEST

START_TEST(test_restored)
{
	Place p;

	/* BlueZ forgot its objects */
	place_init(&p);
	place_notify(&p);
	world_device(&p.world, p.radio, 5, false, false);
	attr_vanished(p.attr);
	attr_vanished(p.service);
	world_expect(&p.world, "lost5(disconnected) connect5");
	world_device(&p.world, p.radio, 5, true, false);
	ck_assert_ptr_eq(attr_find(p.link, ATTR_CHARACTERISTIC, HANDLE), p.attr);
	show_attrs(&p);
	g_string_truncate(p.world.log, 0);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "notify(3)");
	/* refused for want of the link is not refused */
	world_answer(&p.world, 0, E_NOT_CONNECTED, NULL);
	ck_assert_ptr_nonnull(world_sub(p.attr, p.a));
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 5, true, true);
	world_answer(&p.world, 0, 0, NULL);
	world_value(&p.world, p.attr, "v");
	world_expect(&p.world, "lost5(disconnected) connect5 notify(3) :1.1:3=v");

	/* it kept them, and subscribes by itself: once more would be twice */
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "lost5(disconnected) connect5");
	/* whoever leaves while the link is down is not restored */
	world_device(&p.world, p.radio, 5, false, false);
	attr_unsubscribe(p.attr, p.a);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "lost5(disconnected) connect5 nonotify(3)");
	/* the link goes before the answer comes: it is done all the same */
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "forget(3) lost5(disconnected) connect5");
	ck_assert(!p.attr->upstream);
	world_end(&p.world);
}
END_TEST

/* BlueZ would subscribe again with the next link, for nobody. */
START_TEST(test_switched_off_while_down)
{
	Asker on = { 0 }, read = { 0 };
	Session *session;
	Attr *attr;
	Place p;

	/* the subscriber's hold goes with the link; another session wants the link back */
	place_init(&p);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &on), 1);
	world_answer(&p.world, 0, 0, NULL);
	world_device(&p.world, p.radio, 5, false, false);
	world_expect(&p.world, "notify(3) lost5(disconnected) nonotify(3) connect5");
	world_answer(&p.world, 0, 0, NULL);
	ck_assert(!p.attr->upstream);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "");

	/* it stood in line behind a read when the link broke */
	place_notify(&p);
	ck_assert_int_eq(world_read(p.attr, 0, &read), 0);
	attr_unsubscribe(p.attr, p.a);
	world_expect(&p.world, "read(3)");
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(read.error, E_NOT_CONNECTED);
	world_expect(&p.world, "forget(3) nonotify(3) lost5(disconnected) connect5");
	world_device(&p.world, p.radio, 5, true, true);
	/* reads wait for the link; this one waits for the one before it, too */
	world_answer(&p.world, 0, 0, NULL);
	world_expect(&p.world, "");

	/* a link of others is let go at once */
	session = world_session(&p.world, p.radio, 1, ":1.9");
	p.world.devices[6] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(world_connect(&p.world, p.radio, 6, session, &(Connecter){ 0 }), 0);
	attr = world_attr(world_link(p.radio, 6), ATTR_CHARACTERISTIC, 9, NULL, "read,notify");
	ck_assert_int_eq(world_subscribe(attr, session, ":1.9", &on), 1);
	world_answer(&p.world, 0, 0, NULL);
	ck_assert_int_eq(world_read(attr, 0, &read), 0);
	session_drop(session, p.world.now);
	world_expect(&p.world, "+link6 +9 notify(9) read(9) -link6 forget(9) nonotify(9) forget(9)");
	world_end(&p.world);
}
END_TEST

/* BlueZ shows more than what is for us. */
START_TEST(test_what_is_no_notification)
{
	Asker on = { 0 };
	Place p;

	place_init(&p);
	p.attr->mtu = 23;
	world_value(&p.world, p.attr, "another's");
	ck_assert_ptr_null(p.attr->value);
	/* it may come before the answer to who asked for it */
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &on), 1);
	world_value(&p.world, p.attr, "01234567890123456789");
	ck_assert_uint_eq(g_bytes_get_size(p.attr->value), 20);
	world_answer(&p.world, 0, 0, NULL);
	world_value(&p.world, p.attr, "012345678901234567890");
	ck_assert_uint_eq(g_bytes_get_size(p.attr->value), 20);
	world_value(&p.world, p.attr, "");
	ck_assert_uint_eq(g_bytes_get_size(p.attr->value), 0);
	p.attr->mtu = 0;	/* not told */
	world_value(&p.world, p.attr, "012345678901234567890");
	world_expect(&p.world, "notify(3) :1.1:3=01234567890123456789 :1.1:3= :1.1:3=012345678901234567890");
	attr_unsubscribe(p.attr, p.a);
	world_value(&p.world, p.attr, "late");
	ck_assert_uint_eq(g_bytes_get_size(p.attr->value), 21);
	world_answer(&p.world, 0, 0, NULL);
	world_expect(&p.world, "nonotify(3)");
	world_end(&p.world);
}
END_TEST

START_TEST(test_restored_after_bluez)
{
	Place p;

	place_init(&p);
	place_notify(&p);
	broker_bluez_changed(p.world.broker, false);
	radio_vanished(p.radio, p.world.now);
	world_expect(&p.world, "lost5(bluez-gone) -link5 removed0");
	/* nobody told of each object; yet they are gone */
	ck_assert(!p.attr->present && !p.attr->upstream);
	ck_assert_ptr_eq(world_radio(&p.world, 1, 0, true), p.radio);
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 5, true, false);
	show_attrs(&p);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "added0 scan0 connect5 noscan0 +link5 notify(3)");
	world_end(&p.world);

	/* services that are not there any more are not there */
	place_init(&p);
	place_notify(&p);
	world_device(&p.world, p.radio, 5, false, false);
	attr_vanished(p.attr);
	attr_vanished(p.service);
	g_string_truncate(p.world.log, 0);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "-3 -1");
	ck_assert_uint_eq(p.link->attrs->len, 0);
	world_end(&p.world);
}
END_TEST

START_TEST(test_vanishes_at_work)
{
	Asker read = { 0 }, write = { 0 }, on = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(world_read(p.attr, 0, &read), 0);
	ck_assert_int_eq(world_write(p.attr, p.a, OP_WRITE_REQUEST, "x", &write), 0);
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &on), 1);
	attr_vanished(p.attr);
	ck_assert_int_eq(read.error, E_DOES_NOT_EXIST);
	ck_assert_int_eq(write.error, E_DOES_NOT_EXIST);
	ck_assert_int_eq(on.error, E_DOES_NOT_EXIST);
	world_expect(&p.world, "read(3) -3 forget(3)");
	ck_assert_ptr_null(attr_find(p.link, ATTR_CHARACTERISTIC, HANDLE));

	/* the link goes: what is under way ends */
	show_attrs(&p);
	ck_assert_int_eq(world_read(p.attr, 0, &read), 0);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(read.error, E_NOT_CONNECTED);
	ck_assert_ptr_nonnull(strstr(p.world.log->str, "read(3) forget(3)"));
	world_end(&p.world);
}
END_TEST

UNIT_MAIN("attr", test_what_is_no_notification, test_properties, test_restored, test_switched_off_while_down, test_restored_after_bluez,
	  test_vanishes_at_work)
