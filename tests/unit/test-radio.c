/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of a radio, and when: scan arbitration, power, coming and going, silence. */
#include <errno.h>

#include "brokers.h"

START_TEST(test_first_and_last)
{
	World world;
	Radio *radio;
	Session *a, *b;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	a = world_session(&world, radio, 1, ":1.1");
	b = world_session(&world, radio, 2, ":1.2");
	world_expect(&world, "added0");

	ck_assert_int_eq(world_start(&world, a, -1), 0);
	world_expect(&world, "scan0");
	ck_assert_int_eq(world_start(&world, b, -1), 0);
	ck_assert(radio_is_scanning(radio));
	session_stop_scan(a, "stopped");
	world_expect(&world, "stopped(stopped)");
	session_drop(b, world.now);
	world_expect(&world, "noscan0 stopped(stopped)");
	ck_assert(!radio_is_scanning(radio));
	world_end(&world);
}
END_TEST

START_TEST(test_radios_are_apart)
{
	World world;
	Radio *first, *second;

	world_init(&world);
	first = world_radio(&world, 1, 0, true);
	second = world_radio(&world, 2, 1, true);
	world_expect(&world, "added0 added1");
	ck_assert_int_eq(world_start(&world, world_session(&world, second, 1, ":1.1"), -1), 0);
	world_expect(&world, "scan1");
	ck_assert(!radio_is_scanning(first));
	ck_assert_ptr_eq(broker_radio(world.broker, 1), second);
	ck_assert_ptr_null(broker_radio(world.broker, 2));
	world_end(&world);
}
END_TEST

static Radio *twin(World *world, const Addr *addr, unsigned index)
{
	RadioState state = { .name = "radio", .powered = true };
	Radio *radio = NULL;

	world->broker->bluez_up = true;
	ck_assert_int_eq(radio_appeared(world->broker, addr, index, &state, world->now, &radio), 0);
	return radio;
}

/* Two of one address, or of none yet: whichever goes or comes back, each is itself. */
START_TEST(test_twins)
{
	static const Addr addresses[] = { { .bytes = { 0, 0xaa, 1, 0, 0, 1 } }, { .bytes = { 0 } } };

	for (unsigned n = 0; n < 16; n++) {
		const Addr *addr = &addresses[n & 1];
		const bool first_goes = n & 2, first_is_used = n & 4, first_comes = n & 8;
		Session *sessions[2];
		Radio *radios[2];
		World world;
		unsigned at;

		world_init(&world);
		radios[0] = twin(&world, addr, 0);
		radios[1] = twin(&world, addr, 1);
		ck_assert_ptr_ne(radios[0], radios[1]);
		ck_assert_uint_ne(radios[0]->id, radios[1]->id);
		for (unsigned i = 0; i < 2; i++)
			sessions[i] = world_session(&world, radios[i], 1, i ? ":1.2" : ":1.1");
		if (!first_is_used)
			session_drop(sessions[0], world.now);
		ck_assert_int_eq(world_start(&world, sessions[1], -1), 0);

		/* one, and then the other */
		at = first_goes ? 0 : 1;
		radio_vanished(radios[at], world.now);
		ck_assert_ptr_eq(broker_radio(world.broker, !at), radios[!at]);
		ck_assert(radios[!at]->present);
		ck_assert_uint_eq(radio_is_scanning(radios[1]), first_goes);
		world_hear(&world, radios[!at], 1);
		radio_vanished(radios[!at], world.now);
		ck_assert_uint_eq(world.broker->radios->len, first_is_used ? 2 : 1);

		/* back in either order: the sessions find theirs, or the only one of that address that there is then */
		at = first_comes ? 0 : 1;
		for (unsigned i = 0; i < 2; i++, at = !at) {
			Radio *radio = twin(&world, addr, at);

			if (first_is_used)
				ck_assert_ptr_eq(radio, radios[at]);
			radios[at] = radio;
		}
		ck_assert_ptr_ne(radios[0], radios[1]);
		at = sessions[1]->radio == radios[0] ? 0 : 1;
		ck_assert_uint_eq(at, first_is_used || !first_comes || (n & 1) ? 1 : 0);
		ck_assert_ptr_eq(sessions[1]->radio, radios[at]);
		ck_assert(radio_is_scanning(radios[at]) && !radio_is_scanning(radios[!at]));
		radio_vanished(radios[!at], world.now);
		session_drop(sessions[1], world.now);
		radio_vanished(radios[at], world.now);
		ck_assert_uint_eq(world.broker->radios->len, first_is_used ? 1 : 0);
		world_end(&world);
	}
}
END_TEST

