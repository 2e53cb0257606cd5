/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an advertisement says: structures, raw bytes of any kind, and how much fits. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "core/advert-data.h"
#include "unit.h"

static const uint8_t zeros[256];

START_TEST(test_add)
{
	AdvertData data = { 0 };
	Reason reason = { "" };

	ck_assert_int_eq(advert_data_add(&data, AD_NAME, "LoPy", 4, "name", &reason), 0);
	ck_assert_int_eq(advert_data_add(&data, AD_MANUFACTURER, "\x01\x02", 2, "manufacturer_data", &reason), 0);
	ck_assert_int_eq(advert_data_add(&data, AD_TX_POWER, NULL, 0, "tx_power", &reason), 0);
	ck_assert_uint_eq(data.length, 6 + 4 + 2);
	ck_assert_mem_eq(data.bytes, "\x05\x09LoPy\x03\xff\x01\x02\x01\x0a", 12);

	/* what does not fit changes nothing */
	ck_assert_int_eq(advert_data_add(&data, 0x30, zeros, sizeof(data.bytes) - 12 - 1, "this", &reason),
			 E_INVALID_ARGUMENTS);
	ck_assert_ptr_nonnull(strstr(reason.text, "this: 49 bytes"));
	ck_assert_int_eq(advert_data_add(&data, 0x30, zeros, 256, "this", &reason), E_INVALID_ARGUMENTS);
	ck_assert_uint_eq(data.length, 12);
	ck_assert_int_eq(advert_data_add(&data, 0x30, zeros, sizeof(data.bytes) - 12 - 2, "this", &reason), 0);
	ck_assert_uint_eq(data.length, sizeof(data.bytes));
	ck_assert_int_eq(advert_data_add(&data, 0x30, NULL, 0, "this", &reason), E_INVALID_ARGUMENTS);
}
END_TEST

#define BYTES(text) text, sizeof(text) - 1

typedef struct RawRow {
	const char *adv;
	size_t adv_length;
	const char *rsp;
	size_t rsp_length;
	int result;
	const char *word;	/* of the reason */
	const char *kept;	/* the structures, without flags */
	size_t kept_length;
	bool discoverable;
} RawRow;

