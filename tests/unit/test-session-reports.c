/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session makes of reports: FIFO, filter, events, batches. */
#include "brokers.h"
#include "meaning/constants.h"

START_TEST(test_fifo)
{
	Session *scanning, *idle;
	RingEntry entry;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	scanning = world_session(&world, radio, 1, ":1.1");
	idle = world_session(&world, radio, 1, ":1.2");
	world_hear(&world, radio, 1);
	ck_assert(!session_take(scanning, &entry));

	ck_assert_int_eq(world_start(&world, scanning, -1), 0);
	for (uint16_t i = 0; i < 20; i++)
		world_hear(&world, radio, i);
	ck_assert(!session_take(idle, &entry));
	ck_assert_uint_eq(session_dropped(scanning), 4);
	for (uint16_t i = 4; i < 20; i++) {
		ck_assert(session_take(scanning, &entry));
		ck_assert_uint_eq(entry.report->addr.bytes[5], i);
		report_unref(entry.report);
	}
	ck_assert(!session_take(scanning, &entry));

	/* what was heard outlives the scan, but not the next one */
	world_hear(&world, radio, 1);
	session_stop_scan(scanning, "stopped");
	world_hear(&world, radio, 2);
	ck_assert_uint_eq(ring_count(scanning->ring), 1);
	ck_assert_int_eq(world_start(&world, scanning, -1), 0);
	ck_assert_uint_eq(ring_count(scanning->ring), 0);
	ck_assert_uint_eq(session_dropped(scanning), 4);
	world_end(&world);
}
END_TEST

START_TEST(test_filter_is_ones_own)
{
	const Addr addr = { .bytes = { 0xc0, 0, 0, 0, 0, 5 } };
	Session *picky, *all;
	ScanFilter filter;
	Reason reason;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	picky = world_session(&world, radio, 1, ":1.1");
	all = world_session(&world, radio, 1, ":1.2");
	scan_filter_init(&filter, &world.config);
	ck_assert_int_eq(filter_new(&filter.filter, 8), 0);
	ck_assert_int_eq(filter_add_address(filter.filter, &addr), 0);
	filter.dedup_window = 2 * USEC_PER_SEC;
	ck_assert_int_eq(session_set_filter(picky, &filter, &reason), 0);
	ck_assert_ptr_null(filter.filter);
	ck_assert_int_eq(world_start(&world, picky, -1), 0);
	ck_assert_int_eq(world_start(&world, all, -1), 0);

	for (int i = 0; i < 3; i++)
		for (uint16_t number = 4; number < 7; number++)
			world_hear(&world, radio, number);
	ck_assert_uint_eq(ring_count(all->ring), 9);
	ck_assert_uint_eq(ring_count(picky->ring), 1);
	ck_assert_uint_eq(picky->filtered, 6);
	ck_assert_uint_eq(picky->duplicates, 2);
	world_pass(&world, 2 * USEC_PER_SEC);
	world_hear(&world, radio, 5);
	ck_assert_uint_eq(ring_count(picky->ring), 2);

	/* cleared */
	scan_filter_init(&filter, &world.config);
	ck_assert_int_eq(session_set_filter(picky, &filter, &reason), 0);
	world_hear(&world, radio, 5);
	world_hear(&world, radio, 6);
	ck_assert_uint_eq(ring_count(picky->ring), 4);
	ck_assert_uint_eq(user_charged(picky->user, QUOTA_FIFO_BYTES),
			  2 * ring_fixed_size(16) + ring_held_size(picky->ring) + ring_held_size(all->ring));
	world_end(&world);
}
END_TEST

START_TEST(test_events)
{
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	session_subscribe(session, ":1.1", EVENT_NEW_ADV);
	session_subscribe(session, ":1.2", EVENT_CLIENT_CONNECTED);
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	g_string_truncate(world.log, 0);

	world_hear(&world, radio, 1);
	world_hear(&world, radio, 2);
	world_expect(&world, "event(:1.1,1)");
	ck_assert_uint_eq(session_take_events(session), EVENT_NEW_ADV);
	ck_assert_uint_eq(session_take_events(session), 0);
	world_hear(&world, radio, 3);
	world_expect(&world, "event(:1.1,1)");

	/* who comes late is told what is set */
	session_subscribe(session, ":1.3", EVENT_NEW_ADV | EVENT_CLIENT_CONNECTED);
	world_expect(&world, "event(:1.3,1)");
	session_subscribe(session, ":1.1", 0);
	broker_peer_gone(world.broker, ":1.3", world.now);
	session_take_events(session);
	world_hear(&world, radio, 4);
	world_expect(&world, "");
	ck_assert_uint_eq(session->subscribers->len, 1);
	world_end(&world);
}
END_TEST

