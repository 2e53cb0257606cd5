/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Centrals that pair with us, since a characteristic wants it: by Just Works, by the sessions' pin, by a
 * passkey that the daemon logs; who is refused, and who is not disturbed. */
#include <stdlib.h>
#include <unistd.h>

#include "serve-fixture.h"

#define SEALED_CHAR "0000b001" BASE
#define MITM_CHAR "0000b002" BASE
#define PLAIN_CHAR "0000b003" BASE
#define NOT_ENCRYPTED "error att 0x0f"
#define NOT_AUTHENTICATED "error att 0x05"

static Client *other; /* serves something plain, to a central that does not pair */
static char *plain;

/* A session with those options that is on air. */
static char *begin_session(Client *by, const char *keys)
{
	g_autofree char *text = g_strdup_printf("(uint32 0, %s{%s})", keys[0] ? "" : "@a{sv} ", keys);
	char *session = tell_path(by, NULL, "Manager1", "OpenSession", text);

	set_advertisement(by, session, "'name': <'pair'>");
	advertise(by, session, true);
	return session;
}

/* By default permissions, and one for those who have shown that they are no impostors. */
static char *serve_sealed(Client *by, const char *session)
{
	g_autofree char *service = add_service(by, session, "uint16 40960", "'nbr_chars': <uint16 2>");
	char *sealed = add_char(by, service, "uint16 45057", "'value': <[byte 0x7e]>");

	g_free(add_char(by, service, "uint16 45058", "'permissions': <uint32 0x44>, 'value': <[byte 0x7f]>"));
	return sealed;
}

/* Central 0 is connected, and 1, which knows of the other program only. */
static void connect_both(void)
{
	g_autofree char *session = NULL;

	client_free(other);
	other = new_client();
	session = open_session(other, 0);
	g_free(plain);
	plain = serve_one(other, session, 0xa001, 0xb003,
			  "'permissions': <uint32 0x11>, 'value': <[byte 1]>");
	for (unsigned int i = 0; i < 2; i++) {
		g_autofree char *handle = NULL;

		central_appear(i);
		central_connect(i);
		handle = central_find(i, PLAIN_CHAR);
		central_subscribes(i, handle, "notify");
	}
}

static void expect_undisturbed(void)
{
	set_value(other, plain, "[byte 1]");
	for (unsigned int i = 0; i < 2; i++) {
		g_autofree char *handle = central_find(i, PLAIN_CHAR);

		central_reads(i, handle, "01");
		expect_event(i, handle, "01");
	}
}

static void expect_access(const char *uuid, const char *read, const char *write)
{
	g_autofree char *handle = central_find(0, uuid);

	central_reads(0, handle, read);
	central_writes(0, handle, read[0] == 'e' ? "00" : read, "request", write);
}

static void expect_closed(void)
{
	expect_access(SEALED_CHAR, NOT_ENCRYPTED, NOT_ENCRYPTED);
	expect_access(MITM_CHAR, NOT_AUTHENTICATED, NOT_AUTHENTICATED);
}

static void expect_open(bool authenticated)
{
	expect_access(SEALED_CHAR, "7e", "");
	if (authenticated)
		expect_access(MITM_CHAR, "7f", "");
	else
		expect_access(MITM_CHAR, NOT_AUTHENTICATED, NOT_AUTHENTICATED);
}

static void secures(const char *how, bool wanted)
{
	g_autofree char *got = central_says(0, "secure", "%s", how);

	ck_assert_msg(wanted ? g_str_equal(got, "") : g_str_has_prefix(got, "error smp"), "secure %s: %s",
		      how, got);
}

static bool has_passkey(void *data)
{
	g_autofree char *log = world_read_log(world);
	g_autofree char *end = g_strconcat(" for ", central_address(0), NULL);
	char *found = strstr(log, end);

	while (found && (found < log + 14 || strncmp(found - 14, "passkey ", 8) != 0))
		found = strstr(found + 1, end);
	if (found)
		*(uint32_t *)data = (uint32_t)strtoul(found - 6, NULL, 10);
	return found;
}

/* --- without JustWorks --- */

START_TEST(just_works_is_off)
{
	g_autofree char *session = begin_session(client, "'pin': <uint32 123456>");

	g_free(serve_sealed(client, session));
	connect_both();
	expect_closed();
	secures("on", false);
	expect_closed();
	expect_undisturbed();
}
END_TEST

START_TEST(pin)
{
	g_autofree char *session = begin_session(client, "'pin': <uint32 4711>");
	g_autofree char *sealed = serve_sealed(client, session);

	connect_both();
	expect_closed();
	secures("4712", false);
	expect_closed();
	expect_undisturbed();
	secures("4711", true);
	listen_to(client, sealed, CHAR_WRITE_EVENT);
	expect_open(true);
	expect_write_request(client, "7e");
	expect_undisturbed();

	/* it comes back, and is not asked again */
	tell(client, session, "Session1", "SetPin", "(uint32 1,)");
	central_disconnect(0);
	central_connect(0);
	secures("on", true);
	expect_open(true);
}
END_TEST