/* One with an address is known under another number; one without any is not. */
START_TEST(test_comes_back_with_another_number)
{
	static const Addr addresses[] = { { .bytes = { 0, 0xaa, 1, 0, 0, 1 } }, { .bytes = { 0 } } };

	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		Session *session;
		Radio *radio;
		World world;

		world_init(&world);
		radio = twin(&world, &addresses[i], 0);
		session = world_session(&world, radio, 1, ":1.1");
		radio_vanished(radio, world.now);
		ck_assert_uint_eq(twin(&world, &addresses[i], 3) == radio, i == 0);
		ck_assert_uint_eq(session->radio->present, i == 0);
		world_end(&world);
	}
}
END_TEST

typedef struct Waiter {
	PowerWait wait;
	int called;
	int error;
	char text[256];
} Waiter;

static void on_power(PowerWait *wait, int error, const Reason *reason)
{
	Waiter *waiter = (Waiter *)wait;

	waiter->called++;
	waiter->error = error;
	g_strlcpy(waiter->text, reason ? reason->text : "", sizeof(waiter->text));
}

START_TEST(test_power_on_and_off)
{
	Waiter first = { .wait.done = on_power }, second = { .wait.done = on_power }, gone = { .wait.done = on_power };
	Reason reason = { "" };
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, false);
	session = world_session(&world, radio, 1, ":1.1");
	ck_assert_int_eq(radio_power_on(radio, &first.wait, world.now, &reason), 1);
	ck_assert_int_eq(radio_power_on(radio, &gone.wait, world.now, &reason), 1);
	ck_assert_int_eq(radio_power_on(radio, &second.wait, world.now, &reason), 1);
	world_expect(&world, "added0 power0");
	power_wait_cancel(&gone.wait);
	power_wait_cancel(&gone.wait);

	/* BlueZ's answer alone is not enough: Powered has to say so */
	radio_power_done(radio, 0, NULL, world.now);
	ck_assert_int_eq(first.called, 0);
	world_power(&world, radio, true);
	ck_assert_int_eq(first.called, 1);
	ck_assert_int_eq(second.called, 1);
	ck_assert_int_eq(second.error, 0);
	ck_assert_int_eq(gone.called, 0);
	ck_assert_int_eq(radio_power_on(radio, &first.wait, world.now, &reason), 0);

	/* we powered it on: with the last session it goes off */
	session_drop(session, world.now);
	world_expect(&world, "nopower0");
	world_end(&world);
}
END_TEST

/* Whoever comes while it is being powered off, by us and for want of sessions, finds it on. */
START_TEST(test_power_off_and_on_again)
{
	Waiter waiter = { .wait.done = on_power }, second = { .wait.done = on_power };
	Reason reason = { "" };
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, false);
	session = world_session(&world, radio, 1, ":1.1");
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	world_power(&world, radio, true);
	ck_assert_int_eq(waiter.called, 1);
	/* it leaves before BlueZ has answered, which would refuse another change */
	session_drop(session, world.now);
	world_expect(&world, "added0 power0");
	radio_power_done(radio, 0, NULL, world.now);
	world_expect(&world, "nopower0");

	/* Powered says on, but not for long */
	session = world_session(&world, radio, 1, ":1.2");
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	world_power(&world, radio, false);
	ck_assert_int_eq(radio_power_on(radio, &second.wait, world.now, &reason), 1);
	world_expect(&world, "");
	radio_power_done(radio, 0, NULL, world.now);
	world_expect(&world, "power0");
	radio_power_done(radio, 0, NULL, world.now);
	ck_assert_int_eq(waiter.called + second.called, 1);
	world_power(&world, radio, true);
	ck_assert_int_eq(waiter.called, 2);
	ck_assert_int_eq(second.called, 1);
	ck_assert_int_eq(waiter.error + second.error, 0);

	/* answer first, Powered then; and it is ours to power off all the time */
	session_drop(session, world.now);
	world_expect(&world, "nopower0");
	radio_power_done(radio, 0, NULL, world.now);
	session = world_session(&world, radio, 1, ":1.3");
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	world_power(&world, radio, false);
	world_expect(&world, "power0");
	world_power(&world, radio, true);
	radio_power_done(radio, 0, NULL, world.now);
	ck_assert_int_eq(waiter.called, 3);

	/* it does not go off after all */
	session_drop(session, world.now);
	session = world_session(&world, radio, 1, ":1.4");
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	radio_power_done(radio, E_NOT_READY, &reason, world.now);
	ck_assert_int_eq(waiter.called, 4);
	ck_assert_int_eq(waiter.error, 0);
	session_drop(session, world.now);
	world_expect(&world, "nopower0 nopower0");

	/* nothing is heard of it any more: who came was not lied to */
	session = world_session(&world, radio, 1, ":1.5");
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	world_pass(&world, world.config.power_on_seconds * USEC_PER_SEC);
	ck_assert_int_eq(waiter.called, 5);
	ck_assert_int_eq(waiter.error, 0);

	/* who leaves while it is being powered off, and was waiting, leaves it off */
	session_drop(session, world.now);
	session = world_session(&world, radio, 1, ":1.6");
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	power_wait_cancel(&waiter.wait);
	session_drop(session, world.now);
	g_string_truncate(world.log, 0);
	world_power(&world, radio, false);
	radio_power_done(radio, 0, NULL, world.now);
	world_expect(&world, "");
	world_end(&world);
}
END_TEST

