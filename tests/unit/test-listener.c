/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who hears of a notification: subscriptions, streams. */
#include <stdio.h>

#include "bed-attrs.h"
#include "meaning/constants.h"

START_TEST(test_fan_out)
{
	Asker first = { 0 }, second = { 0 }, third = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &first), 1);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &second), 1);
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_uint_eq(first.called, 1);
	ck_assert_uint_eq(second.called, 1);
	/* the same once more, and another connection of the same session */
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &third), 0);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.7", &third), 0);
	bed_value(&bed, bed.attr, "v1");
	bed_expect(&bed, "notify(3) :1.1:3=v1 :1.2:3=v1 :1.7:3=v1");
	ck_assert_uint_eq(g_bytes_get_size(bed.attr->value), 2);
	/* of all the session's connections, and each time once */
	ck_assert_uint_eq(listeners_take_events(bed.attr, bed.b), EVENT_CHAR_NOTIFY);
	ck_assert_uint_eq(listeners_take_events(bed.attr, bed.b), 0);
	ck_assert_uint_eq(listeners_take_events(bed.attr, bed.a), EVENT_CHAR_NOTIFY);

	/* one who leaves leaves the others theirs */
	listener_unsubscribe(bed.attr, bed.a);
	listener_unsubscribe(bed.attr, bed.a);
	bed_settle(&bed);
	bed_value(&bed, bed.attr, "v2");
	bed_expect(&bed, ":1.2:3=v2 :1.7:3=v2");
	ck_assert_ptr_null(bed_sub(bed.attr, bed.a));
	bed_release(&bed, bed.link, bed.b);
	bed_value(&bed, bed.attr, "v3");
	bed_expect(&bed, "nonotify(3)");
	bed_answer(&bed, 0, 0, NULL);
	ck_assert(!bed.attr->upstream);
	bed_end(&bed);
}
END_TEST

/* Where switching on and off overtake each other, and with other things between them. */
START_TEST(test_on_and_off)
{
	Asker on = { 0 }, read = { 0 }, again = { 0 };
	Bed bed;

	bed_init_link(&bed);
	/* off before it was on */
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &on), 1);
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);
	listener_unsubscribe(bed.attr, bed.a);
	bed_answer(&bed, 0, 0, NULL);
	bed_answer(&bed, 0, 0, "x");
	bed_answer(&bed, 0, 0, NULL);
	bed_expect(&bed, "notify(3) read(3) nonotify(3)");
	ck_assert(!bed.attr->upstream);

	/* on before it was off */
	bed_notify(&bed);
	listener_unsubscribe(bed.attr, bed.a);
	bed_settle(&bed);
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &again), 1);
	bed_answer(&bed, 0, 0, NULL);
	bed_answer(&bed, 0, 0, "x");
	bed_answer(&bed, 0, 0, NULL);
	bed_expect(&bed, "nonotify(3) read(3) notify(3)");
	ck_assert(bed.attr->upstream);
	ck_assert_int_eq(again.error, 0);
	ck_assert_ptr_nonnull(bed_sub(bed.attr, bed.b));

	/* a second one joins what is queued, whatever stands behind it */
	listener_unsubscribe(bed.attr, bed.b);
	bed_settle(&bed);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &on), 1);
	ck_assert_int_eq(bed_read(bed.attr, 0, &read), 0);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &again), 1);
	for (unsigned i = 0; i < 3; i++)
		bed_answer(&bed, 0, 0, "x");
	bed_expect(&bed, "nonotify(3) notify(3) read(3)");
	ck_assert_uint_eq(bed.attr->ops.length, 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_refused)
{
	Asker first = { 0 }, second = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &first), 1);
	listener_unsubscribe(bed.attr, bed.a);
	bed_settle(&bed);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &second), 1);
	/* what is on its way for the first is for the second, too, and so is the refusal */
	bed_answer(&bed, 0, E_ATT_ERROR, NULL);
	ck_assert_int_eq(first.error, E_ATT_ERROR);
	ck_assert_int_eq(second.error, E_ATT_ERROR);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &second), 1);
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_int_eq(second.error, 0);
	bed_value(&bed, bed.attr, "v");
	bed_expect(&bed, "notify(3) notify(3) :1.2:3=v");
	bed_end(&bed);

	bed_init_link(&bed);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &first), 1);
	bed_answer(&bed, 0, E_ATT_ERROR, NULL);
	ck_assert_ptr_null(bed_sub(bed.attr, bed.a));
	/* nor is one subscribed whose link is lost before the answer */
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &first), 1);
	bed_device(&bed, 5, false, false);
	ck_assert_int_eq(first.error, E_NOT_CONNECTED);
	ck_assert_ptr_null(bed_sub(bed.attr, bed.a));
	bed_end(&bed);
}
END_TEST

