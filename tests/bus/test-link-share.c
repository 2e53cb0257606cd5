/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links that several programs share: holds, slots, and links of programs that go around the daemon. */
#include <signal.h>
#include <string.h>

#include "child.h"
#include "link-fixture.h"

#define PROGRAMS 4

static const char *self;

typedef struct Program {
	Client *client;
	char *link;
} Program;

/* Four programs of two users. */
static void join_all(Program programs[PROGRAMS])
{
	for (int i = 0; i < PROGRAMS; i++) {
		programs[i].client = new_client_as(i % 2 ? SOME_UID : OTHER_UID);
		programs[i].link = connect_anew(programs[i].client, 0);
	}
}

static void leave(Program *program)
{
	program->client = client_free(program->client);
	g_clear_pointer(&program->link, g_free);
}

START_TEST(holds_are_counted)
{
	Program programs[PROGRAMS];
	g_autofree char *before = NULL, *after = NULL;
	uint64_t begun;

	peer_appear(0);
	join_all(programs);
	ck_assert_uint_eq(holders(peer_path(0)), PROGRAMS);
	before = air_cmd(air, "link peer0");
	begun = now_ms();
	g_free(connect_anew(client, 0));
	ck_assert_uint_le(now_ms() - begun, SOON);
	after = air_cmd(air, "link peer0");
	ck_assert_str_eq(before, after); /* it was there already */

	for (int i = 0; i < PROGRAMS; i++) {
		let_go(programs[i].client, programs[i].link);
		client_expect_error(programs[i].client, programs[i].link, CONNECTION, "Disconnect", NULL,
				    "AccessDenied");
		ck_assert(!is_connected(programs[i].client, programs[i].link));
		leave(&programs[i]);
	}
	ck_assert(peer_is_linked(0));
	ck_assert_uint_eq(holders(peer_path(0)), 1);
	let_go(client, peer_path(0));
	wait_linked(0, false);
	wait_gone(peer_path(0), CONNECTION);
	ck_assert(!is_connected(client, peer_path(0)));
	client_expect_error(client, peer_path(0), CONNECTION, "GetMtu", NULL, "DoesNotExist");
}
END_TEST

START_TEST(one_read_on_air)
{
	Program programs[PROGRAMS];
	ClientCall *calls[PROGRAMS];

	peer_appear(0);
	join_all(programs);
	air_do(air, "latency peer0 800");
	for (int i = 0; i < PROGRAMS; i++)
		calls[i] = begin_read(programs[i].client, programs[i].link, PLAIN);
	for (int i = 0; i < PROGRAMS; i++) {
		g_autofree char *hex = finish_read(calls[i]);

		ck_assert_str_eq(hex, "01020304");
	}
	ck_assert_uint_eq(peer_count(0, PLAIN_HANDLE, "reads"), 1);
	for (int i = 0; i < PROGRAMS; i++)
		leave(&programs[i]);
}
END_TEST

START_TEST(writes_in_order)
{
	Program programs[PROGRAMS];
	ClientCall *calls[PROGRAMS];
	g_autofree char *value = NULL;

	peer_appear(0);
	join_all(programs);
	air_do(air, "latency peer0 100");
	for (int i = 0; i < PROGRAMS; i++) {
		g_autofree char *hex = g_strdup_printf("aa%02d", i);

		calls[i] = begin_write(programs[i].client, programs[i].link, PLAIN, hex, "{}");
		client_sync(programs[i].client); /* different connections: the bus has it before the next */
	}
	for (int i = 0; i < PROGRAMS; i++)
		finish_write(calls[i]);
	ck_assert_uint_eq(peer_count(0, PLAIN_HANDLE, "writes"), PROGRAMS);
	value = air_cmd(air, "value peer0 " PLAIN_HANDLE);
	ck_assert_str_eq(value, "aa03");
	/* a read that was asked for after a write gives what was written */
	calls[0] = begin_write(programs[0].client, programs[0].link, PLAIN, "bb", "{}");
	calls[1] = begin_read(programs[0].client, programs[0].link, PLAIN);
	finish_write(calls[0]);
	g_free(value);
	value = finish_read(calls[1]);
	ck_assert_str_eq(value, "bb");
	for (int i = 0; i < PROGRAMS; i++)
		leave(&programs[i]);
}
END_TEST

