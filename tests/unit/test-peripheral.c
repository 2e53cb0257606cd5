/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The centrals of a radio: who hears of them, who may drop them, and what is left when somebody goes. */
#include "peripherals.h"
#include "links.h"

#define BOTH (EVENT_CLIENT_CONNECTED | EVENT_CLIENT_DISCONNECTED)

static void advertise(Side *side, Session *session)
{
	Advertiser wait = { 0 };

	ck_assert_int_eq(side_set(side, session), 0);
	ck_assert_int_eq(side_enable(side, session, &wait), 1);
	side_started(side, session, 0);
	side_forget_log(side);
}

static void uses(Side *side, uint8_t last, uint16_t mtu, Session *session)
{
	const Addr addr = central_addr(last);

	(void)peripheral_client_uses(side->radio->peripheral, &addr, mtu, session);
}

static int drop_clients(Side *side, Session *session, Reason *reason)
{
	return peripheral_disconnect(side->radio->peripheral, session, reason);
}

START_TEST(test_who_is_told)
{
	LocalAttr *attr;
	Side side;

	side_init(&side);
	session_subscribe(side.a, ":1.1", BOTH);
	session_subscribe(side.b, ":1.2", EVENT_CLIENT_DISCONNECTED);
	session_subscribe(side.c, ":1.3", BOTH);
	/* nobody here advertises or serves: it is no central */
	side_central(&side, 5, true);
	ck_assert_uint_eq(side.radio->peripheral->clients->len, 0);
	side_central(&side, 5, false);
	world_expect(&side.world, "");

	advertise(&side, side.a);
	attr = side_visible(&side, side.b, "x");
	side_central(&side, 5, true);
	side_central(&side, 5, true);
	/* the bits are those who subscribed for it; Event once until read */
	world_expect(&side.world, "1:1.1+5 event(:1.1,2)");
	side_central(&side, 6, true);
	world_expect(&side.world, "1:1.1+6");
	side_central(&side, 5, false);
	side_central(&side, 5, false);
	world_expect(&side.world, "1:1.1-5 event(:1.1,4) 2:1.2-5 event(:1.2,4)");
	ck_assert_uint_eq(session_take_events(side.a), BOTH);
	ck_assert_uint_eq(session_take_events(side.b), BOTH);
	ck_assert_uint_eq(session_take_events(side.c), 0);

	/* who neither advertises nor serves any more hears nothing more */
	advert_disable(side.a, side.world.now);
	side_forget_log(&side);
	side_central(&side, 6, false);
	world_expect(&side.world, "2:1.2-6 event(:1.2,4)");
	local_service_free(attr->service);
	side_forget_log(&side);
	side_central(&side, 6, true);
	ck_assert_uint_eq(side.radio->peripheral->clients->len, 0);
	side_end(&side);
}
END_TEST

/* A device to which we connected is no central; one that cannot have connected to us is none either. */
START_TEST(test_who_is_a_central)
{
	Reason reason;
	Side side;

	side_init(&side);
	advertise(&side, side.a);
	(void)world_link_up(&side.world, side.radio, 5, side.b, false);
	side_central(&side, 5, true);
	ck_assert_uint_eq(side.radio->peripheral->clients->len, 0);
	ck_assert_int_eq(advert_set_params(side.a, &(AdvertParams){ .connectable = false }, NULL, side.world.now, &reason), 0);
	side_central(&side, 6, true);
	ck_assert_uint_eq(side.radio->peripheral->clients->len, 0);
	/* but one that uses a service is, whatever was said of it */
	(void)side_visible(&side, side.b, "x");
	uses(&side, 7, 0, side.b);
	ck_assert_uint_eq(side.radio->peripheral->clients->len, 1);
	side_end(&side);
}
END_TEST

START_TEST(test_disconnect)
{
	Reason reason = { "" };
	Side side;

	side_init(&side);
	ck_assert_int_eq(drop_clients(&side, side.a, &reason), E_NOT_CONNECTED);
	advertise(&side, side.a);
	ck_assert_int_eq(drop_clients(&side, side.a, &reason), E_NOT_CONNECTED);
	/* uses nobody's services, and no other session could mean it */
	side_central(&side, 5, true);
	ck_assert_int_eq(drop_clients(&side, side.b, &reason), E_NOT_CONNECTED);
	ck_assert_int_eq(drop_clients(&side, side.a, &reason), 0);
	world_expect(&side.world, "drop5");
	/* another one could */
	(void)side_visible(&side, side.b, "x");
	ck_assert_int_eq(drop_clients(&side, side.a, &reason), E_NOT_CONNECTED);
	ck_assert_int_eq(drop_clients(&side, side.b, &reason), E_NOT_CONNECTED);

	/* it uses b's */
	uses(&side, 5, 0, side.b);
	uses(&side, 5, 0, side.b);
	uses(&side, 6, 0, side.b);
	(void)side_visible(&side, side.c, "y");
	uses(&side, 7, 0, side.c);
	ck_assert_int_eq(drop_clients(&side, side.a, &reason), E_NOT_CONNECTED);
	ck_assert_int_eq(drop_clients(&side, side.b, &reason), 0);
	world_expect(&side.world, "drop6 drop5");
	/* and c's: all stay, of both */
	uses(&side, 6, 0, side.c);
	ck_assert_int_eq(drop_clients(&side, side.b, &reason), E_BUSY);
	ck_assert_ptr_nonnull(strstr(reason.text, "C0:00:00:00:00:06"));
	ck_assert_int_eq(drop_clients(&side, side.c, &reason), E_BUSY);
	world_expect(&side.world, "");
	/* until c is gone */
	session_drop(side.c, side.world.now);
	side_forget_log(&side);
	ck_assert_int_eq(drop_clients(&side, side.b, &reason), 0);
	world_expect(&side.world, "drop6 drop5");
	side_end(&side);
}
END_TEST

