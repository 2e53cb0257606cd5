/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which centrals may pair with us, and how. */
#include "bed-adverts.h"
#include "bed-locals.h"
#include "core/client-pairing.h"

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

UNIT_MAIN("client-pairing", test_clients_only, test_just_works, test_pins)