/* However often they change their minds: one switch on the air, and one at most in line. */
START_TEST(test_switches_undo_each_other)
{
	Asker reading = { 0 }, asker = { 0 }, other = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(bed_read(bed.attr, 0, &reading), 0);
	for (int i = 0; i < 100; i++) {
		asker = (Asker){ 0 };
		ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &asker), 1);
		ck_assert_uint_eq(bed.attr->ops.length, 2);
		listener_unsubscribe(bed.attr, bed.a);
		bed_settle(&bed);
		ck_assert_uint_eq(bed.attr->ops.length, 1);
		ck_assert_int_eq(asker.error, E_FAILED);
	}
	bed_answer(&bed, 0, 0, "x");
	bed_expect(&bed, "read(3)");

	/* the same while it is on */
	bed_notify(&bed);
	ck_assert_int_eq(bed_read(bed.attr, 0, &reading), 0);
	for (int i = 0; i < 100; i++) {
		listener_unsubscribe(bed.attr, bed.a);
		bed_settle(&bed);
		ck_assert_uint_eq(bed.attr->ops.length, 2);
		ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &asker), 0);
		ck_assert_uint_eq(bed.attr->ops.length, 1);
	}
	bed_answer(&bed, 0, 0, "x");
	bed_value(&bed, bed.attr, "v");
	bed_expect(&bed, "read(3) :1.1:3=v");

	/* one that is being switched off is switched on again, or not */
	listener_unsubscribe(bed.attr, bed.a);
	bed_settle(&bed);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &other), 1);
	listener_unsubscribe(bed.attr, bed.b);
	bed_settle(&bed);
	ck_assert_int_eq(other.error, E_FAILED);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &other), 1);
	bed_answer(&bed, 0, 0, NULL);
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_int_eq(other.error, 0);
	bed_expect(&bed, "nonotify(3) notify(3)");
	bed_end(&bed);
}
END_TEST

START_TEST(test_subscriptions_are_charged)
{
	Asker asker = { 0 };
	uint64_t none, one;
	Bed bed;

	bed_init_link(&bed);
	none = bed_charged(&bed);
	bed_notify(&bed);
	one = bed_charged(&bed) - none;
	ck_assert_uint_ge(one, sizeof(AttrSub));
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &asker), 0);	/* it has it already */
	ck_assert_uint_eq(bed_charged(&bed), none + one);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &asker), 0);
	ck_assert_uint_eq(bed_charged(&bed), none + 2 * one);
	/* those that were merged are paid for once */
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.3", &asker), 0);
	listeners_peer_gone(bed.attr, ":1.2");
	listeners_peer_gone(bed.attr, ":1.3");
	ck_assert_uint_eq(bed_charged(&bed), none + 2 * one);
	listener_unsubscribe(bed.attr, bed.b);
	bed_settle(&bed);
	ck_assert_uint_eq(bed_charged(&bed), none + one);
	/* until the device was told, somebody else's */
	listener_unsubscribe(bed.attr, bed.a);
	bed_settle(&bed);
	ck_assert_uint_eq(bed_charged(&bed), none);
	bed_answer(&bed, 0, 0, NULL);

	/* too many, and nothing is left of what did not fit */
	bed_spend(&bed);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &asker), E_LIMIT_REACHED);
	ck_assert_ptr_null(bed_sub(bed.attr, bed.a));
	ck_assert_uint_eq(bed.attr->ops.length, 0);
	bed_earn(&bed);

	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &asker), 1);
	bed_answer(&bed, 0, E_ATT_ERROR, NULL);
	ck_assert_uint_eq(bed_charged(&bed), none);
	bed_forget(&bed);
	bed_notify(&bed);
	attr_vanished(bed.attr);
	bed_settle(&bed);
	ck_assert_uint_eq(bed_charged(&bed), none);
	bed_end(&bed);
}
END_TEST