static int bond_of(Client *by)
{
	return bond_with(by, central_address(0));
}

static bool is_bonded(void *by)
{
	return bond_of(by) >= 0;
}

static ClientCall *begin_forget(Client *by)
{
	return client_begin(by, "hci0", "Session1", "Forget", g_variant_new("(s)", central_address(0)));
}

/* Once the daemon has heard that the central is gone. */
static bool can_forget(void *by)
{
	g_autoptr(GVariant) done = client_call_finish(begin_forget(by), NULL);

	return done;
}

/* A bond with a central is of those whom it came for. */
START_TEST(whose_bond)
{
	g_autoptr(Client) alice = new_alice(), bob = new_bob();
	g_autofree char *session = begin_session(alice, "'pin': <uint32 4711>");

	g_free(serve_sealed(alice, session));
	central_appear(0);
	central_connect(0);
	ck_assert_int_eq(bond_of(alice), -1);
	secures("4711", true);
	ck_assert_msg(wait_until(is_bonded, alice, world_patience(world)), "GetBonds does not know it");
	ck_assert_int_eq(bond_of(alice), 1);
	ck_assert_int_eq(bond_of(bob), 0);
	expect_call_error(begin_forget(bob), "AccessDenied", "");
	expect_call_error(begin_forget(alice), "Busy", ""); /* her other session serves it */
	central_disconnect(0);
	ck_assert_msg(wait_until(can_forget, alice, world_patience(world)), "the bond cannot be forgotten");
	ck_assert_int_eq(bond_of(alice), -1);
}
END_TEST

/* BlueZ keeps what a bonded central subscribed to, and notifies it again when it is back. */
START_TEST(bonded_subscriber)
{
	g_autofree char *session = begin_session(client, "'pin': <uint32 4711>"),
			*sealed = serve_sealed(client, session);
	g_autofree char *handle = NULL;

	connect_both();
	secures("4711", true);
	handle = central_find(0, SEALED_CHAR);
	central_subscribes(0, handle, "notify");
	wait_subscribers(client, sealed, 1);
	/* with it, bluetoothd has what the daemon said to the subscription */
	set_value(client, sealed, "byte 4");
	expect_event(0, handle, "04");
	central_disconnect(0);
	wait_subscribers(client, sealed, 0);
	wait_subscribers(other, plain, 1);
	central_connect(0);
	wait_subscribers(client, sealed, 1);
	wait_subscribers(other, plain, 2);
	secures("on", true);
	set_value(client, sealed, "byte 5");
	expect_event(0, handle, "05");
	central_subscribes(0, handle, "off");
	wait_subscribers(client, sealed, 0);
	expect_undisturbed();
}
END_TEST

START_TEST(pin_of_nobody)
{
	g_autofree char *session = begin_session(client, "'secure': <true>");

	g_free(serve_sealed(client, session));
	connect_both();
	expect_closed();
	secures("0", false);
	expect_closed();
	expect_undisturbed();
	tell(client, session, "Session1", "SetPin", "(uint32 0,)");
	secures("0", true);
	expect_open(true);
	expect_undisturbed();
}
END_TEST

START_TEST(pins_of_several)
{
	g_autofree char *session = begin_session(client, "'pin': <uint32 5>");
	g_autofree char *second = begin_session(client, "'pin': <uint32 6>"), *service = NULL;

	g_free(serve_sealed(client, session));
	g_free(serve_one(client, second, 0xa002, 0xb004, ""));
	connect_both();
	secures("5", false);
	secures("6", false);
	expect_closed();
	tell(client, second, "Session1", "SetPin", "(uint32 5,)");
	secures("5", true);
	expect_open(true);
}
END_TEST

/* It has nothing to show: bluetoothd makes the passkey up, and the daemon logs it. */
START_TEST(logged_passkey)
{
	g_autofree char *session = begin_session(client, "'pin': <uint32 123456>"), *got = NULL;
	uint32_t passkey = 0;
	AirCall *call;

	g_free(serve_sealed(client, session));
	connect_both();
	call = air_begin(air, "secure cen0 ask");
	ck_assert_msg(wait_until(has_passkey, &passkey, world_patience(world)), "no passkey in the log");
	air_do(air, "type cen0 %06u", passkey);
	got = air_call_finish(call);
	ck_assert_str_eq(got, "");
	expect_open(true);
	expect_undisturbed();
}
END_TEST

