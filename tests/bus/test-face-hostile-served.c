/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that have objects for the daemon, on the socket for BlueZ's programs, and do harm with them: they
 * do not answer, or something else than was asked, leave in between, and say more than anybody can take. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gunixfdlist.h>

#include "face-fixture.h"
#include "memory.h"
#include "serve-fixture.h"

#define CHAR_IFACE "org.bluez.GattCharacteristic1"
#define ADVERTISEMENT "org.bluez.LEAdvertisement1"
#define OUR_UUID "0000b000" BASE
#define CULPRITS_UUID "0000b001" BASE
#define SOON_MS 2000

/* --- answers --- */

/* body: text of a tuple; NULL: none. */
static void answer(RawProgram *program, GDBusMessage *call, const char *body)
{
	GDBusMessage *reply = g_dbus_message_new_method_reply(call);
	g_autoptr(GError) error = NULL;

	if (body) {
		g_autoptr(GVariant) value = g_variant_parse(NULL, body, NULL, NULL, &error);

		if (!value)
			ck_abort_msg("%s: %s", body, error->message);
		g_dbus_message_set_body(reply, value);
	}
	(void)raw_send(program, reply);
}

static void answer_call(RawProgram *program, const char *method, const char *body)
{
	g_autoptr(GDBusMessage) call = raw_called(program, method);

	answer(program, call, body);
}

/* An application of one characteristic, with that UUID and those flags and properties besides. */
static char *objects_of(const char *uuid, const char *flags, const char *more)
{
	return g_strdup_printf(
		"({objectpath '/app/s': {'org.bluez.GattService1': {'UUID': <'0000a000" BASE "'>, 'Primary': "
		"<true>}}, '/app/s/c': {'" CHAR_IFACE "': {'UUID': <'%s'>, 'Service': <objectpath '/app/s'>, "
		"'Flags': <%s>%s}}},)", uuid, flags, more);
}

static GDBusMessage *register_new(const char *manager, const char *method, const char *path)
{
	g_autofree char *args = g_strdup_printf("(objectpath '%s', @a{sv} {})", path);

	return raw_call_new(BLUEZ_ADAPTER, manager, method, args);
}

static void serve(RawProgram *program, const char *uuid, const char *flags, const char *more)
{
	g_autofree char *objects = objects_of(uuid, flags, more);

	ck_assert(raw_send(program, register_new(GATT_MANAGER, "RegisterApplication", "/app")));
	answer_call(program, "GetManagedObjects", objects);
	raw_ok(program, raw_driver_call_new("GetId", NULL));
}

/* What the next answer to a registration is; NULL: it has succeeded. */
static char *outcome_of(RawProgram *program)
{
	for (;;) {
		g_autoptr(GDBusMessage) message = raw_next(program);

		ck_assert_msg(message != NULL, "no answer");
		if (g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_ERROR)
			return g_strdup(g_dbus_message_get_error_name(message));
		if (g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN)
			return NULL;
	}
}

/* --- who leaves in between --- */