START_TEST(test_programs_come_and_go)
{
	Asker asker = { 0 };
	Bed bed;

	bed_init_link(&bed);
	bed_notify(&bed);
	for (unsigned i = 10; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), ":1.%u", i);
		ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, name, &asker), 0);
		bed_value(&bed, bed.attr, "v");
		bed_forget(&bed);
		bed_sub(bed.attr, bed.a)->events = 0;
		links_peer_gone(bed.radio, name);
		ck_assert_uint_eq(bed.attr->subs->len, 1);
	}
	/* what the one that left was told is not lost to its session */
	ck_assert_uint_ne(bed_sub(bed.attr, bed.a)->events, 0);
	/* the last one's subscription outlives it */
	links_peer_gone(bed.radio, ":1.1");
	bed_sub(bed.attr, bed.a)->events = 0;
	bed_value(&bed, bed.attr, "v");
	ck_assert_uint_ne(bed_sub(bed.attr, bed.a)->events, 0);
	bed_expect(&bed, ":3=v");
	bed_end(&bed);
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
	Asker asker = { 0 };
	Pipe in, out, refused;
	Reason reason;
	Bed bed;

	bed_init_link(&bed);
	in = pipe_of(bed.a, true);
	out = pipe_of(bed.a, false);
	refused = pipe_of(bed.b, true);
	ck_assert_int_eq(bed_add_stream(bed.attr, &refused.stream, &asker), 1);
	bed_answer(&bed, 0, E_ATT_ERROR, NULL);
	ck_assert_uint_eq(refused.ended, 1);
	ck_assert_int_eq(bed_add_stream(bed.attr, &in.stream, &asker), 1);
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_int_eq(bed_add_stream(bed.attr, &out.stream, &asker), 0);
	bed_value(&bed, bed.attr, "v");
	ck_assert_uint_eq(in.values, 1);
	ck_assert_uint_eq(out.values + refused.values, 0);
	bed_expect(&bed, "notify(3) notify(3)");

	/* a pipe for writes is no reason to be notified */
	listener_remove_stream(&in.stream);
	listener_remove_stream(&in.stream);
	bed_expect(&bed, "nonotify(3)");
	bed_answer(&bed, 0, 0, NULL);
	ck_assert_int_eq(bed_add_stream(bed.attr, &in.stream, &asker), 1);
	bed_answer(&bed, 0, 0, NULL);

	/* it is restored as a subscription is */
	bed_device(&bed, 5, false, false);
	attr_vanished(bed.attr);
	bed_settle(&bed);
	bed_show_attrs(&bed);
	bed_forget(&bed);
	bed_device(&bed, 5, true, true);
	bed_expect(&bed, "notify(3)");
	bed_answer(&bed, 0, 0, NULL);

	attr_set_flags(bed.attr, g_strsplit("read,write", ",", -1));
	refused = pipe_of(bed.a, false);
	ck_assert_int_eq(bed_add_stream(bed.attr, &refused.stream, &asker), E_NOT_PERMITTED);
	refused = pipe_of(bed.a, true);
	ck_assert_int_eq(bed_add_stream(bed.attr, &refused.stream, &asker), E_NOT_PERMITTED);
	ck_assert_ptr_null(refused.stream.attr);
	attr_set_flags(bed.attr, g_strsplit("read,write,write-without-response,notify", ",", -1));

	/* claimed by another session, it takes no more; and the session's end is theirs */
	refused = pipe_of(bed.b, false);
	ck_assert_int_eq(claim_take(bed.link, NULL, bed.a, &reason), 0);
	ck_assert_int_eq(bed_add_stream(bed.attr, &refused.stream, &asker), E_BUSY);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.b, &(Connecter){ 0 }), 0);
	bed_release(&bed, bed.link, bed.a);
	ck_assert_uint_eq(in.ended, 1);
	ck_assert_uint_eq(out.ended, 1);
	/* once, though both of the session's went */
	bed_expect(&bed, "nonotify(3)");
	bed_answer(&bed, 0, 0, NULL);
	bed_expect(&bed, "");
	ck_assert_int_eq(bed_add_stream(bed.attr, &refused.stream, &asker), 0);
	attr_vanished(bed.attr);
	bed_settle(&bed);
	ck_assert_uint_eq(refused.ended, 1);
	bed_end(&bed);
}
END_TEST

