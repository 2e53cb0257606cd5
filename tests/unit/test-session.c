/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session keeps and says: scan times, FIFO, filter, events, batches, limits, life. */
#include "brokers.h"
#include "core/constants.h"

START_TEST(test_scan_times)
{
	Session *session;
	World world;

	world_init(&world);
	session = world_session(&world, world_radio(&world, 1, 0, true), 1, ":1.1");
	ck_assert_int_eq(world_start(&world, session, 0), E_INVALID_ARGUMENTS);
	ck_assert_int_eq(world_start(&world, session, 10), 0);
	ck_assert_int_eq(world_start(&world, session, 10), E_IN_PROGRESS);
	g_string_truncate(world.log, 0);
	world_pass(&world, 10 * USEC_PER_SEC - 1);
	ck_assert(session->scanning);
	world_pass(&world, 1);
	ck_assert(!session->scanning);
	world_expect(&world, "noscan0 stopped(timeout)");

	session_stop_scan(session, "stopped");
	world_expect(&world, "");
	ck_assert_int_eq(world_start(&world, session, INT32_MIN), 0);
	g_string_truncate(world.log, 0);
	world_pass(&world, 80 * USEC_PER_SEC);
	ck_assert(session->scanning);
	session_stop_scan(session, "stopped");
	ck_assert_int_eq(world_start(&world, session, INT32_MAX), 0);
	world_end(&world);
}
END_TEST

