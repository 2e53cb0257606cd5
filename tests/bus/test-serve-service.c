/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services, characteristics and descriptors as a central discovers them; and that one's coming and going is
 * nobody else's business. */
#include <stdio.h>

#include "serve-fixture.h"

#define TEXT_16 "1234567890123456"
#define TEXT_16_UUID "31323334-3536-3738-3930-313233343536"
#define CHAR_UUID "00004567" BASE

static char *begin(void)
{
	char *session = advertise_as(client, "server");

	central_appear(0);
	return session;
}

/* Whether it has that service, of that kind: "p", "s". */
static bool has_service(unsigned int number, const char *uuid, const char *kind)
{
	g_autofree char *text = central_discover(number), *end = g_strdup_printf(":%s:%s", uuid, kind);
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (char **word = words; *word; word++)
		if (g_str_has_prefix(*word, "s:") && g_str_has_suffix(*word, end))
			return true;
	return false;
}

static bool shows_primary(void *data)
{
	return has_service(0, data, "p");
}

/* Its handles, as Service Changed says them. */
static char *range_of(unsigned int number, const char *uuid)
{
	g_autofree char *text = central_discover(number);
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (char **word = words; *word; word++) {
		unsigned int from, to;

		if (sscanf(*word, "s:%4x:%4x:", &from, &to) == 2 && strstr(*word, uuid))
			return g_strdup_printf("%02x%02x%02x%02x", from & 0xff, from >> 8, to & 0xff,
					       to >> 8);
	}
	ck_abort_msg("no service %s: %s", uuid, text);
}

START_TEST(uuid_forms)
{
	static const char *const forms[][2] = {
		{ "byte 0x42", "00000042" BASE },
		{ "uint16 0xab01", "0000ab01" BASE },
		{ "int16 0x1234", "00001234" BASE },
		{ "uint32 0x12345678", "12345678" BASE },
		{ "int32 70000", "00011170" BASE },
		{ "'7f'", "0000007f" BASE },
		{ "'180D'", "0000180d" BASE },
		{ "'0x180f'", "0000180f" BASE },
		{ "'abc123'", "00abc123" BASE },
		{ "'5A3B0099-1C1D-4F5E-8A9B-0123456789AB'", "5a3b0099-1c1d-4f5e-8a9b-0123456789ab" },
		{ "'" TEXT_16 "'", TEXT_16_UUID },
		{ "[byte 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x37]",
		  "31323334-3536-3738-3930-313233343537" },
		{ "[byte 0xab, 0xcd]", "0000abcd" BASE },
		{ "[byte 0x87, 0x65, 0x43, 0x21]", "87654321" BASE },
		{ "[byte 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]",
		  "00010203-0405-0607-0809-0a0b0c0d0e0f" },
	};
	static const char *const bad[] = { "''",     "'xyz'",
					   "1.5",    "[byte 1, 2, 3]",
					   "-1",     "'123456789'",
					   "true",   "'5A3B0099-1C1D-4F5E-8A9B-0123456789AZ'",
					   "@ay []", "['180d']" };
	g_autofree char *session = begin();

	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_autofree char *service = NULL, *characteristic = NULL;
		g_autoptr(GVariant) uuid = NULL;

		service = add_service(client, session, forms[i][0], "");
		uuid = client_get(client, service, LOCAL_SERVICE, "UUID");
		ck_assert_str_eq(g_variant_get_string(uuid, NULL), forms[i][1]);
		characteristic = add_char(client, service, "uint16 0x4567", "");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *text = g_strdup_printf("(<%s>, @a{sv} {})", bad[i]);

		tell_fails(client, session, "Session1", "Service", text, "InvalidArguments", "uuid");
	}
	central_connect(0);
	g_free(central_find(0, CHAR_UUID));
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++)
		ck_assert_msg(
			wait_until(shows_primary, (void *)(uintptr_t)forms[i][1], world_patience(world)),
			"%s", forms[i][1]);
}
END_TEST

START_TEST(secondary)
{
	g_autofree char *session = begin(), *service = NULL, *characteristic = NULL;

	service = add_service(client, session, "uint16 0xaa01", "'isprimary': <false>");
	characteristic = add_char(client, service, "uint16 0x4567", "'value': <byte 7>");
	ck_assert(!client_get_boolean(client, service, LOCAL_SERVICE, "IsPrimary"));
	central_connect(0);
	g_free(central_find(0, CHAR_UUID));
	ck_assert(has_service(0, "0000aa01" BASE, "s"));
}
END_TEST

