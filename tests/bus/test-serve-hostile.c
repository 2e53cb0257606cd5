/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs and centrals that ask for what makes no sense, or for too much of it. */
#include "memory.h"
#include "serve-fixture.h"

#define MANY 1000

static char *repeat(const char *text, unsigned int count)
{
	GString *all = g_string_new(NULL);

	for (unsigned int i = 0; i < count; i++)
		g_string_append(all, text);
	return g_string_free(all, FALSE);
}

START_TEST(too_long)
{
	g_autofree char *session = open_session(client, 0),
			*service = add_service(client, session, "uint16 0xaa01", "");
	g_autofree char *path = add_char(client, service, "uint16 0x4561", "'value': <byte 1>");
	g_autofree char *zeros = repeat("0", 513), *value = g_strdup_printf("(<'%s'>,)", zeros);
	g_autofree char *option = g_strdup_printf("(<uint16 1>, {'value': <'%s'>})", zeros);
	g_autofree char *huge = repeat("0", 100000), *name = g_strdup_printf("({'name': <'%s'>},)", huge);
	g_autofree char *other = add_service(client, session, "uint16 0xaa02", "");

	tell_fails(client, path, LOCAL_CHAR, "SetValue", value, "InvalidArguments", "513 bytes");
	tell_fails(client, path, LOCAL_CHAR, "Descriptor", option, "InvalidArguments", "513 bytes");
	tell_fails(client, other, LOCAL_SERVICE, "Characteristic", option, "InvalidArguments", "513 bytes");
	tell_fails(client, session, "Session1", "SetAdvertisement", name, "InvalidArguments", "100000 bytes");
	g_free(name);
	name = g_strdup_printf("({'manufacturer_data': <'%s'>},)", huge);
	tell_fails(client, session, "Session1", "SetAdvertisement", name, "InvalidArguments",
		   "manufacturer_data");
	g_free(name);
	name = g_strdup_printf("(<'%s'>, @a{sv} {})", huge);
	tell_fails(client, session, "Session1", "Service", name, "InvalidArguments", "uuid");
	expect_stored(client, path, "01");
}
END_TEST

START_TEST(options_refused)
{
	static const struct {
		const char *keys, *contains;
	} cases[] = {
		{ "'colour': <byte 1>", "colour" },
		{ "'permissions': <uint32 0x10000>", "permissions" },
		{ "'permissions': <byte 1>", "permissions" },
		{ "'properties': <uint32 0x100>", "properties" },
		{ "'properties': <uint32 0>", "properties" },
		{ "'value': <1.5>", "value" },
		{ "'read_timeout': <'1'>", "read_timeout" },
		{ "'value': <byte 1>, 'value': <byte 2>", "value" },
	};
	g_autofree char *session = open_session(client, 0),
			*service = add_service(client, session, "uint16 0xaa01", "");
	g_autofree char *path = NULL;

	tell_fails(client, session, "Session1", "Service", "(<uint16 1>, {'colour': <byte 1>})",
		   "InvalidArguments", "colour");
	tell_fails(client, session, "Session1", "Service", "(<uint16 1>, {'nbr_chars': <uint16 0>})",
		   "InvalidArguments", "nbr_chars");
	tell_fails(client, session, "Session1", "Service", "(<uint16 1>, {'nbr_chars': <uint16 1001>})",
		   "InvalidArguments", "nbr_chars");
	tell_fails(client, session, "Session1", "Service", "(<uint16 1>, {'start': <byte 1>})",
		   "InvalidArguments", "start");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("(<uint16 1>, {%s})", cases[i].keys);

		tell_fails(client, service, LOCAL_SERVICE, "Characteristic", text, "InvalidArguments",
			   cases[i].contains);
	}
	path = add_char(client, service, "uint16 0x4561", "");
	tell_fails(client, path, LOCAL_CHAR, "Descriptor", "(<uint16 1>, {'properties': <uint32 2>})",
		   "InvalidArguments", "properties");
	tell_fails(client, path, LOCAL_CHAR, "Callback", "(uint32 0x1000,)", "InvalidArguments", "triggers");
	tell_fails(client, path, LOCAL_CHAR, "RespondRead", "(uint32 1, <byte 1>)", "DoesNotExist", "id");
	tell_fails(client, path, LOCAL_CHAR, "RespondRead", "(uint32 0, <byte 1>)", "DoesNotExist", "id");
	tell_fails(client, path, LOCAL_CHAR, "RejectRead", "(uint32 0xffffffff, byte 1)", "DoesNotExist",
		   "id");
}
END_TEST