START_TEST(test_end_reasons)
{
	static const struct {
		const char *reason;
		bool off, gone;
	} cases[] = {
		{ "stopped(timeout)", false, false },
		{ "stopped(radio-off)", true, false },
		{ "stopped(radio-gone)", true, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Session *session;
		World world;
		Radio *radio;

		world_init(&world);
		radio = world_radio(&world, 1, 0, true);
		session = world_session(&world, radio, 1, ":1.1");
		ck_assert_int_eq(world_start(&world, session, 3), 0);
		if (cases[i].off)
			world_power(&world, radio, false);
		if (cases[i].gone)
			radio_vanished(radio, world.now);
		world_pass(&world, 2 * USEC_PER_SEC);
		ck_assert(session->scanning);
		world_pass(&world, 1 * USEC_PER_SEC);
		ck_assert(!session->scanning);
		ck_assert_msg(g_str_has_suffix(world.log->str, cases[i].reason), "%s: %s", cases[i].reason,
			      world.log->str);
		world_end(&world);
	}
}
END_TEST

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

START_TEST(test_init)
{
	InitOptions options = { .fifo = 3, .drop_newest = true };
	Reason reason = { "" };
	Session *session;
	RingEntry entry;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	ck_assert_uint_eq(ring_depth(session->ring), 16);
	ck_assert(ring_drops_oldest(session->ring));
	session_subscribe(session, ":1.1", EVENT_NEW_ADV);
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	world_hear(&world, radio, 1);
	g_string_truncate(world.log, 0);

	/* too much: it is as it was */
	options.fifo = world.config.max_fifo_depth + 1;
	ck_assert_int_eq(session_init(session, &options, world.now, &reason), E_LIMIT_REACHED);
	options.fifo = 3;
	options.antenna_set = true;
	options.antenna = 1;
	ck_assert_int_eq(session_init(session, &options, world.now, &reason), E_NOT_SUPPORTED);
	ck_assert(session->scanning);
	ck_assert_uint_eq(ring_count(session->ring), 1);
	world_expect(&world, "");

	/* nothing of the old is kept */
	options.antenna_set = false;
	ck_assert_int_eq(session_init(session, &options, world.now, &reason), 0);
	world_expect(&world, "noscan0 stopped(stopped)");
	ck_assert(!session->scanning);
	ck_assert_uint_eq(session->events, 0);
	ck_assert_uint_eq(session->subscribers->len, 0);
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	for (uint16_t i = 0; i < 5; i++)
		world_hear(&world, radio, i);
	ck_assert_uint_eq(session_dropped(session), 2);
	for (uint16_t i = 0; i < 3; i++) {
		ck_assert(session_take(session, &entry));
		ck_assert_uint_eq(entry.report->addr.bytes[5], i);
		report_unref(entry.report);
	}

	session_deinit(session, world.now);
	ck_assert(!session->initialised);
	ck_assert(!session_take(session, &entry));
	ck_assert_uint_eq(user_charged(session->user, QUOTA_FIFO_BYTES), 0);
	world_end(&world);
}
END_TEST

START_TEST(test_antenna)
{
	InitOptions options = { .antenna_set = true, .antenna = 1 };
	Reason reason = { "" };
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	g_strlcpy(world.broker->config.antenna_switch, "/dev/switch", CONFIG_PATH_MAX);
	radio = world_radio(&world, 1, 0, true);
	g_string_truncate(world.log, 0);
	ck_assert_int_eq(session_open(radio, 1, ":1.1", &options, world.now, &session, &reason), 0);
	options.antenna = 0;
	ck_assert_int_eq(session_init(session, &options, world.now, &reason), 0);
	world_expect(&world, "external internal");
	world.antenna_result = -EIO;
	ck_assert_int_eq(session_init(session, &options, world.now, &reason), E_FAILED);
	world_end(&world);
}
END_TEST

START_TEST(test_limits)
{
	InitOptions deep = { .fifo = 4096 };
	Reason reason = { "" };
	Session *session, *other;
	World world;
	Radio *radio;

	world_init(&world);
	world_end(&world);
	world_init(&world);
	world.broker->config.sessions_per_user = 64;
	radio = world_radio(&world, 1, 0, true);
	for (unsigned i = 0; i < 64; i++)
		world_session(&world, radio, 1, ":1.1");
	ck_assert_int_eq(session_open(radio, 1, ":1.1", &deep, world.now, &session, &reason), E_LIMIT_REACHED);
	ck_assert_ptr_nonnull(strstr(reason.text, "SessionsPerUser"));
	other = world_session(&world, radio, 2, ":1.2");
	broker_peer_gone(world.broker, ":1.1", world.now);
	ck_assert_uint_eq(world.broker->sessions->len, 1);

	/* the memory of one user is not that of another */
	session = world_session(&world, radio, 1, ":1.1");
	ck_assert_int_eq(user_charge(session->user, QUOTA_FIFO_BYTES, user_limit(session->user, QUOTA_FIFO_BYTES) -
				     user_charged(session->user, QUOTA_FIFO_BYTES)), 0);
	ck_assert_int_eq(session_init(session, &deep, world.now, &reason), E_LIMIT_REACHED);
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	ck_assert_int_eq(world_start(&world, other, -1), 0);
	world_hear(&world, radio, 1);
	ck_assert_uint_eq(session->dropped_memory, 1);
	ck_assert_uint_eq(session_dropped(session), 1);
	ck_assert_uint_eq(ring_count(other->ring), 1);
	user_discharge(session->user, QUOTA_FIFO_BYTES, user_limit(session->user, QUOTA_FIFO_BYTES) -
		       ring_fixed_size(16));
	world_hear(&world, radio, 2);
	ck_assert_uint_eq(ring_count(session->ring), 1);
	world_end(&world);
}
END_TEST

START_TEST(test_user_sessions)
{
	const InitOptions options = { 0 };
	Reason reason = { "" };
	Session *mine, *yours, *again;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	ck_assert_ptr_null(session_find_user(radio, 1));
	ck_assert_int_eq(session_get_user(radio, 1, world.now, &mine, &reason), 0);
	ck_assert_int_eq(session_get_user(radio, 2, world.now, &yours, &reason), 0);
	ck_assert_int_eq(session_get_user(radio, 1, world.now, &again, &reason), 0);
	ck_assert_ptr_eq(mine, again);
	ck_assert_ptr_ne(mine, yours);
	ck_assert_int_eq(session_init(mine, &options, world.now, &reason), 0);
	ck_assert_int_eq(session_init(yours, &options, world.now, &reason), 0);

	/* forgotten when it holds nothing and nobody calls; a scan, or a listener, holds */
	ck_assert_int_eq(world_start(&world, mine, 700), 0);
	world_pass(&world, 600 * USEC_PER_SEC);
	ck_assert_ptr_null(session_find_user(radio, 2));
	ck_assert_ptr_eq(session_find_user(radio, 1), mine);
	world_pass(&world, 600 * USEC_PER_SEC);
	ck_assert_ptr_eq(session_find_user(radio, 1), mine);
	session_subscribe(mine, ":1.9", EVENT_NEW_ADV);
	world_pass(&world, 10000 * USEC_PER_SEC);
	ck_assert_ptr_eq(session_find_user(radio, 1), mine);
	broker_peer_gone(world.broker, ":1.9", world.now);
	world_pass(&world, 10 * USEC_PER_SEC);
	ck_assert_ptr_null(session_find_user(radio, 1));
	world_end(&world);
}
END_TEST

START_TEST(test_owner_gone)
{
	Session *session, *other;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	other = world_session(&world, radio, 1, ":1.11");
	ck_assert_ptr_eq(session_find_private(world.broker, session->id), session);
	ck_assert_uint_ne(session->id, other->id);
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	ck_assert_int_eq(world_start(&world, other, -1), 0);
	world_hear(&world, radio, 1);
	g_string_truncate(world.log, 0);
	broker_peer_gone(world.broker, ":1.1", world.now);
	ck_assert_uint_eq(world.broker->sessions->len, 1);
	ck_assert_uint_eq(ring_count(other->ring), 1);
	world_expect(&world, "stopped(stopped)");
	broker_peer_gone(world.broker, ":1.11", world.now);
	world_expect(&world, "noscan0 stopped(stopped)");
	world_end(&world);
}
END_TEST

UNIT_MAIN("session", test_scan_times, test_end_reasons, test_fifo, test_filter_is_ones_own, test_events, test_batches,
	  test_batch_of_no_time, test_init, test_antenna, test_limits, test_user_sessions, test_owner_gone)
