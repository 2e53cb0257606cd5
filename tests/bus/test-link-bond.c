/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bonds: devices that have lost theirs, who may forget one, and what is remembered of it. */
#include <string.h>

#include "link-pairing.h"


static void pair_by_passkey(Client *by)
{
	pair(by, peer_path(0), "{'passkey': <uint32 5>}");
}

static int bond_of(Client *by)
{
	return bond_with(by, peer_address(0));
}

static bool is_bonded(void *by)
{
	return bond_of(by) >= 0;
}

static ClientCall *begin_forget(Client *by, const char *session)
{
	return client_begin(by, session, "Session1", "Forget", g_variant_new("(s)", peer_address(0)));
}

static void forget(Client *by, const char *session)
{
	client_do(by, session, "Session1", "Forget", g_variant_new("(s)", peer_address(0)));
}

static void expect_forget_error(Client *by, const char *error)
{
	expect_call_error(begin_forget(by, "hci0"), error, "");
}

/* It was reset: each Connect says so, and after Forget all is as at the beginning. */
START_TEST(reset_device)
{
	g_autofree char *path = NULL;

	sealed_appear("display 5");
	g_free(connect_anew(client, 0));
	ck_assert_int_eq(bond_of(client), -1);
	pair_by_passkey(client);
	ck_assert_msg(wait_until(is_bonded, client, SOON), "GetBonds does not know it");
	let_go(client, peer_path(0));
	wait_linked(0, false);
	wait_gone(peer_path(0), CONNECTION);

	air_do(air, "forget peer0");
	expect_call_error(
		begin_connect(client, "hci0", peer_address(0), "{}"), "ConnectionRefused",
		"the link was lost before the services were known, as is each one to a device that was paired and has "
		"lost its key");
	ck_assert_int_eq(bond_of(client), 1);
	forget(client, "hci0");
	ck_assert_int_eq(bond_of(client), -1);
	expect_forget_error(client, "DoesNotExist");

	path = connect_to(client, "hci0", 0, "{}");
	pair_by_passkey(client);
	expect_value(client, path, SEALED, "7e7f");
	ck_assert_int_eq(bond_of(client), 1);
	/* one's own link is no hindrance */
	forget(client, "hci0");
	wait_linked(0, false);
	ck_assert_int_eq(bond_of(client), -1);
}
END_TEST

START_TEST(who_may_forget)
{
	g_autoptr(Client) alice = new_alice(), bob = new_bob();

	sealed_appear("display 5");
	client_expect_error(alice, "hci0", "Session1", "Forget", g_variant_new("(s)", "C1:22"),
			    "InvalidArguments");
	g_free(connect_to(bob, "hci0", 0, "{}"));
	g_free(connect_to(alice, "hci0", 0, "{}"));
	expect_forget_error(alice, "DoesNotExist");
	pair_by_passkey(alice);
	ck_assert_msg(wait_until(is_bonded, alice, SOON), "GetBonds does not know it");
	ck_assert_int_eq(bond_of(alice), 1);
	ck_assert_int_eq(bond_of(bob), 0);
	ck_assert_int_eq(bond_of(client), 1);

	expect_forget_error(bob, "AccessDenied");
	expect_forget_error(alice, "Busy"); /* bob has the link */
	expect_forget_error(client, "Busy");
	ck_assert(is_connected(bob, peer_path(0)) && is_connected(alice, peer_path(0)));
	let_go(bob, peer_path(0));
	let_go(alice, peer_path(0));
	wait_gone(peer_path(0), CONNECTION);

	/* it is remembered by all who have to */
	restart_bluez();
	ck_assert_msg(wait_until(is_bonded, alice, world_patience(world)),
		      "the bond is gone with bluetoothd");
	ck_assert_int_eq(bond_of(alice), 1);
	world_daemon_kill(world);
	world_daemon_start(world);
	ck_assert_msg(wait_until(is_bonded, alice, world_patience(world)),
		      "the bond is gone with the daemon");
	ck_assert_int_eq(bond_of(alice), 1);
	ck_assert_int_eq(bond_of(bob), 0);
	expect_forget_error(bob, "AccessDenied");
	forget(alice, "hci0");
	ck_assert_int_eq(bond_of(alice), -1);
	expect_forget_error(bob, "DoesNotExist");
}
END_TEST

/* What a read had paired was paired by who holds the link. */
START_TEST(paired_by_reading)
{
	g_autoptr(Client) alice = new_alice(), bob = new_bob();

	sealed_appear("none");
	g_free(connect_to(alice, "hci0", 0, "{}"));
	expect_value(alice, peer_path(0), SEALED, "7e7f");
	ck_assert_msg(wait_until(is_bonded, alice, SOON), "GetBonds does not know it");
	ck_assert_int_eq(bond_of(alice), 1);
	ck_assert_int_eq(bond_of(bob), 0);
	expect_forget_error(bob, "AccessDenied");
	forget(alice, "hci0");
	ck_assert_int_eq(bond_of(alice), -1);
}
END_TEST

/* The caller is gone before bluetoothd has answered; others wait for nothing. */
START_TEST(forget_and_leave)
{
	Client *leaver = new_client();
	g_autofree char *session = open_session(leaver, 0);

	sealed_appear("display 5");
	g_free(connect_to(leaver, session, 0, "{}"));
	pair_by_passkey(leaver);
	ck_assert_msg(wait_until(is_bonded, client, SOON), "GetBonds does not know it");
	client_call_forget(begin_forget(leaver, session));
	client_sync(leaver);
	client_free(leaver);
	wait_linked(0, false);
	g_free(connect_anew(client, 0));
	ck_assert_int_eq(bond_of(client), -1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { reset_device, who_may_forget, forget_and_leave, NULL };
	const TTest *const with_just_works[] = { paired_by_reading, NULL };
	int r = link_main("link-bond", tests, NULL, 90);

	return link_main("link-bond-just-works", with_just_works, JUST_WORKS, 90) | r;
}
