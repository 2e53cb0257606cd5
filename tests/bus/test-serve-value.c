/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values: what centrals read and write, what programs answer, and who is notified. */
#include "serve-fixture.h"

#define FIRST "00004561" BASE
#define SECOND "00004562" BASE
#define WAITS "'read_timeout': <uint32 4000>, 'value': <'stored'>"
#define STORED "73746f726564"

/* A value of that many bytes: as GVariant text, and as hex. */
static char *long_text(unsigned int length)
{
	GString *text = g_string_new("[byte ");

	for (unsigned int i = 0; i < length; i++)
		g_string_append_printf(text, "%s%u", i ? ", " : "", i & 0xff);
	return g_string_free(g_string_append_c(text, ']'), FALSE);
}

static char *long_digits(unsigned int length)
{
	GString *hex = g_string_new(NULL);

	for (unsigned int i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", i & 0xff);
	return g_string_free(hex, FALSE);
}

/* A service with that characteristic, and central 0 connected; returns the characteristic. */
static char *begin(const char *keys, char **ret_handle)
{
	g_autofree char *session = advertise_as(client, "server");
	char *path = serve_one(client, session, 0xaa01, 0x4561, keys);

	central_appear(0);
	central_connect(0);
	*ret_handle = central_find(0, FIRST);
	return path;
}

START_TEST(kinds_of_values)
{
	static const char *const values[][2] = {
		{ "byte 0x12", "12" }, { "uint16 0x1234", "3412" }, { "int16 -2", "feff" },
		{ "uint32 0x12345678", "78563412" }, { "int32 -2", "feffffff" },
		{ "uint64 0x0102030405060708", "0807060504030201" }, { "'text'", "74657874" },
		{ "[byte 1, 2, 3]", "010203" }, { "@ay []", "" }, { "''", "" },
	};
	static const char *const bad[] = { "1.5", "true", "['a']", "[uint16 1]", "@a{sv} {}" };
	g_autofree char *handle = NULL, *path = begin("'value': <uint16 0x0102>", &handle);

	expect_stored(client, path, "0201");
	central_reads(0, handle, "0201");
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		set_value(client, path, values[i][0]);
		expect_stored(client, path, values[i][1]);
		central_reads(0, handle, values[i][1][0] ? values[i][1] : "-");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *text = g_strdup_printf("(<%s>,)", bad[i]);

		tell_fails(client, path, LOCAL_CHAR, "SetValue", text, "InvalidArguments", "value");
	}
	expect_stored(client, path, "");
}
END_TEST

START_TEST(long_values)
{
	g_autofree char *handle = NULL, *path = begin("", &handle), *text = long_text(512),
			*hex = long_digits(512);

	set_value(client, path, text);
	central_reads(0, handle, hex);
	central_disconnect(0);
	central_connect_mtu(0, 23);
	central_reads(0, handle, hex);
	(void)take_events(client, path, LOCAL_CHAR);
	listen_to(client, path, CHAR_READ_EVENT);
	central_reads(0, handle, hex);
	ck_assert_uint_eq(next_read_request(client, NULL), 0);
	ck_assert_uint_eq(take_events(client, path, LOCAL_CHAR), CHAR_READ_EVENT);
	ck_assert_uint_eq(take_events(client, path, LOCAL_CHAR), 0);
	client_sync(client);
	ck_assert_uint_eq(client_count_signals(client, "ReadRequest"), 0); /* one, not one for each part */
}
END_TEST

START_TEST(answered_by_program)
{
	g_autofree char *handle = NULL, *path = begin(WAITS, &handle), *answer = NULL, *text = NULL;
	const char *who = NULL;
	AirCall *call;
	uint32_t id;

	central_reads(0, handle, STORED); /* nobody listens */
	listen_to(client, path, CHAR_READ_EVENT);
	call = air_begin(air, "read cen0 %s", handle);
	id = next_read_request(client, &who);
	ck_assert_str_eq(who, central_address(0));
	ck_assert_uint_ne(id, 0);
	ck_assert(!air_call_done(call));
	text = g_strdup_printf("(uint32 %u, <uint16 0x0102>)", id);
	tell(client, path, LOCAL_CHAR, "RespondRead", text);
	answer = air_call_finish(call);
	ck_assert_str_eq(answer, "0201");
	expect_stored(client, path, STORED); /* it was for that reader only */
	tell_fails(client, path, LOCAL_CHAR, "RespondRead", text, "DoesNotExist", "id");
	tell_fails(client, path, LOCAL_CHAR, "RejectRead", "(uint32 4000000, byte 2)", "DoesNotExist", "id");
	tell(client, path, LOCAL_CHAR, "Callback", "(uint32 0,)");
	central_reads(0, handle, STORED);
}
END_TEST