static void begin_all(RawProgram *program, int seed)
{
	static const char *const calls[][3] = {
		{ GATT_MANAGER, "RegisterApplication", "(objectpath '/app', @a{sv} {})" },
		{ ADVERTISING_MANAGER, "RegisterAdvertisement", "(objectpath '/advert', @a{sv} {})" },
		{ MONITOR_MANAGER, "RegisterMonitor", "(objectpath '/monitors',)" },
		{ BLUEZ_ADAPTER_IFACE, "StartDiscovery", NULL },
		{ BLUEZ_ADAPTER_IFACE, "ConnectDevice", "({'Address': <'C0:00:00:00:0F:0F'>},)" },
		{ GATT_MANAGER, "RegisterApplication", "(objectpath '/org/bluez/hci0', @a{sv} {})" },
		{ ADVERTISING_MANAGER, "UnregisterAdvertisement", "(objectpath '/advert',)" },
		{ GATT_MANAGER, "UnregisterApplication", "(objectpath '/app',)" },
		{ BLUEZ_ADAPTER_IFACE, "StopDiscovery", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
		const size_t n = (i * (size_t)(1 + seed) + (size_t)seed) % G_N_ELEMENTS(calls);

		if (!raw_send(program, raw_call_new(BLUEZ_ADAPTER, calls[n][0], calls[n][1], calls[n][2])))
			return;
	}
	(void)raw_send(program, raw_call_new("/org/bluez", AGENT_MANAGER, "RegisterAgent",
					     "(objectpath '/agent', 'KeyboardDisplay')"));
}

/* Whatever of it is under way when it leaves, and whatever of it is answered. */
START_TEST(registrations_that_leave)
{
	for (int i = 0; i < 60; i++) {
		g_autoptr(RawProgram) program = raw_new(CULPRIT), sister = raw_new(CULPRIT);

		begin_all(program, i);
		begin_all(sister, i + 1);
		for (int n = 0; n < i % 7; n++) {
			g_autoptr(GDBusMessage) message = raw_next(program);

			if (message &&
			    g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL)
				answer(program, message, i % 2 ? NULL : "(@a{oa{sa{sv}}} {},)");
		}
		if (i % 10 == 0)
			expect_served();
	}
	expect_released();
}
END_TEST

static bool neighbour_has_radio(void *unused)
{
	g_autoptr(GVariant) powered = client_get(neighbour, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "Powered");

	(void)unused;
	return powered && g_variant_get_boolean(powered);
}

/* Power off, for itself, while all of it is under way. */
START_TEST(registrations_without_power)
{
	for (int i = 0; i < 20; i++) {
		g_autoptr(RawProgram) program = raw_new(CULPRIT);

		begin_all(program, i);
		raw_ok(program, raw_call_new(BLUEZ_ADAPTER, PROPERTIES, "Set",
					     "('" BLUEZ_ADAPTER_IFACE "', 'Powered', <false>)"));
		raw_ok(program, raw_call_new("/", OBJECT_MANAGER, "GetManagedObjects", NULL));
	}
	expect_released();
}
END_TEST

/* The radio goes, or bluetoothd, while all of it is under way. */
START_TEST(registrations_without_radio)
{
	for (int i = 0; i < 4; i++) {
		g_autoptr(RawProgram) program = raw_new(CULPRIT), sister = raw_new(CULPRIT);

		begin_all(program, i);
		begin_all(sister, i + 3);
		raw_ok(program, raw_driver_call_new("GetId", NULL));
		if (i % 2) {
			restart_bluez();
		} else {
			air_do(air, "unplug " WORLD_RADIO);
			wait_adapter_gone("hci0");
			begin_all(sister, i);
			air_do(air, "plug " WORLD_RADIO);
		}
		wait_adapter_there("hci0");
		world_wait_powered(world, "hci0", true);
		begin_all(program, i + 5);
		raw_ok(program, raw_driver_call_new("GetId", NULL));
	}
	expect_paid(CULPRIT);
	ck_assert(wait_until(neighbour_has_radio, NULL, world_patience(world)));
	expect_served();
}
END_TEST

/* --- what is no application --- */

START_TEST(objects_of_the_wrong_kind)
{
	static const char *const answers[] = {
		NULL,
		"('no objects',)",
		"(@as [],)",
		"(@a{sv} {},)",
		"(@a{oa{sv}} {},)",
		"(@a{oa{sa{sv}}} {},)",
		"({objectpath '/app/s': {'org.bluez.GattService1': {'UUID': <uint32 7>}}},)",
		"({objectpath '/app/s': {'org.bluez.GattService1': {'UUID': <'none'>, 'Primary': "
		"<'yes'>}}},)",
		"({objectpath '/app/s': {'org.bluez.GattService1': {'UUID': <<<<<'a000'>>>>>}}},)",
		"({objectpath '/a/c': {'" CHAR_IFACE "': {'UUID': <'b000'>, 'Service': <objectpath '/a/c'>, "
		"'Flags': <['read']>}}},)",
		"({objectpath '/app/s': {'org.bluez.GattService1': {'UUID': <'a000'>}}, '/app/c': "
		"{'" CHAR_IFACE
		"': {'UUID': <'b000'>, 'Service': <objectpath '/app/s'>, 'Flags': <['fly']>}}},)",
		"({objectpath '/app/s': {'org.bluez.GattService1': {'UUID': <'a000'>}}, '/app/c': "
		"{'" CHAR_IFACE
		"': {'UUID': <'b000'>, 'Service': <'/app/s'>, 'Flags': <'read'>}}}, 'and more')",
	};
	g_autoptr(RawProgram) program = raw_new(CULPRIT);

	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		g_autofree char *outcome = NULL;

		ck_assert(raw_send(program, register_new(GATT_MANAGER, "RegisterApplication", "/app")));
		answer_call(program, "GetManagedObjects", answers[i]);
		outcome = outcome_of(program);
		if (outcome)
			ck_assert_str_eq(outcome, "org.bluez.Error.Failed");
		else
			raw_ok(program, raw_call_new(BLUEZ_ADAPTER, GATT_MANAGER, "UnregisterApplication",
						     "(objectpath '/app',)"));
		ck_assert(
			raw_send(program, register_new(ADVERTISING_MANAGER, "RegisterAdvertisement", "/ad")));
		answer_call(program, "GetAll", answers[i]);
		g_clear_pointer(&outcome, g_free);
		outcome = outcome_of(program);
		if (!outcome)
			raw_ok(program, raw_call_new(BLUEZ_ADAPTER, ADVERTISING_MANAGER,
						     "UnregisterAdvertisement", "(objectpath '/ad',)"));
	}
	expect_served();
	program = raw_free(g_steal_pointer(&program));
	expect_released();
}
END_TEST

