/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AcquireWrite: a socket for each session, whose datagrams are write commands. */
#include <string.h>
#include <unistd.h>

#include "link-sockets.h"

static uint16_t link_mtu(void)
{
	g_autoptr(GVariant) reply = client_expect(client, link_, CONNECTION, "GetMtu", NULL, "(q)");
	uint16_t mtu;

	g_variant_get(reply, "(q)", &mtu);
	return mtu;
}

static void expect_stored(const char *hex)
{
	g_autofree char *value = air_cmd(air, "value peer0 " COMMAND_HANDLE);

	ck_assert_msg(g_str_equal(value, hex), "the peer has %s, not %s", value, hex);
}

START_TEST(write_commands)
{
	g_autoptr(Client) other = new_client_as(SOME_UID);
	int mine = socket_acquire(client, link_, COMMAND, "AcquireWrite"), its;
	uint16_t most = (uint16_t)MIN(link_mtu() - 3, VALUE_MAX);
	uint8_t bytes[VALUE_MAX];
	g_autofree char *hex = NULL;

	g_free(connect_anew(other, 0));
	its = socket_acquire(other, link_, COMMAND, "AcquireWrite");
	for (uint8_t i = 0; i < 50; i++) {
		put(mine, &i, 1);
		put(its, (uint8_t[]){ 0xff, i }, 2);
	}
	expect_commands(100);
	put(its, (uint8_t[]){ 0xc0, 0xff, 0xee }, 3);
	expect_commands(101);
	expect_stored("c0ffee");

	memset(bytes, 0x5a, most);
	put(mine, bytes, most);
	expect_commands(102);
	hex = g_strnfill(2 * most, '5');
	for (uint16_t i = 0; i < most; i++)
		hex[2 * i + 1] = 'a';
	expect_stored(hex);
	/* with calls it shares the queue */
	write_value(client, link_, COMMAND, "0102", "{'type': <'command'>}");
	expect_commands(103);
	ck_assert_uint_eq(peer_count(0, COMMAND_HANDLE, "writes"), 0);
	close(mine);
	put(its, "x", 1);
	expect_commands(104);
	let_go(other, link_);
	expect_end(its);
}
END_TEST

/* They are lost as a whole, and what comes after them is not. */
static void expect_too_long(int fd, size_t length)
{
	unsigned int before = peer_count(0, COMMAND_HANDLE, "commands");
	uint8_t bytes[2 * VALUE_MAX] = { 0 };

	put(fd, bytes, length);
	put(fd, "\xaa", 1);
	expect_commands(before + 1);
	expect_stored("aa");
	expect_value(client, link_, COMMAND, "aa"); /* behind it in the queue */
	ck_assert_uint_eq(peer_count(0, COMMAND_HANDLE, "commands"), before + 1);
}

START_TEST(too_long)
{
	int fd;

	fd = socket_acquire(client, link_, COMMAND, "AcquireWrite");
	expect_too_long(fd, VALUE_MAX + 1);
	expect_too_long(fd, 2 * VALUE_MAX);
	close(fd);
}
END_TEST

START_TEST(too_long_for_a_short_mtu)
{
	int fd;

	let_go(client, link_);
	wait_linked(0, false);
	air_do(air, "mtu peer0 23");
	g_free(connect_anew(client, 0));
	ck_assert_uint_eq(link_mtu(), MTU_MIN);
	fd = socket_acquire(client, link_, COMMAND, "AcquireWrite");
	expect_too_long(fd, 21);
	put(fd, "01234567890123456789", 20);
	expect_commands(2);
	close(fd);
}
END_TEST

/* A claim keeps others' sockets from writing, too. */
START_TEST(claimed)
{
	g_autoptr(Client) other = new_client();
	g_autoptr(GError) error = NULL;
	g_autofree char *name = NULL;
	uint16_t mtu;
	int fd;

	g_free(connect_anew(other, 0));
	fd = socket_acquire(other, link_, COMMAND, "AcquireWrite");
	client_do(client, link_, CONNECTION, "Claim", no_options());
	ck_assert_int_lt(socket_try(other, link_, COMMAND, "AcquireWrite", &mtu, &error), 0);
	name = g_dbus_error_get_remote_error(error);
	ck_assert_str_eq(name, WORLD_NAME ".Error.Busy");
	put(fd, "x", 1);
	client_sync(other);
	write_value(client, link_, COMMAND, "01", "{'type': <'command'>}");
	expect_commands(1);
	expect_stored("01");
	client_do(client, link_, CONNECTION, "Release", NULL);
	put(fd, "\x02", 1);
	expect_commands(2);
	expect_stored("02");
	close(fd);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { write_commands, too_long, too_long_for_a_short_mtu, claimed, NULL };

	return run_tests("link-command", tests, link_setup_up, link_teardown, 90);
}