START_TEST(thousand_notifications)
{
	Program programs[PROGRAMS];

	peer_appear(0);
	join_all(programs);
	for (int i = 0; i < PROGRAMS; i++)
		notify_from(programs[i].client, programs[i].link, RATE);
	wait_subscribed(0, RATE_HANDLE, true);
	air_do(air, "notify peer0 " RATE_HANDLE " 0000000000000000 1000 1");
	for (int i = 0; i < PROGRAMS; i++)
		expect_numbered(programs[i].client, 1000);
	/* one is enough for the others */
	notify_no_more(programs[0].client, programs[0].link, RATE);
	air_do(air, "notify peer0 " RATE_HANDLE " beef");
	for (int i = 1; i < PROGRAMS; i++)
		expect_notification(programs[i].client, "beef");
	ck_assert_uint_eq(client_count_signals(programs[0].client, "Notification"), 0);
	for (int i = 0; i < PROGRAMS; i++)
		leave(&programs[i]);
	wait_linked(0, false);
}
END_TEST

/* --- a program that dies --- */

/* No case of check's runs there, so nothing may be asserted. */
static GVariant *victim_call(Client *me, const char *path, const char *iface, const char *method,
			     GVariant *params)
{
	g_autoptr(GError) error = NULL;
	GVariant *reply = client_call(me, path, iface, method, params, NULL, &error);

	if (!reply)
		g_error("%s: %s", method, error->message);
	return reply;
}

static G_NORETURN void be_victim(const char *address, const char *link, const char *mac)
{
	g_autofree char *rate = attr_path(link, RATE);
	Client *me = client_new(address);
	g_autoptr(GVariant) opened = victim_call(me, NULL, "Manager1", "OpenSession", radio_number(0));
	const char *session;

	g_variant_get(opened, "(&o)", &session);
	g_variant_unref(
		victim_call(me, session, "Session1", "Connect", g_variant_new("(sa{sv})", mac, NULL)));
	g_variant_unref(
		victim_call(me, rate, CHARACTERISTIC, "Callback", g_variant_new("(u)", CHAR_NOTIFY_EVENT)));
	g_variant_unref(victim_call(me, link, CONNECTION, "Claim", no_options()));
	(void)begin_read(me, link, LONG);
	g_print("ready\n");
	for (;;)
		wait_ms(1000);
}

static bool victim_has_link(void *data)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(data, &text, NULL, NULL) && strstr(text, "ready\n");
}

static bool has_one_holder(void *data)
{
	return holders(data) == 1;
}

START_TEST(killed_program)
{
	g_autofree char *told = g_build_filename(world_dir(world), "victim", NULL), *link = NULL;
	const char *argv[] = { self, "--victim", world_address(world), NULL, peer_address(0), NULL };
	Child victim = { 0 };

	peer_appear(0);
	link = connect_anew(client, 0);
	notify_from(client, link, RATE);
	client_subscribe(client, NULL, CONNECTION, NULL, NULL);
	argv[3] = link;
	child_start(&victim, argv, NULL, told);
	ck_assert_msg(wait_until(victim_has_link, told, world_patience(world)),
		      "the program does not get its link");
	ck_assert_uint_eq(holders(link), 2);
	expect_write_error(client, link, PLAIN, "00", "{}", "Busy", "");
	child_end(&victim, SIGKILL, SOON);
	ck_assert_msg(wait_until(has_one_holder, link, world_release(world)),
		      "the hold of a program that was killed stays");
	write_value(client, link, PLAIN, "99", "{}");
	air_do(air, "notify peer0 " RATE_HANDLE " 0000000000000000 100 1");
	expect_numbered(client, 100);
	ck_assert_uint_eq(client_count_signals(client, "Disconnected"), 0);
	let_go(client, link);
	wait_linked(0, false);
}
END_TEST

/* --- slots --- */

START_TEST(fifth_waits)
{
	Client *by[5];
	ClientCall *fifth;
	g_autofree char *session = NULL;

	for (unsigned int i = 0; i < 5; i++)
		peer_appear(i);
	for (unsigned int i = 0; i < 4; i++) {
		by[i] = new_client();
		g_free(connect_anew(by[i], i));
	}
	by[4] = new_client();
	session = open_session(by[4], 0);
	make_known(4);
	expect_connect_error(by[4], session, peer_address(4), "{'timeout': <uint32 1500>}", "LimitReached");
	fifth = begin_connect(by[4], session, peer_address(4), "{'timeout': <uint32 20000>}");
	wait_ms(1000);
	ck_assert(!client_call_done(fifth));
	let_go(by[2], peer_path(2));
	expect_connected(fifth);
	ck_assert(peer_is_linked(4));
	wait_linked(2, false);
	for (unsigned int i = 0; i < 5; i++)
		client_free(by[i]);
	for (unsigned int i = 0; i < 5; i++)
		wait_linked(i, false);
}
END_TEST

