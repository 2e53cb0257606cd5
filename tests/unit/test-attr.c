/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer's attributes as they come, go, and are restored. */
#include <string.h>

#include "bed-attrs.h"

START_TEST(test_properties)
{
	Bed bed;

	bed_init_link(&bed);
	ck_assert_uint_eq(bed.attr->properties, PROP_READ | PROP_WRITE | PROP_WRITE_NR | PROP_NOTIFY | PROP_EXT_PROP);
	attr_set_flags(bed.attr, g_strsplit("broadcast,indicate,authenticated-signed-writes,encrypt-read", ",", -1));
	ck_assert_uint_eq(bed.attr->properties, PROP_BROADCAST | PROP_INDICATE | PROP_AUTH);
	attr_set_flags(bed.attr, NULL);
	ck_assert_uint_eq(bed.attr->properties, 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_restored)
{
	Bed bed;

	/* BlueZ forgot its objects */
	bed_init_link(&bed);
	bed_notify(&bed);
	bed_device(&bed, 5, false, false);
	attr_vanished(bed.attr);
	attr_vanished(bed.service);
	bed_expect(&bed, "lost5(1,disconnected) lost5(2,disconnected) connect5");
	bed_device(&bed, 5, true, false);
	ck_assert_ptr_eq(attr_find(bed.link, ATTR_CHARACTERISTIC, HANDLE), bed.attr);
	bed_show_attrs(&bed);
	bed_forget(&bed);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "notify(3)");
	/* refused for want of the link is not refused */
	bed_answer(&bed, 0, E_NOT_CONNECTED, NULL);
	ck_assert_ptr_nonnull(bed_sub(bed.attr, bed.a));
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 5, true, true);
	bed_answer(&bed, 0, 0, NULL);
	bed_value(&bed, bed.attr, "v");
	bed_expect(&bed, "lost5(1,disconnected) connect5 notify(3) :1.1:3=v");

	/* it kept them, and subscribes by itself: once more would be twice */
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "lost5(1,disconnected) connect5");
	/* whoever leaves while the link is down is not restored */
	bed_device(&bed, 5, false, false);
	listener_unsubscribe(bed.attr, bed.a);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "lost5(1,disconnected) connect5 nonotify(3)");
	/* the link goes before the answer comes: it is done all the same */
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "forget(3) lost5(1,disconnected) connect5");
	ck_assert(!bed.attr->upstream);
	bed_end(&bed);
}
END_TEST

/* BlueZ would subscribe again with the next link, for nobody. */
START_TEST(test_switched_off_while_down)
{
	Asker on = { 0 }, read = { 0 };
	Session *session;
	Attr *attr;
	Bed bed;

	/* the subscriber's hold goes with the link; another session wants the link back */
	bed_init_link(&bed);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &on), 1);
	bed_answer(&bed, 0, 0, NULL);
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "notify(3) lost5(1,disconnected) lost5(2,disconnected) nonotify(3) connect5");
	bed_answer(&bed, 0, 0, NULL);
	ck_assert(!bed.attr->upstream);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "");

	/* it stood in line behind a read when the link broke */
	bed_notify(&bed);
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);
	listener_unsubscribe(bed.attr, bed.a);
	bed_expect(&bed, "read(3)");
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(read.error, E_NOT_CONNECTED);
	bed_expect(&bed, "forget(3) nonotify(3) lost5(1,disconnected) connect5");
	bed_device(&bed, 5, true, true);
	/* reads wait for the link; this one waits for the one before it, too */
	bed_answer(&bed, 0, 0, NULL);
	bed_expect(&bed, "");

	/* a link of others is let go at once */
	session = bed_session(&bed, bed.radio, 1, ":1.9");
	bed.devices[6] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(bed_connect(&bed, 6, session, &(Connecter){ 0 }), 0);
	attr = bed_attr(bed_link(&bed, 6), ATTR_CHARACTERISTIC, 9, NULL, "read,notify");
	ck_assert_int_eq(bed_subscribe(attr, session, ":1.9", &on), 1);
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_int_eq(bed_read(attr, 0, &read), 0);
	sessions_drop(session, bed.now);
	bed_expect(&bed, "+link6 +9 notify(9) read(9) forget(9) -9 -link6 nonotify(9) forget(9)");
	bed_end(&bed);
}
END_TEST

/* BlueZ shows more than what is for us. */
START_TEST(test_what_is_no_notification)
{
	Asker on = { 0 };
	Bed bed;

	bed_init_link(&bed);
	bed.attr->mtu = 23;
	bed_value(&bed, bed.attr, "another's");
	ck_assert_ptr_null(bed.attr->value);
	/* it may come before the answer to who asked for it */
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &on), 1);
	bed_value(&bed, bed.attr, "01234567890123456789");
	ck_assert_uint_eq(g_bytes_get_size(bed.attr->value), 20);
	bed_answer(&bed, 0, 0, NULL);
	bed_value(&bed, bed.attr, "012345678901234567890");
	ck_assert_uint_eq(g_bytes_get_size(bed.attr->value), 20);
	bed_value(&bed, bed.attr, "");
	ck_assert_uint_eq(g_bytes_get_size(bed.attr->value), 0);
	bed.attr->mtu = 0;	/* not told */
	bed_value(&bed, bed.attr, "012345678901234567890");
	bed_expect(&bed, "notify(3) :1.1:3=01234567890123456789 :1.1:3= :1.1:3=012345678901234567890");
	listener_unsubscribe(bed.attr, bed.a);
	bed_settle(&bed);
	bed_value(&bed, bed.attr, "late");
	ck_assert_uint_eq(g_bytes_get_size(bed.attr->value), 21);
	bed_answer(&bed, 0, 0, NULL);
	bed_expect(&bed, "nonotify(3)");
	bed_end(&bed);
}
END_TEST

