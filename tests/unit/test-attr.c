/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done with a peer's attributes, in which order, and who hears of it: reads, writes, notifications, streams. */
#include <stdio.h>

#include "links.h"

typedef struct Place {
	World world;
	Radio *radio;
	Session *a, *b;
	Link *link;
	Attr *service, *attr;	/* attr: a characteristic that can do everything */
} Place;

#define HANDLE 3

static Attr *show_attrs(Place *place)
{
	place->service = world_attr(place->link, ATTR_SERVICE, 1, NULL, "");
	place->attr = world_attr(place->link, ATTR_CHARACTERISTIC, HANDLE, place->service,
				 "read,write,write-without-response,reliable-write,notify");
	return place->attr;
}

static void place_init(Place *place)
{
	Connecter second = { 0 };

	world_init(&place->world);
	place->radio = world_radio(&place->world, 1, 0, true);
	place->a = world_session(&place->world, place->radio, 1, ":1.1");
	place->b = world_session(&place->world, place->radio, 1, ":1.2");
	place->link = world_link_up(&place->world, place->radio, 5, place->a, true);
	ck_assert_int_eq(world_connect(&place->world, place->radio, 5, place->b, &second), 0);
	show_attrs(place);
	world_expect(&place->world, "+1 +3");
}

/* On for session a by :1.1. */
static void place_notify(Place *place)
{
	Asker asker = { 0 };

	ck_assert_int_eq(world_subscribe(place->attr, place->a, ":1.1", &asker), 1);
	world_answer(&place->world, 0, 0, NULL);
	ck_assert_uint_eq(asker.called, 1);
	world_expect(&place->world, "notify(3)");
}

START_TEST(test_reads_share)
{
	Asker first = { 0 }, second = { 0 }, elsewhere = { 0 }, after = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(world_read(p.attr, 0, &first), 0);
	ck_assert_int_eq(world_read(p.attr, 0, &second), 0);
	ck_assert_int_eq(world_read(p.attr, 7, &elsewhere), 0);
	/* the last one asked for has another offset */
	ck_assert_int_eq(world_read(p.attr, 0, &after), 0);
	world_expect(&p.world, "read(3)");
	world_answer(&p.world, 0, 0, "whole");
	ck_assert_str_eq(first.value, "whole");
	ck_assert_str_eq(second.value, "whole");
	ck_assert_uint_eq(elsewhere.called + after.called, 0);
	world_answer(&p.world, 0, 0, "tail");
	ck_assert_str_eq(elsewhere.value, "tail");
	/* the cached value is the whole one */
	ck_assert_uint_eq(g_bytes_get_size(p.attr->value), 5);
	world_answer(&p.world, 0, E_ATT_ERROR, NULL);
	ck_assert_int_eq(after.error, E_ATT_ERROR);
	ck_assert_str_eq(after.text, "said the edge");
	ck_assert_uint_eq(g_bytes_get_size(p.attr->value), 5);
	world_expect(&p.world, "read(3) read(3)");
	world_end(&p.world);
}
END_TEST

START_TEST(test_order)
{
	Asker before = { 0 }, one = { 0 }, two = { 0 }, after = { 0 }, other = { 0 };
	Attr *attr;
	Place p;

	place_init(&p);
	attr = world_attr(p.link, ATTR_CHARACTERISTIC, 9, p.service, "read");
	g_string_truncate(p.world.log, 0);
	ck_assert_int_eq(world_read(p.attr, 0, &before), 0);
	ck_assert_int_eq(world_write(p.attr, p.a, OP_WRITE_REQUEST, "1", &one), 0);
	ck_assert_int_eq(world_write(p.attr, p.b, OP_WRITE_COMMAND, "2", &two), 0);
	/* it has to see the writes: it may not join the first read */
	ck_assert_int_eq(world_read(p.attr, 0, &after), 0);
	/* other attributes do not stand in this line, and may be done first */
	ck_assert_int_eq(world_read(attr, 0, &other), 0);
	world_expect(&p.world, "read(3) read(9)");
	world_answer(&p.world, 1, 0, "nine");
	ck_assert_str_eq(other.value, "nine");
	ck_assert_uint_eq(before.called, 0);
	world_answer(&p.world, 0, 0, "old");
	world_answer(&p.world, 0, E_TIMED_OUT, NULL);
	world_answer(&p.world, 0, 0, NULL);
	ck_assert_int_eq(one.error, E_TIMED_OUT);
	ck_assert_int_eq(two.error, 0);
	world_answer(&p.world, 0, 0, "new");
	ck_assert_str_eq(before.value, "old");
	ck_assert_str_eq(after.value, "new");
	world_expect(&p.world, "write(3) command(3) read(3)");
	world_end(&p.world);
}
END_TEST

