/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts at devices that advertise and do not answer: what cuts them short harms nobody, bluetoothd least,
 * which dies if it is asked to end an attempt and to begin another in one breath. */
#include <stdlib.h>

#include "link-fixture.h"

#define SILENT 8 /* and up: numbers of devices that only advertise */

static char *bluez_owner_before;

static char *bluez_owner(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GVariant) reply = NULL;
	Client *bus = new_client();
	char *owner;

	client_direct(bus, "org.freedesktop.DBus");
	reply = client_call(bus, "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner",
			    g_variant_new("(s)", "org.bluez"), NULL, &error);
	ck_assert_msg(reply != NULL, "bluetoothd is gone: %s", error ? error->message : "");
	g_variant_get(reply, "(s)", &owner);
	client_free(bus);
	return owner;
}

static void setup_attempts(void)
{
	link_setup();
	bluez_owner_before = bluez_owner();
}

static void teardown_attempts(void)
{
	g_autofree char *owner = bluez_owner();

	ck_assert_msg(g_str_equal(owner, bluez_owner_before), "bluetoothd has died meanwhile");
	g_clear_pointer(&bluez_owner_before, g_free);
	teardown();
}

/* A device that advertises as connectable (0) or not (3), and is not there when somebody connects. */
static void advertise_only(unsigned int number, unsigned int type)
{
	air_do(air, "repeat * silent%u %s random %u -60 020106 50 0 rsp -", number, peer_address(number),
	       type);
}

static Client *begin_silent(unsigned int number, const char *text, char **ret_session, ClientCall **ret_call)
{
	Client *other = new_client();
	uint64_t begun = now_ms();

	*ret_session = open_session(other, 0);
	*ret_call = begin_connect(other, *ret_session, peer_address(number), text);
	/* until it is under way: bluetoothd knows the device, and has had time to begin */
	while (!bluez_knows(number) && now_ms() - begun < world_patience(world))
		wait_ms(20);
	wait_ms(300);
	return other;
}

/* Each way in which an attempt ends before it has come to anything, beside somebody who waits for another
 * device. */
typedef void (*EndAttempt)(Client *by, const char *session, ClientCall *call);

static void end_by_deinit(Client *by, const char *session, ClientCall *call)
{
	client_do(by, session, "Session1", "Deinit", NULL);
	expect_call_error(call, "NotReady", "");
	client_free(by);
}

static void end_by_close(Client *by, const char *session, ClientCall *call)
{
	close_session(by, session);
	expect_call_error(call, "NotReady", "");
	client_free(by);
}

static void end_by_leaving(Client *by, const char *session, ClientCall *call)
{
	(void)session;
	client_call_forget(call); /* nobody is left to be answered */
	client_free(by);
}

static void end_by_time(Client *by, const char *session, ClientCall *call)
{
	(void)session;
	expect_call_error(call, "TimedOut", "");
	client_free(by);
}

START_TEST(ends_beside_another)
{
	static const struct {
		EndAttempt end;
		const char *options;
	} ways[] = {
		{ end_by_deinit, "{}" },
		{ end_by_close, "{}" },
		{ end_by_leaving, "{}" },
		{ end_by_time, "{'timeout': <uint32 1500>}" },
	};
	g_autofree char *session = open_session(client, 0);

	advertise_only(SILENT, 0);
	peer_appear(0);
	make_known(0);
	make_known(SILENT);
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		g_autofree char *others = NULL;
		ClientCall *silent, *call;
		Client *other = begin_silent(SILENT, ways[i].options, &others, &silent);

		call = begin_connect(client, session, peer_address(0), "{}");
		wait_ms(50);
		ways[i].end(other, others, silent);
		expect_connected(call);
		let_go(client, peer_path(0));
		wait_linked(0, false);
	}
}
END_TEST

/* The same device once more, at once, by somebody else. */
START_TEST(ends_beside_itself)
{
	g_autofree char *session = open_session(client, 0), *others = NULL;
	ClientCall *silent, *call;
	Client *other;

	advertise_only(SILENT, 0);
	make_known(SILENT);
	for (int i = 0; i < 3; i++) {
		g_clear_pointer(&others, g_free);
		other = begin_silent(SILENT, "{}", &others, &silent);
		client_do(other, others, "Session1", "Deinit", NULL);
		call = begin_connect(client, session, peer_address(SILENT), "{'timeout': <uint32 300>}");
		expect_call_error(silent, "NotReady", "");
		expect_call_error(call, "TimedOut", "");
		client_free(other);
	}
}
END_TEST

