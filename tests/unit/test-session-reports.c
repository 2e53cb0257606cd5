/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session makes of reports: FIFO, filter, events, batches. */
#include "bed.h"
#include "meaning/constants.h"

#include "core/subscriber.h"

START_TEST(test_fifo)
{
	Session *scanning, *idle;
	RingEntry entry;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	scanning = bed_session(&bed, radio, 1, ":1.1");
	idle = bed_session(&bed, radio, 1, ":1.2");
	bed_hear(&bed, radio, 1);
	ck_assert(!session_take(scanning, &entry));

	ck_assert_int_eq(bed_start(&bed, scanning, -1), 0);
	for (uint16_t i = 0; i < 20; i++)
		bed_hear(&bed, radio, i);
	ck_assert(!session_take(idle, &entry));
	ck_assert_uint_eq(session_dropped(scanning), 4);
	for (uint16_t i = 4; i < 20; i++) {
		ck_assert(session_take(scanning, &entry));
		ck_assert_uint_eq(entry.report->addr.bytes[5], i);
		report_unref(entry.report);
	}
	ck_assert(!session_take(scanning, &entry));

	/* what was heard outlives the scan, but not the next one */
	bed_hear(&bed, radio, 1);
	sessions_stop_scan(scanning, "stopped");
	bed_hear(&bed, radio, 2);
	ck_assert_uint_eq(ring_count(scanning->ring), 1);
	ck_assert_int_eq(bed_start(&bed, scanning, -1), 0);
	ck_assert_uint_eq(ring_count(scanning->ring), 0);
	ck_assert_uint_eq(session_dropped(scanning), 4);
	bed_end(&bed);
}
END_TEST

START_TEST(test_filter_is_ones_own)
{
	const Addr addr = { .bytes = { 0xc0, 0, 0, 0, 0, 5 } };
	Session *picky, *all;
	ScanFilter filter;
	Reason reason;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	picky = bed_session(&bed, radio, 1, ":1.1");
	all = bed_session(&bed, radio, 1, ":1.2");
	scan_filter_init(&filter, &bed.config);
	filter.filter = filter_new(8);
	ck_assert_int_eq(filter_add_address(filter.filter, &addr), 0);
	filter.dedup_window = 2 * USEC_PER_SEC;
	ck_assert_int_eq(session_set_filter(picky, &filter, &reason), 0);
	ck_assert_ptr_null(filter.filter);
	ck_assert_int_eq(bed_start(&bed, picky, -1), 0);
	ck_assert_int_eq(bed_start(&bed, all, -1), 0);

	for (int i = 0; i < 3; i++)
		for (uint16_t number = 4; number < 7; number++)
			bed_hear(&bed, radio, number);
	ck_assert_uint_eq(ring_count(all->ring), 9);
	ck_assert_uint_eq(ring_count(picky->ring), 1);
	ck_assert_uint_eq(picky->filtered, 6);
	ck_assert_uint_eq(picky->duplicates, 2);
	bed_pass(&bed, 2 * USEC_PER_SEC);
	bed_hear(&bed, radio, 5);
	ck_assert_uint_eq(ring_count(picky->ring), 2);

	/* cleared */
	scan_filter_init(&filter, &bed.config);
	ck_assert_int_eq(session_set_filter(picky, &filter, &reason), 0);
	bed_hear(&bed, radio, 5);
	bed_hear(&bed, radio, 6);
	ck_assert_uint_eq(ring_count(picky->ring), 4);
	ck_assert_uint_eq(user_charged(picky->user, QUOTA_FIFO_BYTES),
			  2 * ring_fixed_size(16) + ring_held_size(picky->ring) + ring_held_size(all->ring));
	bed_end(&bed);
}
END_TEST

START_TEST(test_events)
{
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	subscriber_add(session, ":1.1", EVENT_NEW_ADV);
	subscriber_add(session, ":1.2", EVENT_CLIENT_CONNECTED);
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	bed_forget(&bed);

	bed_hear(&bed, radio, 1);
	bed_hear(&bed, radio, 2);
	bed_expect(&bed, "event(:1.1,1)");
	ck_assert_uint_eq(session_take_events(session), EVENT_NEW_ADV);
	ck_assert_uint_eq(session_take_events(session), 0);
	bed_hear(&bed, radio, 3);
	bed_expect(&bed, "event(:1.1,1)");

	/* who comes late is told what is set */
	subscriber_add(session, ":1.3", EVENT_NEW_ADV | EVENT_CLIENT_CONNECTED);
	bed_expect(&bed, "event(:1.3,1)");
	subscriber_add(session, ":1.1", 0);
	broker_peer_gone(bed.broker, ":1.3", bed.now);
	session_take_events(session);
	bed_hear(&bed, radio, 4);
	bed_expect(&bed, "");
	ck_assert_uint_eq(session->subscribers->len, 1);
	bed_end(&bed);
}
END_TEST

static Session *signal_session(Bed *bed, Radio *radio, uint32_t batch_ms, uint32_t batch_max)
{
	Session *session = bed_session(bed, radio, 1, ":1.1");
	ScanFilter filter;
	Reason reason;

	scan_filter_init(&filter, &bed->config);
	filter.by_signal = true;
	filter.batch_ms = batch_ms;
	filter.batch_max = batch_max;
	ck_assert_int_eq(session_set_filter(session, &filter, &reason), 0);
	ck_assert_int_eq(bed_start(bed, session, -1), 0);
	/* only what is said from here on */
	session->events = EVENT_NEW_ADV;
	return session;
}