START_TEST(test_cancel)
{
	Asker running = { 0 }, write = { 0 }, read = { 0 }, more = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(world_read(p.attr, 0, &running), 0);
	ck_assert_int_eq(world_write(p.attr, p.a, OP_WRITE_REQUEST, "1", &write), 0);
	ck_assert_int_eq(world_read(p.attr, 0, &read), 0);
	ck_assert_int_eq(world_read(p.attr, 0, &more), 0);
	op_wait_cancel(&running.wait);
	op_wait_cancel(&running.wait);
	op_wait_cancel(&write.wait);
	op_wait_cancel(&read.wait);
	op_wait_cancel(&more.wait);
	/* what is on the air goes on, and an accepted write is done; the read that nobody waits for is not */
	world_answer(&p.world, 0, 0, "x");
	world_answer(&p.world, 0, 0, NULL);
	world_expect(&p.world, "read(3) write(3)");
	ck_assert_uint_eq(p.world.running->len, 0);
	ck_assert_uint_eq(running.called + write.called + read.called + more.called, 0);
	world_end(&p.world);
}
END_TEST

START_TEST(test_permissions)
{
	static const struct {
		const char *flags;
		OpKind kind;
		int expected;
		const char *text;
	} cases[] = {
		{ "read", OP_READ, 0, "" },
		{ "write", OP_READ, E_NOT_PERMITTED, "characteristic 0x0009 cannot be read" },
		{ "write", OP_WRITE_REQUEST, 0, "" },
		{ "write", OP_WRITE_COMMAND, E_NOT_PERMITTED,
		  "characteristic 0x0009 cannot be written without response (type: request)" },
		{ "write-without-response", OP_WRITE_COMMAND, 0, "" },
		{ "write-without-response", OP_WRITE_REQUEST, E_NOT_PERMITTED,
		  "characteristic 0x0009 cannot be written with response (type: command)" },
		{ "read", OP_WRITE_REQUEST, E_NOT_PERMITTED, "characteristic 0x0009 cannot be written" },
		{ "write", OP_WRITE_RELIABLE, E_NOT_PERMITTED,
		  "characteristic 0x0009 cannot be written reliably (type: request)" },
		{ "write,reliable-write", OP_WRITE_RELIABLE, 0, "" },
		{ "read,write", OP_NOTIFY_ON, E_NOT_PERMITTED, "" },
		{ "indicate", OP_NOTIFY_ON, 1, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Asker asker = { 0 };
		Attr *attr;
		Place p;
		int r;

		place_init(&p);
		attr = world_attr(p.link, ATTR_CHARACTERISTIC, 9, p.service, cases[i].flags);
		if (cases[i].kind == OP_READ)
			r = world_read(attr, 0, &asker);
		else if (cases[i].kind == OP_NOTIFY_ON)
			r = world_subscribe(attr, p.a, ":1.1", &asker);
		else
			r = world_write(attr, p.a, cases[i].kind, "x", &asker);
		ck_assert_int_eq(r, cases[i].expected);
		ck_assert_str_eq(asker.text, cases[i].text);
		ck_assert_uint_eq(attr->ops.length, r <= 1 ? 1 : 0);
		world_end(&p.world);
	}
}
END_TEST

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

START_TEST(test_lengths)
{
	static const struct {
		OpKind kind;
		uint16_t mtu, offset;
		size_t length;
		int expected;
	} cases[] = {
		{ OP_WRITE_REQUEST, 23, 0, 512, 0 },
		{ OP_WRITE_REQUEST, 23, 0, 513, E_INVALID_ARGUMENTS },
		{ OP_WRITE_REQUEST, 23, 500, 12, 0 },
		{ OP_WRITE_REQUEST, 23, 500, 13, E_INVALID_ARGUMENTS },
		{ OP_WRITE_REQUEST, 23, UINT16_MAX, 1, E_INVALID_ARGUMENTS },
		{ OP_WRITE_REQUEST, 23, 0, 0, 0 },
		{ OP_WRITE_COMMAND, 23, 0, 20, 0 },
		{ OP_WRITE_COMMAND, 23, 0, 21, E_INVALID_ARGUMENTS },
		{ OP_WRITE_COMMAND, 517, 0, 512, 0 },
		{ OP_WRITE_COMMAND, 0, 0, 512, 0 },	/* not told: BlueZ has to say */
		{ OP_WRITE_COMMAND, 0, 0, 513, E_INVALID_ARGUMENTS },
		{ OP_WRITE_RELIABLE, 23, 0, 512, 0 },
	};
	static const uint8_t value[513];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Asker asker = { .wait.done = on_asker };
		Reason reason = { "" };
		Place p;

		place_init(&p);
		p.attr->mtu = cases[i].mtu;
		ck_assert_int_eq(attr_write(p.attr, p.a, cases[i].kind, cases[i].offset, value, cases[i].length,
					    &asker.wait, &reason), cases[i].expected);
		if (cases[i].expected == 0)
			ck_assert_uint_eq(g_bytes_get_size(((AttrOp *)g_queue_peek_head(&p.attr->ops))->value),
					  cases[i].length);
		else
			ck_assert_ptr_nonnull(strstr(reason.text, "value: "));
		world_end(&p.world);
	}
}
END_TEST