/* With start, a service shows when it is complete, and not before; without, at Start, with what it has. */
START_TEST(complete_or_started)
{
	g_autofree char *session = begin(), *pair = NULL, *later = NULL, *first = NULL, *second = NULL,
			*third = NULL;
	g_autofree char *handle = NULL;

	central_connect(0);
	pair = add_service(client, session, "uint16 0xaa01", "'nbr_chars': <uint16 2>");
	later = add_service(client, session, "uint16 0xaa02", "'nbr_chars': <uint16 2>, 'start': <false>");
	tell_fails(client, later, LOCAL_SERVICE, "Start", NULL, "NotReady", "characteristic");
	first = add_char(client, pair, "uint16 0x4561", "");
	third = add_char(client, later, "uint16 0x4563", "");
	ck_assert(!client_get_boolean(client, pair, LOCAL_SERVICE, "Started"));
	wait_ms(500);
	ck_assert(!has_service(0, "0000aa01" BASE, "p") && !has_service(0, "0000aa02" BASE, "p"));

	second = add_char(client, pair, "uint16 0x4562", "");
	ck_assert(client_get_boolean(client, pair, LOCAL_SERVICE, "Started"));
	g_free(central_find(0, "00004562" BASE));
	g_free(central_find(0, "00004561" BASE));
	ck_assert(!has_service(0, "0000aa02" BASE, "p"));
	tell_fails(client, pair, LOCAL_SERVICE, "Characteristic", "(<uint16 1>, @a{sv} {})", "LimitReached",
		   "nbr_chars");

	tell(client, later, LOCAL_SERVICE, "Start", NULL);
	ck_assert(has_service(0, "0000aa02" BASE, "p")); /* as Start has returned */
	set_value(client, third, "'kept'");
	tell(client, later, LOCAL_SERVICE, "Stop", NULL);
	tell(client, later, LOCAL_SERVICE, "Stop", NULL);
	wait_central_loses(0, "00004563" BASE);
	ck_assert(!client_get_boolean(client, later, LOCAL_SERVICE, "Started"));
	expect_stored(client, third, "6b657074");
	tell(client, later, LOCAL_SERVICE, "Start", NULL);
	handle = central_find(0, "00004563" BASE);
	central_reads(0, handle, "6b657074");

	tell(client, later, LOCAL_SERVICE, "Remove", NULL);
	wait_central_loses(0, "00004563" BASE);
	tell_fails(client, later, LOCAL_SERVICE, "Start", NULL, "DoesNotExist", "");
	tell_fails(client, third, LOCAL_CHAR, "Events", NULL, "DoesNotExist", "");
	ck_assert(!daemon_has(third, LOCAL_CHAR));
	ck_assert(has_service(0, "0000aa01" BASE, "p"));
}
END_TEST

START_TEST(descriptors)
{
	g_autofree char *session = begin(), *service = NULL, *characteristic = NULL, *name = NULL,
			*own = NULL;
	g_autofree char *name_handle = NULL, *own_handle = NULL, *handle = NULL;

	service = add_service(client, session, "uint16 0xaa01", "");
	characteristic = add_char(client, service, "uint16 0x4567", "'value': <'v'>");
	name = add_desc(client, characteristic, "'2901'", "'value': <'Heart rate'>");
	own = add_desc(client, characteristic, "'" TEXT_16 "'",
		       "'permissions': <uint32 0x11>, 'value': <uint16 0x1234>");
	central_connect(0);
	own_handle = central_find(0, TEXT_16_UUID);
	name_handle = central_find(0, "00002901" BASE);
	handle = central_find(0, CHAR_UUID);
	central_reads(0, name_handle, "48656172742072617465");
	central_reads(0, own_handle, "3412");
	central_writes(0, name_handle, "00", "request", "error att 0x03");
	central_writes(0, own_handle, "0102", "request", "");
	expect_stored(client, own, "0102");
	tell(client, name, LOCAL_DESC, "SetValue", "(<'other'>,)");
	central_reads(0, name_handle, "6f74686572");
	central_reads(0, handle, "76");
}
END_TEST

