/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who hears of a notification: subscriptions, streams. */
#include <stdio.h>

#include "attr-place.h"
#include "meaning/constants.h"

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
	/* of all the session's connections, and each time once */
	ck_assert_uint_eq(attr_take_events(p.attr, p.b), EVENT_CHAR_NOTIFY);
	ck_assert_uint_eq(attr_take_events(p.attr, p.b), 0);
	ck_assert_uint_eq(attr_take_events(p.attr, p.a), EVENT_CHAR_NOTIFY);

	/* one who leaves leaves the others theirs */
	attr_unsubscribe(p.attr, p.a);
	attr_unsubscribe(p.attr, p.a);
	world_value(&p.world, p.attr, "v2");
	world_expect(&p.world, ":1.2:3=v2 :1.7:3=v2");
	ck_assert_ptr_null(world_sub(p.attr, p.a));
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
	ck_assert_ptr_nonnull(world_sub(p.attr, p.b));

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
	/* what is on its way for the first is for the second, too, and so is the refusal */
	world_answer(&p.world, 0, E_ATT_ERROR, NULL);
	ck_assert_int_eq(first.error, E_ATT_ERROR);
	ck_assert_int_eq(second.error, E_ATT_ERROR);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &second), 1);
	world_answer(&p.world, 0, 0, NULL);
	ck_assert_int_eq(second.error, 0);
	world_value(&p.world, p.attr, "v");
	world_expect(&p.world, "notify(3) notify(3) :1.2:3=v");
	world_end(&p.world);

	place_init(&p);
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &first), 1);
	world_answer(&p.world, 0, E_ATT_ERROR, NULL);
	ck_assert_ptr_null(world_sub(p.attr, p.a));
	/* nor is one subscribed whose link is lost before the answer */
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &first), 1);
	world_device(&p.world, p.radio, 5, false, false);
	ck_assert_int_eq(first.error, E_NOT_CONNECTED);
	ck_assert_ptr_null(world_sub(p.attr, p.a));
	world_end(&p.world);
}
END_TEST

/* However often they change their minds: one switch on the air, and one at most in line. */
START_TEST(test_switches_undo_each_other)
{
	Asker reading = { 0 }, asker = { 0 }, other = { 0 };
	Place p;

	place_init(&p);
	ck_assert_int_eq(world_read(p.attr, 0, &reading), 0);
	for (int i = 0; i < 100; i++) {
		asker = (Asker){ 0 };
		ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &asker), 1);
		ck_assert_uint_eq(p.attr->ops.length, 2);
		attr_unsubscribe(p.attr, p.a);
		ck_assert_uint_eq(p.attr->ops.length, 1);
		ck_assert_int_eq(asker.error, E_FAILED);
	}
	world_answer(&p.world, 0, 0, "x");
	world_expect(&p.world, "read(3)");

	/* the same while it is on */
	place_notify(&p);
	ck_assert_int_eq(world_read(p.attr, 0, &reading), 0);
	for (int i = 0; i < 100; i++) {
		attr_unsubscribe(p.attr, p.a);
		ck_assert_uint_eq(p.attr->ops.length, 2);
		ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &asker), 0);
		ck_assert_uint_eq(p.attr->ops.length, 1);
	}
	world_answer(&p.world, 0, 0, "x");
	world_value(&p.world, p.attr, "v");
	world_expect(&p.world, "read(3) :1.1:3=v");

	/* one that is being switched off is switched on again, or not */
	attr_unsubscribe(p.attr, p.a);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &other), 1);
	attr_unsubscribe(p.attr, p.b);
	ck_assert_int_eq(other.error, E_FAILED);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &other), 1);
	world_answer(&p.world, 0, 0, NULL);
	world_answer(&p.world, 0, 0, NULL);
	ck_assert_int_eq(other.error, 0);
	world_expect(&p.world, "nonotify(3) notify(3)");
	world_end(&p.world);
}
END_TEST