START_TEST(long_answer)
{
	g_autofree char *handle = NULL, *path = begin(WAITS, &handle), *value = long_text(400),
			*hex = long_digits(400);
	g_autofree char *text = NULL, *answer = NULL;
	AirCall *call;

	central_disconnect(0);
	central_connect_mtu(0, 23);
	listen_to(client, path, CHAR_READ_EVENT);
	call = air_begin(air, "read cen0 %s", handle);
	text = g_strdup_printf("(uint32 %u, <%s>)", next_read_request(client, NULL), value);
	tell(client, path, LOCAL_CHAR, "RespondRead", text);
	answer = air_call_finish(call);
	ck_assert_str_eq(answer, hex);
	ck_assert_uint_eq(client_count_signals(client, "ReadRequest"), 0);
}
END_TEST

START_TEST(rejected)
{
	static const unsigned int codes[][2] = { { 0x02, 0x02 }, { 0x06, 0x06 }, { 0x08, 0x08 },
						 { 0x07, 0x07 }, { 0x0d, 0x0d }, { 0x0e, 0x0e },
						 { 0x11, 0x0e } };
	g_autofree char *handle = NULL, *path = begin(WAITS, &handle);

	listen_to(client, path, CHAR_READ_EVENT);
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
		AirCall *call = air_begin(air, "read cen0 %s", handle);
		uint32_t id = next_read_request(client, NULL);
		g_autofree char *text = g_strdup_printf("(uint32 %u, byte %u)", id, codes[i][0]),
				*answer = NULL;
		g_autofree char *zero = g_strdup_printf("(uint32 %u, byte 0)", id);
		g_autofree char *wanted = g_strdup_printf("error att 0x%02x", codes[i][1]);

		tell_fails(client, path, LOCAL_CHAR, "RejectRead", zero, "InvalidArguments", "att_error");
		tell(client, path, LOCAL_CHAR, "RejectRead", text);
		answer = air_call_finish(call);
		ck_assert_msg(g_str_equal(answer, wanted), "%02x: %s, not %s", codes[i][0], answer, wanted);
	}
	expect_stored(client, path, STORED);
}
END_TEST

/* It costs the central that reads its time, and nobody else anything. */
START_TEST(never_answered)
{
	g_autofree char *handle = NULL, *path = begin(WAITS, &handle), *other = NULL, *other_handle = NULL,
			*answer = NULL;
	g_autofree char *text = NULL, *session = open_session(client, 0);
	uint64_t begun;
	AirCall *call;
	uint32_t id;

	other = serve_one(client, session, 0xaa02, 0x4562, "'value': <byte 9>");
	central_appear(1);
	central_connect(1);
	other_handle = central_find(1, SECOND);
	listen_to(client, path, CHAR_READ_EVENT);
	begun = now_ms();
	call = air_begin(air, "read cen0 %s", handle);
	id = next_read_request(client, NULL);
	for (int i = 0; i < 5; i++)
		central_reads(1, other_handle, "09");
	central_writes(1, other_handle, "0a", "request", "");
	expect_stored(client, other, "0a");
	ck_assert(!air_call_done(call));
	answer = air_call_finish(call);
	ck_assert_str_eq(answer, STORED);
	ck_assert_uint_ge(now_ms() - begun, 3900);
	text = g_strdup_printf("(uint32 %u, <byte 1>)", id);
	tell_fails(client, path, LOCAL_CHAR, "RespondRead", text, "DoesNotExist", "id");
	expect_stored(client, path, STORED);
}
END_TEST

START_TEST(listener_leaves)
{
	Client *owner = new_client();
	g_autofree char *session = open_session(owner, 0),
			*path = serve_one(owner, session, 0xaa01, 0x4561, WAITS);
	g_autofree char *handle = NULL, *advertiser = advertise_as(client, "server"), *answer = NULL;
	AirCall *call;

	central_appear(0);
	central_connect(0);
	handle = central_find(0, FIRST);
	listen_to(owner, path, CHAR_READ_EVENT);
	call = air_begin(air, "read cen0 %s", handle);
	(void)next_read_request(owner, NULL);
	tell(owner, path, LOCAL_CHAR, "Callback", "(uint32 0,)");
	answer = air_call_finish(call);
	ck_assert_str_eq(answer, STORED);
	client_free(owner);
	wait_central_loses(0, FIRST);
}
END_TEST

