/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that change between reads: each read gives what the device has at that moment, whole or from an
 * offset on, and nothing but what the device sends by itself is a notification. */
#include <string.h>

#include "link-sockets.h"

#define BOTH OURS "/char0041" /* read, notify */
#define BOTH_HANDLE "0041"

static void setup_value(void)
{
	link_setup();
	peer_appear(0);
	air_do(air, "char peer0 " BOTH_HANDLE " 5a3b0041-1c1d-4f5e-8a9b-0123456789ab read,notify 00");
	air_do(air, "desc peer0 0043 2902 read,write 0000");
	link_ = connect_anew(client, 0);
}

/* A value of that length, other bytes with each seed. */
static char *some_hex(unsigned int length, unsigned int seed)
{
	GString *hex = g_string_new(NULL);

	for (unsigned int i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", (i * 7 + seed * 31) & 0xff);
	return g_string_free(hex, FALSE);
}

static void peer_has(const char *handle, const char *hex)
{
	air_do(air, "value peer0 %s %s", handle, *hex ? hex : "-");
}

static char *cached(const char *attr)
{
	g_autofree char *path = attr_path(link_, attr);
	g_autoptr(GVariant) value = client_get(client, path, CHARACTERISTIC, "Value");

	ck_assert_ptr_nonnull(value);
	return hex_of(value);
}

static ClientCall *begin_part(Client *by, const char *attr, unsigned int offset)
{
	g_autofree char *path = attr_path(link_, attr);
	g_autofree char *text = g_strdup_printf("({'offset': <uint16 %u>},)", offset);

	return client_begin(by, path, strstr(attr, "/desc") ? DESCRIPTOR : CHARACTERISTIC, "Read",
			    g_variant_new_parsed(text));
}

/* From there on it is the rest of hex, or there is nothing. */
static void expect_part(const char *attr, unsigned int offset, const char *hex)
{
	ClientCall *call = begin_part(client, attr, offset);

	if (2 * offset > strlen(hex)) {
		expect_call_error(call, "AttError", "0x07");
	} else {
		g_autofree char *got = finish_read(call);

		ck_assert_msg(g_str_equal(got, hex + 2 * offset), "%s from %u on is %s, of %s", attr, offset,
			      got, hex);
	}
}

static void expect_cached(const char *attr, const char *hex)
{
	g_autofree char *got = cached(attr);

	ck_assert_msg(g_str_equal(got, hex), "Value of %s is %s, not %s", attr, got, hex);
}

/* Whatever was known before, and of whatever length. */
START_TEST(lengths_that_change)
{
	static const unsigned int lengths[] = { 8, 5, 0, 1, 22, 23, 100, 4, 512, 300, 0, 512, 8 };
	static const struct {
		const char *attr, *handle;
	} attrs[] = { { PLAIN, PLAIN_HANDLE }, { BOTH, BOTH_HANDLE }, { RELIABLE_NAME, "002e" } };

	notify_from(client, link_, BOTH);
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		unsigned int length = lengths[i];
		const unsigned int offsets[] = { 4, length, length > 0 ? length - 1 : 0,
						 MIN(length + 1, VALUE_MAX), 0 };

		for (size_t a = 0; a < G_N_ELEMENTS(attrs); a++) {
			g_autofree char *hex = some_hex(length, (unsigned int)i);

			peer_has(attrs[a].handle, hex);
			for (size_t o = 0; o < G_N_ELEMENTS(offsets); o++)
				expect_part(attrs[a].attr, offsets[o], hex);
			if (!strstr(attrs[a].attr, "/desc"))
				expect_cached(attrs[a].attr, hex);
		}
	}
	/* none of it came by itself */
	air_do(air, "notify peer0 " BOTH_HANDLE " beef");
	expect_notification(client, "beef");
	expect_cached(BOTH, "beef");
}
END_TEST

