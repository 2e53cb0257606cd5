/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an advertisement says: structures, raw bytes of any kind, and how much fits. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
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
	ck_assert_int_eq(
		advert_data_add(&data, AD_MANUFACTURER, "\x01\x02z", 3, "manufacturer_data", &reason), 0);
	ck_assert_int_eq(advert_data_add(&data, AD_TX_POWER, NULL, 0, "tx_power", &reason), 0);
	ck_assert_uint_eq(data.length, 6 + 5 + 2);
	ck_assert_mem_eq(data.bytes, "\x05\x09LoPy\x04\xff\x01\x02z\x01\x0a", 13);

	/* what does not fit changes nothing */
	ck_assert_int_eq(advert_data_add(&data, 0x30, zeros, sizeof(data.bytes) - 13 - 1, "this", &reason),
			 E_INVALID_ARGUMENTS);
	ck_assert_ptr_nonnull(strstr(reason.text, "this: 48 bytes"));
	ck_assert_int_eq(advert_data_add(&data, 0x30, zeros, 256, "this", &reason), E_INVALID_ARGUMENTS);
	ck_assert_uint_eq(data.length, 13);
	/* what BlueZ does not send changes nothing either */
	ck_assert_int_eq(advert_data_add(&data, AD_MANUFACTURER, "\x01\x02", 2, "this", &reason),
			 E_NOT_SUPPORTED);
	ck_assert_int_eq(advert_data_add(&data, AD_SERVICE_DATA16, "\x01\x02", 2, "this", &reason),
			 E_NOT_SUPPORTED);
	ck_assert_int_eq(advert_data_add(&data, AD_SERVICE_DATA32, "abcd", 4, "this", &reason),
			 E_NOT_SUPPORTED);
	ck_assert_int_eq(advert_data_add(&data, AD_SERVICE_DATA128, zeros, 16, "this", &reason),
			 E_NOT_SUPPORTED);
	ck_assert_int_eq(advert_data_add(&data, AD_APPEARANCE, "\xff\xff", 2, "this", &reason),
			 E_NOT_SUPPORTED);
	ck_assert_uint_eq(data.length, 13);
	ck_assert_int_eq(advert_data_add(&data, 0x30, zeros, sizeof(data.bytes) - 13 - 2, "this", &reason),
			 0);
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
	{ BYTES("\x02\x01\x06"), BYTES("\x05\x09LoPy"), .kept = "\x05\x09LoPy", .kept_length = 6,
	  .discoverable = true },
	{ BYTES("\x02\x01\x04"), BYTES("\x05\x09LoPy"), .kept = "\x05\x09LoPy", .kept_length = 6 },
	/* flags may stand anywhere, but once, and in the advertisement */
	{ BYTES("\x02\x01\x06\x03\x03\x0d\x18"), BYTES(""), .kept = "\x03\x03\x0d\x18", .kept_length = 4,
	  .discoverable = true },
	{ BYTES("\x03\x03\x0d\x18\x02\x01\x06\x04\xff\x01\x02\x03"), BYTES(""),
	  .kept = "\x03\x03\x0d\x18\x04\xff\x01\x02\x03", .kept_length = 9, .discoverable = true },
	{ BYTES("\x02\x01\x06\x02\x01\x06"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "adv: AD type 0x01 at byte 3" },
	{ BYTES("\x01\x01"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "adv: AD type 0x01 at byte 0" },
	{ BYTES("\x03\x01\x06\x00"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "adv: AD type 0x01 at byte 0" },
	{ BYTES(""), BYTES("\x02\x01\x06"), .result = E_NOT_SUPPORTED,
	  .word = "scan_rsp: AD type 0x01 at byte 0" },
	/* names: complete, in the scan response, text */
	{ BYTES("\x02\x01\x06\x05\x09LoPy"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "adv: AD type 0x09 at byte 3" },
	{ BYTES("\x05\x08LoPy"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "adv: AD type 0x08 at byte 0" },
	{ BYTES(""), BYTES("\x05\x08LoPy"), .result = E_NOT_SUPPORTED,
	  .word = "scan_rsp: AD type 0x08 at byte 0" },
	{ BYTES(""), BYTES("\x01\x09"), .result = E_NOT_SUPPORTED,
	  .word = "scan_rsp: AD type 0x09 at byte 0" },
	{ BYTES(""), BYTES("\x02\x09" "a\x02\x09" "b"), .result = E_NOT_SUPPORTED,
	  .word = "scan_rsp: AD type 0x09 at byte 3" },
	{ BYTES(""), BYTES("\x04\x09" "a\xff" "b"), .result = E_NOT_SUPPORTED, .word = "UTF-8" },
	{ BYTES(""), BYTES("\x04\x09" "ab\0"), .result = E_NOT_SUPPORTED, .word = "UTF-8" },
	{ BYTES(""), BYTES("\x04\x09\xef\xbf\xbf"), .result = E_NOT_SUPPORTED, .word = "UTF-8" },
	{ BYTES(""), BYTES("\x06\x09Gr\xc3\xbc\x6e"), .kept = "\x06\x09Gr\xc3\xbc\x6e", .kept_length = 7 },
	/* nothing else there */
	{ BYTES(""), BYTES("\x05\xff\x01\x00zz"), .result = E_NOT_SUPPORTED,
	  .word = "scan_rsp: AD type 0xff at byte 0" },
	{ BYTES(""), BYTES("\x02\x09" "a\x02\x0a\x04"), .result = E_NOT_SUPPORTED,
	  .word = "scan_rsp: AD type 0x0a at byte 3" },
	{ BYTES(""), BYTES("\x02\x30" "a"), .result = E_NOT_SUPPORTED,
	  .word = "scan_rsp: AD type 0x30 at byte 0" },
	/* UUID lists: complete, one of each width, and in the shortest form */
	{ BYTES("\x03\x03\x0d\x18\x05\x05" "abcd\x11\x07" "0123456789abcdef"), BYTES(""),
	  .kept = "\x03\x03\x0d\x18\x05\x05" "abcd\x11\x07" "0123456789abcdef", .kept_length = 28 },
	{ BYTES("\x05\x03\x0d\x18\x0d\x18"), BYTES(""), .kept = "\x05\x03\x0d\x18\x0d\x18",
	  .kept_length = 6 },
	{ BYTES("\x05\x05\x0d\x18\0\0"), BYTES(""), .kept = "\x05\x05\x0d\x18\0\0", .kept_length = 6 },
	{ BYTES("\x03\x02\x0d\x18"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x02 at byte 0" },
	{ BYTES("\x05\x04" "abcd"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x04 at byte 0" },
	{ BYTES("\x11\x06" "0123456789abcdef"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "0x06 at byte 0" },
	{ BYTES("\x03\x03\x0d\x18\x03\x03\x0f\x18"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "0x03 at byte 4" },
	{ BYTES("\x01\x03"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x03 at byte 0" },
	{ BYTES("\x01\x07"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x07 at byte 0" },
	{ BYTES("\x11\x07\xfb\x34\x9b\x5f\x80\0\0\x80\0\x10\0\0\x0d\x18\0\0"), BYTES(""),
	  .result = E_NOT_SUPPORTED,
	  .word = "in 16 bits" },
	{ BYTES("\x11\x07\xfb\x34\x9b\x5f\x80\0\0\x80\0\x10\0\0\x0d\x18\1\0"), BYTES(""),
	  .kept = "\x11\x07\xfb\x34\x9b\x5f\x80\0\0\x80\0\x10\0\0\x0d\x18\1\0", .kept_length = 18 },
	{ BYTES("\x04\x03\x0d\x18\x0f"), BYTES(""), .result = E_INVALID_ARGUMENTS,
	  .word = "0x03 at byte 0: of 3 bytes" },
	/* solicitation likewise */
	{ BYTES("\x03\x14\x0d\x18\x05\x1f" "abcd"), BYTES(""), .kept = "\x03\x14\x0d\x18\x05\x1f" "abcd",
	  .kept_length = 10 },
	{ BYTES("\x11\x15\xfb\x34\x9b\x5f\x80\0\0\x80\0\x10\0\0\x0d\x18\0\0"), BYTES(""),
	  .result = E_NOT_SUPPORTED,
	  .word = "0x15 at byte 0" },
	{ BYTES("\x01\x14"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x14 at byte 0" },
	/* data of a company or a service once each, and with data */
	{ BYTES("\x05\xff\x01\x00zz\x05\xff\x02\x00zz"), BYTES(""),
	  .kept = "\x05\xff\x01\x00zz\x05\xff\x02\x00zz",
	  .kept_length = 12 },
	{ BYTES("\x05\xff\x01\x00zz\x04\xff\x01\x00z"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "0xff at byte 6" },
	{ BYTES("\x03\xff\x01\x00"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0xff at byte 0" },
	{ BYTES("\x04\x16\x0d\x18z\x04\x16\x0f\x18z"), BYTES(""),
	  .kept = "\x04\x16\x0d\x18z\x04\x16\x0f\x18z",
	  .kept_length = 10 },
	{ BYTES("\x04\x16\x0d\x18z\x04\x16\x0d\x18z"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "0x16 at byte 5" },
	{ BYTES("\x03\x16\x0d\x18"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x16 at byte 0" },
	{ BYTES("\x05\x20\x01\x02\x03\x04"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x20 at byte 0" },
	{ BYTES("\x11\x21" "0123456789abcdef"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "0x21 at byte 0" },
	/* of one service, in two widths */
	{ BYTES("\x04\x16\x0d\x18z\x06\x20\x0d\x18\0\0z"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "0x20 at byte 5" },
	{ BYTES("\x06\x20\x0d\x18\0\0z\x04\x16\x0f\x18z"), BYTES(""),
	  .kept = "\x06\x20\x0d\x18\0\0z\x04\x16\x0f\x18z",
	  .kept_length = 12 },
	{ BYTES("\x12\x21\xfb\x34\x9b\x5f\x80\0\0\x80\0\x10\0\0\x0d\x18\0\0z"), BYTES(""),
	  .result = E_NOT_SUPPORTED,
	  .word = "0x21 at byte 0" },
	/* other things once */
	{ BYTES("\x02\x30" "a\x02\x30" "b"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x30 at byte 3" },
	{ BYTES("\x02\x31" "a\x02\x30" "b"), BYTES(""), .kept = "\x02\x31" "a\x02\x30" "b",
	  .kept_length = 6 },
	{ BYTES("\x01\x30"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x30 at byte 0" },
	{ BYTES("\x03\x19\x01\x02"), BYTES(""), .kept = "\x03\x19\x01\x02", .kept_length = 4 },
	{ BYTES("\x03\x19\xff\xff"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x19 at byte 0" },
	{ BYTES("\x02\x0a\xfc"), BYTES(""), .result = E_NOT_SUPPORTED, .word = "0x0a at byte 0" },
	/* the order is BlueZ's */
	{ BYTES("\x04\xff\x01\x02\x03\x03\x03\x0d\x18"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "0x03 at byte 5" },
	{ BYTES("\x03\x19\x01\x02\x03\x03\x0d\x18"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "0x03 at byte 4" },
	{ BYTES("\x02\x30" "a\x04\x16\x0d\x18z"), BYTES(""), .result = E_NOT_SUPPORTED,
	  .word = "0x16 at byte 3" },
	{ BYTES("\x03\x03\x0d\x18\x03\x14\x0d\x18\x04\xff\x01\x02\x03\x04\x16\x0d\x18z\x03\x19\x01\x02\x02\x30" "a"),
	  BYTES(""),
	  .kept = "\x03\x03\x0d\x18\x03\x14\x0d\x18\x04\xff\x01\x02\x03\x04\x16\x0d\x18z\x03\x19\x01\x02\x02\x30" "a", .kept_length = 25 },
	/* of a length that says nothing */
	{ BYTES("\x02\xff\x01"), BYTES(""), .result = E_INVALID_ARGUMENTS,
	  .word = "0xff at byte 0: of 1 bytes" },
	{ BYTES("\x01\xff"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "of 0 bytes" },
	{ BYTES("\x02\x16\x01"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x16" },
	{ BYTES("\x04\x20" "abc"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x20" },
	{ BYTES("\x10\x21" "0123456789abcde"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x21" },
	{ BYTES("\x02\x19\x01"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x19" },
	{ BYTES("\x01\x0a"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "0x0a" },
	/* not well-formed */
	{ BYTES("\x00"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "adv: no AD structure at byte 0" },
	{ BYTES("\x02\x01\x06\x00\x00"), BYTES(""), .result = E_INVALID_ARGUMENTS,
	  .word = "adv: no AD structure at byte 3" },
	{ BYTES("\x02\x30" "a\x05\x30" "ab"), BYTES(""), .result = E_INVALID_ARGUMENTS,
	  .word = "adv: no AD structure at byte 3" },
	{ BYTES("\x02\x30" "a"), BYTES("\xff\xff"), .result = E_INVALID_ARGUMENTS,
	  .word = "scan_rsp: no AD structure at byte 0" },
	{ BYTES("\x01"), BYTES(""), .result = E_INVALID_ARGUMENTS, .word = "adv: no AD structure at byte 0" },
};

static void check_raw(const RawRow *row)
{
	AdvertData before, data;
	Reason reason = { "" };
	int r;

	memset(&before, 0x55, sizeof(before));
	data = before;
	r = advert_data_from_raw(&data, (const uint8_t *)row->adv, row->adv_length, (const uint8_t *)row->rsp,
				 row->rsp_length, &reason);
	ck_assert_msg(r == row->result, "row %d: %d", (int)(row - raw_rows), r);
	if (r != 0) {
		ck_assert_msg(strstr(reason.text, row->word), "row %d: %s", (int)(row - raw_rows),
			      reason.text);
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
	static const uint8_t refused[] = { 0x00, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x17, 0x18, 0x1a, 0x1b,
					   0x1c, 0x1d, 0x1e, 0x22, 0x23, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x3d };
	/* of a length that suits all but those that have one of their own */
	const uint8_t length = type == AD_APPEARANCE ? 2 : type == AD_TX_POWER || type == AD_FLAGS ? 1 :
			       type == AD_SERVICE_DATA128 ? 17 : 16;
	const bool bad = memchr(refused, type, sizeof(refused)) || type == 0x02 || type == 0x04 ||
			 type == 0x06 || type == AD_NAME || type == AD_NAME_SHORT || type == AD_TX_POWER;
	uint8_t bytes[19] = { (uint8_t)(length + 1), type };
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

/* All lengths, whole and cut off, in memory of just that size, so that a sanitizer sees who reads past its
 * end. */
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
			/* an empty one */
			if (said == 1 && length == 2)
				expected = E_NOT_SUPPORTED;
			/* what follows a shorter one is a structure of 0x30 bytes, which are not there */
			for (unsigned where = 0; where < 2; where++) {
				if (length > 1)
					bytes[1] = where ? AD_NAME : 0x30;
				r = advert_data_from_raw(&data, where ? NULL : bytes, where ? 0 : length,
							 where ? bytes : NULL, where ? length : 0, &reason);
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
		ck_assert_int_eq(advert_data_add(&data, number % 2 ? AD_NAME : AD_NAME_SHORT, zeros,
						 row->name, "name", &reason),
				 0);
	if (row->others > 0)
		ck_assert_int_eq(advert_data_add(&data, 0x30, zeros, row->others - 2, "others", &reason), 0);
	ck_assert_int_eq(advert_data_check(&data, &(AdvertRadio){ .sets = row->sets }, true, &reason),
			 row->result);
	if (row->word)
		ck_assert_msg(strstr(reason.text, row->word), "row %d: %s", number, reason.text);
}

START_TEST(test_fit)
{
	AdvertData full = { .discoverable = true };
	Reason reason;

	for (size_t i = 0; i < ARRAY_SIZE(fit_rows); i++)
		check_fit(&fit_rows[i]);
	/* BlueZ is not told that something is discoverable which nobody can connect to */
	ck_assert_int_eq(advert_data_add(&full, 0x30, zeros, AD_LEGACY_MAX - 2, "others", &reason), 0);
	ck_assert_int_eq(advert_data_check(&full, &(AdvertRadio){ 0 }, true, &reason), E_INVALID_ARGUMENTS);
	ck_assert_int_eq(advert_data_check(&full, &(AdvertRadio){ 0 }, false, &reason), 0);
}
END_TEST

/* Flags are sent as they were given, or refused. */
START_TEST(test_flags)
{
	static const struct {
		uint8_t flags;
		bool bredr, discoverable, connectable, sets;
		const char *others;
		int result;
	} rows[] = {
		{ 0x06, false, false, true, false, "", 0 },
		{ 0x04, false, false, true, false, "", 0 },
		{ 0x02, false, false, true, false, "", E_NOT_SUPPORTED },
		{ 0x05, false, false, true, false, "", E_NOT_SUPPORTED },
		{ 0x01, false, false, true, false, "", E_NOT_SUPPORTED },
		{ 0x00, false, false, true, false, "", E_NOT_SUPPORTED },
		{ 0x1a, false, false, true, false, "", E_NOT_SUPPORTED },
		{ 0x24, false, false, true, false, "", E_NOT_SUPPORTED },
		/* nobody can connect */
		{ 0x06, false, false, false, false, "", E_NOT_SUPPORTED },
		{ 0x04, false, false, false, false, "", 0 },
		/* everybody shall see the radio */
		{ 0x06, false, true, true, false, "", 0 },
		{ 0x04, false, true, true, false, "", E_NOT_SUPPORTED },
		{ 0x04, false, true, false, false, "", 0 },
		/* dual mode */
		{ 0x06, true, false, true, false, "", 0 },
		{ 0x04, true, false, true, false, "", E_NOT_SUPPORTED },
		{ 0x00, true, false, true, false, "", E_NOT_SUPPORTED },
		{ 0x02, true, true, true, false, "", 0 },
		{ 0x06, true, true, true, false, "", E_NOT_SUPPORTED },
		/* sets */
		{ 0x06, false, false, true, true, "", 0 },
		{ 0x04, false, false, true, true, "", E_NOT_SUPPORTED },
		{ 0x04, false, false, true, true, "\x03\x03\x0d\x18", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const AdvertRadio radio = { .bredr = rows[i].bredr,
					    .discoverable = rows[i].discoverable,
					    .sets = rows[i].sets };
		uint8_t bytes[8] = { 2, AD_FLAGS, rows[i].flags };
		Reason reason = { "" };
		AdvertData data;
		int r;

		memcpy(bytes + 3, rows[i].others, strlen(rows[i].others));
		ck_assert_int_eq(
			advert_data_from_raw(&data, bytes, 3 + strlen(rows[i].others), NULL, 0, &reason), 0);
		r = advert_data_check(&data, &radio, rows[i].connectable, &reason);
		ck_assert_msg(r == rows[i].result, "row %zu: %d %s", i, r, reason.text);
		if (r != 0)
			ck_assert_ptr_nonnull(strstr(reason.text, "adv: AD type 0x01 at byte 0"));
	}
}
END_TEST

UNIT_MAIN("advert-data", test_add, test_raw, test_flags, test_types, test_all_lengths, test_noise, test_fit)