START_TEST(permissions)
{
	static const struct {
		unsigned int permissions, properties;
		const char *read, *write;
	} cases[] = {
		{ 0x11, 0x0a, "07", "" },
		{ 0x01, 0x0a, "07", "error att 0x03" },
		{ 0x10, 0x0a, "error att 0x02", "" },
		{ 0x22, 0x0a, "error att 0x0f", "error att 0x0f" },
		{ 0x44, 0x0a, "error att 0x05", "error att 0x05" },
		/* signed writes: not by everybody, whatever else there is */
		{ 0x80, 0x08, "error att 0x02", "error att 0x0f" },
		{ 0x100, 0x08, "error att 0x02", "error att 0x05" },
		{ 0x90, 0x08, "error att 0x02", "" },
		{ 0x20, 0x40, "error att 0x02", "error att 0x0f" },
	};
	g_autofree char *session = begin(), *service = NULL;

	service = add_service(client, session, "uint16 0xaa01", "'nbr_chars': <uint16 9>");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *uuid = g_strdup_printf("uint16 %zu", 0x4560 + i), *path = NULL;
		g_autofree char *keys = g_strdup_printf(
			"'permissions': <uint32 %u>, 'properties': <uint32 %u>, 'value': <byte 7>",
			cases[i].permissions, cases[i].properties);

		path = add_char(client, service, uuid, keys);
	}
	tell_fails(client, service, LOCAL_SERVICE, "Characteristic",
		   "(<uint16 1>, {'permissions': <uint32 0x200>})", "LimitReached", "");
	central_connect(0);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *uuid = g_strdup_printf("0000456%zu" BASE, i),
				*handle = central_find(0, uuid);

		central_reads(0, handle, cases[i].read);
		central_writes(0, handle, "08", "request", cases[i].write);
	}
}
END_TEST

/* Who may not read a value does not get it by itself either. */
START_TEST(protected_subscriptions)
{
	static const struct {
		unsigned int permissions, properties;
		const char *how, *says;
	} cases[] = {
		{ 0x01, 0x10, "notify", "" },
		{ 0x02, 0x10, "notify", "error att 0x0f" },
		{ 0x04, 0x10, "notify", "error att 0x05" },
		{ 0x01, 0x20, "indicate", "" },
		{ 0x02, 0x20, "indicate", "error att 0x0f" },
		{ 0x04, 0x20, "indicate", "error att 0x05" },
		{ 0x02, 0x30, "indicate", "error att 0x0f" },
	};
	g_autofree char *session = begin(), *service = NULL;

	service = add_service(client, session, "uint16 0xaa01", "'nbr_chars': <uint16 7>");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *uuid = g_strdup_printf("uint16 %zu", 0x4560 + i);
		g_autofree char *keys = g_strdup_printf("'permissions': <uint32 %u>, 'properties': <uint32 %u>",
							cases[i].permissions, cases[i].properties);

		g_free(add_char(client, service, uuid, keys));
	}
	central_connect(0);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *uuid = g_strdup_printf("0000456%zu" BASE, i), *handle = central_find(0, uuid);
		g_autofree char *says = central_says(0, "subscribe", "%s %s", handle, cases[i].how);

		ck_assert_msg(g_str_equal(says, cases[i].says), "case %zu: %s", i, says);
	}
}
END_TEST

/* What A does with its service, a central's subscription at B does not feel; it hears of A's handles, once
 * each time. */
START_TEST(others_undisturbed)
{
	static const char *const rounds[] = { "Stop", "Start", "Remove" };
	Client *a = new_client(), *b = new_client_as(SOME_UID);
	g_autofree char *a_session = open_session(a, 0), *b_session = open_session(b, 0),
			*advertiser = begin();
	g_autofree char *a_service = add_service(a, a_session, "uint16 0xaa01", "");
	g_autofree char *a_char = add_char(a, a_service, "uint16 0x4561", "");
	g_autofree char *b_char = serve_one(b, b_session, 0xaa02, 0x4562, "");
	g_autofree char *changed = NULL, *b_handle = NULL, *range = NULL;

	central_connect(0);
	g_free(central_find(0, "00004561" BASE));
	b_handle = central_find(0, "00004562" BASE);
	changed = central_find(0, SERVICE_CHANGED);
	central_subscribes(0, changed, "indicate");
	central_subscribes(0, b_handle, "notify");
	wait_subscribers(b, b_char, 1);
	range = range_of(0, "0000aa01");
	g_ptr_array_unref(central_events(0, NULL, 0));

	for (unsigned int round = 0; round < G_N_ELEMENTS(rounds); round++) {
		const char *what = rounds[round];
		g_autoptr(GPtrArray) all = NULL;
		unsigned int changes = 0, numbered = 0;
		g_autofree char *expected = NULL;
		ClientCall *call;

		set_numbered(b, b_char, round * 100, 50);
		call = client_begin(a, a_service, LOCAL_SERVICE, what, NULL);
		set_numbered(b, b_char, round * 100 + 50, 50);
		g_variant_unref(client_call_finish(call, NULL));
		if (round == 1) {
			g_free(range);
			range = range_of(0, "0000aa01");
		}
		expected = g_strdup_printf("%s:%s", changed, range);
		all = central_events(0, NULL, 101);
		for (unsigned int i = 0; i < all->len; i++) {
			const char *event = g_ptr_array_index(all, i);
			g_autofree char *next = g_strdup_printf("%s:%08x", b_handle,
								GUINT32_SWAP_LE_BE(round * 100 + numbered));

			if (g_str_has_prefix(event, changed)) {
				ck_assert_msg(g_str_equal(event, expected), "%s: %s, not %s", what, event,
					      expected);
				changes++;
			} else {
				ck_assert_str_eq(event, next);
				numbered++;
			}
		}
		ck_assert_msg(changes == 1 && numbered == 100, "%s: %u changes, %u notifications", what,
			      changes, numbered);
	}
	/* a program that leaves is the same */
	client_free(a);
	set_numbered(b, b_char, 0, 10);
	expect_numbered_events(0, b_handle, 0, 10);
	client_free(b);
}
END_TEST