START_TEST(test_claimed)
{
	Asker asker = { 0 };
	Reason reason;
	Attr *part;
	Place p;

	place_init(&p);
	part = world_attr(p.link, ATTR_DESCRIPTOR, 4, p.attr, "");
	ck_assert_int_eq(link_claim(p.link, p.attr, p.a, &reason), 0);
	ck_assert_int_eq(world_write(p.attr, p.b, OP_WRITE_REQUEST, "x", &asker), E_BUSY);
	ck_assert_int_eq(world_write(part, p.b, OP_WRITE_REQUEST, "x", &asker), E_BUSY);
	ck_assert_int_eq(world_read(p.attr, 0, &asker), 0);
	world_answer(&p.world, 0, 0, "x");
	ck_assert_int_eq(world_write(part, p.a, OP_WRITE_REQUEST, "x", &asker), 0);
	world_answer(&p.world, 0, 0, NULL);
	link_release(p.link, p.a, p.world.now);
	ck_assert_int_eq(world_write(p.attr, p.b, OP_WRITE_REQUEST, "x", &asker), 0);
	world_end(&p.world);
}
END_TEST

START_TEST(test_fan_out)
{
	Asker first = { 0 }, second = { 0 }, third = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &first), 1);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &second), 1);
	world_answer(&p.world, 0, 0, NULL);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 1);
	/* the same once more, and another connection of the same session */
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &third), 0);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.7", &third), 0);
	world_value(&p.world, p.attr, "v1");
	world_expect(&p.world, "notify(3) :1.1:3=v1 :1.2:3=v1 :1.7:3=v1");
	ck_assert_uint_eq(g_bytes_get_size(p.attr->value), 2);
	ck_assert_uint_ne(attr_sub(p.attr, p.a)->events, 0);

	/* one who leaves leaves the others theirs */
	attr_unsubscribe(p.attr, p.a);
	attr_unsubscribe(p.attr, p.a);
	world_value(&p.world, p.attr, "v2");
	world_expect(&p.world, ":1.2:3=v2 :1.7:3=v2");
	ck_assert_ptr_null(attr_sub(p.attr, p.a));
	link_release(p.link, p.b, p.world.now);
	world_value(&p.world, p.attr, "v3");
	world_expect(&p.world, "nonotify(3)");
	world_answer(&p.world, 0, 0, NULL);
	ck_assert(!p.attr->upstream);
	world_end(&p.world);
}
END_TEST

/* Where switching on and off overtake each other, and with other things between them. */
START_TEST(test_on_and_off)
{
	Asker on = { 0 }, read = { 0 }, again = { 0 };
	Place p;

	place_init(&p);
	/* off before it was on */
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &on), 1);
	ck_assert_int_eq(world_read(p.attr, 0, &read), 0);
	attr_unsubscribe(p.attr, p.a);
	world_answer(&p.world, 0, 0, NULL);
	world_answer(&p.world, 0, 0, "x");
	world_answer(&p.world, 0, 0, NULL);
	world_expect(&p.world, "notify(3) read(3) nonotify(3)");
	ck_assert(!p.attr->upstream);

	/* on before it was off */
	place_notify(&p);
	attr_unsubscribe(p.attr, p.a);
	ck_assert_int_eq(world_read(p.attr, 0, &read), 0);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &again), 1);
	world_answer(&p.world, 0, 0, NULL);
	world_answer(&p.world, 0, 0, "x");
	world_answer(&p.world, 0, 0, NULL);
	world_expect(&p.world, "nonotify(3) read(3) notify(3)");
	ck_assert(p.attr->upstream);
	ck_assert_int_eq(again.error, 0);
	ck_assert_ptr_nonnull(attr_sub(p.attr, p.b));

	/* a second one joins what is queued, whatever stands behind it */
	attr_unsubscribe(p.attr, p.b);
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &on), 1);
	ck_assert_int_eq(world_read(p.attr, 0, &read), 0);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &again), 1);
	for (unsigned i = 0; i < 3; i++)
		world_answer(&p.world, 0, 0, "x");
	world_expect(&p.world, "nonotify(3) notify(3) read(3)");
	ck_assert_uint_eq(p.attr->ops.length, 0);
	world_end(&p.world);
}
END_TEST