START_TEST(test_power_of_others_is_left_alone)
{
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	session_drop(session, world.now);
	world_expect(&world, "added0");

	/* and where somebody powered it off while it was ours */
	session = world_session(&world, radio, 1, ":1.1");
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	world_power(&world, radio, false);
	world_pass(&world, 30 * USEC_PER_SEC);
	world_expect(&world, "scan0 noscan0");
	ck_assert(session->scanning);
	world_power(&world, radio, true);
	world_expect(&world, "scan0");
	world_end(&world);
}
END_TEST

START_TEST(test_power_fails)
{
	Waiter waiter = { .wait.done = on_power };
	Reason reason = { "" };
	RadioState state;
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, false);
	session = world_session(&world, radio, 1, ":1.1");

	/* no answer at all */
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	world_pass(&world, world.config.power_on_seconds * USEC_PER_SEC);
	ck_assert_int_eq(waiter.called, 1);
	ck_assert_int_eq(waiter.error, E_NOT_READY);
	ck_assert_str_eq(waiter.text, "hci0 did not power on within 10 s");

	/* an error */
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	reason_set(&reason, E_NOT_READY, "broken");
	radio_power_done(radio, E_NOT_READY, &reason, world.now);
	ck_assert_int_eq(waiter.called, 2);
	ck_assert_str_eq(waiter.text, "broken");

	/* rfkill: the session stands without the radio */
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	radio_power_done(radio, -ERFKILL, NULL, world.now);
	ck_assert_int_eq(waiter.called, 3);
	ck_assert_int_eq(waiter.error, 0);

	/* known to be blocked: not even asked */
	g_string_truncate(world.log, 0);
	state = radio->bluez;
	state.blocked = true;
	radio_update(radio, &state, world.now);
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 0);
	ck_assert_int_eq(radio_ready(radio, &reason), E_NOT_READY);
	ck_assert_ptr_nonnull(strstr(reason.text, "rfkill"));
	world_expect(&world, "");

	/* unplugged while somebody waits */
	state.blocked = false;
	radio_update(radio, &state, world.now);
	ck_assert_int_eq(radio_power_on(radio, &waiter.wait, world.now, &reason), 1);
	radio_vanished(radio, world.now);
	ck_assert_int_eq(waiter.called, 4);
	ck_assert_int_eq(waiter.error, E_NOT_READY);

	/* none of this is ours to power off */
	session_drop(session, world.now);
	world_expect(&world, "power0 removed0");
	ck_assert_uint_eq(world.broker->radios->len, 0);
	world_end(&world);
}
END_TEST

START_TEST(test_replug_with_another_number)
{
	Reason reason = { "" };
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	world_hear(&world, radio, 7);
	world_expect(&world, "added0 scan0");

	/* it is said to be off just before it goes, which is nobody's wish */
	world_power(&world, radio, false);
	radio_vanished(radio, world.now);
	world_expect(&world, "noscan0 removed0");
	ck_assert_int_eq(world_start(&world, session, -1), E_NOT_READY);
	ck_assert_ptr_eq(broker_radio(world.broker, 0), radio);
	ck_assert(session->scanning);

	world_radio(&world, 2, 0, true);
	ck_assert_ptr_eq(world_radio(&world, 1, 3, false), radio);
	world_expect(&world, "added0 added3 power3");
	world_power(&world, radio, true);
	world_expect(&world, "scan3");
	ck_assert_uint_eq(ring_count(session->ring), 1);
	ck_assert_uint_eq(session->path_index, 0);
	ck_assert_ptr_eq(broker_radio(world.broker, 3), radio);
	ck_assert_ptr_ne(broker_radio(world.broker, 0), radio);
	ck_assert_int_eq(radio_ready(radio, &reason), 0);

	/* who knows it by the old number finds it where nobody else has that */
	radio_vanished(broker_radio(world.broker, 0), world.now);
	ck_assert_ptr_eq(broker_radio(world.broker, 0), radio);
	world_end(&world);
}
END_TEST

