/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The centrals of a radio: who hears of them, who may drop them, and what is left when somebody goes. */
#include <string.h>

#include "bed-adverts.h"
#include "bed-links.h"
#include "bed-locals.h"
#include "core/client.h"

#include "core/subscriber.h"

#define BOTH (EVENT_CLIENT_CONNECTED | EVENT_CLIENT_DISCONNECTED)

static void advertise(Bed *bed, Session *session)
{
	Advertiser wait = { 0 };

	ck_assert_int_eq(bed_set_advert(bed, session), 0);
	ck_assert_int_eq(bed_advertise(bed, session, &wait), 0);
	bed_advertised(bed, session, 0);
	bed_forget(bed);
}

static void uses(Bed *bed, uint8_t last, uint16_t mtu, Session *session)
{
	const Addr addr = device_addr(last);

	(void)client_uses(bed->radio->peripheral, &addr, mtu, session);
}

static int drop_clients(Bed *bed, Session *session, Reason *reason)
{
	return peripheral_disconnect(bed->radio->peripheral, session, reason);
}

START_TEST(test_who_is_told)
{
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	subscriber_add(bed.a, ":1.1", BOTH);
	subscriber_add(bed.b, ":1.2", EVENT_CLIENT_DISCONNECTED);
	subscriber_add(bed.c, ":1.3", BOTH);
	/* nobody here advertises or serves: it is no central */
	bed_central(&bed, 5, true);
	ck_assert_uint_eq(bed.radio->peripheral->clients->len, 0);
	bed_central(&bed, 5, false);
	bed_expect(&bed, "");

	advertise(&bed, bed.a);
	attr = bed_visible(&bed, bed.b, "x");
	bed_central(&bed, 5, true);
	bed_central(&bed, 5, true);
	/* the bits are those who subscribed for it; Event once until read */
	bed_expect(&bed, "1:1.1+5 event(:1.1,2)");
	bed_central(&bed, 6, true);
	bed_expect(&bed, "1:1.1+6");
	bed_central(&bed, 5, false);
	bed_central(&bed, 5, false);
	bed_expect(&bed, "1:1.1-5 event(:1.1,4) 2:1.2-5 event(:1.2,4)");
	ck_assert_uint_eq(session_take_events(bed.a), BOTH);
	ck_assert_uint_eq(session_take_events(bed.b), BOTH);
	ck_assert_uint_eq(session_take_events(bed.c), 0);

	/* who does not advertise any more hears that those left who came before */
	advert_disable(bed.a, bed.now);
	bed_expect(&bed, "stop1");
	bed_central(&bed, 6, false);
	bed_expect(&bed, "1:1.1-6 event(:1.1,4) 2:1.2-6 event(:1.2,4)");
	bed_central(&bed, 7, true);
	bed_central(&bed, 7, false);
	bed_expect(&bed, "2:1.2-7");
	local_service_free(attr->service);
	bed_expect(&bed, "unregister2.0");
	bed_central(&bed, 6, true);
	ck_assert_uint_eq(bed.radio->peripheral->clients->len, 0);
	bed_end(&bed);
}
END_TEST

/* A device to which we connected is no central; one that cannot have connected to us is none either. */
START_TEST(test_who_is_a_central)
{
	Reason reason;
	Bed bed;

	bed_init_radio(&bed);
	advertise(&bed, bed.a);
	(void)bed_link_up(&bed, 5, bed.b, false);
	bed_central(&bed, 5, true);
	ck_assert_uint_eq(bed.radio->peripheral->clients->len, 0);
	ck_assert_int_eq(bed_set_params(&bed, bed.a, &(AdvertParams){ .connectable = false }, &reason), 0);
	bed_central(&bed, 6, true);
	ck_assert_uint_eq(bed.radio->peripheral->clients->len, 0);
	/* but one that uses a service is, whatever was said of it */
	(void)bed_visible(&bed, bed.b, "x");
	uses(&bed, 7, 0, bed.b);
	ck_assert_uint_eq(bed.radio->peripheral->clients->len, 1);
	bed_end(&bed);
}
END_TEST

