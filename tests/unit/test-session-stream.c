/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session's stream: it takes the reports instead of those who listen, as long as it is there and has room. */
#include "brokers.h"
#include "meaning/constants.h"

typedef struct Pipe {
	SessionStream stream;	/* first */
	World *world;
	char name;
	unsigned room;		/* reports that it still takes */
	bool gone;
	unsigned ended;
} Pipe;

static StreamState pipe_send(SessionStream *stream)
{
	Pipe *pipe = (Pipe *)stream;
	unsigned taken = 0;
	RingEntry entry;

	for (; pipe->room > 0 && session_take(stream->session, &entry); taken++, pipe->room--)
		report_unref(entry.report);
	world_say(pipe->world, "%c%u", pipe->name, taken);
	if (pipe->gone)
		return STREAM_GONE;
	return ring_count(stream->session->ring) == 0 ? STREAM_TOOK_ALL : STREAM_FULL;
}

static void pipe_end(SessionStream *stream)
{
	((Pipe *)stream)->ended++;
	world_say(((Pipe *)stream)->world, "end%c", ((Pipe *)stream)->name);
}

static Pipe pipe_of(World *world, char name, uint32_t batch_ms, uint32_t batch_max)
{
	return (Pipe){
		.stream = { .batch_ms = batch_ms, .batch_max = batch_max, .send = pipe_send, .end = pipe_end },
		.world = world,
		.name = name,
		.room = 1000,
	};
}

static void hear_many(World *world, Radio *radio, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		world_hear(world, radio, i);
}

START_TEST(test_batches)
{
	Session *session;
	World world;
	Radio *radio;
	Pipe a;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	a = pipe_of(&world, 'a', 10, 4);
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	world_hear(&world, radio, 1);
	g_string_truncate(world.log, 0);

	/* first what waits */
	session_stream_open(session, &a.stream, world.now);
	world_expect(&world, "a1");

	/* quiet: at once; busy: together, when the time is over or the batch full */
	world_pass(&world, 100 * USEC_PER_MSEC);
	world_hear(&world, radio, 1);
	world_expect(&world, "a1");
	hear_many(&world, radio, 2);
	world_expect(&world, "");
	world_pass(&world, 10 * USEC_PER_MSEC);
	world_expect(&world, "a2");
	hear_many(&world, radio, 9);
	world_expect(&world, "a4 a4");

	/* neither the scan's end nor another filter leaves anything behind */
	session_stop_scan(session, "stopped");
	world_expect(&world, "noscan0 a1 stopped(stopped)");
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	world_hear(&world, radio, 1);
	world_hear(&world, radio, 1);
	g_string_truncate(world.log, 0);
	{
		ScanFilter filter;
		Reason reason;

		scan_filter_init(&filter, &world.config);
		ck_assert_int_eq(session_set_filter(session, &filter, &reason), 0);
	}
	world_pass(&world, 10 * USEC_PER_MSEC);
	ck_assert_uint_eq(ring_count(session->ring), 0);
	session_stream_close(&a.stream, world.now);
	ck_assert_uint_eq(a.ended, 0);
	world_end(&world);
}
END_TEST

START_TEST(test_full)
{
	Session *session, *other;
	World world;
	Radio *radio;
	Pipe a, b;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	other = world_session(&world, radio, 2, ":1.2");
	a = pipe_of(&world, 'a', 0, 1);
	b = pipe_of(&world, 'b', 0, 1);
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	ck_assert_int_eq(world_start(&world, other, -1), 0);
	session_stream_open(session, &a.stream, world.now);
	session_stream_open(other, &b.stream, world.now);
	g_string_truncate(world.log, 0);

	/* full: they wait in the FIFO, and are lost there; it is not asked again until it says so; others have theirs */
	a.room = 2;
	hear_many(&world, radio, 22);
	world_expect(&world, "a1 b1 a1 b1 a0 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1");
	ck_assert_uint_eq(ring_count(session->ring), 16);
	ck_assert_uint_eq(session_dropped(session), 4);
	ck_assert_uint_eq(session_dropped(other), 0);
	world_pass(&world, USEC_PER_SEC);
	world_expect(&world, "");
	a.room = 10;
	session_stream_ready(&a.stream, world.now);
	world_expect(&world, "a10");
	ck_assert(a.stream.full);
	a.room = 10;
	session_stop_scan(session, "stopped");
	world_expect(&world, "stopped(stopped)");
	session_stream_ready(&a.stream, world.now);
	world_expect(&world, "a6");
	ck_assert_uint_eq(session->delivered, 18);
	ck_assert_uint_eq(session->streamed, 18);
	ck_assert_uint_eq(session_dropped(session), 4);
	ck_assert_uint_eq(session_stream_lost(session), 4);
	ck_assert_uint_eq(other->streamed, 22);
	ck_assert_uint_eq(session_stream_lost(other), 0);
	session_stream_ready(&a.stream, world.now);
	world_expect(&world, "");
	world_end(&world);
}
END_TEST