/* Reads of parts, of many programs at once, while the device notifies: each part is of one whole value. */
START_TEST(parts_at_once)
{
	static const unsigned int offsets[] = { 0, 3, 7, 8, 9, 0, 1 };
	ClientCall *calls[G_N_ELEMENTS(offsets)];
	unsigned int before;
	int fd;

	fd = socket_acquire(client, link_, BOTH, "AcquireNotify");
	notify_from(client, link_, BOTH);
	peer_has(BOTH_HANDLE, "0011223344556677");
	expect_value(client, link_, BOTH, "0011223344556677");
	peer_has(BOTH_HANDLE, "a0a1a2a3");
	before = peer_count(0, BOTH_HANDLE, "reads");
	air_do(air, "latency peer0 500");
	for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++)
		calls[i] = begin_part(client, BOTH, offsets[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
		g_autofree char *got = NULL;

		if (offsets[i] > 4) {
			expect_call_error(calls[i], "AttError", "0x07");
			continue;
		}
		got = finish_read(calls[i]);
		ck_assert_str_eq(got, "a0a1a2a3" + 2 * offsets[i]);
	}
	ck_assert_uint_eq(peer_count(0, BOTH_HANDLE, "reads"), before + 1); /* one on the air */
	air_do(air, "latency peer0 0");

	/* what it sends while a part is read is neither lost nor mixed with it */
	for (unsigned int i = 0; i < 20; i++) {
		g_autofree char *sent = g_strdup_printf("%02xffff", i), *got = NULL;
		ClientCall *call = begin_part(client, BOTH, 2);

		air_do(air, "notify peer0 " BOTH_HANDLE " %s", sent);
		got = finish_read(call);
		ck_assert_str_eq(got, "a2a3");
		expect_datagram(fd, sent);
		expect_notification(client, sent);
	}
	expect_nothing(fd);
	ck_assert_uint_eq(client_count_signals(client, "Notification"), 0);
	close(fd);
}
END_TEST

static void read_through_bluez(const char *attr, unsigned int offset)
{
	g_autofree char *device = bluez_path(0), *path = g_strconcat(device, "/", attr, NULL);
	g_autofree char *text = g_strdup_printf("({'offset': <uint16 %u>},)", offset);
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GError) error = NULL;

	reply = client_call(world_bluez(world), path, "org.bluez.GattCharacteristic1", "ReadValue",
			    g_variant_new_parsed(text), "(ay)", &error);
	if (!reply)
		ck_abort_msg("ReadValue: %s", error->message);
}

/* A program that reads straight through BlueZ, where BlueZ shows the new end behind an old beginning. */
START_TEST(others_read_parts)
{
	g_autofree char *path = NULL, *first = some_hex(60, 1), *second = some_hex(40, 2);
	int fd;

	g_clear_pointer(&link_, g_free);
	let_go(client, peer_path(0));
	wait_linked(0, false);
	air_do(air, "mtu peer0 23");
	link_ = connect_anew(client, 0);

	/* nobody here has asked: nothing is known */
	peer_has(PLAIN_HANDLE, first);
	read_through_bluez(PLAIN, 0);
	peer_has(PLAIN_HANDLE, second);
	read_through_bluez(PLAIN, 30);
	client_sync(client);
	expect_cached(PLAIN, "");
	expect_part(PLAIN, 30, second);
	expect_cached(PLAIN, second);
	/* nor for a program that comes now */
	peer_has(PLAIN_HANDLE, first);
	read_through_bluez(PLAIN, 35);
	expect_cached(PLAIN, second);

	/* what is too long for a notification is none */
	fd = socket_acquire(client, link_, BOTH, "AcquireNotify");
	notify_from(client, link_, BOTH);
	peer_has(BOTH_HANDLE, first);
	expect_value(client, link_, BOTH, first);
	peer_has(BOTH_HANDLE, second);
	read_through_bluez(BOTH, 30);
	read_through_bluez(BOTH, 0);
	air_do(air, "notify peer0 " BOTH_HANDLE " 77");
	expect_datagram(fd, "77");
	expect_notification(client, "77");
	expect_nothing(fd);
	ck_assert_uint_eq(client_count_signals(client, "Notification"), 0);
	close(fd);
}
END_TEST

/* A write is no notification, and says nothing of what the device made of it. */
START_TEST(written_values)
{
	expect_value(client, link_, PLAIN, "01020304");
	write_value(client, link_, PLAIN, "aa", "{}");
	expect_value(client, link_, PLAIN, "aa");
	write_value(client, link_, PLAIN, "bbcc", "{'offset': <uint16 1>}");
	expect_part(PLAIN, 1, "aabbcc");
	write_value(client, link_, PLAIN, "", "{}");
	expect_part(PLAIN, 0, "");
	expect_part(PLAIN, 1, "");
	expect_cached(PLAIN, "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { lengths_that_change, parts_at_once, others_read_parts, written_values,
				       NULL };

	return run_tests("link-value", tests, setup_value, link_teardown, 90);
}