START_TEST(test_disconnect)
{
	Reason reason = { "" };
	Bed bed;

	bed_init_radio(&bed);
	ck_assert_int_eq(drop_clients(&bed, bed.a, &reason), E_NOT_CONNECTED);
	advertise(&bed, bed.a);
	ck_assert_int_eq(drop_clients(&bed, bed.a, &reason), E_NOT_CONNECTED);
	/* uses nobody's services, and no other session could mean it */
	bed_central(&bed, 5, true);
	ck_assert_int_eq(drop_clients(&bed, bed.b, &reason), E_NOT_CONNECTED);
	ck_assert_int_eq(drop_clients(&bed, bed.a, &reason), 0);
	bed_expect(&bed, "drop5");
	/* another one could */
	(void)bed_visible(&bed, bed.b, "x");
	ck_assert_int_eq(drop_clients(&bed, bed.a, &reason), E_NOT_CONNECTED);
	ck_assert_int_eq(drop_clients(&bed, bed.b, &reason), E_NOT_CONNECTED);

	/* it uses b's */
	uses(&bed, 5, 0, bed.b);
	uses(&bed, 5, 0, bed.b);
	uses(&bed, 6, 0, bed.b);
	(void)bed_visible(&bed, bed.c, "y");
	uses(&bed, 7, 0, bed.c);
	ck_assert_int_eq(drop_clients(&bed, bed.a, &reason), E_NOT_CONNECTED);
	ck_assert_int_eq(drop_clients(&bed, bed.b, &reason), 0);
	bed_expect(&bed, "drop6 drop5");
	/* and c's: all stay, of both */
	uses(&bed, 6, 0, bed.c);
	ck_assert_int_eq(drop_clients(&bed, bed.b, &reason), E_BUSY);
	ck_assert_ptr_nonnull(strstr(reason.text, "C0:00:00:00:00:06"));
	ck_assert_int_eq(drop_clients(&bed, bed.c, &reason), E_BUSY);
	bed_expect(&bed, "");
	/* until c is gone */
	sessions_drop(bed.c, bed.now);
	bed_expect(&bed, "unregister3.0");
	ck_assert_int_eq(drop_clients(&bed, bed.b, &reason), 0);
	bed_expect(&bed, "drop6 drop5");
	bed_end(&bed);
}
END_TEST

START_TEST(test_mtu)
{
	const Peripheral *peripheral;
	Bed bed;

	bed_init_radio(&bed);
	peripheral = bed.radio->peripheral;
	(void)bed_visible(&bed, bed.a, "x");
	bed_central(&bed, 5, true);
	ck_assert_uint_eq(peripheral_mtu(peripheral, bed.a), 0);
	uses(&bed, 5, 185, bed.a);
	ck_assert_uint_eq(peripheral_mtu(peripheral, bed.a), 185);
	ck_assert_uint_eq(peripheral_mtu(peripheral, bed.b), 0);
	/* the central that came last; what is not told changes nothing */
	uses(&bed, 6, 517, bed.a);
	uses(&bed, 6, 0, bed.a);
	ck_assert_uint_eq(peripheral_mtu(peripheral, bed.a), 517);
	bed_central(&bed, 6, false);
	ck_assert_uint_eq(peripheral_mtu(peripheral, bed.a), 185);
	bed_central(&bed, 5, false);
	ck_assert_uint_eq(peripheral_mtu(peripheral, bed.a), 0);
	bed_end(&bed);
}
END_TEST

/* A central that leaves takes its subscriptions with it, and all leave when the radio goes off. */
START_TEST(test_subscribers)
{
	LocalAttr *attr;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "x");
	for (uint8_t i = 5; i < 8; i++)
		bed_central(&bed, i, true);
	for (uint8_t i = 5; i < 8; i++)
		bed_central_subscribes(attr, i, true);
	bed_central(&bed, 5, false);
	ck_assert_uint_eq(local_subscribers(attr), 2);
	bed_power(&bed, bed.radio, false);
	ck_assert_uint_eq(local_subscribers(attr), 0);
	ck_assert_uint_eq(bed.radio->peripheral->clients->len, 0);
	/* the service stays where it is */
	ck_assert_int_eq(attr->service->state, LOCAL_UP);
	bed_power(&bed, bed.radio, true);
	bed_central(&bed, 5, true);
	ck_assert_uint_eq(bed.radio->peripheral->clients->len, 1);
	bed_bluez_gone(&bed);
	ck_assert_uint_eq(bed.radio->peripheral->clients->len, 0);
	bed_bluez_back(&bed, true);
	bed_end(&bed);
}
END_TEST