/* MaxLinks is 4: the more urgent first, else the older. */
START_TEST(queue_by_priority_and_age)
{
	static const unsigned int order[] = { 6, 4, 5 };
	g_autofree char *session = open_session(client, 0);
	ClientCall *calls[7];

	for (unsigned int i = 0; i < 7; i++)
		peer_appear(i);
	for (unsigned int i = 0; i < 4; i++)
		g_free(connect_to(client, session, i, "{}"));
	for (unsigned int i = 4; i < 7; i++)
		make_known(i);
	for (unsigned int i = 4; i < 7; i++)
		calls[i] = begin_connect(client, session, peer_address(i),
					 i == 6 ? "{'priority': <byte 9>, 'timeout': <uint32 25000>}" :
						  "{'timeout': <uint32 25000>}");
	for (unsigned int i = 0; i < 3; i++) {
		let_go(client, peer_path(i));
		expect_connected(calls[order[i]]);
		for (unsigned int later = i + 1; later < 3; later++)
			ck_assert(!client_call_done(calls[order[later]]));
	}
}
END_TEST

/* --- access --- */

START_TEST(only_holders)
{
	Client *other = new_client_as(SOME_UID), *another;
	g_autofree char *link = NULL, *path = NULL;

	peer_appear(0);
	link = connect_anew(client, 0);
	path = attr_path(link, PLAIN);
	expect_value(client, link, PLAIN, "01020304");
	expect_read_error(other, link, PLAIN, "{}", "AccessDenied", "");
	expect_write_error(other, link, PLAIN, "00", "{}", "AccessDenied", "");
	client_expect_error(other, link, CONNECTION, "Services", NULL, "AccessDenied");
	client_expect_error(other, link, CONNECTION, "GetMtu", NULL, "AccessDenied");
	client_expect_error(other, link, CONNECTION, "Claim", no_options(), "AccessDenied");
	client_expect_error(other, path, CHARACTERISTIC, "Callback", g_variant_new("(u)", CHAR_NOTIFY_EVENT),
			    "AccessDenied");
	client_expect_error(other, path, CHARACTERISTIC, "Events", NULL, "AccessDenied");
	client_expect_error(other, path, PROPERTIES, "Get",
			    g_variant_new("(ss)", WORLD_NAME "." CHARACTERISTIC, "Value"), "AccessDenied");
	ck_assert(!is_connected(other, link));
	/* a user session, from any connection of that user */
	client_do(other, "hci0", "Session1", "Init", no_options());
	expect_connected(begin_connect(other, "hci0", peer_address(0), "{}"));
	another = new_client_as(SOME_UID);
	expect_value(another, link, PLAIN, "01020304");
	client_free(another);
	client_do(other, "hci0", "Session1", "Deinit", NULL);
	expect_read_error(other, link, PLAIN, "{}", "AccessDenied", "");
	client_free(other);
}
END_TEST

/* --- programs that go around the daemon --- */

static void bluez_do(const char *path, const char *method)
{
	g_autoptr(GVariant) reply = NULL;
	g_autoptr(GError) error = NULL;

	reply = client_call(world_bluez(world), path, "org.bluez.Device1", method, NULL, NULL, &error);
	if (!reply)
		ck_abort_msg("BlueZ's %s: %s", method, error->message);
}

START_TEST(foreign_link_is_not_cut)
{
	g_autofree char *path = bluez_path(0), *link = NULL;

	peer_appear(0);
	make_known(0);
	bluez_do(path, "Connect");
	wait_linked(0, true);
	link = connect_anew(client, 0);
	expect_value(client, link, PLAIN, "01020304");
	let_go(client, link);
	wait_gone(link, CONNECTION);
	wait_ms(3000); /* BlueZ takes two seconds to take a link down */
	ck_assert(peer_is_linked(0));
	g_free(connect_anew(client, 0)); /* and again */
	bluez_do(path, "Disconnect");
	wait_linked(0, false);
}
END_TEST

START_TEST(cut_by_another)
{
	g_autofree char *path = bluez_path(0), *link = NULL;
	Client *other;

	peer_appear(0);
	link = connect_anew(client, 0);
	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
	bluez_do(path, "Disconnect");
	expect_disconnected(client, "disconnected");
	wait_gone(link, CONNECTION);
	/* whoever had it, by whichever session, and whoever had not */
	ck_assert(!is_connected(client, link));
	other = new_client_as(SOME_UID);
	ck_assert(!is_connected(other, link));
	client_free(other);
	wait_linked(0, false);
	ck_assert_uint_eq(client_count_signals(client, "Disconnected"), 0);
	g_free(connect_anew(client, 0));
}
END_TEST

int main(int argc, char **argv)
{
	const TTest *const tests[] = {
		holds_are_counted, one_read_on_air, writes_in_order, thousand_notifications, killed_program,
		fifth_waits, queue_by_priority_and_age, only_holders, foreign_link_is_not_cut, cut_by_another,
		NULL
	};

	self = argv[0];
	if (argc == 5 && strcmp(argv[1], "--victim") == 0)
		be_victim(argv[2], argv[3], argv[4]);
	return link_main("link-share", tests, NULL, 90);
}