START_TEST(test_batches)
{
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = signal_session(&bed, radio, 10, 4);
	bed_forget(&bed);

	/* nobody listens: they wait in the FIFO, for the one who comes */
	bed_hear(&bed, radio, 1);
	bed_pass(&bed, 100 * USEC_PER_MSEC);
	bed_expect(&bed, "");
	subscriber_add(session, ":1.1", EVENT_NEW_ADV);
	bed_pass(&bed, 1);
	bed_expect(&bed, "event(:1.1,1) batch1");

	/* quiet: at once; busy: together, when the time is over or the batch full */
	bed_pass(&bed, 100 * USEC_PER_MSEC);
	bed_hear(&bed, radio, 1);
	bed_expect(&bed, "batch1");
	bed_hear(&bed, radio, 2);
	bed_hear(&bed, radio, 3);
	bed_expect(&bed, "");
	bed_pass(&bed, 10 * USEC_PER_MSEC);
	bed_expect(&bed, "batch2");
	for (uint16_t i = 0; i < 9; i++)
		bed_hear(&bed, radio, i);
	bed_expect(&bed, "batch4 batch4");
	sessions_stop_scan(session, "stopped");
	bed_expect(&bed, "batch1 noscan0 stopped(:1.1,stopped)");

	/* the bus is full: they stay in the FIFO, and are lost there and nowhere else */
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	bed.batches_pass = false;
	for (uint16_t i = 0; i < 20; i++)
		bed_hear(&bed, radio, i);
	ck_assert_uint_eq(ring_count(session->ring), 16);
	ck_assert_uint_eq(session_dropped(session), 4);
	bed.batches_pass = true;
	bed_forget(&bed);
	bed_pass(&bed, 100 * USEC_PER_MSEC);
	bed_expect(&bed, "batch4 batch4 batch4 batch4");
	bed_end(&bed);
}
END_TEST

/* One that does not read is no reader: nothing is tried until it reads again, or another one comes. */
START_TEST(test_stuck_reader)
{
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = signal_session(&bed, radio, 10, 4);
	subscriber_add(session, ":1.1", EVENT_NEW_ADV);
	broker_peer_reads(bed.broker, ":1.1", false);
	bed_settle(&bed);
	bed_forget(&bed);
	for (uint16_t i = 0; i < 20; i++)
		bed_hear(&bed, radio, i);
	bed_pass(&bed, 100 * USEC_PER_MSEC);
	bed_expect(&bed, "");
	ck_assert_uint_eq(session_dropped(session), 4);
	broker_peer_reads(bed.broker, ":1.2", true);
	bed_pass(&bed, 100 * USEC_PER_MSEC);
	bed_expect(&bed, "");
	broker_peer_reads(bed.broker, ":1.1", true);
	bed_pass(&bed, 100 * USEC_PER_MSEC);
	bed_expect(&bed, "batch4 batch4 batch4 batch4");

	broker_peer_reads(bed.broker, ":1.1", false);
	bed_hear(&bed, radio, 1);
	subscriber_add(session, ":1.3", EVENT_NEW_ADV);
	bed_pass(&bed, 100 * USEC_PER_MSEC);
	bed_expect(&bed, "event(:1.3,1) batch1");
	bed_end(&bed);
}
END_TEST

/* A large batch comes in parts, and the parts do not wait for another time. */
START_TEST(test_large_batch)
{
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	bed.broker->config.fifo_depth = 1000;
	radio = bed_radio(&bed, 1, 0, true);
	session = signal_session(&bed, radio, 10000, 4096);
	subscriber_add(session, ":1.1", EVENT_NEW_ADV);
	bed_hear(&bed, radio, 1);
	bed.batches_pass = false;
	for (uint16_t i = 0; i < 300; i++)
		bed_hear(&bed, radio, i);
	bed.batches_pass = true;
	bed_forget(&bed);
	bed_hear(&bed, radio, 1);
	bed_pass(&bed, 1);
	bed_expect(&bed, "batch128 batch128");
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "batch45");
	bed_end(&bed);
}
END_TEST

START_TEST(test_batch_of_no_time)
{
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	subscriber_add(signal_session(&bed, radio, 0, 4096), ":1.1", EVENT_NEW_ADV);
	bed_settle(&bed);
	bed_forget(&bed);
	bed_hear(&bed, radio, 1);
	bed_hear(&bed, radio, 2);
	bed_expect(&bed, "batch1 batch1");
	bed.batches_pass = false;
	bed_hear(&bed, radio, 3);
	bed.batches_pass = true;
	bed_pass(&bed, 2 * USEC_PER_MSEC);
	bed_expect(&bed, "batch-refused batch1");
	bed_end(&bed);
}
END_TEST

/* The bus does not take what is sent: each session's batches go on all the same, but few. */
START_TEST(test_press)
{
	const unsigned pauses = 8;
	Session *first, *second;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	first = signal_session(&bed, radio, 1, 4);
	second = signal_session(&bed, radio, 10, 4);
	subscriber_add(first, ":1.1", EVENT_NEW_ADV);
	subscriber_add(second, ":1.1", EVENT_NEW_ADV);
	bed.batches_pass = false;
	for (uint16_t i = 0; i < 16; i++)
		bed_hear(&bed, radio, i);
	bed_pass(&bed, PRESS_PAUSE - 1);
	ck_assert_uint_eq(bed.batched, 0);
	bed_pass(&bed, pauses * PRESS_PAUSE);
	ck_assert_uint_lt(ring_count(first->ring), 16);
	ck_assert_uint_lt(ring_count(second->ring), 16);
	ck_assert_uint_le(bed.batched, pauses * 4);
	bed_pass(&bed, USEC_PER_SEC);
	ck_assert_uint_eq(bed.batched, 32);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("session-reports", test_fifo, test_filter_is_ones_own, test_events, test_batches, test_stuck_reader,
	  test_large_batch, test_batch_of_no_time, test_press)