START_TEST(test_off_by_hand_stays_off)
{
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	ck_assert_int_eq(world_start(&world, session, -1), 0);
	world_power(&world, radio, false);
	world_pass(&world, 60 * USEC_PER_SEC);
	radio_vanished(radio, world.now);
	g_string_truncate(world.log, 0);
	ck_assert_ptr_eq(world_radio(&world, 1, 0, false), radio);
	world_expect(&world, "added0");
	world_end(&world);
}
END_TEST

START_TEST(test_bluez_gone)
{
	Reason reason = { "" };
	Session *session;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	session = world_session(&world, radio, 1, ":1.1");
	ck_assert_int_eq(world_start(&world, session, 5), 0);
	broker_bluez_changed(world.broker, false);
	radio_vanished(radio, world.now);
	ck_assert_int_eq(radio_ready(radio, &reason), E_BLUEZ_UNAVAILABLE);
	ck_assert_int_eq(world_start(&world, session, 5), E_BLUEZ_UNAVAILABLE);
	g_string_truncate(world.log, 0);
	world_pass(&world, 5 * USEC_PER_SEC);
	world_expect(&world, "stopped(bluez-gone)");
	ck_assert_int_eq(world_start(&world, session, 5), E_BLUEZ_UNAVAILABLE);
	world_end(&world);
}
END_TEST

START_TEST(test_silence)
{
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	ck_assert_int_eq(world_start(&world, world_session(&world, radio, 1, ":1.1"), -1), 0);
	world_expect(&world, "added0 scan0");
	world_pass(&world, 89 * USEC_PER_SEC);
	world_hear(&world, radio, 1);
	world_pass(&world, 89 * USEC_PER_SEC);
	world_expect(&world, "");
	world_pass(&world, 1 * USEC_PER_SEC);
	world_expect(&world, "restart0");
	/* less and less eager where there is nothing to hear, but back to normal when there was */
	world_pass(&world, 179 * USEC_PER_SEC);
	world_expect(&world, "");
	world_pass(&world, 1 * USEC_PER_SEC);
	world_expect(&world, "restart0");
	world_hear(&world, radio, 1);
	world_pass(&world, 90 * USEC_PER_SEC);
	world_expect(&world, "restart0");
	world_end(&world);
}
END_TEST

/* The time for which it was not there is no silence. */
START_TEST(test_silence_begins_anew)
{
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	ck_assert_int_eq(world_start(&world, world_session(&world, radio, 1, ":1.1"), -1), 0);
	world_pass(&world, 60 * USEC_PER_SEC);
	radio_vanished(radio, world.now);
	world_pass(&world, 60 * USEC_PER_SEC);
	ck_assert_ptr_eq(world_radio(&world, 1, 0, true), radio);
	world_pass(&world, 89 * USEC_PER_SEC);
	world_expect(&world, "added0 scan0 removed0 added0 scan0");
	world_pass(&world, 1 * USEC_PER_SEC);
	world_expect(&world, "restart0");

	world_power(&world, radio, false);
	world_pass(&world, 600 * USEC_PER_SEC);
	world_power(&world, radio, true);
	world_pass(&world, 89 * USEC_PER_SEC);
	world_expect(&world, "noscan0 scan0");
	world_end(&world);
}
END_TEST

START_TEST(test_changes_are_told)
{
	RadioState state;
	World world;
	Radio *radio;

	world_init(&world);
	radio = world_radio(&world, 1, 0, true);
	world.radio_changes = 0;
	state = radio->bluez;
	radio_set_addr_type(radio, ADDR_PUBLIC);
	radio_update(radio, &state, world.now);
	ck_assert_uint_eq(world.radio_changes, 0);
	radio_set_addr_type(radio, ADDR_RANDOM);
	ck_assert_uint_eq(world.radio_changes, RADIO_ADDRESS_TYPE);
	ck_assert_uint_eq(radio->addr.type, ADDR_RANDOM);
	world.radio_changes = 0;
	state.links = 1;
	state.instances_free = 4;
	g_strlcpy(state.name, "other", sizeof(state.name));
	radio_update(radio, &state, world.now);
	ck_assert_uint_eq(world.radio_changes, RADIO_NAME | RADIO_LINKS | RADIO_INSTANCES_FREE);
	world_end(&world);
}
END_TEST

UNIT_MAIN("radio", test_first_and_last, test_radios_are_apart, test_twins, test_comes_back_with_another_number,
	  test_power_on_and_off, test_power_off_and_on_again,
	  test_power_of_others_is_left_alone, test_power_fails, test_replug_with_another_number,
	  test_off_by_hand_stays_off, test_bluez_gone, test_silence, test_silence_begins_anew,
	  test_changes_are_told)