START_TEST(test_ends)
{
	const InitOptions options = { 0 };
	Session *session;
	Reason reason;
	World world;
	Radio *radio;
	Pipe a, b;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	a = pipe_of(&world, 'a', 10, 4);
	b = pipe_of(&world, 'b', 10, 4);

	/* a later one replaces it, and begins with what that one left */
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	session_stream_open(session, &a.stream, world.now);
	g_string_truncate(world.log, 0);
	a.room = 1;
	hear_many(&world, radio, 6);
	world_expect(&world, "a1 a0");
	session_stream_open(session, &b.stream, world.now);
	world_expect(&world, "enda b5");
	ck_assert_ptr_null(a.stream.session);

	/* its reader leaves: the FIFO again */
	session_stream_close(&b.stream, world.now);
	hear_many(&world, radio, 5);
	world_pass(&world, USEC_PER_SEC);
	world_expect(&world, "");
	ck_assert_uint_eq(ring_count(session->ring), 5);

	/* what is lost while nobody reads is not the stream's; what the full one that follows loses is, also after it */
	hear_many(&world, radio, 14);
	ck_assert_uint_eq(session_dropped(session), 3);
	ck_assert_uint_eq(session_stream_lost(session), 0);
	session_stream_open(session, &a.stream, world.now);
	hear_many(&world, radio, 2);
	ck_assert_uint_eq(session_stream_lost(session), 2);
	session_stream_close(&a.stream, world.now);
	hear_many(&world, radio, 1);
	ck_assert_uint_eq(session_dropped(session), 6);
	ck_assert_uint_eq(session_stream_lost(session), 2);
	ck_assert_uint_eq(session->streamed, 6);
	g_string_truncate(world.log, 0);

	/* Init and Deinit, and the session's end */
	session_stream_open(session, &a.stream, world.now);
	a.room = 1000;
	world_pass(&world, 10 * USEC_PER_MSEC);
	ck_assert_int_eq(session_init(session, &options, world.now, &reason), 0);
	ck_assert_uint_eq(session->streamed, 0);
	ck_assert_uint_eq(session_stream_lost(session), 0);
	ck_assert_uint_eq(a.ended, 2);
	session_stream_open(session, &a.stream, world.now);
	session_deinit(session, world.now);
	ck_assert_uint_eq(a.ended, 3);
	ck_assert_int_eq(session_init(session, &options, world.now, &reason), 0);
	session_stream_open(session, &a.stream, world.now);
	broker_peer_gone(world.broker, ":1.1", world.now);
	ck_assert_uint_eq(a.ended, 4);
	ck_assert_uint_eq(b.ended, 0);
	world_end(&world);
}
END_TEST

/* Signals go on where the stream leaves off. */
START_TEST(test_and_signals)
{
	Session *session;
	ScanFilter filter;
	Reason reason;
	World world;
	Radio *radio;
	Pipe a;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	a = pipe_of(&world, 'a', 0, 1);
	scan_filter_init(&filter, &world.config);
	filter.by_signal = true;
	filter.batch_ms = 10;
	ck_assert_int_eq(session_set_filter(session, &filter, &reason), 0);
	session_subscribe(session, ":1.1", EVENT_NEW_ADV);
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	session->events = EVENT_NEW_ADV;
	g_string_truncate(world.log, 0);

	hear_many(&world, radio, 3);
	world_expect(&world, "batch1");
	session_stream_open(session, &a.stream, world.now);
	world_expect(&world, "a2");
	world_hear(&world, radio, 1);
	world_expect(&world, "a1");
	a.room = 0;
	world_hear(&world, radio, 1);
	world_expect(&world, "a0");
	session_stream_close(&a.stream, world.now);
	world_pass(&world, 10 * USEC_PER_MSEC);
	world_expect(&world, "batch1");

	/* whether the reader says so, or it is found out */
	a.gone = true;
	session_stream_open(session, &a.stream, world.now);
	ck_assert_ptr_eq(session->stream, &a.stream);
	world_hear(&world, radio, 1);
	world_expect(&world, "a0 enda batch1");
	ck_assert_ptr_null(session->stream);
	ck_assert_uint_eq(a.ended, 1);
	world_end(&world);
}
END_TEST

/* A user session is not forgotten while its stream is open, and later than that in the usual time. */
START_TEST(test_user_session)
{
	Session *session = NULL;
	const InitOptions options = { 0 };
	Reason reason;
	World world;
	Radio *radio;
	Pipe a;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	a = pipe_of(&world, 'a', 10, 4);
	ck_assert_int_eq(session_get_user(radio, 1, world.now, &session, &reason), 0);
	ck_assert_int_eq(session_init(session, &options, world.now, &reason), 0);
	session_stream_open(session, &a.stream, world.now);
	world_pass(&world, 3600 * USEC_PER_SEC);
	ck_assert_ptr_eq(session_find_user(radio, 1), session);
	session_stream_close(&a.stream, world.now);
	world_pass(&world, (world.config.user_session_idle_seconds - 1) * USEC_PER_SEC);
	ck_assert_ptr_eq(session_find_user(radio, 1), session);
	world_pass(&world, 2 * USEC_PER_SEC);
	ck_assert_ptr_null(session_find_user(radio, 1));
	ck_assert_uint_eq(a.ended, 0);
	world_end(&world);
}
END_TEST

UNIT_MAIN("session-stream", test_batches, test_full, test_ends, test_and_signals, test_user_session)