/* One user's thousand services end at the limit; another's go on, and what is freed can be had again. */
START_TEST(thousand_services)
{
	g_autoptr(Client) greedy = new_client_as(SOME_UID), other = new_client_as(OTHER_UID);
	g_autofree char *session = open_session(greedy, 0), *others = open_session(other, 0),
			*advertiser = NULL;
	g_autofree char *message = NULL, *path = NULL, *handle = NULL, *again = NULL;
	unsigned int made = 0, refused = 0;

	for (unsigned int i = 0; i < MANY; i++) {
		g_autoptr(GVariant) params = arguments("(<uint32 %u>, {'start': <false>})", 0x10000 + i);
		g_autoptr(GError) error = NULL;
		g_autoptr(GVariant) reply =
			client_call(greedy, session, "Session1", "Service", params, NULL, &error);

		if (reply) {
			made++;
			continue;
		}
		refused++;
		ck_assert_msg(strstr(error->message, "LimitReached") &&
				      strstr(error->message, "AttributesPerUser"),
			      "%s", error->message);
	}
	ck_assert_uint_eq(made, 256);
	ck_assert_uint_eq(refused, MANY - 256);
	path = serve_one(other, others, 0xaa01, 0x4561, "'value': <byte 7>");
	advertiser = advertise_as(client, "server");
	central_appear(0);
	central_connect(0);
	handle = central_find(0, "00004561" BASE);
	central_reads(0, handle, "07");
	close_session(greedy, session);
	g_free(session);
	session = open_session(greedy, 0);
	again = serve_one(greedy, session, 0xaa02, 0x4562, "");
	g_free(central_find(0, "00004562" BASE));
}
END_TEST

START_TEST(unknown_paths)
{
	g_autofree char *session = open_session(client, 0),
			*path = serve_one(client, session, 0xaa01, 0x4561, "");
	g_autofree char *deep_rest = repeat("/service0/char0", 500),
			*deep = g_strconcat(session, deep_rest, NULL);
	const char *const rests[] = {
		"/service1", "/service00", "/service-1", "/service4294967296", "/service18446744073709551616",
		"/service", "/service0x0", "/service_", "/service0/char1",
		"/service0/char99999999999999999999", "/service0/char", "/service0/char0/desc0",
		"/service0/char0/char0", "/service0/service0", "/char0", "/service0/desc0",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rests); i++) {
		g_autofree char *unknown = g_strconcat(session, rests[i], NULL);

		if (!g_variant_is_object_path(unknown))
			continue;
		for (int kind = 0; kind < 3; kind++) {
			static const char *const ifaces[] = { LOCAL_SERVICE, LOCAL_CHAR, LOCAL_DESC };
			static const char *const methods[] = { "Start", "Events", "SetValue" };
			g_autoptr(GVariant) params = kind == 2 ? arguments("(<byte 1>,)") : NULL;
			g_autoptr(GVariant) reply =
				client_call(client, unknown, ifaces[kind], methods[kind], params, NULL, NULL);

			ck_assert_msg(!reply, "%s has %s", unknown, ifaces[kind]);
			ck_assert(!daemon_has(unknown, ifaces[kind]));
		}
	}
	ck_assert(!daemon_has(deep, LOCAL_CHAR));
	ck_assert(daemon_has(path, LOCAL_CHAR));
}
END_TEST

static bool is_closed(void *data)
{
	return g_dbus_connection_is_closed(data);
}

