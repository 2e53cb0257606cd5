/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session's stream: it takes the reports instead of those who listen, as long as it is there and has room. */
#include "bed.h"
#include "meaning/constants.h"

#include "core/subscriber.h"

typedef struct Pipe {
	SessionStream stream;	/* first */
	Bed *bed;
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
	bed_say(pipe->bed, "%c%u", pipe->name, taken);
	if (pipe->gone)
		return STREAM_GONE;
	return ring_count(stream->session->ring) == 0 ? STREAM_TOOK_ALL : STREAM_FULL;
}

static void pipe_end(SessionStream *stream)
{
	((Pipe *)stream)->ended++;
	bed_say(((Pipe *)stream)->bed, "end%c", ((Pipe *)stream)->name);
}

static Pipe pipe_of(Bed *bed, char name, uint32_t batch_ms, uint32_t batch_max)
{
	return (Pipe){
		.stream = { .batch_ms = batch_ms, .batch_max = batch_max, .send = pipe_send, .end = pipe_end },
		.bed = bed,
		.name = name,
		.room = 1000,
	};
}

static void hear_many(Bed *bed, Radio *radio, uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		bed_hear(bed, radio, i);
}

START_TEST(test_batches)
{
	Session *session;
	Bed bed;
	Radio *radio;
	Pipe a;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	a = pipe_of(&bed, 'a', 10, 4);
	subscriber_add(session, ":1.1", EVENT_CLIENT_CONNECTED);
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	bed_hear(&bed, radio, 1);
	bed_forget(&bed);

	/* first what waits */
	session_stream_open(session, &a.stream, bed.now);
	bed_expect(&bed, "a1");

	/* quiet: at once; busy: together, when the time is over or the batch full */
	bed_pass(&bed, 100 * USEC_PER_MSEC);
	bed_hear(&bed, radio, 1);
	bed_expect(&bed, "a1");
	hear_many(&bed, radio, 2);
	bed_expect(&bed, "");
	bed_pass(&bed, 10 * USEC_PER_MSEC);
	bed_expect(&bed, "a2");
	hear_many(&bed, radio, 9);
	bed_expect(&bed, "a4 a4");

	/* neither the scan's end nor another filter leaves anything behind */
	sessions_stop_scan(session, "stopped");
	bed_expect(&bed, "a1 noscan0 stopped(:1.1,stopped)");
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	bed_hear(&bed, radio, 1);
	bed_hear(&bed, radio, 1);
	bed_forget(&bed);
	{
		ScanFilter filter;
		Reason reason;

		scan_filter_init(&filter, &bed.config);
		ck_assert_int_eq(session_set_filter(session, &filter, &reason), 0);
	}
	bed_pass(&bed, 10 * USEC_PER_MSEC);
	ck_assert_uint_eq(ring_count(session->ring), 0);
	session_stream_close(&a.stream, bed.now);
	ck_assert_uint_eq(a.ended, 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_full)
{
	Session *session, *other;
	Bed bed;
	Radio *radio;
	Pipe a, b;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	other = bed_session(&bed, radio, 2, ":1.2");
	a = pipe_of(&bed, 'a', 0, 1);
	b = pipe_of(&bed, 'b', 0, 1);
	subscriber_add(session, ":1.1", EVENT_CLIENT_CONNECTED);
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	ck_assert_int_eq(bed_start(&bed, other, -1), 0);
	session_stream_open(session, &a.stream, bed.now);
	session_stream_open(other, &b.stream, bed.now);
	bed_forget(&bed);

	/* full: they wait in the FIFO, and are lost there; it is not asked again until it says so; others have theirs */
	a.room = 2;
	hear_many(&bed, radio, 22);
	bed_expect(&bed, "a1 b1 a1 b1 a0 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1");
	ck_assert_uint_eq(ring_count(session->ring), 16);
	ck_assert_uint_eq(session_dropped(session), 4);
	ck_assert_uint_eq(session_dropped(other), 0);
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "");
	a.room = 10;
	session_stream_ready(&a.stream, bed.now);
	bed_expect(&bed, "a10");
	ck_assert(a.stream.full);
	a.room = 10;
	sessions_stop_scan(session, "stopped");
	bed_expect(&bed, "stopped(:1.1,stopped)");
	session_stream_ready(&a.stream, bed.now);
	bed_expect(&bed, "a6");
	ck_assert_uint_eq(session->delivered, 18);
	ck_assert_uint_eq(session->streamed, 18);
	ck_assert_uint_eq(session_dropped(session), 4);
	ck_assert_uint_eq(session_stream_lost(session), 4);
	ck_assert_uint_eq(other->streamed, 22);
	ck_assert_uint_eq(session_stream_lost(other), 0);
	session_stream_ready(&a.stream, bed.now);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

START_TEST(test_ends)
{
	const InitOptions options = { 0 };
	Session *session;
	Reason reason;
	Bed bed;
	Radio *radio;
	Pipe a, b;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	a = pipe_of(&bed, 'a', 10, 4);
	b = pipe_of(&bed, 'b', 10, 4);

	/* a later one replaces it, and begins with what that one left */
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	session_stream_open(session, &a.stream, bed.now);
	bed_forget(&bed);
	a.room = 1;
	hear_many(&bed, radio, 6);
	bed_expect(&bed, "a1 a0");
	session_stream_open(session, &b.stream, bed.now);
	bed_expect(&bed, "enda b5");
	ck_assert_ptr_null(a.stream.session);

	/* its reader leaves: the FIFO again */
	session_stream_close(&b.stream, bed.now);
	hear_many(&bed, radio, 5);
	bed_pass(&bed, USEC_PER_SEC);
	bed_expect(&bed, "");
	ck_assert_uint_eq(ring_count(session->ring), 5);

	/* what is lost while nobody reads is not the stream's; what the full one that follows loses is, also after it */
	hear_many(&bed, radio, 14);
	ck_assert_uint_eq(session_dropped(session), 3);
	ck_assert_uint_eq(session_stream_lost(session), 0);
	session_stream_open(session, &a.stream, bed.now);
	hear_many(&bed, radio, 2);
	ck_assert_uint_eq(session_stream_lost(session), 2);
	session_stream_close(&a.stream, bed.now);
	hear_many(&bed, radio, 1);
	ck_assert_uint_eq(session_dropped(session), 6);
	ck_assert_uint_eq(session_stream_lost(session), 2);
	ck_assert_uint_eq(session->streamed, 6);
	bed_forget(&bed);

	/* Init and Deinit, and the session's end */
	session_stream_open(session, &a.stream, bed.now);
	a.room = 1000;
	bed_pass(&bed, 10 * USEC_PER_MSEC);
	ck_assert_int_eq(sessions_init(session, &options, bed.now, &reason), 0);
	ck_assert_uint_eq(session->streamed, 0);
	ck_assert_uint_eq(session_stream_lost(session), 0);
	ck_assert_uint_eq(a.ended, 2);
	session_stream_open(session, &a.stream, bed.now);
	sessions_deinit(session, bed.now);
	ck_assert_uint_eq(a.ended, 3);
	ck_assert_int_eq(sessions_init(session, &options, bed.now, &reason), 0);
	session_stream_open(session, &a.stream, bed.now);
	broker_peer_gone(bed.broker, ":1.1", bed.now);
	ck_assert_uint_eq(a.ended, 4);
	ck_assert_uint_eq(b.ended, 0);
	bed_end(&bed);
}
END_TEST

/* Signals go on where the stream leaves off. */
START_TEST(test_and_signals)
{
	Session *session;
	ScanFilter filter;
	Reason reason;
	Bed bed;
	Radio *radio;
	Pipe a;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	a = pipe_of(&bed, 'a', 0, 1);
	scan_filter_init(&filter, &bed.config);
	filter.by_signal = true;
	filter.batch_ms = 10;
	ck_assert_int_eq(session_set_filter(session, &filter, &reason), 0);
	subscriber_add(session, ":1.1", EVENT_NEW_ADV);
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	session->events = EVENT_NEW_ADV;
	bed_forget(&bed);

	hear_many(&bed, radio, 3);
	bed_expect(&bed, "batch1");
	session_stream_open(session, &a.stream, bed.now);
	bed_expect(&bed, "a2");
	bed_hear(&bed, radio, 1);
	bed_expect(&bed, "a1");
	a.room = 0;
	bed_hear(&bed, radio, 1);
	bed_expect(&bed, "a0");
	session_stream_close(&a.stream, bed.now);
	bed_pass(&bed, 10 * USEC_PER_MSEC);
	bed_expect(&bed, "batch1");

	/* whether the reader says so, or it is found out */
	a.gone = true;
	session_stream_open(session, &a.stream, bed.now);
	ck_assert_ptr_eq(session->stream, &a.stream);
	bed_hear(&bed, radio, 1);
	bed_expect(&bed, "a0 enda batch1");
	ck_assert_ptr_null(session->stream);
	ck_assert_uint_eq(a.ended, 1);
	bed_end(&bed);
}
END_TEST

/* A user session is not forgotten while its stream is open, and later than that in the usual time. */
START_TEST(test_user_session)
{
	Session *session = NULL;
	const InitOptions options = { 0 };
	Reason reason;
	Bed bed;
	Radio *radio;
	Pipe a;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	a = pipe_of(&bed, 'a', 10, 4);
	ck_assert_int_eq(sessions_get_user(radio, &bed.face, 1, bed.now, &session, &reason), 0);
	ck_assert_int_eq(sessions_init(session, &options, bed.now, &reason), 0);
	session_stream_open(session, &a.stream, bed.now);
	bed_pass(&bed, 3600 * USEC_PER_SEC);
	ck_assert_ptr_eq(sessions_find_user(radio, 1), session);
	session_stream_close(&a.stream, bed.now);
	bed_pass(&bed, (bed.config.user_session_idle_seconds - 1) * USEC_PER_SEC);
	ck_assert_ptr_eq(sessions_find_user(radio, 1), session);
	bed_pass(&bed, 2 * USEC_PER_SEC);
	ck_assert_ptr_null(sessions_find_user(radio, 1));
	ck_assert_uint_eq(a.ended, 0);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("session-stream", test_batches, test_full, test_ends, test_and_signals, test_user_session)
