/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who a device is: the cipher, the keys, and what BlueZ tells. */
#include <glib.h>
#include <string.h>

#include "addrs.h"
#include "core/aes.h"
#include "core/identity.h"
#include "unit.h"

static Identities *identities;

static void expect_identity(const Addr *of, const Addr *wanted)
{
	Addr got = identities_resolve(identities, of);

	ck_assert(addr_equal(&got, wanted));
	ck_assert_uint_eq(got.type, wanted->type);
}

static void setup(void)
{
	identities = identities_new();
}

static void teardown(void)
{
	identities = identities_free(identities);
}

/* FIPS 197, Appendix B and C.1 */
START_TEST(test_cipher)
{
	static const struct {
		uint8_t key[AES_BLOCK], in[AES_BLOCK], out[AES_BLOCK];
	} vectors[] = {
		{ { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f,
		  0x3c },
		  { 0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d, 0x31, 0x31, 0x98, 0xa2, 0xe0, 0x37, 0x07,
		    0x34 },
		  { 0x39, 0x25, 0x84, 0x1d, 0x02, 0xdc, 0x09, 0xfb, 0xdc, 0x11, 0x85, 0x97, 0x19, 0x6a, 0x0b,
		    0x32 } },
		{ { 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e,
		  0x0f },
		  { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
		    0xff },
		  { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5,
		    0x5a } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		uint8_t block[AES_BLOCK];
		AesKey key;

		aes_set_key(&key, vectors[i].key);
		memcpy(block, vectors[i].in, sizeof(block));
		aes_encrypt(&key, block, block);	/* in place */
		ck_assert_mem_eq(block, vectors[i].out, sizeof(block));
	}
}
END_TEST

/* The specification's sample (Vol 3 Part H D.7): prand 708194, hash 0dfbaa */
static const IdentityKey sample = {
	.identity = { { 0x00, 0x1a, 0x7d, 0x01, 0x02, 0x03 }, ADDR_PUBLIC },
	.irk = { 0xec, 0x02, 0x34, 0xa3, 0x57, 0xc8, 0xad, 0x05, 0x34, 0x10, 0x10, 0xa6, 0x0a, 0x39, 0x7d,
	0x9b },
};

START_TEST(test_sample_of_the_specification)
{
	const Addr rpa = addr_of("70:81:94:0D:FB:AA", ADDR_RANDOM),
		   other = addr_of("70:81:94:0D:FB:AB", ADDR_RANDOM);
	const Addr fixed = addr_of("F0:81:94:0D:FB:AA", ADDR_RANDOM);

	ck_assert(irk_resolves(sample.irk, &rpa));
	ck_assert(!irk_resolves(sample.irk, &other));
	ck_assert(!irk_resolves(sample.irk, &fixed));
}
END_TEST

START_TEST(test_by_key)
{
	const Addr rpa = addr_of("70:81:94:0D:FB:AA", ADDR_RANDOM),
		   other = addr_of("70:81:94:0D:FB:AB", ADDR_RANDOM);
	const IdentityKey keys[] = { { .identity = { { 1 }, ADDR_RANDOM }, .irk = { 1 } }, sample };

	setup();
	expect_identity(&rpa, &rpa);
	ck_assert(identities_set_keys(identities, keys, ARRAY_SIZE(keys)));
	ck_assert(!identities_set_keys(identities, keys, ARRAY_SIZE(keys)));
	ck_assert_uint_eq(identities_count_keys(identities), 2);
	for (int i = 0; i < 2; i++) {
		expect_identity(&rpa, &sample.identity);
		expect_identity(&other, &other);
		expect_identity(&sample.identity, &sample.identity);
	}
	ck_assert(identities_same(identities, &rpa, &sample.identity));
	ck_assert(identities_same(identities, &rpa, &rpa));
	ck_assert(!identities_same(identities, &rpa, &other));
	/* the bond is gone */
	ck_assert(identities_set_keys(identities, NULL, 0));
	expect_identity(&rpa, &rpa);
	teardown();
}
END_TEST

START_TEST(test_told_by_bluez)
{
	const Addr first = addr_of("4A:00:00:00:00:01", ADDR_RANDOM),
		   second = addr_of("4A:00:00:00:00:02", ADDR_RANDOM);
	const Addr identity = addr_of("C0:00:00:00:00:03", ADDR_RANDOM);

	setup();
	ck_assert(!identities_learn(identities, &first, &first));
	ck_assert(identities_learn(identities, &first, &identity));
	ck_assert(!identities_learn(identities, &first, &identity));
	ck_assert(identities_learn(identities, &second, &identity));
	expect_identity(&first, &identity);
	ck_assert(identities_same(identities, &first, &second));
	/* BlueZ hears it as somebody of its own */
	ck_assert(identities_learn(identities, &first, &first));
	expect_identity(&first, &first);
	expect_identity(&second, &identity);
	teardown();
}
END_TEST

/* Whoever makes up addresses fills nothing. */
START_TEST(test_is_bounded)
{
	const Addr rpa = addr_of("70:81:94:0D:FB:AA", ADDR_RANDOM);
	Addr made_up = rpa;

	setup();
	identities_set_keys(identities, &sample, 1);
	for (unsigned i = 0; i < 100000; i++) {
		made_up.bytes[3] = (uint8_t)i;
		made_up.bytes[4] = (uint8_t)(i >> 8);
		made_up.bytes[5] = (uint8_t)(i >> 16);
		(void)identities_resolve(identities, &made_up);
		made_up.bytes[0] = 0x40;
		ck_assert(i > 2000 || identities_learn(identities, &made_up, &sample.identity));
	}
	expect_identity(&rpa, &sample.identity);
	teardown();
}
END_TEST

START_TEST(test_too_many_keys)
{
	IdentityKey *keys = g_new0(IdentityKey, IDENTITY_KEYS_MAX + 1);

	setup();
	identities_set_keys(identities, keys, IDENTITY_KEYS_MAX + 1);
	ck_assert_uint_eq(identities_count_keys(identities), IDENTITY_KEYS_MAX);
	g_free(keys);
	teardown();
}
END_TEST

UNIT_MAIN("identity", test_cipher, test_sample_of_the_specification, test_by_key, test_told_by_bluez,
	  test_is_bounded, test_too_many_keys)
