/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which centrals may pair with us, and how. */
#include "core/client-pairing.h"
#include "peripherals.h"

#define CENTRAL 9

static bool may(const Side *side, PairingKind kind, uint32_t *ret_passkey)
{
	const Addr addr = central_addr(CENTRAL);

	return client_may_pair(side->radio, &addr, kind, ret_passkey);
}

/* In the order of PairingKind. */
static void expect(const Side *side, bool enter, bool confirm, bool display, bool just_works)
{
	uint32_t passkey = 0;

	ck_assert_int_eq(may(side, PAIRING_ENTER, &passkey), enter);
	ck_assert_int_eq(may(side, PAIRING_CONFIRM, NULL), confirm);
	ck_assert_int_eq(may(side, PAIRING_DISPLAY, NULL), display);
	ck_assert_int_eq(may(side, PAIRING_JUST_WORKS, NULL), just_works);
}

static void set_pin(Session *session, uint32_t pin)
{
	session->options.pin = pin;
	session->options.pin_set = true;
}

static void expect_pin(const Side *side, uint32_t pin)
{
	uint32_t passkey = 1;

	ck_assert(may(side, PAIRING_ENTER, &passkey));
	ck_assert_uint_eq(passkey, pin);
}

START_TEST(test_clients_only)
{
	Side side;

	side_init(&side);
	side.world.broker->config.just_works = true;
	set_pin(side.a, 5);
	/* nothing is served; then, it is not connected; then, it is gone */
	ck_assert_int_eq(side_set(&side, side.a), 0);
	expect(&side, false, false, false, false);
	side_service(side.a, 1, true);
	expect(&side, false, false, false, false);
	side_central(&side, CENTRAL, true);
	expect(&side, true, true, true, true);
	side_central(&side, CENTRAL, false);
	expect(&side, false, false, false, false);
	side_end(&side);
}
END_TEST

START_TEST(test_just_works)
{
	LocalService *service;
	LocalAttr *attr;
	Side side;

	side_init(&side);
	service = side_service(side.a, 1, true);
	side_central(&side, CENTRAL, true);
	expect(&side, false, false, false, false);
	side.world.broker->config.just_works = true;
	expect(&side, false, true, false, true);
	/* nobody compares: no key for what wants an authenticated one */
	attr = side_attr(&side, service, NULL, "");
	attr->permissions |= PERM_WRITE_ENCRYPTED_MITM;
	expect(&side, false, false, false, true);
	side_end(&side);
}
END_TEST

START_TEST(test_pins)
{
	LocalService *service;
	Side side;

	side_init(&side);
	side_service(side.a, 1, true);
	side_service(side.a, 1, true);
	service = side_service(side.b, 1, true);
	side_central(&side, CENTRAL, true);
	/* of one that serves nothing */
	set_pin(side.c, 7);
	expect(&side, false, false, false, false);
	set_pin(side.a, 0);
	expect(&side, true, false, true, false);
	expect_pin(&side, 0);
	/* two; two that are one; one is gone */
	set_pin(side.b, 6);
	expect(&side, false, false, true, false);
	set_pin(side.a, 6);
	expect_pin(&side, 6);
	set_pin(side.a, 5);
	expect(&side, false, false, true, false);
	local_service_free(service);
	expect_pin(&side, 5);
	side_end(&side);
}
END_TEST

UNIT_MAIN("client-pairing", test_clients_only, test_just_works, test_pins)