static Session *signal_session(World *world, Radio *radio, uint32_t batch_ms, uint32_t batch_max)
{
	Session *session = world_session(world, radio, 1, ":1.1");
	ScanFilter filter;
	Reason reason;

	scan_filter_init(&filter, &world->config);
	filter.by_signal = true;
	filter.batch_ms = batch_ms;
	filter.batch_max = batch_max;
	ck_assert_int_eq(session_set_filter(session, &filter, &reason), 0);
	ck_assert_int_eq(world_start(world, session, -1), 0);
	/* only what is said from here on */
	session->events = EVENT_NEW_ADV;
	return session;
}

START_TEST(test_batches)
{
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = signal_session(&world, radio, 10, 4);
	g_string_truncate(world.log, 0);

	/* nobody listens: they wait in the FIFO, for the one who comes */
	world_hear(&world, radio, 1);
	world_pass(&world, 100 * USEC_PER_MSEC);
	world_expect(&world, "");
	session_subscribe(session, ":1.1", EVENT_NEW_ADV);
	world_pass(&world, 1);
	world_expect(&world, "event(:1.1,1) batch1");

	/* quiet: at once; busy: together, when the time is over or the batch full */
	world_pass(&world, 100 * USEC_PER_MSEC);
	world_hear(&world, radio, 1);
	world_expect(&world, "batch1");
	world_hear(&world, radio, 2);
	world_hear(&world, radio, 3);
	world_expect(&world, "");
	world_pass(&world, 10 * USEC_PER_MSEC);
	world_expect(&world, "batch2");
	for (uint16_t i = 0; i < 9; i++)
		world_hear(&world, radio, i);
	world_expect(&world, "batch4 batch4");
	session_stop_scan(session, "stopped");
	world_expect(&world, "noscan0 batch1 stopped(stopped)");

	/* the bus is full: they stay in the FIFO, and are lost there and nowhere else */
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	world.batches_pass = false;
	for (uint16_t i = 0; i < 20; i++)
		world_hear(&world, radio, i);
	ck_assert_uint_eq(ring_count(session->ring), 16);
	ck_assert_uint_eq(session_dropped(session), 4);
	world.batches_pass = true;
	g_string_truncate(world.log, 0);
	world_pass(&world, 100 * USEC_PER_MSEC);
	world_expect(&world, "batch4 batch4 batch4 batch4");
	world_end(&world);
}
END_TEST

/* One that does not read is no reader: nothing is tried until it reads again, or another one comes. */
START_TEST(test_stuck_reader)
{
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = signal_session(&world, radio, 10, 4);
	session_subscribe(session, ":1.1", EVENT_NEW_ADV);
	broker_peer_reads(world.broker, ":1.1", false);
	g_string_truncate(world.log, 0);
	for (uint16_t i = 0; i < 20; i++)
		world_hear(&world, radio, i);
	world_pass(&world, 100 * USEC_PER_MSEC);
	world_expect(&world, "");
	ck_assert_uint_eq(session_dropped(session), 4);
	broker_peer_reads(world.broker, ":1.2", true);
	world_pass(&world, 100 * USEC_PER_MSEC);
	world_expect(&world, "");
	broker_peer_reads(world.broker, ":1.1", true);
	world_pass(&world, 100 * USEC_PER_MSEC);
	world_expect(&world, "batch4 batch4 batch4 batch4");

	broker_peer_reads(world.broker, ":1.1", false);
	world_hear(&world, radio, 1);
	session_subscribe(session, ":1.3", EVENT_NEW_ADV);
	world_pass(&world, 100 * USEC_PER_MSEC);
	world_expect(&world, "event(:1.3,1) batch1");
	world_end(&world);
}
END_TEST

/* A large batch comes in parts, and the parts do not wait for another time. */
START_TEST(test_large_batch)
{
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	world.broker->config.fifo_depth = 1000;
	radio = world_radio(&world, 1, 0, true);
	session = signal_session(&world, radio, 10000, 4096);
	session_subscribe(session, ":1.1", EVENT_NEW_ADV);
	world_hear(&world, radio, 1);
	world.batches_pass = false;
	for (uint16_t i = 0; i < 300; i++)
		world_hear(&world, radio, i);
	world.batches_pass = true;
	g_string_truncate(world.log, 0);
	world_hear(&world, radio, 1);
	world_pass(&world, 1);
	world_expect(&world, "batch128 batch128");
	world_pass(&world, 10 * USEC_PER_SEC);
	world_expect(&world, "batch45");
	world_end(&world);
}
END_TEST

START_TEST(test_batch_of_no_time)
{
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session_subscribe(signal_session(&world, radio, 0, 4096), ":1.1", EVENT_NEW_ADV);
	g_string_truncate(world.log, 0);
	world_hear(&world, radio, 1);
	world_hear(&world, radio, 2);
	world_expect(&world, "batch1 batch1");
	world.batches_pass = false;
	world_hear(&world, radio, 3);
	world.batches_pass = true;
	world_pass(&world, 2 * USEC_PER_MSEC);
	world_expect(&world, "batch-refused batch1");
	world_end(&world);
}
END_TEST

UNIT_MAIN("session-reports", test_fifo, test_filter_is_ones_own, test_events, test_batches, test_stuck_reader,
	  test_large_batch, test_batch_of_no_time)
