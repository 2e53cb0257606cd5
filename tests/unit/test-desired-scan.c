/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wanted of a radio's scan when the reports come from the HCI monitor, and not from BlueZ. */
#include "bed-adverts.h"
#include "bed-links.h"
#include "bed-locals.h"
#include "core/desired-scan.h"

#include "core/subscriber.h"

static void set_active(Session *session, bool active)
{
	ScanFilter filter;
	Reason reason;

	scan_filter_init(&filter, &session->broker->config);
	filter.active = active;
	ck_assert_int_eq(session_set_filter(session, &filter, &reason), 0);
}

START_TEST(test_source_changes)
{
	Bed bed;
	Session *session;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	session = bed_session(&bed, radio, 1, ":1.1");
	subscriber_add(session, ":1.1", EVENT_CLIENT_CONNECTED);
	bed_expect(&bed, "added0");
	/* BlueZ always scans actively */
	ck_assert_int_eq(bed_start(&bed, session, -1), 0);
	set_active(session, false);
	bed_expect(&bed, "scan0");

	broker_set_monitored(bed.broker, true);
	bed_expect(&bed, "scan0:passive,ignore");
	broker_set_monitored(bed.broker, true);
	bed_expect(&bed, "");
	broker_set_monitored(bed.broker, false);
	bed_expect(&bed, "scan0");
	broker_set_monitored(bed.broker, true);
	bed_expect(&bed, "scan0:passive,ignore");
	bed_power(&bed, radio, false);
	bed_expect(&bed, "noscan0");
	bed_power(&bed, radio, true);
	bed_expect(&bed, "scan0:passive,ignore");
	sessions_stop_scan(session, "stopped");
	bed_expect(&bed, "noscan0 stopped(:1.1,stopped)");
	broker_set_monitored(bed.broker, false);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

START_TEST(test_active_if_anybody_is)
{
	Bed bed;
	Session *a, *b;
	Radio *radio;

	bed_init(&bed);
	broker_set_monitored(bed.broker, true);
	radio = bed_radio(&bed, 1, 0, true);
	a = bed_session(&bed, radio, 1, ":1.1");
	b = bed_session(&bed, radio, 2, ":1.2");
	subscriber_add(a, ":1.1", EVENT_CLIENT_CONNECTED);
	subscriber_add(b, ":1.2", EVENT_CLIENT_CONNECTED);
	set_active(a, false);
	bed_expect(&bed, "added0");
	ck_assert_int_eq(bed_start(&bed, a, -1), 0);
	bed_expect(&bed, "scan0:passive,ignore");
	ck_assert_int_eq(bed_start(&bed, b, -1), 0);
	bed_expect(&bed, "scan0:active,ignore");
	set_active(a, true);
	bed_expect(&bed, "");
	set_active(b, false);
	bed_expect(&bed, "");
	set_active(a, false);
	bed_expect(&bed, "scan0:passive,ignore");
	set_active(b, true);
	bed_expect(&bed, "scan0:active,ignore");
	sessions_stop_scan(b, "stopped");
	bed_expect(&bed, "scan0:passive,ignore stopped(:1.2,stopped)");
	sessions_drop(a, bed.now);
	bed_expect(&bed, "noscan0 stopped(:1.1,stopped)");
	bed_end(&bed);
}
END_TEST

START_TEST(test_a_link_seeks)
{
	Connecter connecter = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	broker_set_monitored(bed.broker, true);
	set_active(bed.a, false);
	ck_assert_int_eq(bed_start(&bed, bed.a, -1), 0);
	bed_expect(&bed, "scan0:passive,ignore");
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &connecter), 1);
	bed_expect(&bed, "scan0:devices");
	/* found; what becomes of it matters as long as there is a link */
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "connect5 scan0:passive");
	bed_device(&bed, 5, true, true);
	ck_assert_uint_eq(connecter.called, 1);
	bed_forget(&bed);
	hold_release(bed_link(&bed, 5), bed.a, bed.now);
	bed_pass(&bed, bed.config.link_linger_seconds * USEC_PER_SEC);
	bed_expect(&bed, "disconnect5");
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "-link5 scan0:passive,ignore");

	/* without a scan of a session's, too */
	sessions_stop_scan(bed.a, "stopped");
	bed_no_device(&bed, 5);
	bed_forget(&bed);
	connecter = (Connecter){ 0 };
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &connecter), 1);
	bed_expect(&bed, "scan0:devices");
	wait_cancel(&connecter.wait.wait);
	bed_expect(&bed, "noscan0");
	bed_end(&bed);
}
END_TEST

START_TEST(test_centrals_matter)
{
	Advertiser advertiser = { 0 };
	Bed bed;

	bed_init_radio(&bed);
	broker_set_monitored(bed.broker, true);
	bed_forget(&bed);
	ck_assert_int_eq(bed_start(&bed, bed.a, -1), 0);
	bed_expect(&bed, "scan0:active,ignore");
	bed_visible(&bed, bed.b, "v");
	ck_assert(!bed.radio->desired.ignore_devices);
	sessions_drop(bed.b, bed.now);
	bed_settle(&bed);
	ck_assert(bed.radio->desired.ignore_devices);
	ck_assert_int_eq(bed_set_advert(&bed, bed.c), 0);
	ck_assert_int_eq(bed_advertise(&bed, bed.c, &advertiser), 0);
	bed_advertised(&bed, bed.c, 0);
	ck_assert(!bed.radio->desired.ignore_devices);
	sessions_drop(bed.c, bed.now);
	bed_settle(&bed);
	ck_assert(bed.radio->desired.ignore_devices);
	bed_end(&bed);
}
END_TEST

START_TEST(test_mode_is_told)
{
	Bed bed;
	Radio *radio;

	bed_init(&bed);
	radio = bed_radio(&bed, 1, 0, true);
	ck_assert_str_eq(scan_mode_name(radio->scan_mode), "off");
	bed.radio_changes = 0;
	radio_set_scan_mode(radio, SCAN_MODE_QUIET_ALL);
	bed_settle(&bed);
	ck_assert_str_eq(scan_mode_name(radio->scan_mode), "quiet-all");
	ck_assert_uint_eq(bed.radio_changes, RADIO_SCAN_MODE);
	bed.radio_changes = 0;
	radio_set_scan_mode(radio, SCAN_MODE_QUIET_ALL);
	bed_settle(&bed);
	ck_assert_uint_eq(bed.radio_changes, 0);
	bed_session(&bed, radio, 1, ":1.1");
	radios_vanished(radio, bed.now);
	ck_assert_str_eq(scan_mode_name(radio->scan_mode), "off");
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("desired-scan", test_source_changes, test_active_if_anybody_is, test_a_link_seeks, test_centrals_matter,
	  test_mode_is_told)
