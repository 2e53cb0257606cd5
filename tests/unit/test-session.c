/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a session lives: scan times, initialisation, limits, ends. */
#include <errno.h>
#include <string.h>

#include "bed.h"
#include "meaning/constants.h"

#include "core/subscriber.h"

START_TEST(test_scan_times)
{
	Session *session;
	Bed bed;

	bed_init(&bed);
	session = bed_session(&bed, bed_radio(&bed, 1, 0, true), 1, ":1.1");
	subscriber_add(session, ":1.1", EVENT_CLIENT_CONNECTED);
	ck_assert_int_eq(bed_start(&bed, session, 0), E_INVALID_ARGUMENTS);
	ck_assert_int_eq(bed_start(&bed, session, 10), 0);
	ck_assert_int_eq(bed_start(&bed, session, 10), E_IN_PROGRESS);
	bed_forget(&bed);
	bed_pass(&bed, 10 * USEC_PER_SEC - 1);
	ck_assert(session->scanning);
	bed_pass(&bed, 1);
	ck_assert(!session->scanning);
	bed_expect(&bed, "noscan0 stopped(:1.1,timeout)");

	sessions_stop_scan(session, "stopped");
	bed_expect(&bed, "");
	ck_assert_int_eq(bed_start(&bed, session, INT32_MIN), 0);
	bed_forget(&bed);
	bed_pass(&bed, 80 * USEC_PER_SEC);
	ck_assert(session->scanning);
	sessions_stop_scan(session, "stopped");
	ck_assert_int_eq(bed_start(&bed, session, INT32_MAX), 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_end_reasons)
{
	static const struct {
		const char *reason;
		bool off, gone;
	} cases[] = {
		{ "stopped(:1.1,timeout)", false, false },
		{ "stopped(:1.1,radio-off)", true, false },
		{ "stopped(:1.1,radio-gone)", true, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		Session *session;
		Bed bed;
		Radio *radio;

		bed_init(&bed);
		radio = bed_radio(&bed, 1, 0, true);
		session = bed_session(&bed, radio, 1, ":1.1");
		subscriber_add(session, ":1.1", EVENT_CLIENT_CONNECTED);
		ck_assert_int_eq(bed_start(&bed, session, 3), 0);
		if (cases[i].off)
			bed_power(&bed, radio, false);
		if (cases[i].gone)
			radios_vanished(radio, bed.now);
		bed_pass(&bed, 2 * USEC_PER_SEC);
		ck_assert(session->scanning);
		bed_pass(&bed, 1 * USEC_PER_SEC);
		ck_assert(!session->scanning);
		ck_assert_msg(g_str_has_suffix(bed.log->str, cases[i].reason), "%s: %s", cases[i].reason,
			      bed.log->str);
		bed_end(&bed);
	}
}
END_TEST

START_TEST(test_init)
{
	InitOptions options = { .fifo = 3, .drop_newest = true };
	Reason reason = { "" };
	Session *session;
	RingEntry entry;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	ck_assert_uint_eq(ring_depth(session->ring), 16);
	ck_assert(ring_drops_oldest(session->ring));
	subscriber_add(session, ":1.1", EVENT_NEW_ADV);
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	bed_hear(&bed, radio, 1);
	bed_forget(&bed);

	/* too much: it is as it was */
	options.fifo = bed.config.max_fifo_depth + 1;
	ck_assert_int_eq(sessions_init(session, &options, bed.now, &reason), E_LIMIT_REACHED);
	options.fifo = 3;
	options.antenna_set = true;
	options.antenna = 1;
	ck_assert_int_eq(sessions_init(session, &options, bed.now, &reason), E_NOT_SUPPORTED);
	ck_assert(session->scanning);
	ck_assert_uint_eq(ring_count(session->ring), 1);
	bed_expect(&bed, "");

	/* nothing of the old is kept */
	options.antenna_set = false;
	ck_assert_int_eq(sessions_init(session, &options, bed.now, &reason), 0);
	bed_expect(&bed, "noscan0 stopped(:1.1,stopped)");
	ck_assert(!session->scanning);
	ck_assert_uint_eq(session->events, 0);
	ck_assert_uint_eq(session->subscribers->len, 0);
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	for (uint16_t i = 0; i < 5; i++)
		bed_hear(&bed, radio, i);
	ck_assert_uint_eq(session_dropped(session), 2);
	for (uint16_t i = 0; i < 3; i++) {
		ck_assert(session_take(session, &entry));
		ck_assert_uint_eq(entry.report->addr.bytes[5], i);
		report_unref(entry.report);
	}

	sessions_deinit(session, bed.now);
	ck_assert(!session->initialised);
	ck_assert(!session_take(session, &entry));
	ck_assert_uint_eq(user_charged(session->user, QUOTA_FIFO_BYTES), 0);
	bed_end(&bed);
}
END_TEST

START_TEST(test_antenna)
{
	InitOptions options = { .antenna_set = true, .antenna = 1 };
	Reason reason = { "" };
	Session *session;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	g_strlcpy(bed.broker->config.antenna_switch, "/dev/switch", SETTING_PATH_MAX);
	radio = bed_radio(&bed, 1, 0, true);
	bed_forget(&bed);
	ck_assert_int_eq(sessions_open(radio, &bed.face, 1, ":1.1", &options, bed.now, &session, &reason), 0);
	options.antenna = 0;
	ck_assert_int_eq(sessions_init(session, &options, bed.now, &reason), 0);
	bed_expect(&bed, "external internal");
	bed.antenna_result = -EIO;
	ck_assert_int_eq(sessions_init(session, &options, bed.now, &reason), E_FAILED);
	bed_end(&bed);
}
END_TEST

START_TEST(test_limits)
{
	InitOptions deep = { .fifo = 4096 };
	Reason reason = { "" };
	Session *session, *other;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	bed_end(&bed);
	bed_init(&bed);
	bed.broker->config.sessions_per_user = 64;
	radio = bed_radio(&bed, 1, 0, true);
	for (unsigned i = 0; i < 64; i++)
		bed_session(&bed, radio, 1, ":1.1");
	ck_assert_int_eq(sessions_open(radio, &bed.face, 1, ":1.1", &deep, bed.now, &session, &reason), E_LIMIT_REACHED);
	ck_assert_ptr_nonnull(strstr(reason.text, "SessionsPerUser"));
	other = bed_session(&bed, radio, 2, ":1.2");
	broker_peer_gone(bed.broker, ":1.1", bed.now);
	ck_assert_uint_eq(bed.broker->sessions->len, 1);

	/* the memory of one user is not that of another */
	session = bed_session(&bed, radio, 1, ":1.1");
	ck_assert_int_eq(user_charge(session->user, QUOTA_FIFO_BYTES, user_limit(session->user, QUOTA_FIFO_BYTES) -
				     user_charged(session->user, QUOTA_FIFO_BYTES)), 0);
	ck_assert_int_eq(sessions_init(session, &deep, bed.now, &reason), E_LIMIT_REACHED);
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	ck_assert_int_eq(bed_start(&bed, other, -1), 0);
	bed_hear(&bed, radio, 1);
	ck_assert_uint_eq(session->dropped_memory, 1);
	ck_assert_uint_eq(session_dropped(session), 1);
	ck_assert_uint_eq(ring_count(other->ring), 1);
	user_discharge(session->user, QUOTA_FIFO_BYTES, user_limit(session->user, QUOTA_FIFO_BYTES) -
		       ring_fixed_size(16));
	bed_hear(&bed, radio, 2);
	ck_assert_uint_eq(ring_count(session->ring), 1);
	bed_end(&bed);
}
END_TEST

START_TEST(test_user_sessions)
{
	const InitOptions options = { 0 };
	Reason reason = { "" };
	Session *mine, *yours, *again;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	ck_assert_ptr_null(sessions_find_user(radio, 1));
	ck_assert_int_eq(sessions_get_user(radio, &bed.face, 1, bed.now, &mine, &reason), 0);
	ck_assert_int_eq(sessions_get_user(radio, &bed.face, 2, bed.now, &yours, &reason), 0);
	ck_assert_int_eq(sessions_get_user(radio, &bed.face, 1, bed.now, &again, &reason), 0);
	ck_assert_ptr_eq(mine, again);
	ck_assert_ptr_ne(mine, yours);
	ck_assert_int_eq(sessions_init(mine, &options, bed.now, &reason), 0);
	ck_assert_int_eq(sessions_init(yours, &options, bed.now, &reason), 0);

	/* forgotten when it holds nothing and nobody calls; a scan, or a listener, holds */
	ck_assert_int_eq(bed_start(&bed, mine, 700), 0);
	bed_pass(&bed, 600 * USEC_PER_SEC);
	ck_assert_ptr_null(sessions_find_user(radio, 2));
	ck_assert_ptr_eq(sessions_find_user(radio, 1), mine);
	bed_pass(&bed, 600 * USEC_PER_SEC);
	ck_assert_ptr_eq(sessions_find_user(radio, 1), mine);
	subscriber_add(mine, ":1.9", EVENT_NEW_ADV);
	bed_pass(&bed, 10000 * USEC_PER_SEC);
	ck_assert_ptr_eq(sessions_find_user(radio, 1), mine);
	broker_peer_gone(bed.broker, ":1.9", bed.now);
	bed_pass(&bed, 10 * USEC_PER_SEC);
	ck_assert_ptr_null(sessions_find_user(radio, 1));
	bed_end(&bed);
}
END_TEST

START_TEST(test_owner_gone)
{
	Session *session, *other;
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	other = bed_session(&bed, radio, 1, ":1.11");
	ck_assert_ptr_eq(sessions_find(bed.broker, session->id), session);
	ck_assert_uint_ne(session->id, other->id);
	subscriber_add(session, ":1.5", EVENT_CLIENT_CONNECTED);
	subscriber_add(other, ":1.5", EVENT_CLIENT_CONNECTED);
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	ck_assert_int_eq(bed_start(&bed, other, -1), 0);
	bed_hear(&bed, radio, 1);
	bed_forget(&bed);
	broker_peer_gone(bed.broker, ":1.1", bed.now);
	ck_assert_uint_eq(bed.broker->sessions->len, 1);
	ck_assert_uint_eq(ring_count(other->ring), 1);
	bed_expect(&bed, "stopped(:1.5,stopped)");
	broker_peer_gone(bed.broker, ":1.11", bed.now);
	bed_expect(&bed, "noscan0 stopped(:1.5,stopped)");
	bed_end(&bed);
}
END_TEST

/* Those who listen are paid for by the session's user, and so is all else that it has. */
START_TEST(test_everything_is_paid_back)
{
	uint64_t one, spent;
	Reason reason = { "" };
	Session *session;
	Bed bed;
	Radio *radio;
	User *user;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	user = user_ref(session->user);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), 0);
	subscriber_add(session, ":1.1", EVENT_NEW_ADV);
	one = user_charged(user, QUOTA_BYTES);
	ck_assert_uint_ge(one, sizeof(Subscriber));
	subscriber_add(session, ":1.1", EVENT_CLIENT_CONNECTED);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), one);
	subscriber_add(session, ":1.2", EVENT_NEW_ADV);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), 2 * one);
	subscriber_remove(session, ":1.1");
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), one);

	spent = user_limit(user, QUOTA_BYTES) - one;
	ck_assert_int_eq(user_charge(user, QUOTA_BYTES, spent), 0);
	ck_assert_int_eq(subscriber_may_come(session, ":1.3", &reason), E_LIMIT_REACHED);
	ck_assert_int_eq(subscriber_may_come(session, ":1.2", &reason), 0); /* it may change its mind */
	subscriber_add(session, ":1.3", EVENT_NEW_ADV);
	ck_assert_uint_eq(session->subscribers->len, 1);
	user_discharge(user, QUOTA_BYTES, spent);
	ck_assert_int_eq(subscriber_may_come(session, ":1.3", &reason), 0);
	ck_assert_uint_eq(user_charged(user, QUOTA_BYTES), one);

	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	bed_hear(&bed, radio, 1);
	sessions_drop(session, bed.now);
	for (size_t i = 0; i < _QUOTA_MAX; i++)
		ck_assert_uint_eq(user_charged(user, (QuotaKind)i), 0);
	user_unref(user);
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("session", test_everything_is_paid_back, test_scan_times, test_end_reasons, test_init, test_antenna, test_limits, test_user_sessions,
	  test_owner_gone)