START_TEST(writes)
{
	g_autofree char *handle = NULL, *path = begin("'properties': <uint32 0x1e>", &handle),
			*hex = long_digits(500);
	uint32_t events;

	listen_to(client, path, CHAR_WRITE_EVENT);
	central_writes(0, handle, "0102", "request", "");
	expect_write_request(client, "0102");
	expect_stored(client, path, "0102");
	events = take_events(client, path, LOCAL_CHAR);
	ck_assert_uint_eq(events, CHAR_WRITE_EVENT);
	for (unsigned int i = 0; i < 100; i++) {
		g_autofree char *number = g_strdup_printf("%02x", i);

		central_writes(0, handle, number, "command", "");
	}
	for (unsigned int i = 0; i < 100; i++) {
		g_autofree char *number = g_strdup_printf("%02x", i);

		expect_write_request(client, number);
	}
	central_writes(0, handle, hex, "prepare", "");
	expect_write_request(client, hex);
	expect_stored(client, path, hex);
	central_reads(0, handle, hex);
	central_disconnect(0);
	central_connect_mtu(0, 23);
	hex[600] = '\0';
	central_writes(0, handle, hex, "prepare", "");
	expect_write_request(client, hex);
	client_sync(client);
	ck_assert_uint_eq(client_count_signals(client, "WriteRequest"), 0);
	expect_stored(client, path, hex);
}
END_TEST

/* More commands than bluetoothd keeps up with wait in the kernel, and each is told, in order. */
START_TEST(flood_of_commands)
{
	g_autofree char *handle = NULL, *path = begin("'properties': <uint32 0x06>", &handle);

	listen_to(client, path, CHAR_WRITE_EVENT);
	/* the simulated one hears of no central then */
	if (world_is_real(world))
		world_bluez_pause(world);
	for (unsigned int i = 0; i < 300; i++) {
		g_autofree char *number = g_strdup_printf("%04x", i);

		central_writes(0, handle, number, "command", "");
	}
	if (world_is_real(world))
		world_bluez_resume(world);
	for (unsigned int i = 0; i < 300; i++) {
		g_autofree char *number = g_strdup_printf("%04x", i);

		expect_write_request(client, number);
	}
	expect_stored(client, path, "012b");
}
END_TEST

/* Until BlueZ has what the daemon told it before: it notifies those who have subscribed by then. */
static void wait_bluez(void)
{
	g_autoptr(GVariant) value =
		client_get(world_bluez(world), BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "Address");

	ck_assert_ptr_nonnull(value);
}

START_TEST(only_who_subscribed)
{
	g_autofree char *handle = NULL, *path = begin("'properties': <uint32 0x32>", &handle),
			*indicated_handle = NULL;
	g_autofree char *session = open_session(client, 0);
	g_autofree char *indicated =
		serve_one(client, session, 0xaa02, 0x4562, "'properties': <uint32 0x22>");

	central_appear(1);
	central_connect(1);
	indicated_handle = central_find(1, SECOND);
	set_value(client, path, "byte 1");
	wait_bluez();
	listen_to(client, path, CHAR_SUBSCRIBE_EVENT);
	client_subscribe(client, NULL, PROPERTIES, "PropertiesChanged", path);
	ck_assert_uint_eq(subscribers(client, path), 0);
	central_subscribes(0, handle, "notify");
	wait_subscribers(client, path, 1);
	g_variant_unref(client_wait_signal(client, "PropertiesChanged", SOON, NULL));
	ck_assert_uint_eq(take_events(client, path, LOCAL_CHAR), CHAR_SUBSCRIBE_EVENT);
	set_value(client, path, "byte 2");
	expect_event(0, handle, "02");
	g_ptr_array_unref(central_events(1, handle, 0));

	central_subscribes(1, indicated_handle, "indicate");
	wait_subscribers(client, indicated, 1);
	for (unsigned int i = 0; i < 5; i++) {
		g_autofree char *value = g_strdup_printf("byte %u", i), *hex = g_strdup_printf("%02x", i);

		set_value(client, indicated, value);
		expect_event(1, indicated_handle, hex);
	}
	central_subscribes(0, handle, "off");
	wait_subscribers(client, path, 0);
	set_value(client, path, "byte 3");
	wait_bluez();
	central_subscribes(0, handle, "notify");
	wait_subscribers(client, path, 1);
	set_value(client, path, "byte 4");
	expect_event(0, handle, "04");
	central_disconnect(0);
	wait_subscribers(client, path, 0);
	central_disconnect(1);
	wait_subscribers(client, indicated, 0);
}
END_TEST

START_TEST(thousand_to_two)
{
	g_autofree char *handle = NULL, *path = begin("", &handle);

	central_appear(1);
	central_connect(1);
	g_free(central_find(1, FIRST));
	central_subscribes(0, handle, "notify");
	central_subscribes(1, handle, "notify");
	/* at once: BlueZ tells of subscribers a bit later than it counts them */
	set_numbered(client, path, 0, 1000);
	expect_numbered_events(0, handle, 0, 1000);
	expect_numbered_events(1, handle, 0, 1000);
}
END_TEST

static void expect_part(unsigned int number, const char *handle, unsigned int offset, const char *hex)
{
	g_autofree char *got = central_says(number, "read", "%s %u part", handle, offset);

	ck_assert_msg(g_str_equal(got, hex), "cen%u, %s from %u: %s, not %s", number, handle, offset, got,
		      hex);
}