/* A controller with sets stops the one through which a central came; it is to be asked again. */
START_TEST(test_goes_on)
{
	Bed bed;

	bed_init_radio(&bed);
	bed_set_instances(&bed, 4, 0, true);
	advertise(&bed, bed.a);
	bed_set_instances(&bed, 4, 0, true);
	bed_central(&bed, 5, true);
	bed_set_instances(&bed, 4, 0, true);
	bed_expect(&bed, "stop1 start1");
	bed_advertised(&bed, bed.a, 0);
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_power(&bed, bed.radio, false);
	bed_power(&bed, bed.radio, true);
	bed_set_instances(&bed, 4, 0, true);
	bed_expect(&bed, "stop1 start1");
	bed_end(&bed);

	/* without sets the kernel does it by itself */
	bed_init_radio(&bed);
	advertise(&bed, bed.a);
	bed_central(&bed, 5, true);
	bed_pass(&bed, 10 * USEC_PER_SEC);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

START_TEST(test_session_ends)
{
	Advertiser advertiser = { 0 };
	Starter starter = { 0 };
	LocalService *service;
	Reason reason;
	Session *user = NULL;
	User *uid;
	Bed bed;

	bed_init_radio(&bed);
	uid = user_ref(bed.c->user);
	ck_assert(!peripheral_used_by(bed.radio->peripheral, bed.c));
	ck_assert_int_eq(bed_set_advert(&bed, bed.c), 0);
	ck_assert(!peripheral_used_by(bed.radio->peripheral, bed.c));
	ck_assert_int_eq(bed_advertise(&bed, bed.c, &advertiser), 0);
	ck_assert_uint_eq(advertiser.called, 0);
	ck_assert(peripheral_used_by(bed.radio->peripheral, bed.c));
	service = bed_service(bed.c, 2, false);
	(void)bed_local_attr(&bed, service, bed_local_attr(&bed, service, NULL, "x"), "d");
	ck_assert_int_eq(bed_start_service(&bed, service, &starter), 1);
	(void)bed_visible(&bed, bed.c, "y");
	uses(&bed, 5, 0, bed.c);
	bed_forget(&bed);
	/* its owner is killed */
	broker_peer_gone(bed.broker, ":1.3", bed.now);
	bed_settle(&bed);
	ck_assert_uint_eq(advertiser.called, 1);
	ck_assert_uint_eq(starter.called, 1);
	ck_assert_uint_eq(user_charged(uid, QUOTA_ATTRIBUTES), 0);
	ck_assert_uint_eq(bed.radio->peripheral->services->len + bed.radio->peripheral->adverts->len, 0);
	ck_assert_uint_eq(((Client *)g_ptr_array_index(bed.radio->peripheral->clients, 0))->sessions->len, 0);
	ck_assert_uint_eq(bed.shown, 0);
	bed_expect(&bed, "stop3 unregister3.1 unregister3.0");
	user_unref(uid);

	/* a user session is not forgotten while it has something here */
	ck_assert_int_eq(sessions_get_user(bed.radio, &bed.face, 7, bed.now, &user, &reason), 0);
	ck_assert_int_eq(sessions_init(user, &(InitOptions){ 0 }, bed.now, &reason), 0);
	service = bed_service(user, 1, false);
	bed_pass(&bed, 3600 * USEC_PER_SEC);
	ck_assert_ptr_eq(sessions_find_user(bed.radio, 7), user);
	local_service_free(service);
	bed_pass(&bed, 3600 * USEC_PER_SEC);
	ck_assert_ptr_null(sessions_find_user(bed.radio, 7));

	/* nor while it advertises: until it does not want to any more, or BlueZ refuses it */
	for (unsigned refused = 0; refused < 2; refused++) {
		advertiser = (Advertiser){ 0 };
		ck_assert_int_eq(sessions_get_user(bed.radio, &bed.face, 7, bed.now, &user, &reason), 0);
		ck_assert_int_eq(sessions_init(user, &(InitOptions){ 0 }, bed.now, &reason), 0);
		ck_assert_int_eq(bed_set_advert(&bed, user), 0);
		ck_assert_int_eq(bed_advertise(&bed, user, &advertiser), 0);
		bed_pass(&bed, 3600 * USEC_PER_SEC);
		ck_assert_ptr_eq(sessions_find_user(bed.radio, 7), user);
		if (refused)
			bed_advertised(&bed, user, E_FAILED);
		else
			advert_disable(user, bed.now);
		bed_pass(&bed, 3600 * USEC_PER_SEC);
		ck_assert_ptr_null(sessions_find_user(bed.radio, 7));
	}
	bed_end(&bed);
}
END_TEST

/* A central's row is root's, and of the users whose services it used. */
START_TEST(test_rows)
{
	Session *roots;
	Bed bed;

	bed_init_radio(&bed);
	roots = bed_session(&bed, bed.radio, 0, ":1.4");
	(void)bed_visible(&bed, bed.a, "x");
	bed_forget(&bed);
	bed_central(&bed, 7, true);
	bed_settle(&bed);
	bed_expect_rows(&bed, "+client7/0:0");
	uses(&bed, 7, 0, bed.a);
	uses(&bed, 7, 23, bed.a);
	uses(&bed, 7, 23, bed.a);
	uses(&bed, 7, 23, bed.b);
	uses(&bed, 7, 0, bed.c);
	uses(&bed, 7, 0, roots);
	bed_settle(&bed);
	bed_expect_rows(&bed, "+client7/1:0,1 +client7/1:0,1 +client7/2:0,1 +client7/3:0,1,2 +client7/4:0,1,2");
	/* a session ends, and with a user's last one his view of it */
	peripheral_drop_session(bed.radio->peripheral, bed.a, bed.now);
	peripheral_drop_session(bed.radio->peripheral, bed.c, bed.now);
	peripheral_drop_session(bed.radio->peripheral, bed.c, bed.now);
	peripheral_drop_session(bed.radio->peripheral, roots, bed.now);
	bed_settle(&bed);
	bed_expect_rows(&bed, "+client7/3:0,1,2 -client7/2:2 +client7/2:0,1 +client7/1:0,1");
	bed_central(&bed, 7, false);
	bed_settle(&bed);
	bed_expect_rows(&bed, "-client7/1:0,1");
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("peripheral", test_who_is_told, test_who_is_a_central, test_disconnect, test_mtu, test_subscribers, test_goes_on,
	  test_session_ends, test_rows)