/* It is seen when there is something to be read: the others have theirs, and who was the last is unsubscribed. */
START_TEST(test_readers_that_hang_up)
{
	Asker asker = { 0 };
	Pipe pipes[3];
	Bed bed;

	bed_init_link(&bed);
	for (size_t i = 0; i < ARRAY_SIZE(pipes); i++) {
		pipes[i] = pipe_of(bed.a, true);
		ck_assert_int_ge(bed_add_stream(bed.attr, &pipes[i].stream, &asker), 0);
		if (i == 0)
			bed_answer(&bed, 0, 0, NULL);
	}
	bed_forget(&bed);
	pipes[0].gone = pipes[1].gone = true;
	bed_value(&bed, bed.attr, "v");
	for (size_t i = 0; i < ARRAY_SIZE(pipes); i++) {
		ck_assert_uint_eq(pipes[i].values, 1);
		ck_assert_uint_eq(pipes[i].ended, pipes[i].gone);
	}
	bed_expect(&bed, "");
	pipes[2].gone = true;
	bed_value(&bed, bed.attr, "v");
	ck_assert_uint_eq(pipes[2].ended, 1);
	bed_expect(&bed, "nonotify(3)");
	bed_answer(&bed, 0, 0, NULL);
	bed_end(&bed);
}
END_TEST

/* A program that dies had another session, too: the links are looked at before bluetoothd has been asked to end the
 * notifications, and one that others opened goes at once. They would come on for as long as it is open. */
START_TEST(test_off_though_the_link_goes)
{
	Asker on = { 0 };
	Connecter connecter = { 0 };
	Attr *attr;
	Bed bed;

	bed_init_radio(&bed);
	bed.devices[6] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(bed_connect(&bed, 6, bed.a, &connecter), 0);
	attr = bed_attr(bed_link(&bed, 6), ATTR_CHARACTERISTIC, HANDLE, NULL, "notify");
	ck_assert_int_eq(bed_subscribe(attr, bed.a, ":1.1", &on), 1);
	bed_answer(&bed, 0, 0, NULL);
	bed_forget(&bed);

	sessions_drop(bed.b, bed.now);
	sessions_drop(bed.a, bed.now);
	bed_expect(&bed, "-3 -link6 nonotify(3) forget(3)");
	ck_assert_ptr_null(bed_link(&bed, 6));
	bed_end(&bed);
}
END_TEST

/* What is to be switched off was never on: who subscribes before that is asked for has nothing to take back. */
START_TEST(test_off_after_a_refusal)
{
	Asker on = { 0 }, write = { 0 }, again = { 0 };
	Bed bed;

	bed_init_link(&bed);
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.a, ":1.1", &on), 1);
	ck_assert_int_eq(bed_write(bed.attr, bed.b, OP_WRITE_REQUEST, "w", &write), 0);
	listener_unsubscribe(bed.attr, bed.a);
	bed_answer(&bed, 0, E_ATT_ERROR, NULL);
	bed_expect(&bed, "notify(3) write(3)");
	ck_assert_int_eq(bed_subscribe(bed.attr, bed.b, ":1.2", &again), 1);
	bed_answer(&bed, 0, 0, NULL);
	bed_expect(&bed, "notify(3)");
	bed_answer(&bed, 0, 0, NULL);
	ck_assert(again.called == 1 && again.error == 0 && bed.attr->upstream);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("listener", test_fan_out, test_on_and_off, test_refused, test_switches_undo_each_other,
	  test_subscriptions_are_charged, test_programs_come_and_go, test_streams,
	  test_readers_that_hang_up, test_off_though_the_link_goes,
	  test_off_after_a_refusal)
