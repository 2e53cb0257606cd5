/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which links are ours, written and read; and what becomes of those of the daemon before. */
#include "core/ledger.h"

#include <string.h>

#include "bed-links.h"

static size_t parse(const char *text, LedgerEntry entries[static LEDGER_ENTRIES_MAX])
{
	/* as of a file: without a zero at the end, which Valgrind watches over */
	g_autofree char *bare = g_memdup2(text, strlen(text));

	return ledger_parse(bare, strlen(text), "bus/:1.5", entries);
}

START_TEST(test_written_and_read)
{
	LedgerEntry entries[LEDGER_ENTRIES_MAX];
	Connecter waiter = { 0 }, other = { 0 };
	GString *text;
	Bed bed;

	bed_init_radio(&bed);
	bed_link_up(&bed, 5, bed.a, false);
	bed_device(&bed, 6, false, false);
	ck_assert_int_eq(bed_connect(&bed, 6, bed.a, &waiter), 1);
	/* not what others have opened, nor what only waits */
	bed.devices[7] = (LinkMirror){ .known = true, .connected = true, .resolved = true };
	ck_assert_int_eq(bed_connect(&bed, 7, bed.a, &other), 0);
	ck_assert_uint_eq(bed.owned, 2);
	text = ledger_format(bed.broker, "bus/:1.5");
	ck_assert_str_eq(text->str,
			 "bluebrokerd links of bus/:1.5\n"
			 "00:AA:01:00:00:01 C0:00:00:00:00:05\n00:AA:01:00:00:01 C0:00:00:00:00:06\n");
	ck_assert_uint_eq(parse(text->str, entries), 2);
	ck_assert(addr_equal(&entries[0].radio, &bed.radio->addr));
	ck_assert_uint_eq(entries[0].addr.bytes[5], 5);
	ck_assert_uint_eq(entries[1].addr.bytes[5], 6);
	g_string_free(text, TRUE);

	bed_device(&bed, 5, false, false);
	ck_assert_uint_eq(bed.owned, 3);
	bed_end(&bed);
}
END_TEST

START_TEST(test_whatever_it_is)
{
	static const char *const nothing[] = {
		"", "\n", "bluebrokerd", "bluebrokerd links of bus/:1.5", "bluebrokerd links of bus/:1.51\n",
		"bluebrokerd links of bus/:1.4\n00:AA:01:00:00:01 C0:00:00:00:00:05\n",
		"00:AA:01:00:00:01 C0:00:00:00:00:05\n",
		"bluebrokerd links of bus/:1.5\n00:AA:01:00:00:01 C0:00:00:00:00:05",
		"bluebrokerd links of bus/:1.5\n00:AA:01:00:00:01 C0:00:00:00:00:0\n",
		"bluebrokerd links of bus/:1.5\n00:AA:01:00:00:01 C0:00:00:00:00:0G\n",
		"bluebrokerd links of bus/:1.5\n00:AA:01:00:00:01-C0:00:00:00:00:05\n",
		"bluebrokerd links of bus/:1.5\n00:AA:01:00:00:01 C0:00:00:00:00:05 \n",
		"bluebrokerd links of bus/:1.5\n\n\n \n00:AA:01:00:00:01\n",
	};
	LedgerEntry entries[LEDGER_ENTRIES_MAX];
	GString *long_one = g_string_new("bluebrokerd links of bus/:1.5\n");
	char zeros[100] = "bluebrokerd links of bus/:1.5\n";

	for (size_t i = 0; i < ARRAY_SIZE(nothing); i++)
		ck_assert_msg(parse(nothing[i], entries) == 0, "%zu", i);
	ck_assert_uint_eq(ledger_parse(zeros, sizeof(zeros), "bus/:1.5", entries), 0);
	/* a bad line spoils no other, and there is an end to it */
	ck_assert_uint_eq(
		parse("bluebrokerd links of bus/:1.5\nfoo\n00:AA:01:00:00:01 C0:00:00:00:00:05\n", entries),
		1);
	for (unsigned i = 0; i < 2 * LEDGER_ENTRIES_MAX; i++)
		g_string_append(long_one, "00:AA:01:00:00:01 C0:00:00:00:00:05\n");
	ck_assert_uint_eq(parse(long_one->str, entries), LEDGER_ENTRIES_MAX);
	g_string_free(long_one, TRUE);
}
END_TEST

START_TEST(test_adopted)
{
	Connecter waiter = { 0 };
	Addr addr = device_addr(5);
	Bed bed;

	bed_init_radio(&bed);
	link_adopt(bed.radio, &addr, bed.now);
	bed_expect(&bed, "disconnect5");
	/* who wants it meanwhile gets a fresh one */
	bed_device(&bed, 5, true, true);
	ck_assert_int_eq(bed_connect(&bed, 5, bed.a, &waiter), 1);
	bed_device(&bed, 5, false, false);
	bed_expect(&bed, "connect5");
	bed_device(&bed, 5, true, true);
	ck_assert_int_eq(waiter.error, 0);
	ck_assert_uint_eq(waiter.called, 1);
	/* a link that there is by now is somebody's */
	link_adopt(bed.radio, &addr, bed.now);
	bed_expect(&bed, "+link5");

	/* unknown to bluetoothd, and not connected at all */
	addr = device_addr(6);
	link_adopt(bed.radio, &addr, bed.now);
	bed_expect(&bed, "disconnect6");
	bed_disconnected(&bed, 6, E_FAILED);
	ck_assert_ptr_null(bed_link(&bed, 6));
	bed_power(&bed, bed.radio, false);
	bed_forget(&bed);
	link_adopt(bed.radio, &addr, bed.now);
	bed_expect(&bed, "");
	bed_end(&bed);
}
END_TEST

UNIT_MAIN("ledger", test_written_and_read, test_whatever_it_is, test_adopted)
