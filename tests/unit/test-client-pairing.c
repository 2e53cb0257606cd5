/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which centrals may pair with us, and how. */
#include "bed-adverts.h"
#include "bed-locals.h"
#include "core/client-pairing.h"
#include "core/client.h"
#include "core/sessions.h"

#define CENTRAL 9

static bool may(const Bed *bed, PairingKind kind, uint32_t *ret_passkey)
{
	const Addr addr = device_addr(CENTRAL);

	return client_may_pair(bed->radio, &addr, kind, ret_passkey);
}

/* In the order of PairingKind. */
static void expect(const Bed *bed, bool enter, bool confirm, bool display, bool just_works)
{
	uint32_t passkey = 0;

	ck_assert_int_eq(may(bed, PAIRING_ENTER, &passkey), enter);
	ck_assert_int_eq(may(bed, PAIRING_CONFIRM, NULL), confirm);
	ck_assert_int_eq(may(bed, PAIRING_DISPLAY, NULL), display);
	ck_assert_int_eq(may(bed, PAIRING_JUST_WORKS, NULL), just_works);
}

static void set_pin(Session *session, uint32_t pin)
{
	session->options.pin = pin;
	session->options.pin_set = true;
}

static void expect_pin(const Bed *bed, uint32_t pin)
{
	uint32_t passkey = 1;

	ck_assert(may(bed, PAIRING_ENTER, &passkey));
	ck_assert_uint_eq(passkey, pin);
}

START_TEST(test_clients_only)
{
	LocalService *service;
	Bed bed;

	bed_init_radio(&bed);
	bed.broker->config.just_works = true;
	set_pin(bed.a, 5);
	/* nothing is served; then, it is not connected; then, it is gone */
	ck_assert_int_eq(bed_set_advert(&bed, bed.a), 0);
	expect(&bed, false, false, false, false);
	service = bed_visible(&bed, bed.a, "")->service;
	expect(&bed, false, false, false, false);
	bed_central(&bed, CENTRAL, true);
	expect(&bed, true, true, true, true);
	bed_central(&bed, CENTRAL, false);
	expect(&bed, false, false, false, false);
	/* what is served is taken from sight */
	bed_central(&bed, CENTRAL, true);
	local_service_stop(service);
	bed_settle(&bed);
	expect(&bed, false, false, false, false);
	bed_end(&bed);
}
END_TEST

START_TEST(test_just_works)
{
	LocalAttr *attr, *hidden;
	Bed bed;

	bed_init_radio(&bed);
	attr = bed_visible(&bed, bed.a, "");
	bed_central(&bed, CENTRAL, true);
	expect(&bed, false, false, false, false);
	bed.broker->config.just_works = true;
	expect(&bed, false, true, false, true);
	/* what nobody sees keeps nobody out */
	hidden = bed_local_attr(&bed, bed_service(bed.b, 1, false), NULL, "");
	hidden->permissions |= PERM_READ_ENCRYPTED_MITM;
	expect(&bed, false, true, false, true);
	/* nobody compares: no key for what wants an authenticated one */
	attr->permissions |= PERM_WRITE_ENCRYPTED_MITM;
	expect(&bed, false, false, false, true);
	bed_end(&bed);
}
END_TEST

START_TEST(test_pins)
{
	LocalService *service;
	Bed bed;

	bed_init_radio(&bed);
	(void)bed_visible(&bed, bed.a, "");
	(void)bed_visible(&bed, bed.a, "");
	service = bed_visible(&bed, bed.b, "")->service;
	bed_central(&bed, CENTRAL, true);
	/* of one whose service nobody sees */
	bed_service(bed.c, 1, false);
	set_pin(bed.c, 7);
	expect(&bed, false, false, false, false);
	set_pin(bed.a, 0);
	expect(&bed, true, false, true, false);
	expect_pin(&bed, 0);
	/* two; two that are one; one is gone */
	set_pin(bed.b, 6);
	expect(&bed, false, false, true, false);
	set_pin(bed.a, 6);
	expect_pin(&bed, 6);
	set_pin(bed.a, 5);
	expect(&bed, false, false, true, false);
	local_service_free(service);
	expect_pin(&bed, 5);
	bed_end(&bed);
}
END_TEST

/* --- programs that answer --- */

static const Session *answerer;

static bool op_answers(void *bed UNUSED, const Session *session)
{
	return session == answerer;
}

static void op_asked(void *bed, Session *session, const Addr *addr, unsigned kind, uint32_t passkey)
{
	bed_say(bed, "asked%u(%u,%u,%u)", (unsigned)session->id, addr->bytes[5], kind, passkey);
}

static void op_over(void *bed, Session *session, const Addr *addr)
{
	bed_say(bed, "over%u(%u)", (unsigned)session->id, addr->bytes[5]);
}