START_TEST(test_refused)
{
	Asker first = { 0 }, second = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &first), 1);
	attr_unsubscribe(p.attr, p.a);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &second), 1);
	/* the first is refused; the second has not been tried yet */
	world_answer(&p.world, 0, E_ATT_ERROR, NULL);
	ck_assert_int_eq(first.error, E_ATT_ERROR);
	world_answer(&p.world, 0, 0, NULL);
	world_answer(&p.world, 0, 0, NULL);
	ck_assert_int_eq(second.error, 0);
	world_value(&p.world, p.attr, "v");
	world_expect(&p.world, "notify(3) nonotify(3) notify(3) :1.2:3=v");
	world_end(&p.world);

	place_init(&p);
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &first), 1);
	world_answer(&p.world, 0, E_ATT_ERROR, NULL);
	ck_assert_ptr_null(attr_sub(p.attr, p.a));
	/* nor is one subscribed whose link is lost before the answer */
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &first), 1);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(first.error, E_NOT_CONNECTED);
	ck_assert_ptr_null(attr_sub(p.attr, p.a));
	world_end(&p.world);
}
END_TEST

START_TEST(test_programs_come_and_go)
{
	Asker asker = { 0 };
	Place p;

	place_init(&p);
	place_notify(&p);
	for (unsigned i = 10; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), ":1.%u", i);
		ck_assert_int_eq(world_subscribe(p.attr, p.a, name, &asker), 0);
		world_value(&p.world, p.attr, "v");
		g_string_truncate(p.world.log, 0);
		attr_sub(p.attr, p.a)->events = 0;
		links_peer_gone(p.radio, name);
		ck_assert_uint_eq(p.attr->subs->len, 1);
	}
	/* what the one that left was told is not lost to its session */
	ck_assert_uint_ne(attr_sub(p.attr, p.a)->events, 0);
	/* the last one's subscription outlives it */
	links_peer_gone(p.radio, ":1.1");
	attr_sub(p.attr, p.a)->events = 0;
	world_value(&p.world, p.attr, "v");
	ck_assert_uint_ne(attr_sub(p.attr, p.a)->events, 0);
	world_expect(&p.world, ":3=v");
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
	ck_assert_ptr_nonnull(attr_sub(p.attr, p.a));
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
	/* the link goes before that is done */
	world_device(&p.world, p.radio, 5, false, false);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "forget(3) lost5(disconnected) connect5 nonotify(3)");
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

/* --- those who are told and act at once --- */

static void cancel_other(Asker *asker)
{
	op_wait_cancel(&((Asker *)asker->other)->wait);
}

static void drop_session(Asker *asker)
{
	session_drop(asker->other, asker->world->now);
}

static void remove_attr(Asker *asker)
{
	attr_vanished(asker->other);
}

static void read_again(Asker *asker)
{
	asker->then = NULL;
	ck_assert_int_eq(world_read(asker->other, 0, asker), 0);
}

START_TEST(test_told_and_cancels)
{
	Asker first = { .then = cancel_other }, second = { 0 }, third = { 0 };
	Place p;

	place_init(&p);
	first.other = &second;
	ck_assert_int_eq(world_read(p.attr, 0, &first), 0);
	ck_assert_int_eq(world_read(p.attr, 0, &second), 0);
	world_answer(&p.world, 0, 0, "x");
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 0);

	/* one that stands in line behind it, as all is cancelled */
	ck_assert_int_eq(world_read(p.attr, 0, &first), 0);
	ck_assert_int_eq(world_write(p.attr, p.a, OP_WRITE_REQUEST, "x", &third), 0);
	ck_assert_int_eq(world_read(p.attr, 0, &second), 0);
	attr_vanished(p.attr);
	ck_assert_uint_eq(first.called, 2);
	ck_assert_uint_eq(second.called, 0);
	ck_assert_int_eq(third.error, E_DOES_NOT_EXIST);
	world_end(&p.world);
}
END_TEST