START_TEST(no_logged_passkey)
{
	g_autofree char *session = begin_session(client, "'secure': <true>"), *got = NULL, *handle = NULL;
	uint32_t passkey = 0;

	g_free(serve_sealed(client, session));
	connect_both();
	got = air_call_finish(air_begin(air, "secure cen0 ask"));
	ck_assert_msg(g_str_has_prefix(got, "error "), "%s", got);
	ck_assert(!has_passkey(&passkey));
	wait_central_up(0, false); /* nothing else stops bluetoothd */
	central_connect(0);
	expect_closed();
	handle = central_find(1, PLAIN_CHAR);
	set_value(other, plain, "[byte 1]");
	expect_event(1, handle, "01");
}
END_TEST

/* Somebody advertises, and nobody serves. */
static void expect_none_served(void)
{
	g_free(begin_session(client, "'pin': <uint32 123456>"));
	central_appear(0);
	central_connect(0);
	secures("123456", false);
	secures("on", false);
}

START_TEST(nothing_served)
{
	expect_none_served();
}
END_TEST

START_TEST(bluetoothd_restarts)
{
	g_autofree char *session = begin_session(client, "'pin': <uint32 123456>");

	g_free(serve_sealed(client, session));
	connect_both();
	restart_bluez();
	wait_central_up(0, false);
	central_connect(0);
	expect_closed();
	secures("123456", true);
	expect_open(true);
}
END_TEST

/* --- with JustWorks --- */

START_TEST(just_works_is_on)
{
	g_autofree char *session = begin_session(client, "'secure': <true>");

	g_free(serve_sealed(client, session));
	connect_both();
	expect_closed();
	secures("on", true);
	expect_open(false);
	expect_undisturbed();
	secures("5", false); /* more than that takes a pin */
	central_disconnect(0);
	central_connect(0);
	secures("on", true);
	expect_open(false);
	expect_undisturbed();
}
END_TEST

static void expect_told(const char *signal, const char *address)
{
	g_autoptr(GVariant) body = client_wait_signal(client, signal, world_patience(world), NULL);
	const char *got;

	ck_assert_msg(body != NULL, "no %s", signal);
	g_variant_get(body, "(&s)", &got);
	ck_assert_str_eq(got, address);
}

static char *trimmed(char *text)
{
	char *word = g_strdup(g_strstrip(text));

	g_free(text);
	return word;
}

/* A central with private addresses: while it is connected it goes by the one it came with; once it has
 * bonded, by its identity, wherever it comes from next. */
START_TEST(private_central)
{
	g_autofree char *session = begin_session(client, ""), *first = NULL, *second = NULL, *handle = NULL;
	g_autofree char *identity =
		g_strdup_printf("00:1A:7E:%02X:%02X:%02X", (unsigned int)getpid() >> 16 & 0xff,
				(unsigned int)getpid() >> 8 & 0xff, (unsigned int)getpid() & 0xff);
	char *sealed = serve_sealed(client, session);
	const char *by;

	client_subscribe(client, NULL, "Session1", NULL, session);
	tell(client, session, "Session1", "Callback", "(uint32 6,)");
	listen_to(client, sealed, CHAR_WRITE_EVENT);
	central_appear(0);
	first = trimmed(air_cmd(air, "private cen0 %s public 101112131415161718191a1b%08x", identity,
				(unsigned int)getpid()));
	central_connect(0);
	expect_told("ClientConnected", first);
	secures("on", true);
	handle = central_find(0, SEALED_CHAR);
	for (unsigned int times = 0; times < 2; times++) {
		g_autoptr(GVariant) body = NULL;

		central_writes(0, handle, "80", "request", "");
		body = client_wait_signal(client, "WriteRequest", world_patience(world), NULL);
		ck_assert(body != NULL);
		g_variant_get_child(body, 0, "&s", &by);
		ck_assert_str_eq(by, times == 0 ? first : identity);
		central_disconnect(0);
		expect_told("ClientDisconnected", times == 0 ? first : identity);
		if (times > 0)
			break;
		second = trimmed(air_cmd(air, "rotate cen0"));
		ck_assert_str_ne(second, first);
		central_connect(0);
		expect_told("ClientConnected", identity);
		secures("on", true);
	}
	g_free(sealed);
}
END_TEST

START_TEST(just_works_for_nothing)
{
	expect_none_served();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		just_works_is_off, pin, whose_bond, bonded_subscriber, pin_of_nobody, pins_of_several,
		logged_passkey, no_logged_passkey, nothing_served, bluetoothd_restarts, NULL
	};
	const TTest *const with_just_works[] = { just_works_is_on, private_central, just_works_for_nothing,
						 NULL };
	int r = serve_main("serve-pair", tests, NULL, 120);

	return serve_main("serve-pair-just-works", with_just_works, JUST_WORKS, 120) | r;
}