START_TEST(test_restored_after_bluez)
{
	Bed bed;

	bed_init_link(&bed);
	bed_notify(&bed);
	broker_bluez_changed(bed.broker, false);
	radios_vanished(bed.radio, bed.now);
	bed_expect(&bed, "lost5(1,bluez-gone) lost5(2,bluez-gone) -3 -1 -link5 removed0");
	/* nobody told of each object; yet they are gone */
	ck_assert(!bed.attr->present && !bed.attr->upstream);
	ck_assert_ptr_eq(bed_radio(&bed, 1, 0, true), bed.radio);
	bed_device(&bed, 5, false, false);
	bed_device(&bed, 5, true, false);
	bed_show_attrs(&bed);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "added0 scan0 connect5 noscan0 +link5 +1 +3 notify(3)");
	bed_end(&bed);

	/* services that are not there any more are not there */
	bed_init_link(&bed);
	bed_notify(&bed);
	bed_device(&bed, 5, false, false);
	attr_vanished(bed.attr);
	attr_vanished(bed.service);
	bed_settle(&bed);
	bed_forget(&bed);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "-3 -1");
	ck_assert_uint_eq(bed.link->attrs->len, 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_vanishes_at_work)
{
	Asker read = { 0 }, write = { 0 }, on = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);
	ck_assert_int_eq(bed_write(bed.attr, bed.a, OP_WRITE_REQUEST, "x", &write), 0);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &on), 1);
	attr_vanished(bed.attr);
	bed_settle(&bed);
	ck_assert_int_eq(read.error, E_DOES_NOT_EXIST);
	ck_assert_int_eq(write.error, E_DOES_NOT_EXIST);
	ck_assert_int_eq(on.error, E_DOES_NOT_EXIST);
	bed_expect(&bed, "read(3) forget(3) -3");
	ck_assert_ptr_null(attr_find(bed.link, ATTR_CHARACTERISTIC, HANDLE));

	/* the link goes: what is under way ends */
	bed_show_attrs(&bed);
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(read.error, E_NOT_CONNECTED);
	ck_assert_ptr_nonnull(strstr(bed.log->str, "read(3) forget(3)"));
	bed_end(&bed);
}
END_TEST

static AttrKind kind_of(unsigned handle)
{
	return handle % 4 == 0 ? ATTR_CHARACTERISTIC : ATTR_DESCRIPTOR;
}

/* A device may have 65535 attributes: none is looked for among all others, or this does not end in time. */
START_TEST(test_many)
{
	Attr *attr;
	Bed bed;

	bed_init_link(&bed);
	for (unsigned handle = 4; handle <= UINT16_MAX; handle++) {
		attr = attr_find(bed.link, kind_of(handle), (uint16_t)handle);
		if (!attr)
			attr = attr_new(bed.link, kind_of(handle), (uint16_t)handle);
		attr_set_parent(attr, kind_of(handle) == ATTR_DESCRIPTOR ? (uint16_t)(handle & ~3u) : 1);
		if (!attr->parent)
			ck_abort();
	}
	bed_device(&bed, 5, false, false);
	for (guint i = bed.link->attrs->len; i-- > 0;)
		attr_vanished(g_ptr_array_index(bed.link->attrs, i));
	bed_end(&bed);
}
END_TEST

/* A part that stays when what it belongs to goes has no parent, wherever it stands. */
START_TEST(test_parent_goes)
{
	Attr *before, *behind, *other;
	Bed bed;

	bed_init_link(&bed);
	other = bed_attr(bed.link, ATTR_CHARACTERISTIC, 0x10, bed.service, "read");
	before = bed_attr(bed.link, ATTR_DESCRIPTOR, 2, bed.attr, "read");
	behind = bed_attr(bed.link, ATTR_DESCRIPTOR, 0x11, bed.attr, "read");
	attr_set_parent(behind, other->handle);
	attr_set_parent(behind, bed.attr->handle);
	/* one handle, two kinds */
	ck_assert_ptr_null(attr_find(bed.link, ATTR_DESCRIPTOR, HANDLE));
	attr_free(bed.attr);
	bed_settle(&bed);
	ck_assert_ptr_null(before->parent);
	ck_assert_ptr_null(behind->parent);
	ck_assert_ptr_null(attr_find(bed.link, ATTR_CHARACTERISTIC, HANDLE));
	ck_assert_ptr_eq(attr_find(bed.link, ATTR_CHARACTERISTIC, 0x10), other);
	attr_free(bed.service);
	bed_settle(&bed);
	ck_assert_ptr_null(other->parent);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("attr", test_many, test_parent_goes, test_what_is_no_notification, test_properties, test_restored,
	  test_switched_off_while_down, test_restored_after_bluez, test_vanishes_at_work)