START_TEST(test_told_and_ends_the_link)
{
	Asker asker = { .then = drop_session }, behind = { 0 };
	Session *session;
	Link *link;
	Attr *attr;
	Place p;

	/* a link of others is freed at once, and with it the attribute whose operation ends */
	place_init(&p);
	session = world_session(&p.world, p.radio, 1, ":1.9");
	p.world.devices[6] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(world_connect(&p.world, p.radio, 6, session, &(Connecter){ 0 }), 0);
	link = world_link(p.radio, 6);
	attr = world_attr(link, ATTR_CHARACTERISTIC, 9, NULL, "read,write");
	asker.world = &p.world;
	asker.other = session;
	ck_assert_int_eq(world_read(attr, 0, &asker), 0);
	ck_assert_int_eq(world_write(attr, session, OP_WRITE_REQUEST, "x", &behind), 0);
	world_answer(&p.world, 0, 0, "x");
	ck_assert_uint_eq(asker.called, 1);
	ck_assert_int_eq(behind.error, E_DOES_NOT_EXIST);
	ck_assert_ptr_null(world_link(p.radio, 6));

	/* as the link is lost */
	asker.other = p.a;
	ck_assert_int_eq(world_read(p.attr, 0, &asker), 0);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_uint_eq(asker.called, 2);
	ck_assert_ptr_null(world_link(p.radio, 5));
	world_end(&p.world);

	/* the attribute itself goes */
	place_init(&p);
	asker = (Asker){ .then = remove_attr, .other = p.attr };
	ck_assert_int_eq(world_read(p.attr, 0, &asker), 0);
	ck_assert_int_eq(world_write(p.attr, p.a, OP_WRITE_REQUEST, "x", &behind), 0);
	world_answer(&p.world, 0, 0, "x");
	ck_assert_int_eq(behind.error, E_DOES_NOT_EXIST);
	world_end(&p.world);
}
END_TEST

static void connect_anew(Asker *asker)
{
	Place *place = asker->other;
	Connecter connecter = { 0 };

	ck_assert_int_eq(world_connect(&place->world, place->radio, 6, place->a, &connecter), 0);
}

/* The link that is being freed is not the one that they get. */
START_TEST(test_told_and_connects_anew)
{
	Asker asker = { .then = connect_anew };
	Connecter connecter = { 0 };
	Attr *attr;
	Place p;

	place_init(&p);
	asker.other = &p;
	p.world.devices[6] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(world_connect(&p.world, p.radio, 6, p.a, &connecter), 0);
	attr = world_attr(world_link(p.radio, 6), ATTR_CHARACTERISTIC, 9, NULL, "read");
	ck_assert_int_eq(world_read(attr, 0, &asker), 0);
	link_release(world_link(p.radio, 6), p.a, p.world.now);
	ck_assert_uint_eq(asker.called, 1);
	ck_assert_int_eq(asker.error, E_DOES_NOT_EXIST);
	world_expect(&p.world, "+link6 +9 read(9) -link6 forget(9) +link6");
	ck_assert(link_is_held(world_link(p.radio, 6), p.a));
	ck_assert_uint_eq(world_link(p.radio, 6)->attrs->len, 0);
	world_end(&p.world);
}
END_TEST

START_TEST(test_told_and_asks_again)
{
	Asker asker = { .then = read_again };
	Place p;

	place_init(&p);
	asker.other = p.attr;
	ck_assert_int_eq(world_read(p.attr, 0, &asker), 0);
	world_answer(&p.world, 0, 0, "x");
	world_expect(&p.world, "read(3) read(3)");
	world_answer(&p.world, 0, 0, "y");
	ck_assert_str_eq(asker.value, "y");
	/* over a lost link: it is done when the link is back */
	asker.then = read_again;
	ck_assert_int_eq(world_read(p.attr, 0, &asker), 0);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_uint_eq(asker.called, 3);
	g_string_truncate(p.world.log, 0);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "read(3)");
	world_answer(&p.world, 0, 0, "z");
	ck_assert_str_eq(asker.value, "z");
	world_end(&p.world);
}
END_TEST

/* --- streams --- */

typedef struct Pipe {
	AttrStream stream;
	unsigned values, ended;
} Pipe;