static void on_answer(void *edge, bool accept, uint32_t passkey)
{
	bed_say(edge, "answer(%s,%u)", accept ? "yes" : "no", passkey);
}

static bool ask(Bed *bed, PairingKind kind, uint32_t passkey)
{
	const Addr addr = device_addr(CENTRAL);
	bool asked = client_ask(bed->radio, &addr, kind, passkey, on_answer, bed);

	bed_settle(bed);
	return asked;
}

static void answer(Bed *bed, bool accept, uint32_t passkey)
{
	const Addr addr = device_addr(CENTRAL);

	client_answer(bed->radio, &addr, accept, passkey);
	bed_settle(bed);
}

static void asking(Bed *bed)
{
	bed_init_radio(bed);
	bed->face_ops.answers_clients = op_answers;
	bed->face_ops.client_asked = op_asked;
	bed->face_ops.client_asked_over = op_over;
	answerer = bed->b;
	(void)bed_visible(bed, bed->a, "");
	(void)bed_visible(bed, bed->b, "");
	bed_central(bed, CENTRAL, true);
	bed_forget(bed);
}

START_TEST(test_program_is_asked)
{
	Bed bed;

	asking(&bed);
	ck_assert(ask(&bed, PAIRING_CONFIRM, 123));
	bed_expect(&bed, "asked2(9,1,123)");
	answer(&bed, true, 0);
	bed_expect(&bed, "answer(yes,0)");
	answer(&bed, true, 0);	/* once */
	bed_expect(&bed, "");
	ck_assert(ask(&bed, PAIRING_ENTER, 0));
	answer(&bed, true, 4711);
	bed_expect(&bed, "asked2(9,0,0) answer(yes,4711)");
	/* what is shown has no answer */
	ck_assert(ask(&bed, PAIRING_DISPLAY, 7));
	answer(&bed, true, 0);
	bed_expect(&bed, "asked2(9,2,7)");
	/* nobody answers; it is no client */
	answerer = NULL;
	ck_assert(!ask(&bed, PAIRING_CONFIRM, 1));
	answerer = bed.b;
	bed_central(&bed, CENTRAL, false);
	ck_assert(!ask(&bed, PAIRING_CONFIRM, 1));
	bed_end(&bed);
}
END_TEST

/* It is no use to ask for a passkey that a session has. */
START_TEST(test_pin_goes_before_program)
{
	Bed bed;

	asking(&bed);
	set_pin(bed.a, 5);
	ck_assert(!ask(&bed, PAIRING_ENTER, 0));
	ck_assert(!ask(&bed, PAIRING_DISPLAY, 1));
	ck_assert(ask(&bed, PAIRING_CONFIRM, 1));
	answer(&bed, false, 0);
	bed_expect(&bed, "asked2(9,1,1) answer(no,0)");
	bed_end(&bed);
}
END_TEST

START_TEST(test_question_ends)
{
	Bed bed;

	asking(&bed);
	/* bluetoothd takes it back; it asks again; the central leaves */
	ck_assert(ask(&bed, PAIRING_JUST_WORKS, 0));
	client_questions_cancel(bed.broker);
	bed_settle(&bed);
	bed_expect(&bed, "asked2(9,3,0) answer(no,0) over2(9)");
	ck_assert(ask(&bed, PAIRING_JUST_WORKS, 0));
	ck_assert(ask(&bed, PAIRING_CONFIRM, 1));
	bed_expect(&bed, "asked2(9,3,0) answer(no,0) over2(9) asked2(9,1,1)");
	bed_central(&bed, CENTRAL, false);
	bed_expect(&bed, "answer(no,0) over2(9)");
	/* the program goes */
	bed_central(&bed, CENTRAL, true);
	ck_assert(ask(&bed, PAIRING_CONFIRM, 1));
	bed_forget(&bed);
	sessions_drop(bed.b, bed.now);
	bed_settle(&bed);
	bed_expect(&bed, "answer(no,0) unregister2.0");
	bed_end(&bed);
}
END_TEST

/* The one whose services the central uses is asked, though another one was first. */
START_TEST(test_program_of_the_central)
{
	const Addr addr = device_addr(CENTRAL);
	Bed bed;

	asking(&bed);
	answerer = bed.c;
	(void)bed_visible(&bed, bed.c, "");
	(void)client_uses(bed.radio->peripheral, &addr, 0, bed.a);
	(void)client_uses(bed.radio->peripheral, &addr, 0, bed.c);
	bed_forget(&bed);
	ck_assert(ask(&bed, PAIRING_CONFIRM, 1));
	answer(&bed, true, 0);
	bed_expect(&bed, "asked3(9,1,1) answer(yes,0)");
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("client-pairing", test_clients_only, test_just_works, test_pins, test_program_is_asked,
	  test_pin_goes_before_program, test_question_ends, test_program_of_the_central)
