/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bluetoothd that stops answering, and answers again; and more calls to it than the bus lets anybody
 * have. */
#include "link-fixture.h"

#define CONFIG "[BlueZ]\nStallSeconds=2\n[Limits]\nQueuedCallsPerUser=1000\n"
#define STALL_MS 2000
/* dbus-daemon lets a connection wait for 128 answers. */
#define MANY 150
#define MANY_HANDLE 0x0100

static bool bluez_is(void *state)
{
	g_autoptr(GVariant) table = stats(client);
	const char *got = NULL;

	ck_assert(g_variant_lookup(table, "BlueZ", "&s", &got));
	return g_str_equal(got, state);
}

static void wait_bluez(const char *state)
{
	ck_assert_msg(wait_until(bluez_is, (void *)state, STALL_MS * 2 + SOON),
		      "bluetoothd does not become %s", state);
}

static void expect_log(const char *words)
{
	g_autofree char *log = world_read_log(world);

	ck_assert_msg(strstr(log, words), "the log does not say: %s", words);
}

static void expect_refused(const char *path, const char *iface, const char *method, GVariant *params)
{
	uint64_t begun = now_ms();

	client_expect_error(client, path, iface, method, params, "BlueZUnavailable");
	ck_assert_uint_le(now_ms() - begun, STALL_MS);
}

START_TEST(those_who_wait_are_told)
{
	g_autofree char *link = NULL, *place = NULL, *session = open_session(client, 0),
			*other = open_session(client, 0);
	ClientCall *read, *write, *connect;

	peer_appear(0);
	link = connect_to(client, session, 0, "{}");
	notify_from(client, link, RATE);
	world_bluez_pause(world);
	read = begin_read(client, link, PLACE);
	write = begin_write(client, link, PLAIN, "05", "{}");
	connect = begin_connect(client, session, peer_address(1), "{}");
	expect_call_error(read, "BlueZUnavailable", "");
	expect_call_error(write, "BlueZUnavailable", "");
	expect_call_error(connect, "BlueZUnavailable", "");
	ck_assert(bluez_is((void *)(uintptr_t)"stalled"));
	expect_log("bluetoothd has not answered for 2 s");

	place = attr_path(link, PLACE);
	expect_refused(place, CHARACTERISTIC, "Read", no_options());
	expect_refused(session, "Session1", "StartScan", g_variant_new("(i)", -1));
	expect_refused(NULL, "Manager1", "OpenSession", radio_number(0));
	/* what does not need it works */
	ck_assert_uint_eq(take_all(client, session), 0);
	ck_assert(is_connected(client, link));
	close_session(client, other);

	world_bluez_resume(world);
	wait_bluez("running");
	expect_log("bluetoothd answers again");
	ck_assert_uint_eq(stats_total(client, "Stalls"), 1);
	ck_assert(peer_is_linked(0));
	expect_value(client, link, PLACE, "01");
	/* what bluetoothd had been told before was done */
	expect_value(client, link, PLAIN, "05");
	write_value(client, link, PLAIN, "06", "{}");
	air_do(air, "notify peer0 " RATE_HANDLE " 0007");
	expect_notification(client, "0007");
	start_scan(client, session, -1);
	hear_through(client, session, WORLD_RADIO);
}
END_TEST

/* Nobody calls: a session that listens is enough. All that was set up goes on. */
START_TEST(noticed_without_a_call)
{
	g_autofree char *link = NULL, *session = open_session(client, 0);

	peer_appear(0);
	link = connect_to(client, session, 0, "{}");
	notify_from(client, link, RATE);
	start_scan(client, session, -1);
	hear_through(client, session, WORLD_RADIO);
	for (int i = 1; i <= 2; i++) {
		world_bluez_pause(world);
		wait_bluez("stalled");
		ck_assert(is_scanning(client, session));
		ck_assert(is_connected(client, link));
		world_bluez_resume(world);
		wait_bluez("running");
		ck_assert_uint_eq(stats_total(client, "Stalls"), (unsigned int)i);
		hear_through(client, session, WORLD_RADIO);
		air_do(air, "notify peer0 " RATE_HANDLE " 000%d", i);
		g_free(next_notification(client, world_patience(world)));
		expect_value(client, link, PLACE, "01");
	}
}
END_TEST

/* It dies, or is killed for it: as ever. */
START_TEST(ends_while_it_stands_still)
{
	g_autofree char *session = open_session(client, 0);
	ClientCall *open;

	start_scan(client, session, -1);
	hear_through(client, session, WORLD_RADIO);
	world_bluez_pause(world);
	open = begin_connect(client, session, peer_address(0), "{}");
	expect_call_error(open, "BlueZUnavailable", "");
	world_bluez_kill(world);
	wait_adapter_gone("hci0");
	ck_assert(bluez_is((void *)(uintptr_t)"gone"));
	world_bluez_start(world);
	wait_adapter("hci0", "Powered", true);
	ck_assert(bluez_is((void *)(uintptr_t)"running"));
	hear_through(client, session, WORLD_RADIO);
}
END_TEST

/* The daemon ends meanwhile: in time, and its link is closed as soon as bluetoothd goes on. */
START_TEST(daemon_ends_meanwhile)
{
	g_autofree char *link = NULL;

	peer_appear(0);
	link = connect_anew(client, 0);
	world_bluez_pause(world);
	wait_bluez("stalled");
	world_daemon_stop(world);
	world_bluez_resume(world);
	wait_linked(0, false);
}
END_TEST

/* What takes long takes long. */
START_TEST(patience_is_no_stall)
{
	g_autofree char *session = open_session(client, 0);

	peer_appear(0);
	make_known(0);
	air_do(air, "silent peer0 on");
	expect_connect_error(client, session, peer_address(0), "{'timeout': <uint32 7000>}", "TimedOut");
	ck_assert_uint_eq(stats_total(client, "Stalls"), 0);
	ck_assert(bluez_is((void *)(uintptr_t)"running"));
}
END_TEST

START_TEST(many_at_once)
{
	/* both of one user session: the bus lets no program wait for more, either */
	Client *readers[] = { client, new_client() };
	g_autofree char *link = NULL;
	ClientCall *reads[MANY];

	peer_appear_bare(0);
	peer_add_attributes(0);
	air_do(air, "service peer0 %04x 5a3b0100-1c1d-4f5e-8a9b-0123456789ab primary", MANY_HANDLE - 1);
	for (unsigned int i = 0; i < MANY; i++)
		air_do(air, "char peer0 %04x 5a3b%04x-1c1d-4f5e-8a9b-0123456789ab read %04x",
		       MANY_HANDLE + 2 * i, MANY_HANDLE + i, i);
	client_do(client, "hci0", "Session1", "Init", no_options());
	link = connect_to(client, "hci0", 0, "{}");
	for (unsigned int i = 0; i < MANY; i++) {
		g_autofree char *attr =
			g_strdup_printf("service%04x/char%04x", MANY_HANDLE - 1, MANY_HANDLE + 2 * i);

		reads[i] = begin_read(readers[i % G_N_ELEMENTS(readers)], link, attr);
	}
	for (unsigned int i = 0; i < MANY; i++) {
		g_autofree char *wanted = g_strdup_printf("%04x", i), *got = finish_read(reads[i]);

		ck_assert_str_eq(got, wanted);
	}
	client_free(readers[1]);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { those_who_wait_are_told,
				       noticed_without_a_call,
				       ends_while_it_stands_still,
				       daemon_ends_meanwhile,
				       patience_is_no_stall,
				       many_at_once,
				       NULL };

	return link_main("link-stall", tests, CONFIG, 120);
}