static const RawRow raw_rows[] = {
	{ BYTES(""), BYTES(""), .kept_length = 0 },
	/* flags are taken out, and the name may come either way */
	{ BYTES("\x02\x01\x06\x05\x09LoPy"), BYTES(""), .kept = "\x05\x09LoPy", .kept_length = 6, .discoverable = true },
	{ BYTES("\x02\x01\x04"), BYTES("\x05\x08LoPy"), .kept = "\x05\x08LoPy", .kept_length = 6 },
	{ BYTES("\x01\x01\x01\x09"), BYTES(""), .kept = "\x01\x09", .kept_length = 2 },
	{ BYTES("\x02\x01\x05"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "adv: limited" },
	{ BYTES(""), BYTES("\x02\x01\x01"), .result = E_NOT_SUPPORTED, .word = "scan_rsp: limited" },
	/* UUID lists may come twice, and whole ones beside the parts */
	{ BYTES("\x03\x03\x0d\x18\x03\x03\x0f\x18"), BYTES("\x03\x02\x0a\x18"),
	  .kept = "\x03\x03\x0d\x18\x03\x03\x0f\x18\x03\x02\x0a\x18", .kept_length = 12 },
	{ BYTES("\x11\x07" "0123456789abcdef"), BYTES("\x05\x05" "abcd"),
	  .kept = "\x11\x07" "0123456789abcdef\x05\x05" "abcd", .kept_length = 24 },
	{ BYTES("\x04\x03\x0d\x18\x0f"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x03 of 3 bytes" },
	{ BYTES("\x01\x07"), BYTES(""), .kept = "\x01\x07", .kept_length = 2 },
	/* other things once; of a company or a service once each */
	{ BYTES("\x05\xff\x01\x00zz\x05\xff\x02\x00zz"), BYTES(""), .kept = "\x05\xff\x01\x00zz\x05\xff\x02\x00zz",
	  .kept_length = 12 },
	{ BYTES("\x05\xff\x01\x00zz"), BYTES("\x03\xff\x01\x00"), .result = E_NOT_SUPPORTED,
	  .word = "scan_rsp: BlueZ does not send AD type 0xff" },
	{ BYTES("\x03\x16\x0d\x18\x03\x16\x0f\x18"), BYTES(""), .kept = "\x03\x16\x0d\x18\x03\x16\x0f\x18", .kept_length = 8 },
	{ BYTES("\x03\x16\x0d\x18\x03\x16\x0d\x18"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x16 twice" },
	{ BYTES("\x05\x20\x01\x02\x03\x04\x05\x20\x01\x02\x03\x05"), BYTES(""),
	  .kept = "\x05\x20\x01\x02\x03\x04\x05\x20\x01\x02\x03\x05", .kept_length = 12 },
	{ BYTES("\x02\x09" "a\x02\x09" "b"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x09 twice" },
	{ BYTES("\x02\x09" "a"), BYTES("\x02\x08" "a"), .result = E_NOT_SUPPORTED, .word = "0x08 twice" },
	{ BYTES("\x02\x30" "a\x02\x30" "a"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x30 twice" },
	/* of a length that says nothing */
	{ BYTES("\x02\xff\x01"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "adv: AD type 0xff of 1 bytes" },
	{ BYTES("\x01\xff"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0xff of 0 bytes" },
	{ BYTES("\x02\x16\x01"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x16 of 1 bytes" },
	{ BYTES("\x04\x20" "abc"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x20 of 3 bytes" },
	{ BYTES("\x10\x21" "0123456789abcde"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x21 of 15 bytes" },
	{ BYTES("\x02\x19\x01"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x19 of 1 bytes" },
	{ BYTES("\x03\x19\x01\x02"), BYTES("\x02\x0a\x04"), .kept = "\x03\x19\x01\x02\x02\x0a\x04", .kept_length = 7 },
	{ BYTES("\x01\x0a"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x0a of 0 bytes" },
	/* not well-formed */
	{ BYTES("\x00"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "adv: no AD structure at byte 0" },
	{ BYTES("\x02\x01\x06\x00\x00"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "adv: no AD structure at byte 3" },
	{ BYTES("\x02\x09" "a\x05\x30" "ab"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "adv: no AD structure at byte 3" },
	{ BYTES("\x02\x09" "a"), BYTES("\xff\xff"), .result = E_INVALID_ARGUMENTS, .word = "scan_rsp: no AD structure at byte 0" },
	{ BYTES("\x01"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "adv: no AD structure at byte 0" },
};

static void check_raw(const RawRow *row)
{
	AdvertData before, data;
	Reason reason = { "" };
	int r;

	memset(&before, 0x55, sizeof(before));
	data = before;
	r = advert_data_from_raw(&data, (const uint8_t *)row->adv, row->adv_length, (const uint8_t *)row->rsp, row->rsp_length,
				 &reason);
	ck_assert_msg(r == row->result, "row %d: %d", (int)(row - raw_rows), r);
	if (r != 0) {
		ck_assert_msg(strstr(reason.text, row->word), "row %d: %s", (int)(row - raw_rows), reason.text);
		ck_assert_mem_eq(&data, &before, sizeof(data));
		return;
	}
	ck_assert_uint_eq(data.length, row->kept_length);
	if (row->kept_length > 0)
		ck_assert_mem_eq(data.bytes, row->kept, row->kept_length);
	ck_assert_int_eq(data.discoverable, row->discoverable);
}

START_TEST(test_raw)
{
	for (size_t i = 0; i < ARRAY_SIZE(raw_rows); i++)
		check_raw(&raw_rows[i]);
}
END_TEST

static void check_type(uint8_t type)
{
	static const uint8_t refused[] = { 0x00, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d,
					   0x1e, 0x22, 0x23, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x3d };
	/* of a length that suits all but those that have one of their own */
	const uint8_t length = type == AD_APPEARANCE ? 2 : type == AD_TX_POWER || type == AD_FLAGS ? 1 : 16;
	const bool bad = memchr(refused, type, sizeof(refused));
	uint8_t bytes[18] = { (uint8_t)(length + 1), type };
	Reason reason = { "" };
	AdvertData data;
	char word[16];
	int r;

	r = advert_data_from_raw(&data, bytes, length + 2u, NULL, 0, &reason);
	ck_assert_msg(r == (bad ? E_NOT_SUPPORTED : 0), "AD type 0x%02x: %d", type, r);
	if (!bad) {
		ck_assert_uint_eq(data.length, type == AD_FLAGS ? 0 : length + 2);
		return;
	}
	snprintf(word, sizeof(word), "0x%02x", type);
	ck_assert_ptr_nonnull(strstr(reason.text, word));
}

/* Each AD type by itself, as bluetoothd 5.66 takes it: by a property, or in Data. */
START_TEST(test_types)
{
	for (unsigned type = 0; type <= 255; type++)
		check_type((uint8_t)type);
}
END_TEST

/* All lengths, whole and cut off, in memory of just that size, so that a sanitizer sees who reads past its end. */
START_TEST(test_all_lengths)
{
	for (size_t length = 0; length <= 40; length++) {
		for (unsigned said = 0; said <= 255; said++) {
			uint8_t *bytes = malloc(length > 0 ? length : 1);
			AdvertData data;
			Reason reason;
			int r, expected;

			memset(bytes, 0x30, length > 0 ? length : 1);
			if (length > 0)
				bytes[0] = (uint8_t)said;
			if (length == 0 || (said == length - 1 && said > 0 && length <= AD_LEGACY_MAX))
				expected = 0;
			else
				expected = E_INVALID_ARGUMENTS;
			/* what follows a shorter one is a structure of 0x30 bytes, which are not there */
			for (unsigned where = 0; where < 2; where++) {
				r = advert_data_from_raw(&data, where ? NULL : bytes, where ? 0 : length, where ? bytes : NULL,
							 where ? length : 0, &reason);
				must(r == expected);
				must(r != 0 || data.length == length);
			}
			free(bytes);
		}
	}
}
END_TEST

/* Whatever comes: what is taken is well-formed, and no longer than what was given. */
START_TEST(test_noise)
{
	uint32_t seed = 4711;
	unsigned taken = 0;

	for (unsigned n = 0; n < 100000; n++) {
		uint8_t bytes[2][AD_LEGACY_MAX];
		size_t length[2];
		AdvertData data;
		Reason reason;
		AdField field;
		AdIter iter;

		for (unsigned i = 0; i < 2; i++) {
			size_t at = 0;

			seed = seed * 1103515245 + 12345;
			length[i] = (seed >> 16) % 32;
			for (size_t k = 0; k < length[i]; k++) {
				seed = seed * 1103515245 + 12345;
				bytes[i][k] = (uint8_t)(seed >> 16);
			}
			/* mostly lengths that lead somewhere */
			while (at < length[i]) {
				if (bytes[i][at] % 8)
					bytes[i][at] = (uint8_t)MIN(bytes[i][at] % 12u, length[i] - at - 1);
				at += bytes[i][at] + 1u;
			}
		}
		if (advert_data_from_raw(&data, bytes[0], length[0], bytes[1], length[1], &reason) != 0)
			continue;
		taken++;
		must(data.length <= length[0] + length[1]);
		ad_iter_init(&iter, data.bytes, data.length);
		while (ad_iter_next(&iter, &field))
			must(field.type != 0 && field.type != AD_FLAGS);
		must(iter.at == iter.end);
	}
	ck_assert_uint_gt(taken, 100);
}
END_TEST

typedef struct FitRow {
	size_t others;		/* bytes of the structures that are no name; 0: none */
	size_t name;		/* bytes of the name; 0: none */
	bool discoverable, sets;
	int result;
	const char *word;
} FitRow;

static const FitRow fit_rows[] = {
	{ 0, 0, false, false, 0, NULL },
	{ 31, 0, false, false, 0, NULL },
	{ 32, 0, false, false, E_INVALID_ARGUMENTS, "32 bytes" },
	{ 28, 0, true, false, 0, NULL },
	{ 29, 0, true, false, E_INVALID_ARGUMENTS, "32 bytes" },
	{ 28, 0, false, true, 0, NULL },
	{ 29, 0, false, true, E_INVALID_ARGUMENTS, "with 3 for the flags" },
	{ 28, 0, true, true, 0, NULL },
	{ 29, 0, true, true, E_INVALID_ARGUMENTS, "32 bytes" },
	{ 0, 29, false, false, 0, NULL },
	{ 0, 30, false, false, E_INVALID_ARGUMENTS, "name: 30 bytes, the scan response has room for 29" },
	{ 31, 29, false, false, 0, NULL },
	{ 28, 29, true, true, 0, NULL },
	{ 2, 30, true, true, E_INVALID_ARGUMENTS, "name: 30 bytes" },
	{ 32, 2, false, false, E_INVALID_ARGUMENTS, "32 bytes" },
	{ 50, 0, false, false, E_INVALID_ARGUMENTS, "50 bytes" },
};

static void check_fit(const FitRow *row)
{
	const int number = (int)(row - fit_rows);
	AdvertData data = { .discoverable = row->discoverable };
	Reason reason = { "" };

	/* the name first: it must not matter */
	if (row->name > 0)
		ck_assert_int_eq(advert_data_add(&data, number % 2 ? AD_NAME : AD_NAME_SHORT, zeros, row->name, "name", &reason), 0);
	if (row->others > 0)
		ck_assert_int_eq(advert_data_add(&data, 0x30, zeros, row->others - 2, "others", &reason), 0);
	ck_assert_int_eq(advert_data_check(&data, row->sets, &reason), row->result);
	if (row->word)
		ck_assert_msg(strstr(reason.text, row->word), "row %d: %s", number, reason.text);
}

START_TEST(test_fit)
{
	for (size_t i = 0; i < ARRAY_SIZE(fit_rows); i++)
		check_fit(&fit_rows[i]);
}
END_TEST

UNIT_MAIN("advert-data", test_add, test_raw, test_types, test_all_lengths, test_noise, test_fit)