static void on_pipe_value(AttrStream *stream, GBytes *value UNUSED)
{
	((Pipe *)stream)->values++;
}

static void on_pipe_end(AttrStream *stream)
{
	ck_assert_ptr_null(stream->attr);
	((Pipe *)stream)->ended++;
}

static Pipe pipe_of(Session *session, bool notify)
{
	return (Pipe){ .stream = { .session = session, .notify = notify, .value = on_pipe_value, .end = on_pipe_end } };
}

START_TEST(test_streams)
{
	Asker asker = { .wait.done = on_asker };
	Pipe in, out, refused;
	Reason reason;
	Place p;

	place_init(&p);
	in = pipe_of(p.a, true);
	out = pipe_of(p.a, false);
	refused = pipe_of(p.b, true);
	ck_assert_int_eq(attr_add_stream(p.attr, &refused.stream, &asker.wait, &reason), 1);
	world_answer(&p.world, 0, E_ATT_ERROR, NULL);
	ck_assert_uint_eq(refused.ended, 1);
	ck_assert_int_eq(attr_add_stream(p.attr, &in.stream, &asker.wait, &reason), 1);
	world_answer(&p.world, 0, 0, NULL);
	ck_assert_int_eq(attr_add_stream(p.attr, &out.stream, &asker.wait, &reason), 0);
	world_value(&p.world, p.attr, "v");
	ck_assert_uint_eq(in.values, 1);
	ck_assert_uint_eq(out.values + refused.values, 0);
	world_expect(&p.world, "notify(3) notify(3)");

	/* a pipe for writes is no reason to be notified */
	attr_remove_stream(&in.stream);
	attr_remove_stream(&in.stream);
	world_expect(&p.world, "nonotify(3)");
	world_answer(&p.world, 0, 0, NULL);
	ck_assert_int_eq(attr_add_stream(p.attr, &in.stream, &asker.wait, &reason), 1);
	world_answer(&p.world, 0, 0, NULL);

	/* it is restored as a subscription is */
	world_device(&p.world, p.radio, 5, false, false);
	attr_vanished(p.attr);
	show_attrs(&p);
	g_string_truncate(p.world.log, 0);
	world_device(&p.world, p.radio, 5, true, true);
	world_expect(&p.world, "notify(3)");
	world_answer(&p.world, 0, 0, NULL);

	attr_set_flags(p.attr, g_strsplit("read,write", ",", -1));
	refused = pipe_of(p.a, false);
	ck_assert_int_eq(attr_add_stream(p.attr, &refused.stream, &asker.wait, &reason), E_NOT_PERMITTED);
	refused = pipe_of(p.a, true);
	ck_assert_int_eq(attr_add_stream(p.attr, &refused.stream, &asker.wait, &reason), E_NOT_PERMITTED);
	ck_assert_ptr_null(refused.stream.attr);
	attr_set_flags(p.attr, g_strsplit("read,write,write-without-response,notify", ",", -1));

	/* claimed by another session, it takes no more; and the session's end is theirs */
	refused = pipe_of(p.b, false);
	ck_assert_int_eq(link_claim(p.link, NULL, p.a, &reason), 0);
	ck_assert_int_eq(attr_add_stream(p.attr, &refused.stream, &asker.wait, &reason), E_BUSY);
	ck_assert_int_eq(world_connect(&p.world, p.radio, 5, p.b, &(Connecter){ 0 }), 0);
	link_release(p.link, p.a, p.world.now);
	ck_assert_uint_eq(in.ended, 1);
	ck_assert_uint_eq(out.ended, 1);
	/* once, though both of the session's went */
	world_expect(&p.world, "nonotify(3)");
	world_answer(&p.world, 0, 0, NULL);
	world_expect(&p.world, "");
	ck_assert_int_eq(attr_add_stream(p.attr, &refused.stream, &asker.wait, &reason), 0);
	attr_vanished(p.attr);
	ck_assert_uint_eq(refused.ended, 1);
	world_end(&p.world);
}
END_TEST

UNIT_MAIN("attr", test_reads_share, test_order, test_cancel, test_permissions, test_properties, test_lengths,
	  test_claimed, test_fan_out, test_on_and_off, test_refused, test_programs_come_and_go, test_restored,
	  test_restored_after_bluez, test_vanishes_at_work, test_told_and_cancels, test_told_and_ends_the_link,
	  test_told_and_connects_anew, test_told_and_asks_again, test_streams)
