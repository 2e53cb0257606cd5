/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer's ATT errors: what each of them is to a program. */
#include "link-fixture.h"

/* Each one but 0x05 and 0x0f, for which bluetoothd pairs first. 0x0c it does not tell from 0x05. */
static const struct {
	unsigned int code;
	const char *error, *begin;
} att_errors[] = {
	{ 0x01, "AttError", "0x01" }, { 0x02, "NotPermitted", "" }, { 0x03, "NotPermitted", "" },
	{ 0x04, "AttError", "0x04" }, { 0x06, "AttError", "0x06" }, { 0x07, "AttError", "0x07" },
	{ 0x08, "AttError", "0x08" }, { 0x09, "AttError", "0x09" }, { 0x0a, "AttError", "0x0a" },
	{ 0x0b, "AttError", "0x0b" }, { 0x0c, "AttError", "0x05" }, { 0x0d, "AttError", "0x0d" },
	{ 0x0e, "AttError", "0x0e" }, { 0x10, "AttError", "0x10" }, { 0x11, "AttError", "0x11" },
	{ 0x12, "AttError", "0x12" }, { 0x13, "AttError", "0x13" }, { 0x14, "AttError", "0x14" },
	{ 0x7f, "AttError", "0x7f" }, { 0x80, "AttError", "0x80" }, { 0x9f, "AttError", "0x9f" },
	{ 0xa0, "AttError", "0xa0" }, { 0xdf, "AttError", "0xdf" }, { 0xe0, "AttError", "0xe0" },
	{ 0xfc, "AttError", "0xfc" }, { 0xfd, "AttError", "0xfd" }, { 0xfe, "AttError", "0xfe" },
	{ 0xff, "AttError", "0xff" },
};

START_TEST(read_errors)
{
	for (size_t i = 0; i < G_N_ELEMENTS(att_errors); i++) {
		air_do(air, "atterror peer0 " PLAIN_HANDLE " read %02x", att_errors[i].code);
		expect_read_error(client, link_, PLAIN, "{}", att_errors[i].error, att_errors[i].begin);
	}
	air_do(air, "atterror peer0 " PLAIN_HANDLE " read 0");
	expect_value(client, link_, PLAIN, "01020304");
}
END_TEST

START_TEST(write_errors)
{
	for (size_t i = 0; i < G_N_ELEMENTS(att_errors); i++) {
		air_do(air, "atterror peer0 " PLAIN_HANDLE " write %02x", att_errors[i].code);
		expect_write_error(client, link_, PLAIN, "00", "{}", att_errors[i].error,
				   att_errors[i].begin);
	}
	air_do(air, "atterror peer0 " PLAIN_HANDLE " write 0");
	write_value(client, link_, PLAIN, "00", "{}");
}
END_TEST

/* Of the subscription, which is a write too. */
START_TEST(callback_errors)
{
	g_autofree char *path = attr_path(link_, RATE);

	for (size_t i = 0; i < G_N_ELEMENTS(att_errors); i++) {
		ClientCall *call;

		air_do(air, "atterror peer0 " RATE_CONFIG_HANDLE " write %02x", att_errors[i].code);
		call = client_begin(client, path, CHARACTERISTIC, "Callback",
				    g_variant_new("(u)", CHAR_NOTIFY_EVENT));
		expect_call_error(call, att_errors[i].error, att_errors[i].begin);
	}
	air_do(air, "atterror peer0 " RATE_CONFIG_HANDLE " write 0");
	notify_from(client, link_, RATE);
	air_do(air, "notify peer0 " RATE_HANDLE " 00000000 5 5");
	expect_numbered(client, 5);
}
END_TEST

/* In the middle of what takes several requests. */
START_TEST(long_errors)
{
	g_autofree char *hex = long_hex();

	air_do(air, "atterror peer0 " LONG_HANDLE " write 0d");
	expect_write_error(client, link_, LONG, hex, "{'offset': <uint16 100>}", "AttError", "0x0d");
	air_do(air, "atterror peer0 " LONG_HANDLE " write 0");
	air_do(air, "atterror peer0 " RELIABLE_HANDLE " write 11");
	expect_write_error(client, link_, RELIABLE, "00", "{'type': <'reliable'>}", "AttError", "0x11");
	expect_value(client, link_, LONG, hex);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { read_errors, write_errors, callback_errors, long_errors, NULL };

	return run_tests("link-errors", tests, link_setup_up, link_teardown, 90);
}