static char *many_objects(unsigned int count)
{
	GString *text = g_string_new("({objectpath '/app/s': {'org.bluez.GattService1': {'UUID': <'a000'>}}");

	for (unsigned int i = 0; i < count; i++)
		g_string_append_printf(text, ", '/app/s/c%u': {'" CHAR_IFACE "': {'UUID': <'%08x" BASE "'>, "
				       "'Service': <objectpath '/app/s'>, 'Flags': <['read', 'notify']>}}",
				       i, 0xc0000 + i);
	g_string_append(text, "},)");
	return g_string_free(text, FALSE);
}

/* More than a message may be long, than an application may have, and than the user may. */
START_TEST(objects_without_end)
{
	static const unsigned int counts[] = { 900, 1100, 300 };

	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
		g_autofree char *objects = many_objects(counts[i]), *outcome = NULL;
		g_autoptr(RawProgram) program = raw_new(CULPRIT);

		ck_assert(raw_send(program, register_new(GATT_MANAGER, "RegisterApplication", "/app")));
		answer_call(program, "GetManagedObjects", objects);
		outcome = outcome_of(program);
		ck_assert_str_eq(outcome, "org.bluez.Error.Failed");
		expect_served();
	}
	expect_released();
}
END_TEST

/* --- what centrals want of it --- */

/* The neighbour's characteristic is read while the culprit is asked, and does not answer. */
START_TEST(reads_unanswered)
{
	g_autoptr(RawProgram) program = raw_new(CULPRIT);
	g_autofree char *session = open_session(client, 0), *ours = NULL, *handle = NULL, *path = NULL;
	g_autofree char *advertiser = advertise_as(client, "server"), *got = NULL;
	AirCall *reading;

	path = serve_one(client, session, 0xaa01, 0x4561, "'value': <byte 7>");
	serve(program, CULPRITS_UUID, "['read']", "");
	central_appear(0);
	central_connect(0);
	central_appear(1);
	central_connect(1);
	handle = central_find(0, CULPRITS_UUID);
	ours = central_find(1, "00004561" BASE);
	reading = air_begin(air, "read cen0 %s", handle);
	g_object_unref(raw_called(program, "ReadValue"));
	central_reads(1, ours, "07");
	expect_served();
	got = air_call_finish(reading);
	ck_assert_str_eq(got, "error att 0x0e");
	central_reads(1, ours, "07");
	/* what it says of it later counts nothing */
	reading = air_begin(air, "read cen0 %s", handle);
	program = raw_free(g_steal_pointer(&program));
	g_free(got);
	got = air_call_finish(reading);
	ck_assert_msg(g_str_has_prefix(got, "error"), "%s", got);
	central_reads(1, ours, "07");
	expect_paid(CULPRIT);
}
END_TEST