/* No D-Bus library sends this; the bus throws out who does, and it does not get through. */
START_TEST(bad_text)
{
	g_autoptr(Client) bad = new_client();
	g_autofree char *session = open_session(client, 0), *bad_session = open_session(bad, 0),
			*hex = name_hex("good");
	GDBusConnection *connection = client_connection(bad);
	g_autoptr(GDBusMessage) message = g_dbus_message_new_method_call(
		WORLD_NAME, bad_session, WORLD_NAME ".Session1", "SetAdvertisement");
	g_autofree guchar *blob = NULL;
	gsize length;

	g_dbus_message_set_body(message, g_variant_new_parsed("({'name': <'XXXX'>},)"));
	g_dbus_message_set_serial(message, 1000);
	blob = g_dbus_message_to_blob(message, &length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
	ck_assert_ptr_nonnull(blob);
	for (gsize i = 0; i < length; i++)
		blob[i] = blob[i] == 'X' ? 0xff : blob[i];
	g_dbus_connection_set_exit_on_close(connection, FALSE);
	ck_assert(g_output_stream_write_all(
		g_io_stream_get_output_stream(g_dbus_connection_get_stream(connection)), blob, length, NULL,
		NULL, NULL));
	ck_assert(wait_until(is_closed, connection, world_patience(world)));
	set_advertisement(client, session, "'name': <'good'>");
	advertise(client, session, true);
	wait_on_air("020106", hex);
}
END_TEST

#define FLOOD 20000
#define FLOOD_GROWTH_KIB 8192
/* bytes that may lie in the bus for bluetoothd: a user's 16 KiB, and others' business */
#define ON_THE_WAY (64 * 1024)

typedef struct Setter {
	Client *by;
	const char *path;
} Setter;

static bool sets(void *data)
{
	const Setter *setter = data;
	g_autoptr(GVariant) params = arguments("(<byte 0x2a>,)");
	g_autoptr(GVariant) reply =
		client_call(setter->by, setter->path, LOCAL_CHAR, "SetValue", params, NULL, NULL);

	return reply != NULL;
}

/* A central that wants what is at path; the handle. */
static char *subscribe_central(Client *by, const char *path)
{
	char *handle;

	central_appear(0);
	central_connect(0);
	handle = central_find(0, "00004561" BASE);
	central_subscribes(0, handle, "notify");
	wait_subscribers(by, path, 1);
	return handle;
}

/* bluetoothd stands still, or is slow: what a program would have notified gathers neither here nor in the
 * bus. */
START_TEST(values_that_nobody_takes)
{
	g_autoptr(Client) greedy = new_client_as(SOME_UID);
	g_autofree char *session = open_session(greedy, 0), *advertiser = advertise_as(client, "server"),
			*handle = NULL;
	g_autofree char *path =
		serve_one(greedy, session, 0xaa01, 0x4561, "'value': <byte 7>, 'properties': <uint32 0x12>");
	g_autofree char *own = open_session(client, 0), *long_hex = repeat("55", 500);
	g_autofree char *text = g_strdup_printf("(<'%s'>,)", long_hex + 500);
	g_autoptr(GVariant) value = arguments("%s", text);
	unsigned long before;

	handle = subscribe_central(greedy, path);
	world_bluez_pause(world);
	before = daemon_rss_kib(world);
	for (unsigned int i = 0; i < FLOOD; i++) {
		client_tell(greedy, path, LOCAL_CHAR, "SetValue", value);
		/* the bus' own queue is not what is looked at */
		if (i % 100 == 99)
			g_free(stored_value(greedy, path));
	}
	ck_assert(!is_scanning(client, own));
	ck_assert_uint_le(client_bytes_in_bus(client, "org.bluez"), ON_THE_WAY);
	expect_growth(world, before, FLOOD_GROWTH_KIB);
	world_bluez_resume(world);
	/* behind what waits */
	ck_assert(wait_until(sets, &(Setter){ greedy, path }, world_patience(world)));
	expect_stored(greedy, path, "2a");
	central_reads(0, handle, "2a");
}
END_TEST

#define PIPELINED 100 /* what the bus lets a connection have unanswered is not much more */

/* What a program sends without waiting for the answers all comes, in order, and each call is answered. */
START_TEST(values_in_a_row)
{
	g_autofree char *session = open_session(client, 0), *advertiser = advertise_as(client, "server"),
			*handle = NULL;
	g_autofree char *path =
		serve_one(client, session, 0xaa01, 0x4561, "'value': <byte 7>, 'properties': <uint32 0x12>");
	ClientCall *calls[PIPELINED];

	handle = subscribe_central(client, path);
	world_bluez_pause(world);
	for (unsigned int i = 0; i < PIPELINED; i++) {
		g_autoptr(GVariant) params = arguments("(<uint32 %u>,)", i);

		calls[i] = client_begin(client, path, LOCAL_CHAR, "SetValue", params);
	}
	client_sync(client);
	world_bluez_resume(world);
	for (unsigned int i = 0; i < PIPELINED; i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GVariant) reply = client_call_finish(calls[i], &error);

		ck_assert_msg(reply != NULL, "%u: %s", i, reply ? "" : error->message);
	}
	expect_numbered_events(0, handle, 0, PIPELINED);
}
END_TEST

/* Centrals, too. */
START_TEST(hostile_central)
{
	g_autofree char *session = advertise_as(client, "server"), *handle = NULL,
			*long_hex_digits = repeat("00", 600);
	g_autofree char *path = serve_one(client, session, 0xaa01, 0x4561, "'value': <byte 7>"),
			*answer = NULL;

	central_appear(0);
	central_connect(0);
	handle = central_find(0, "00004561" BASE);
	answer = central_says(0, "write", "%s %s prepare", handle, long_hex_digits);
	ck_assert_msg(g_str_has_prefix(answer, "error att"), "600 bytes: %s", answer);
	expect_stored(client, path, "07");
	g_free(answer);
	answer = central_says(0, "read", "%s 2", handle);
	ck_assert_str_eq(answer, "error att 0x07");
	g_free(answer);
	answer = central_says(0, "read", "ffff");
	ck_assert_str_eq(answer, "error att 0x01");
	for (unsigned int i = 0; i < 20; i++) {
		central_subscribes(0, handle, "notify");
		/* bluetoothd asks us first, and does not hear of one that unsubscribes meanwhile */
		wait_subscribers(client, path, 1);
		central_subscribes(0, handle, "off");
		wait_subscribers(client, path, 0);
	}
	central_reads(0, handle, "07");
	central_disconnect(0);
	for (unsigned int i = 0; i < 10; i++) {
		central_connect(0);
		central_disconnect(0);
	}
	central_connect(0);
	central_reads(0, handle, "07");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		too_long, options_refused, thousand_services, unknown_paths, bad_text,
		values_that_nobody_takes, values_in_a_row, hostile_central, NULL
	};

	limit_quarantine();
	return serve_main("serve-hostile", tests, NULL, 120);
}