START_TEST(test_mtu)
{
	const Peripheral *peripheral;
	Side side;

	side_init(&side);
	peripheral = side.radio->peripheral;
	(void)side_visible(&side, side.a, "x");
	side_central(&side, 5, true);
	ck_assert_uint_eq(peripheral_mtu(peripheral, side.a), 0);
	uses(&side, 5, 185, side.a);
	ck_assert_uint_eq(peripheral_mtu(peripheral, side.a), 185);
	ck_assert_uint_eq(peripheral_mtu(peripheral, side.b), 0);
	/* the central that came last; what is not told changes nothing */
	uses(&side, 6, 517, side.a);
	uses(&side, 6, 0, side.a);
	ck_assert_uint_eq(peripheral_mtu(peripheral, side.a), 517);
	side_central(&side, 6, false);
	ck_assert_uint_eq(peripheral_mtu(peripheral, side.a), 185);
	side_central(&side, 5, false);
	ck_assert_uint_eq(peripheral_mtu(peripheral, side.a), 0);
	side_end(&side);
}
END_TEST

/* A central that leaves takes its subscriptions with it, and all leave when the radio goes off. */
START_TEST(test_subscribers)
{
	LocalAttr *attr;
	Side side;

	side_init(&side);
	attr = side_visible(&side, side.a, "x");
	for (uint8_t i = 5; i < 8; i++)
		side_central(&side, i, true);
	for (uint8_t i = 5; i < 8; i++)
		side_subscribes(attr, i, true);
	side_central(&side, 5, false);
	ck_assert_uint_eq(local_subscribers(attr), 2);
	world_power(&side.world, side.radio, false);
	ck_assert_uint_eq(local_subscribers(attr), 0);
	ck_assert_uint_eq(side.radio->peripheral->clients->len, 0);
	/* the service stays where it is */
	ck_assert_int_eq(attr->service->state, LOCAL_UP);
	world_power(&side.world, side.radio, true);
	side_central(&side, 5, true);
	ck_assert_uint_eq(side.radio->peripheral->clients->len, 1);
	side_bluez_gone(&side);
	ck_assert_uint_eq(side.radio->peripheral->clients->len, 0);
	side_bluez_back(&side, true);
	side_end(&side);
}
END_TEST

/* A controller with sets stops the one through which a central came; it is to be asked again. */
START_TEST(test_goes_on)
{
	Side side;

	side_init(&side);
	side_set_instances(&side, 4, 0, true);
	advertise(&side, side.a);
	side_set_instances(&side, 4, 0, true);
	side_central(&side, 5, true);
	side_set_instances(&side, 4, 0, true);
	world_expect(&side.world, "stop1 start1");
	side_started(&side, side.a, 0);
	world_pass(&side.world, 10 * USEC_PER_SEC);
	world_expect(&side.world, "");
	world_power(&side.world, side.radio, false);
	world_power(&side.world, side.radio, true);
	side_set_instances(&side, 4, 0, true);
	world_expect(&side.world, "stop1 start1");
	side_end(&side);

	/* without sets the kernel does it by itself */
	side_init(&side);
	advertise(&side, side.a);
	side_central(&side, 5, true);
	world_pass(&side.world, 10 * USEC_PER_SEC);
	world_expect(&side.world, "");
	side_end(&side);
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
	Side side;

	side_init(&side);
	uid = user_ref(side.c->user);
	ck_assert(!peripheral_used_by(side.radio->peripheral, side.c));
	ck_assert_int_eq(side_set(&side, side.c), 0);
	ck_assert(!peripheral_used_by(side.radio->peripheral, side.c));
	ck_assert_int_eq(side_enable(&side, side.c, &advertiser), 1);
	ck_assert(peripheral_used_by(side.radio->peripheral, side.c));
	service = side_service(side.c, 2, false);
	(void)side_attr(&side, service, side_attr(&side, service, NULL, "x"), "d");
	ck_assert_int_eq(side_start(&side, service, &starter), 1);
	(void)side_visible(&side, side.c, "y");
	uses(&side, 5, 0, side.c);
	side_forget_log(&side);
	/* its owner is killed */
	broker_peer_gone(side.world.broker, ":1.3", side.world.now);
	ck_assert_uint_eq(advertiser.called, 1);
	ck_assert_uint_eq(starter.called, 1);
	ck_assert_uint_eq(user_charged(uid, QUOTA_ATTRIBUTES), 0);
	ck_assert_uint_eq(side.radio->peripheral->services->len + side.radio->peripheral->adverts->len, 0);
	ck_assert_uint_eq(((Client *)g_ptr_array_index(side.radio->peripheral->clients, 0))->sessions->len, 0);
	ck_assert_uint_eq(side.shown, 0);
	world_expect(&side.world, "stop3 unregister3.1 unregister3.0");
	user_unref(uid);

	/* a user session is not forgotten while it has something here */
	ck_assert_int_eq(session_get_user(side.radio, 7, side.world.now, &user, &reason), 0);
	ck_assert_int_eq(session_init(user, &(InitOptions){ 0 }, side.world.now, &reason), 0);
	service = side_service(user, 1, false);
	world_pass(&side.world, 3600 * USEC_PER_SEC);
	ck_assert_ptr_eq(session_find_user(side.radio, 7), user);
	local_service_free(service);
	session_settle(user);
	world_pass(&side.world, 3600 * USEC_PER_SEC);
	ck_assert_ptr_null(session_find_user(side.radio, 7));
	side_end(&side);
}
END_TEST

UNIT_MAIN("peripheral", test_who_is_told, test_who_is_a_central, test_disconnect, test_mtu, test_subscribers, test_goes_on,
	  test_session_ends)