START_TEST(test_subscriptions_are_charged)
{
	Asker asker = { 0 };
	uint64_t one;
	Place p;

	place_init(&p);
	ck_assert_uint_eq(place_charged(&p), 0);
	place_notify(&p);
	one = place_charged(&p);
	ck_assert_uint_ge(one, sizeof(AttrSub));
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &asker), 0);	/* it has it already */
	ck_assert_uint_eq(place_charged(&p), one);
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.2", &asker), 0);
	ck_assert_uint_eq(place_charged(&p), 2 * one);
	/* those that were merged are paid for once */
	ck_assert_int_eq(world_subscribe(p.attr, p.b, ":1.3", &asker), 0);
	attr_peer_gone(p.attr, ":1.2");
	attr_peer_gone(p.attr, ":1.3");
	ck_assert_uint_eq(place_charged(&p), 2 * one);
	attr_unsubscribe(p.attr, p.b);
	ck_assert_uint_eq(place_charged(&p), one);
	/* until the device was told, somebody else's */
	attr_unsubscribe(p.attr, p.a);
	ck_assert_uint_eq(place_charged(&p), 0);
	world_answer(&p.world, 0, 0, NULL);

	/* too many, and nothing is left of what did not fit */
	place_spend(&p);
	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &asker), E_LIMIT_REACHED);
	ck_assert_ptr_null(world_sub(p.attr, p.a));
	ck_assert_uint_eq(p.attr->ops.length, 0);
	place_earn(&p);

	ck_assert_int_eq(world_subscribe(p.attr, p.a, ":1.1", &asker), 1);
	world_answer(&p.world, 0, E_ATT_ERROR, NULL);
	ck_assert_uint_eq(place_charged(&p), 0);
	g_string_truncate(p.world.log, 0);
	place_notify(&p);
	attr_vanished(p.attr);
	ck_assert_uint_eq(place_charged(&p), 0);
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
		world_sub(p.attr, p.a)->events = 0;
		links_peer_gone(p.radio, name);
		ck_assert_uint_eq(p.attr->subs->len, 1);
	}
	/* what the one that left was told is not lost to its session */
	ck_assert_uint_ne(world_sub(p.attr, p.a)->events, 0);
	/* the last one's subscription outlives it */
	links_peer_gone(p.radio, ":1.1");
	world_sub(p.attr, p.a)->events = 0;
	world_value(&p.world, p.attr, "v");
	ck_assert_uint_ne(world_sub(p.attr, p.a)->events, 0);
	world_expect(&p.world, ":3=v");
	world_end(&p.world);
}
END_TEST

typedef struct Pipe {
	AttrStream stream;
	unsigned values, ended;
	bool gone;
} Pipe;

static bool on_pipe_value(AttrStream *stream, GBytes *value UNUSED)
{
	((Pipe *)stream)->values++;
	return !((Pipe *)stream)->gone;
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

/* It is seen when there is something to be read: the others have theirs, and who was the last is unsubscribed. */
START_TEST(test_readers_that_hang_up)
{
	Asker asker = { .wait.done = on_asker };
	Pipe pipes[3];
	Reason reason;
	Place p;

	place_init(&p);
	for (size_t i = 0; i < ARRAY_SIZE(pipes); i++) {
		pipes[i] = pipe_of(p.a, true);
		ck_assert_int_ge(attr_add_stream(p.attr, &pipes[i].stream, &asker.wait, &reason), 0);
		if (i == 0)
			world_answer(&p.world, 0, 0, NULL);
	}
	g_string_truncate(p.world.log, 0);
	pipes[0].gone = pipes[1].gone = true;
	world_value(&p.world, p.attr, "v");
	for (size_t i = 0; i < ARRAY_SIZE(pipes); i++) {
		ck_assert_uint_eq(pipes[i].values, 1);
		ck_assert_uint_eq(pipes[i].ended, pipes[i].gone);
	}
	world_expect(&p.world, "");
	pipes[2].gone = true;
	world_value(&p.world, p.attr, "v");
	ck_assert_uint_eq(pipes[2].ended, 1);
	world_expect(&p.world, "nonotify(3)");
	world_answer(&p.world, 0, 0, NULL);
	world_end(&p.world);
}
END_TEST

UNIT_MAIN("listener", test_fan_out, test_on_and_off, test_refused, test_switches_undo_each_other,
	  test_subscriptions_are_charged, test_programs_come_and_go, test_streams,
	  test_readers_that_hang_up)
