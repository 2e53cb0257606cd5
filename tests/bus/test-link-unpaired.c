/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes that need a pairing, without one: who uses them is refused, or paired by Just Works where that
 * is on; those who share the link notice nothing. */
#include "link-pairing.h"

static void expect_refused_unpaired(const char *pairing)
{
	const char *link = share_link(pairing);
	ClientCall *beside;
	unsigned int asked;

	expect_read_error(client, link, SEALED, "{}", "AttError", "0x05");
	/* in the same moment, while the link is being mended */
	beside = begin_read(other, link, PLACE);
	g_free(finish_read(beside));
	asked = peer_count(0, SEALED_HANDLE, "reads");
	expect_read_error(client, link, SEALED, "{}", "AttError", "0x05");
	expect_read_error(other, link, SEALED, "{}", "AttError", "0x05");
	expect_write_error(client, link, SEALED, "00", "{}", "AttError", "0x05");
	ck_assert_uint_eq(peer_count(0, SEALED_HANDLE, "reads"), asked); /* the daemon knew */
	ck_assert(!is_paired((void *)link));
	ck_assert_uint_eq(client_count_signals(client, "PairingRequest"), 0);
	expect_mended(link);
}

START_TEST(unpaired_read)
{
	expect_refused_unpaired("none");
}
END_TEST

START_TEST(unpaired_read_display)
{
	expect_refused_unpaired("display 1");
}
END_TEST

START_TEST(unpaired_read_keyboard)
{
	expect_refused_unpaired("keyboard");
}
END_TEST

/* The kernel ends the link over that, and BlueZ does not tell it from any other loss. */
START_TEST(unpaired_read_refuse)
{
	const char *link = share_link("refuse");

	expect_read_error(client, link, SEALED, "{}", "NotConnected", "");
	expect_disconnected(client, NULL);
	expect_disconnected(other, NULL);
	wait_gone(link, CONNECTION);
	g_free(connect_anew(client, 0));
	expect_value(client, link, PLAIN, "01020304");
	other = client_free(other);
}
END_TEST

/* Of several things under way, only what needs a pairing fails. */
START_TEST(unpaired_write_among_others)
{
	const char *link = share_link("none");
	ClientCall *write, *reads[2];
	char *hex = long_hex(), *got;

	air_do(air, "latency peer0 100");
	write = begin_write(client, link, SEALED, "00", "{}");
	reads[0] = begin_read(other, link, PLAIN);
	reads[1] = begin_read(other, link, LONG);
	expect_call_error(write, "AttError", "0x05");
	got = finish_read(reads[0]);
	ck_assert_str_eq(got, "01020304");
	g_free(got);
	got = finish_read(reads[1]);
	ck_assert_str_eq(got, hex);
	g_free(got);
	g_free(hex);
	expect_mended(link);
}
END_TEST

/* What was refused works after the pairing. */
START_TEST(refused_then_paired)
{
	const char *link = share_link("display 4711");

	expect_read_error(client, link, SEALED, "{}", "AttError", "0x05");
	ck_assert(wait_until(link_is_back, (void *)link, world_patience(world)));
	pair(client, link, "{'passkey': <uint32 4711>}");
	expect_sealed(link);
	expect_value(other, link, SEALED, "7e7f");
	expect_mended(link);
}
END_TEST

/* --- Just Works --- */

START_TEST(just_works_is_off)
{
	const char *link = share_link("none");

	expect_pair_error(client, link, "{}", "NotPermitted");
	expect_mended(link);
	ck_assert(!is_paired((void *)link));
	expect_read_error(client, link, SEALED, "{}", "AttError", "0x05");
}
END_TEST

START_TEST(just_works_is_on)
{
	const char *link = share_link("none");

	pair(client, link, "{}");
	ck_assert(wait_until(is_paired, (void *)link, SOON));
	ck_assert_uint_eq(client_count_signals(client, "PairingRequest"), 0);
	expect_sealed(link);
	pair(client, link, "{}"); /* it is */
	pair(other, link, "{}");
	expect_undisturbed(link);
}
END_TEST

START_TEST(just_works_by_reading)
{
	const char *link = share_link("none");

	expect_sealed(link);
	ck_assert(wait_until(is_paired, (void *)link, SOON));
	expect_undisturbed(link);
}
END_TEST

/* That much trust does not do where there is a passkey. */
START_TEST(just_works_but_passkey)
{
	expect_refused_unpaired("display 1");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		unpaired_read, unpaired_read_display, unpaired_read_keyboard, unpaired_read_refuse,
		unpaired_write_among_others, refused_then_paired, just_works_is_off, NULL
	};
	const TTest *const with_just_works[] = {
		just_works_is_on, just_works_by_reading, just_works_but_passkey, NULL
	};
	int r = link_main("link-unpaired", tests, NULL, 90);

	return link_main("link-unpaired-just-works", with_just_works, JUST_WORKS, 90) | r;
}