/* What bluetoothd makes itself, and what attributes are made of: refused at once, in any spelling. */
START_TEST(taken_uuids)
{
	static const char *const taken[] = {
		"uint16 0x1800", "'1801'", "'00001801-0000-1000-8000-00805F9B34FB'", "uint16 0x2800",
		"'0x2801'", "uint32 0x2802", "[byte 0x28, 0x03]", "uint16 0x2902", "'00002902" BASE "'",
		"[byte 0, 0, 0x29, 2, 0, 0, 0x10, 0, 0x80, 0, 0, 0x80, 0x5f, 0x9b, 0x34, 0xfb]",
	};
	g_autofree char *session = begin(), *service = NULL, *characteristic = NULL, *text = NULL,
			*handle = NULL;
	g_auto(GStrv) words = NULL;
	unsigned int configurations = 0;

	service = add_service(client, session, "uint16 0xaa01", "'nbr_chars': <uint16 2>, 'start': <false>");
	characteristic =
		add_char(client, service, "uint16 0x4567", "'properties': <uint32 0x92>, 'value': <'v'>");
	for (size_t i = 0; i < G_N_ELEMENTS(taken); i++) {
		g_autofree char *args = g_strdup_printf("(<%s>, @a{sv} {})", taken[i]);

		tell_fails(client, session, "Session1", "Service", args, "NotSupported", "uuid");
		tell_fails(client, service, LOCAL_SERVICE, "Characteristic", args, "NotSupported", "uuid");
		tell_fails(client, characteristic, LOCAL_CHAR, "Descriptor", args, "NotSupported", "uuid");
	}
	/* those of which bluetoothd makes none are the program's */
	g_free(add_desc(client, characteristic, "uint16 0x2900", "'value': <uint16 1>"));
	g_free(add_desc(client, characteristic, "uint16 0x2901", "'value': <'name'>"));
	g_free(add_desc(client, characteristic, "uint16 0x2903",
			"'permissions': <uint32 0x11>, 'value': <uint16 0>"));
	tell(client, service, LOCAL_SERVICE, "Start", NULL);
	central_connect(0);
	handle = central_find(0, CHAR_UUID);
	text = central_discover(0);
	words = g_strsplit(strstr(text, CHAR_UUID), " ", -1);
	for (char **word = words; *word && !g_str_has_prefix(*word, "s:"); word++)
		configurations += g_str_has_suffix(*word, ":00002902" BASE);
	ck_assert_uint_eq(configurations, 1);
	for (unsigned int i = 0; i < 4; i++) {
		static const char *const values[] = { "0100", "6e616d65", "0000", "76" };
		static const char *const uuids[] = { "00002900" BASE, "00002901" BASE, "00002903" BASE,
						     CHAR_UUID };
		g_autofree char *found = central_find(0, uuids[i]);

		central_reads(0, found, values[i]);
	}
}
END_TEST

/* The characteristic that completes a service is answered when BlueZ has it. */
START_TEST(answered_by_bluez)
{
	g_autofree char *session = begin(), *service = NULL, *first = NULL, *second = NULL;

	central_connect(0);
	service = add_service(client, session, "uint16 0xaa01", "'nbr_chars': <uint16 2>");
	first = add_char(client, service, "uint16 0x4561", "");
	ck_assert(!has_service(0, "0000aa01" BASE, "p"));
	second = add_char(client, service, "uint16 0x4562", "");
	ck_assert(has_service(0, "0000aa01" BASE, "p"));
	ck_assert(client_get_boolean(client, service, LOCAL_SERVICE, "Started"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		uuid_forms, secondary, complete_or_started, descriptors, permissions,
		protected_subscriptions, others_undisturbed,
		taken_uuids, answered_by_bluez, NULL
	};

	return serve_main("serve-service", tests, NULL, 120);
}
