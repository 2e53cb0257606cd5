/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wanted of a radio's scan when the reports come from the HCI monitor, and not from BlueZ. */
#include "core/scan-wish.h"
#include "links.h"
#include "peripherals.h"

static void world_set_active(Session *session, bool active)
{
	ScanFilter filter;
	Reason reason;

	scan_filter_init(&filter, &session->broker->config);
	filter.active = active;
	ck_assert_int_eq(session_set_filter(session, &filter, &reason), 0);
}

START_TEST(test_source_changes)
{
	World world;
	Session *session;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	world_expect(&world, "added0");
	/* BlueZ always scans actively */
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	world_set_active(session, false);
	world_expect(&world, "scan0");

	broker_set_monitored(world.broker, true);
	world_expect(&world, "scan0:passive,ignore");
	broker_set_monitored(world.broker, true);
	world_expect(&world, "");
	broker_set_monitored(world.broker, false);
	world_expect(&world, "scan0");
	broker_set_monitored(world.broker, true);
	world_expect(&world, "scan0:passive,ignore");
	world_power(&world, radio, false);
	world_expect(&world, "noscan0");
	world_power(&world, radio, true);
	world_expect(&world, "scan0:passive,ignore");
	session_stop_scan(session, "stopped");
	world_expect(&world, "noscan0 stopped(stopped)");
	broker_set_monitored(world.broker, false);
	world_expect(&world, "");
	world_end(&world);
}
END_TEST

START_TEST(test_active_if_anybody_is)
{
	World world;
	Session *a, *b;
	Radio *radio;

	world_init(&world);
	broker_set_monitored(world.broker, true);
	radio = world_radio(&world, 1, 0, true);
	a = world_session(&world, radio, 1, ":1.1");
	b = world_session(&world, radio, 2, ":1.2");
	world_set_active(a, false);
	world_expect(&world, "added0");
	ck_assert_int_eq(world_start(&world, a, -1), 0);
	world_expect(&world, "scan0:passive,ignore");
	ck_assert_int_eq(world_start(&world, b, -1), 0);
	world_expect(&world, "scan0:active,ignore");
	world_set_active(a, true);
	world_expect(&world, "");
	world_set_active(b, false);
	world_expect(&world, "");
	world_set_active(a, false);
	world_expect(&world, "scan0:passive,ignore");
	world_set_active(b, true);
	world_expect(&world, "scan0:active,ignore");
	session_stop_scan(b, "stopped");
	world_expect(&world, "scan0:passive,ignore stopped(stopped)");
	session_drop(a, world.now);
	world_expect(&world, "noscan0 stopped(stopped)");
	world_end(&world);
}
END_TEST

START_TEST(test_a_link_seeks)
{
	Connecter connecter = { 0 };
	World world;
	Session *session;
	Radio *radio;

	world_init(&world);
	broker_set_monitored(world.broker, true);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	world_set_active(session, false);
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	world_expect(&world, "added0 scan0:passive,ignore");
	ck_assert_int_eq(world_connect(&world, radio, 5, session, &connecter), 1);
	world_expect(&world, "scan0:devices");
	/* found; what becomes of it matters as long as there is a link */
	world_device(&world, radio, 5, false, false);
	world_expect(&world, "connect5 scan0:passive");
	world_device(&world, radio, 5, true, true);
	ck_assert_uint_eq(connecter.called, 1);
	g_string_truncate(world.log, 0);
	link_release(world_link(radio, 5), session, world.now);
	world_pass(&world, world.config.link_linger_seconds * USEC_PER_SEC);
	world_expect(&world, "disconnect5");
	world_device(&world, radio, 5, false, false);
	world_expect(&world, "-link5 scan0:passive,ignore");

	/* without a scan of a session's, too */
	session_stop_scan(session, "stopped");
	world_no_device(&world, radio, 5);
	g_string_truncate(world.log, 0);
	connecter = (Connecter){ 0 };
	ck_assert_int_eq(world_connect(&world, radio, 5, session, &connecter), 1);
	world_expect(&world, "scan0:devices");
	connect_wait_cancel(&connecter.wait, world.now);
	world_expect(&world, "noscan0");
	world_end(&world);
}
END_TEST

START_TEST(test_centrals_matter)
{
	Advertiser advertiser = { 0 };
	Side side;

	side_init(&side);
	broker_set_monitored(side.world.broker, true);
	side_forget_log(&side);
	ck_assert_int_eq(world_start(&side.world, side.a, -1), 0);
	world_expect(&side.world, "scan0:active,ignore");
	side_visible(&side, side.b, "v");
	ck_assert(!side.radio->wish.ignore_devices);
	session_drop(side.b, side.world.now);
	ck_assert(side.radio->wish.ignore_devices);
	ck_assert_int_eq(side_set(&side, side.c), 0);
	ck_assert_int_eq(side_enable(&side, side.c, &advertiser), 1);
	side_started(&side, side.c, 0);
	ck_assert(!side.radio->wish.ignore_devices);
	session_drop(side.c, side.world.now);
	ck_assert(side.radio->wish.ignore_devices);
	side_end(&side);
}
END_TEST

START_TEST(test_mode_is_told)
{
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	ck_assert_str_eq(scan_mode_name(radio->scan_mode), "off");
	world.radio_changes = 0;
	radio_set_scan_mode(radio, SCAN_MODE_QUIET_ALL);
	ck_assert_str_eq(scan_mode_name(radio->scan_mode), "quiet-all");
	ck_assert_uint_eq(world.radio_changes, RADIO_SCAN_MODE);
	world.radio_changes = 0;
	radio_set_scan_mode(radio, SCAN_MODE_QUIET_ALL);
	ck_assert_uint_eq(world.radio_changes, 0);
	world_session(&world, radio, 1, ":1.1");
	radio_vanished(radio, world.now);
	ck_assert_str_eq(scan_mode_name(radio->scan_mode), "off");
	world_end(&world);
}
END_TEST

UNIT_MAIN("scan-wish", test_source_changes, test_active_if_anybody_is, test_a_link_seeks, test_centrals_matter,
	  test_mode_is_told)