/* That many of one digit: as a value, and as hex. */
static char *digits(char digit, unsigned int count, bool hex)
{
	GString *text = g_string_new(hex ? NULL : "'");

	for (unsigned int i = 0; i < count; i++)
		g_string_append_printf(text, hex ? "%02x" : "%c", (unsigned int)digit);
	return g_string_free(hex ? text : g_string_append_c(text, '\''), FALSE);
}

static void set_digits(const char *attr, char digit, unsigned int count)
{
	g_autofree char *value = digits(digit, count, false), *text = g_strdup_printf("(<%s>,)", value);

	tell(client, attr, strstr(attr, "/desc") ? LOCAL_DESC : LOCAL_CHAR, "SetValue", text);
}

static void expect_digits(unsigned int number, const char *handle, unsigned int offset, char digit,
			  unsigned int count)
{
	g_autofree char *hex = digits(digit, count, true);

	expect_part(number, handle, offset, count ? hex : "-");
}

/* Whatever comes between, and whoever reads beside it: each central gets the parts of what it began with. */
START_TEST(parts_of_one_value)
{
	g_autofree char *handle = NULL, *path = begin("", &handle), *descriptor = NULL, *other = NULL;

	descriptor = add_desc(client, path, "'2901'", "'value': <'2'>");
	set_digits(path, 'a', 60);
	set_digits(descriptor, 'D', 30);
	other = central_find(0, "00002901" BASE);
	g_free(handle);
	handle = central_find(0, FIRST);
	central_disconnect(0);
	central_connect_mtu(0, 23);
	central_appear(1);
	central_connect_mtu(1, 43);
	g_free(central_find(1, FIRST));

	expect_digits(0, handle, 0, 'a', 22);
	set_digits(path, 'b', 45);
	expect_digits(1, handle, 0, 'b', 42);
	expect_digits(0, other, 0, 'D', 22);
	set_digits(path, 'c', 7);
	set_digits(descriptor, 'E', 22);
	expect_digits(1, other, 0, 'E', 22);
	expect_digits(0, handle, 22, 'a', 22);
	expect_digits(1, handle, 42, 'b', 3);
	expect_digits(0, other, 22, 'D', 8);
	expect_digits(0, handle, 44, 'a', 16);
	expect_digits(0, handle, 60, 'a', 0);
	expect_part(0, handle, 61, "error att 0x07");
	expect_part(1, handle, 46, "error att 0x07");
	/* once more, after its end; and anew */
	expect_digits(0, handle, 44, 'a', 16);
	expect_digits(0, handle, 0, 'c', 7);
	expect_part(0, handle, 8, "error att 0x07");
	expect_digits(1, handle, 42, 'b', 3);
	/* one that leaves has begun nothing when it comes back */
	set_digits(path, 'd', 50);
	central_disconnect(0);
	central_connect_mtu(0, 23);
	expect_digits(0, handle, 44, 'd', 6);
	central_writes(0, handle, "65", "request", "");
	expect_digits(1, handle, 42, 'b', 3);
	expect_digits(1, handle, 0, 'e', 1);
}
END_TEST

/* The same of values that a program answers with: each central's is its own. */
START_TEST(parts_of_one_answer)
{
	g_autofree char *handle = NULL, *path = begin(WAITS, &handle);
	static const char answers[] = { 'x', 'y' };

	central_disconnect(0);
	central_connect_mtu(0, 23);
	central_appear(1);
	central_connect_mtu(1, 23);
	g_free(central_find(1, FIRST));
	listen_to(client, path, CHAR_READ_EVENT);
	for (unsigned int i = 0; i < 2; i++) {
		AirCall *call = air_begin(air, "read cen%u %s 0 part", i, handle);
		g_autofree char *value = digits(answers[i], 30, false), *answer = NULL, *text = NULL;
		g_autofree char *wanted = digits(answers[i], 22, true);

		text = g_strdup_printf("(uint32 %u, <%s>)", next_read_request(client, NULL), value);
		tell(client, path, LOCAL_CHAR, "RespondRead", text);
		answer = air_call_finish(call);
		ck_assert_str_eq(answer, wanted);
	}
	set_digits(path, 'z', 40);
	expect_digits(0, handle, 22, 'x', 8);
	expect_digits(1, handle, 22, 'y', 8);
	expect_digits(0, handle, 30, 'x', 0);
	expect_part(1, handle, 31, "error att 0x07");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		kinds_of_values, long_values, answered_by_program, long_answer, rejected, never_answered,
		listener_leaves, writes, flood_of_commands, only_who_subscribed, thousand_to_two,
		parts_of_one_value, parts_of_one_answer, NULL
	};

	return serve_main("serve-value", tests, NULL, 120);
}