START_TEST(reads_answered_wrongly)
{
	static const char *const answers[] = { NULL, "('07',)", "(@ay [],)", "(uint32 7,)", "(@a{sv} {},)" };
	g_autoptr(RawProgram) program = raw_new(CULPRIT);
	g_autofree char *advertiser = advertise_as(client, "server"), *handle = NULL;

	serve(program, CULPRITS_UUID, "['read']", "");
	central_appear(0);
	central_connect(0);
	handle = central_find(0, CULPRITS_UUID);
	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		AirCall *reading = air_begin(air, "read cen0 %s", handle);
		g_autoptr(GDBusMessage) call = raw_called(program, "ReadValue");
		g_autofree char *got = NULL;

		answer(program, call, answers[i]);
		answer(program, call, "(@ay [0x01],)");
		got = air_call_finish(reading);
		ck_assert_str_eq(got, i == 2 ? "-" : "error att 0x0e");
	}
	expect_served();
	program = raw_free(g_steal_pointer(&program));
	expect_paid(CULPRIT);
}
END_TEST

/* --- sockets --- */

static void answer_with_fd(RawProgram *program, GDBusMessage *call, int fd)
{
	g_autoptr(GDBusMessage) reply = g_dbus_message_new_method_reply(call);
	g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
	g_autoptr(GByteArray) blob = NULL;

	ck_assert_int_ge(g_unix_fd_list_append(fds, fd, NULL), 0);
	g_dbus_message_set_unix_fd_list(reply, fds);
	g_dbus_message_set_body(reply, g_variant_new("(hq)", 0, 517));
	blob = raw_blob(program, reply);
	ck_assert(raw_bytes_with_fd(program, blob->data, blob->len, fd));
}

/* The culprit's characteristic, as central 0 has it. */
static char *serve_notifying(RawProgram *program)
{
	serve(program, CULPRITS_UUID, "['notify']", ", 'NotifyAcquired': <false>");
	central_appear(0);
	central_connect(0);
	return central_find(0, CULPRITS_UUID);
}

static AirCall *begin_subscribing(const char *handle, const char *how)
{
	return air_begin(air, "subscribe cen0 %s %s", handle, how);
}

/* What is no socket, or one whose other end is our own: it is as if the program had none. */
START_TEST(sockets_of_the_wrong_kind)
{
	g_autoptr(RawProgram) program = raw_new(CULPRIT);
	g_autofree char *advertiser = advertise_as(client, "server"), *handle = serve_notifying(program);
	const int internet = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const int fds[] = { STDERR_FILENO, internet, raw_fd(program) };

	for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
		AirCall *subscribing;

		if (fds[i] < 0)
			continue;
		subscribing = begin_subscribing(handle, "notify");
		{
			g_autoptr(GDBusMessage) call = raw_called(program, "AcquireNotify");

			answer_with_fd(program, call, fds[i]);
		}
		g_object_unref(raw_called(program, "StartNotify"));
		g_free(air_call_finish(subscribing));
		g_free(air_call_finish(begin_subscribing(handle, "off")));
		g_object_unref(raw_called(program, "StopNotify"));
	}
	if (internet >= 0)
		close(internet);
	program = raw_free(g_steal_pointer(&program));
	central_disconnect(0);
	expect_released();
}
END_TEST

#define VALUES 400

static char *value_number(unsigned int number)
{
	return g_strdup_printf("%0180x%08x", 0, number);
}

/* More than bluetoothd takes at once: what it has not taken stays in the socket, and in the program. */
START_TEST(values_by_socket)
{
	g_autoptr(RawProgram) program = raw_new(CULPRIT);
	g_autofree char *advertiser = advertise_as(client, "server"), *handle = serve_notifying(program);
	AirCall *subscribing = begin_subscribing(handle, "notify");
	g_autoptr(GDBusMessage) call = raw_called(program, "AcquireNotify");
	g_autoptr(GPtrArray) events = NULL;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	answer_with_fd(program, call, pair[1]);
	close(pair[1]);
	g_free(air_call_finish(subscribing));
	world_bluez_pause(world);
	for (unsigned int i = 0; i < VALUES; i++) {
		g_autofree char *hex = value_number(i);
		g_autoptr(GVariant) bytes = g_variant_ref_sink(bytes_of(hex));

		if (i == VALUES / 2)
			world_bluez_resume(world);
		ck_assert_int_eq(send(pair[0], g_variant_get_data(bytes), g_variant_get_size(bytes),
				      MSG_NOSIGNAL),
				 (ssize_t)g_variant_get_size(bytes));
	}
	events = central_events(0, handle, VALUES);
	ck_assert_uint_eq(events->len, VALUES);
	for (unsigned int i = 0; i < VALUES; i++) {
		g_autofree char *hex = value_number(i);

		ck_assert_msg(g_str_has_suffix(g_ptr_array_index(events, i), hex), "value %u: %s", i,
			      (const char *)g_ptr_array_index(events, i));
	}
	expect_served();
	close(pair[0]);
	program = raw_free(g_steal_pointer(&program));
	central_disconnect(0);
	expect_released();
}
END_TEST