/* However many devices do not answer, and whoever wants them: one that is there is reached within the default
 * time. */
START_TEST(silent_ones_give_way)
{
	g_autofree char *session = open_session(client, 0), *back = open_session(client, 0);
	g_autofree char *wanted_back = NULL, *mine = NULL;
	g_autoptr(Client) other = new_client();
	g_autofree char *others = open_session(other, 0);
	ClientCall *silent[3];

	/* beforehand: of two programs that start a discovery at once, bluetoothd may leave one without an
	 * answer */
	peer_appear(0);
	make_known(0);
	/* one that was there, is to come back, and only pretends to */
	peer_appear(1);
	wanted_back = connect_to(client, back, 1, "{'auto_reconnect': <true>}");
	air_do(air, "unpeer peer1");
	advertise_only(1, 0);
	for (unsigned int i = 0; i < G_N_ELEMENTS(silent); i++) {
		advertise_only(SILENT + i, 0);
		silent[i] = begin_connect(other, others, peer_address(SILENT + i),
					  "{'timeout': <uint32 120000>, 'priority': <byte 9>}");
	}
	client_set_timeout(client, 40000);
	mine = connect_to(client, session, 0, "{}");
	/* and again, now that the silent ones are known for it */
	let_go(client, mine);
	wait_linked(0, false);
	g_free(connect_to(client, session, 0, "{'timeout': <uint32 15000>}"));
	for (unsigned int i = 0; i < G_N_ELEMENTS(silent); i++)
		ck_assert(!client_call_done(silent[i]));
	for (unsigned int i = 0; i < G_N_ELEMENTS(silent); i++)
		client_call_forget(silent[i]);
}
END_TEST

/* They connect, and say no more: they keep a slot each for no longer than while nobody else needs it. */
START_TEST(slots_of_silent_ones)
{
	g_autofree char *session = open_session(client, 0);
	g_autoptr(Client) other = new_client();
	g_autofree char *others = open_session(other, 0);

	for (unsigned int i = 1; i <= 4; i++) {
		g_autofree char *name = g_strdup_printf("peer%u", i);

		peer_appear(i);
		air_do(air, "silent %s on", name);
		client_call_forget(
			begin_connect(other, others, peer_address(i), "{'timeout': <uint32 120000>}"));
	}
	for (unsigned int i = 1; i <= 4; i++)
		wait_linked(i, true);
	peer_appear(0);
	client_set_timeout(client, 40000);
	g_free(connect_to(client, session, 0, "{}"));
}
END_TEST

START_TEST(power_goes_while_connecting)
{
	g_autofree char *others = NULL, *session = open_session(client, 0);
	ClientCall *silent, *call;
	Client *other;

	advertise_only(SILENT, 0);
	peer_appear(0);
	make_known(0);
	other = begin_silent(SILENT, "{}", &others, &silent);
	call = begin_connect(client, session, peer_address(0), "{}");
	wait_ms(50);
	world_power(world, "hci0", false);
	expect_call_error(silent, "NotReady", "");
	expect_call_error(call, "NotReady", "");
	world_power(world, "hci0", true);
	client_free(other);
	g_free(connect_to(client, session, 0, "{}"));
}
END_TEST

START_TEST(daemon_ends_while_connecting)
{
	g_autofree char *others = NULL, *session = open_session(client, 0);
	ClientCall *silent, *call, *third;
	Client *other;

	advertise_only(SILENT, 0);
	advertise_only(SILENT + 1, 0);
	peer_appear(0);
	make_known(0);
	make_known(SILENT + 1);
	other = begin_silent(SILENT, "{}", &others, &silent);
	third = begin_connect(other, others, peer_address(SILENT + 1), "{}");
	call = begin_connect(client, session, peer_address(0), "{}");
	wait_ms(50);
	world_daemon_stop(world);
	client_call_forget(silent);
	client_call_forget(third);
	client_call_forget(call);
	client_free(other);
	wait_ms(500);
	g_free(bluez_owner());
	world_daemon_start(world);
	g_free(connect_anew(client, 0));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		ends_beside_another, ends_beside_itself, silent_ones_give_way, slots_of_silent_ones,
		power_goes_while_connecting, daemon_ends_while_connecting, NULL
	};

	return run_tests("link-attempt", tests, setup_attempts, teardown_attempts, 150);
}
