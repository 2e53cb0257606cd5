/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SipHash-2-4 against the vectors of its authors: key 00 01 … 0f, message 00 01 … of each length. */
#include "unit.h"
#include "util/siphash.h"

START_TEST(test_reference)
{
	/* The number in the paper's appendix A is that of length 15; the others are of the reference
	 * program's list. */
	static const struct {
		size_t length;
		uint64_t hash;
	} table[] = {
		{ 0, UINT64_C(0x726fdb47dd0e0e31) }, { 1, UINT64_C(0x74f839c593dc67fd) },
		{ 2, UINT64_C(0x0d6c8009d9a94f5a) }, { 3, UINT64_C(0x85676696d7fb7e2d) },
		{ 4, UINT64_C(0xcf2794e0277187b7) }, { 5, UINT64_C(0x18765564cd99a68d) },
		{ 6, UINT64_C(0xcbc9466e58fee3ce) }, { 7, UINT64_C(0xab0200f58b01d137) },
		{ 8, UINT64_C(0x93f5f5799a932462) }, { 9, UINT64_C(0x9e0082df0ba9e4b0) },
		{ 10, UINT64_C(0x7a5dbbc594ddb9f3) }, { 11, UINT64_C(0xf4b32f46226bada7) },
		{ 12, UINT64_C(0x751e8fbc860ee5fb) }, { 13, UINT64_C(0x14ea5627c0843d90) },
		{ 14, UINT64_C(0xf723ca908e7af2ee) }, { 15, UINT64_C(0xa129ca6149be45e5) },
		{ 63, UINT64_C(0x958a324ceb064572) },
	};
	uint8_t key[16], message[64];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		ck_assert_uint_eq(siphash24(message, table[i].length, key), table[i].hash);
}
END_TEST

START_TEST(test_unaligned)
{
	uint8_t key[17], message[80];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i - 1);
	for (size_t shift = 0; shift < 16; shift++) {
		for (size_t i = 0; i < 15; i++)
			message[shift + i] = (uint8_t)i;
		ck_assert_uint_eq(siphash24(message + shift, 15, key + 1), UINT64_C(0xa129ca6149be45e5));
	}
}
END_TEST

START_TEST(test_process_key)
{
	uint8_t zero[16] = { 0 };

	ck_assert_uint_eq(siphash_process("report", 6), siphash_process("report", 6));
	ck_assert_uint_ne(siphash_process("report", 6), siphash_process("repose", 6));
	ck_assert_uint_ne(siphash_process("report", 6), siphash_process("report", 5));
	ck_assert_uint_ne(siphash_process("report", 6), siphash24("report", 6, zero));
	ck_assert_uint_eq(siphash_string("report"), (unsigned)siphash_process("report", 6));
}
END_TEST

UNIT_MAIN("siphash", test_reference, test_unaligned, test_process_key)