/* As from bluetoothd: requests, too, and by WriteValue where the socket is not to be had. */
START_TEST(writes_by_socket)
{
	static const char flags[] = "['write', 'write-without-response']";
	g_autoptr(RawProgram) program = raw_new(CULPRIT);
	g_autofree char *advertiser = advertise_as(client, "server"), *handle = NULL, *written = NULL;
	g_autoptr(GDBusMessage) call = NULL, write = NULL;
	uint8_t byte = 0;
	AirCall *writing;
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	serve(program, CULPRITS_UUID, flags, ", 'WriteAcquired': <false>");
	central_appear(0);
	central_connect(0);
	handle = central_find(0, CULPRITS_UUID);
	writing = air_begin(air, "write cen0 %s 01 request", handle);
	call = raw_called(program, "AcquireWrite");
	answer(program, call, "('none',)");
	write = raw_called(program, "WriteValue");
	answer(program, write, NULL);
	written = air_call_finish(writing);
	ck_assert_str_eq(written, "");

	writing = air_begin(air, "write cen0 %s 02 request", handle);
	g_object_unref(call);
	call = raw_called(program, "AcquireWrite");
	answer_with_fd(program, call, pair[1]);
	close(pair[1]);
	ck_assert_int_eq(recv(pair[0], &byte, 1, 0), 1);
	ck_assert_uint_eq(byte, 2);
	g_free(written);
	written = air_call_finish(writing);
	ck_assert_str_eq(written, "");
	central_writes(0, handle, "03", "command", "");
	ck_assert_int_eq(recv(pair[0], &byte, 1, 0), 1);
	ck_assert_uint_eq(byte, 3);
	close(pair[0]);
	program = raw_free(g_steal_pointer(&program));
	central_disconnect(0);
	expect_released();
}
END_TEST

/* It is asked for a socket for the writes of a central, and hands out none. */
START_TEST(commands_unanswered)
{
	g_autoptr(RawProgram) program = raw_new(CULPRIT);
	g_autoptr(GDBusMessage) call = NULL;
	g_autofree char *advertiser = advertise_as(client, "server"), *handle = NULL;
	uint64_t before;

	serve(program, CULPRITS_UUID, "['write-without-response']", ", 'WriteAcquired': <false>");
	central_appear(0);
	central_connect(0);
	handle = central_find(0, CULPRITS_UUID);
	before = charged_to(CULPRIT);
	for (int i = 0; i < 300; i++)
		central_writes(0, handle, "5a5a5a5a", "command", "");
	call = raw_called(program, "AcquireWrite");
	ck_assert_uint_gt(charged_to(CULPRIT), before);
	expect_served();
	program = raw_free(g_steal_pointer(&program));
	central_disconnect(0);
	expect_released();
}
END_TEST

/* --- storms --- */

static GDBusMessage *changed_new(const char *path, const char *iface, const char *changed)
{
	GDBusMessage *message = g_dbus_message_new_signal(path, PROPERTIES, "PropertiesChanged");
	g_autofree char *text = g_strdup_printf("('%s', %s, @as [])", iface, changed);

	g_dbus_message_set_body(message, g_variant_new_parsed(text));
	return message;
}

/* Its advertisement changes all the time: it is asked for its properties once at a time, and others' are on
 * air. */
START_TEST(storm_of_an_advertisement)
{
	static const char properties[] = "({'Type': <'peripheral'>, 'LocalName': <'storm'>},)";
	g_autoptr(RawProgram) program = raw_new(CULPRIT);
	g_autofree char *advertiser = NULL, *hex = name_hex("calm"), *outcome = NULL;
	unsigned int asked = 0;

	ck_assert(raw_send(program, register_new(ADVERTISING_MANAGER, "RegisterAdvertisement", "/ad")));
	answer_call(program, "GetAll", properties);
	outcome = outcome_of(program);
	ck_assert_msg(!outcome, "%s", outcome);
	for (int i = 0; i < 3000; i++)
		ck_assert(raw_send(program, changed_new("/ad", ADVERTISEMENT, "{'LocalName': <'storm'>}")));
	advertiser = advertise_as(client, "calm");
	wait_on_air(NULL, hex);
	ck_assert(raw_send(program, raw_driver_call_new("GetId", NULL)));
	for (;;) {
		g_autoptr(GDBusMessage) message = raw_next(program);

		ck_assert_ptr_nonnull(message);
		if (g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN)
			break;
		asked += g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL;
	}
	ck_assert_uint_le(asked, 1);
	expect_served();
	program = raw_free(g_steal_pointer(&program));
	expect_released();
}
END_TEST

/* Reads what has come so far. */
static void count_calls(RawProgram *program, unsigned int *active, unsigned int *released)
{
	ck_assert(raw_send(program, raw_driver_call_new("GetId", NULL)));
	for (;;) {
		g_autoptr(GDBusMessage) message = raw_next(program);
		GVariant *body = message ? g_dbus_message_get_body(message) : NULL;
		const char *member;

		ck_assert_ptr_nonnull(message);
		member = g_dbus_message_get_member(message);
		if (!member && body && g_variant_is_of_type(body, G_VARIANT_TYPE("(s)")))
			return;
		*active += g_strcmp0(member, "Activate") == 0;
		*released += g_strcmp0(member, "Release") == 0;
	}
}

/* Monitors come and go, right and wrong, and none is answered for longer than it is there. */
START_TEST(storm_of_monitors)
{
	static const char *const properties[] = {
		"{'Type': <'or_patterns'>, 'Patterns': <[(byte 0, byte 0x09, [byte 0x64])]>}",
		"{'Type': <'or_patterns'>, 'Patterns': <[(byte 250, byte 0x09, [byte 0x64])]>}",
		"{'Type': <'other'>}", "{'Patterns': <'none'>}", "@a{sv} {}",
	};
	g_autoptr(RawProgram) program = raw_new(CULPRIT);
	unsigned int active = 0, released = 0;

	ck_assert(raw_send(program, raw_call_new(BLUEZ_ADAPTER, MONITOR_MANAGER, "RegisterMonitor",
						 "(objectpath '/m',)")));
	answer_call(program, "GetManagedObjects", "(@a{oa{sa{sv}}} {},)");
	for (unsigned int i = 0; i < 1000; i++) {
		GDBusMessage *message = g_dbus_message_new_signal("/", OBJECT_MANAGER, "InterfacesAdded");
		g_autofree char *text =
			g_strdup_printf("(objectpath '/m/%u', {'org.bluez.AdvertisementMonitor1': %s})", i,
					properties[i % G_N_ELEMENTS(properties)]);

		g_dbus_message_set_body(message, g_variant_new_parsed(text));
		ck_assert(raw_send(program, message));
		if (i % 10 == 9)
			count_calls(program, &active, &released);
	}
	ck_assert_uint_ge(active, 1);
	ck_assert_uint_le(active, 64); /* SessionsPerUser */
	ck_assert_uint_eq(active + released, 1000);
	expect_served();
	program = raw_free(g_steal_pointer(&program));
	expect_released();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		registrations_that_leave,
		registrations_without_power,
		registrations_without_radio,
		objects_of_the_wrong_kind,
		objects_without_end,
		reads_unanswered,
		reads_answered_wrongly,
		sockets_of_the_wrong_kind,
		values_by_socket,
		writes_by_socket,
		commands_unanswered,
		storm_of_an_advertisement,
		storm_of_monitors,
		NULL,
	};

	limit_quarantine();
	return run_tests("face-hostile-served", tests, face_setup, face_teardown, 120);
}
