/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that do harm on the socket for BlueZ's programs. Whatever they do is refused or cut off, others
 * are served meanwhile, and nothing of it stays. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gunixfdlist.h>

#include "face-fixture.h"
#include "memory.h"

#define PEER "org.freedesktop.DBus.Peer"
/* As long as D-Bus allows; a length that is longer than what is taken. */
#define LONGEST (127 * 1024 * 1024)
#define TOO_LONG (2 * 1024 * 1024)

/* A sanitizer and valgrind copy all of what is reserved with each byte that comes. */
static guint32 longest(void)
{
#ifdef __SANITIZE_ADDRESS__
	return TOO_LONG;
#else
	return daemon_is_slow() ? TOO_LONG : LONGEST;
#endif
}

static GDBusMessage *ping(void)
{
	return raw_call_new("/", PEER, "Ping", NULL);
}

static void free_program(void *program)
{
	raw_free(program);
}

static GPtrArray *programs_new(void)
{
	return g_ptr_array_new_with_free_func(free_program);
}

/* --- connections --- */

START_TEST(thousands_of_connections)
{
	g_autoptr(GPtrArray) programs = programs_new();

	for (int i = 0; i < CONNECTIONS_MAX; i++)
		g_ptr_array_add(programs, raw_new(CULPRIT));
	for (int i = 0; i < 2000; i++) {
		g_autoptr(RawProgram) more = raw_connect(CULPRIT);

		if (i % 200 > 0)
			continue;
		/* this one waits for what becomes of it, and so do all who came before */
		ck_assert(raw_is_closed(more));
		expect_served();
	}
	/* those that it has work on, and so does somebody who comes now */
	raw_ok(g_ptr_array_index(programs, 0), ping());
	raw_free(raw_new(OTHER_UID));
	g_ptr_array_remove_index_fast(programs, 0);
	expect_served();
	g_ptr_array_add(programs, raw_new(CULPRIT));
	g_ptr_array_set_size(programs, 0);
	expect_released();
}
END_TEST

/* The daemon may open no more than a few files: those who are there are served, and who comes later waits. */
START_TEST(no_descriptors_left)
{
	const pid_t daemon = world_daemon_pid(world);
	g_autoptr(GPtrArray) programs = programs_new();
	const unsigned int open = daemon_fds(world);
	struct rlimit before, few;

	ck_assert_int_eq(prlimit(daemon, RLIMIT_NOFILE, NULL, &before), 0);
	few = (struct rlimit){ .rlim_cur = open + 8, .rlim_max = before.rlim_max };
	ck_assert_int_eq(prlimit(daemon, RLIMIT_NOFILE, &few, NULL), 0);
	for (int i = 0; i < 30; i++) {
		g_ptr_array_add(programs, raw_connect(CULPRIT));
		expect_served();
	}
	ck_assert_uint_lt(daemon_fds(world), open + programs->len);
	g_ptr_array_set_size(programs, 0);
	raw_free(raw_new(OTHER_UID));
	ck_assert_int_eq(prlimit(daemon, RLIMIT_NOFILE, &before, NULL), 0);
	expect_released();
}
END_TEST

START_TEST(no_greeting)
{
	static const char *const begins[] = { "", "A", "AUTH", "AUTH EXTERNAL 31\r\n",
					      "AUTH EXTERNAL 31\r\nBEGI" };
	static const char *const garbage[] = {
		"GET / HTTP/1.1\r\nHost: bluebroker\r\n\r\n", "AUTH KERBEROS_V4 31\r\nBEGIN\r\nAUTH NONE\r\n",
		"\x16\x03\x01\x02", "AUTH EXTERNAL 31\r\nBEGIN\r\nGET / HTTP/1.1\r\nHost: bluebroker\r\n\r\n",
	};
	g_autoptr(GPtrArray) programs = programs_new();

	for (int i = 0; i < 60; i++) {
		const char *begin = begins[i % (int)G_N_ELEMENTS(begins)];
		RawProgram *program = raw_connect(CULPRIT);

		g_ptr_array_add(programs, program);
		if (i < 50)
			ck_assert(raw_bytes(program, "", 1) && raw_bytes(program, begin, strlen(begin)));
	}
	expect_served();
	for (size_t i = 0; i < G_N_ELEMENTS(garbage); i++) {
		g_autoptr(RawProgram) program = raw_connect(CULPRIT);

		if (raw_bytes(program, "", 1))
			(void)raw_bytes(program, garbage[i], strlen(garbage[i]));
		/* what may become a greeting yet does not any more */
		(void)shutdown(raw_fd(program), SHUT_WR);
		ck_assert(raw_is_closed(program));
	}
	expect_served();
	g_ptr_array_set_size(programs, 0);
	expect_released();
}
END_TEST

/* Root in its container, and nobody in particular for us. */
START_TEST(another_user_in_the_greeting)
{
	g_autoptr(RawProgram) program = raw_connect(CULPRIT);
	g_autofree char *name = raw_greet(program, "30"), *args = g_strdup_printf("('%s',)", name);
	g_autoptr(GDBusMessage) answer =
		raw_call(program, raw_driver_call_new("GetConnectionUnixUser", args));
	guint32 uid;

	g_variant_get(g_dbus_message_get_body(answer), "(u)", &uid);
	ck_assert_uint_eq(uid, CULPRIT);
	ck_assert_uint_gt(charged_to(CULPRIT), 0);
	program = raw_free(g_steal_pointer(&program));
	expect_released();
}
END_TEST

START_TEST(half_closed)
{
	g_autoptr(RawProgram) writes = raw_new(CULPRIT), reads = raw_new(CULPRIT), neither = raw_new(CULPRIT);

	/* its answers go nowhere */
	(void)shutdown(raw_fd(writes), SHUT_RD);
	(void)raw_send(writes, ping());
	while (raw_send(writes, ping()))
		;
	/* its calls come nowhere */
	(void)shutdown(raw_fd(reads), SHUT_WR);
	ck_assert(raw_is_closed(reads));
	(void)shutdown(raw_fd(neither), SHUT_RDWR);
	expect_paid(CULPRIT);
	writes = raw_free(g_steal_pointer(&writes));
	reads = raw_free(g_steal_pointer(&reads));
	neither = raw_free(g_steal_pointer(&neither));
	expect_released();
}
END_TEST

/* --- messages --- */

/* A call with an array of bytes, whose length says more than there is. */
static GByteArray *longer_than_it_is(RawProgram *program, guint32 length)
{
	g_autoptr(GDBusMessage) message = raw_call_new("/", PEER, "Ping", "(@ay [],)");
	GByteArray *blob = raw_blob(program, message);

	memcpy(blob->data + 4, &length, sizeof(length));
	return blob;
}

START_TEST(announced_and_not_sent)
{
	g_autoptr(GPtrArray) programs = programs_new();
	unsigned long before = daemon_rss_kib(world);

	/* as long as D-Bus allows it is 5 GiB together */
	for (int i = 0; i < 40; i++) {
		RawProgram *program = raw_new(CULPRIT);
		g_autoptr(GByteArray) blob = longer_than_it_is(program, longest());

		g_ptr_array_add(programs, program);
		ck_assert(raw_bytes(program, blob->data, blob->len));
	}
	/* a byte now and then: each is read, and none is an answer */
	for (int round = 0; round < 5; round++) {
		for (guint i = 0; i < programs->len; i++)
			ck_assert(raw_bytes(g_ptr_array_index(programs, i), "x", 1));
		expect_served();
	}
	expect_growth(world, before, 128 * 1024);
	g_ptr_array_set_size(programs, 0);
	expect_paid(CULPRIT);
	expect_served();
}
END_TEST

static bool are_cut_off(void *data)
{
	return cut_off() >= *(const uint64_t *)data;
}

/* Longer than any that is taken; and many that are not, of which together they are too long. */
START_TEST(unfinished_messages)
{
	g_autoptr(GPtrArray) programs = programs_new();
	g_autofree char *zeros = g_malloc0(1024 * 1024);
	uint64_t cut = cut_off() + 2;

	if (daemon_is_emulated()) {
		printf("left out: unfinished_messages (qemu does not count what is read beside what is sent)\n");
		return;
	}
	for (int i = 0; i < 2; i++) {
		g_autoptr(RawProgram) program = raw_new(CULPRIT);
		g_autoptr(GByteArray) blob = longer_than_it_is(program, longest());

		ck_assert(raw_bytes(program, blob->data, blob->len));
		while (raw_bytes(program, zeros, 4096))
			;
		ck_assert(raw_is_closed(program));
	}
	ck_assert_uint_eq(cut_off(), cut);

	for (int i = 0; i < 20; i++) {
		RawProgram *program = raw_new(CULPRIT);
		g_autoptr(GByteArray) blob = longer_than_it_is(program, 1000 * 1024);

		g_ptr_array_add(programs, program);
		ck_assert(raw_bytes(program, blob->data, blob->len));
		(void)raw_bytes(program, zeros, 990 * 1024);
		expect_served();
	}
	/* FifoBytesPerUser is 8 MiB: that is eight of them */
	cut += programs->len - 8;
	ck_assert(wait_until(are_cut_off, &cut, world_patience(world)));
	ck_assert_uint_eq(cut_off(), cut);
	ck_assert_uint_le(charged_to(CULPRIT), 9 * 1024 * 1024);
	g_ptr_array_set_size(programs, 0);
	expect_released();
}
END_TEST

START_TEST(one_byte_at_a_time)
{
	g_autoptr(RawProgram) program = raw_new(CULPRIT);
	g_autoptr(GDBusMessage) call = ping(), answer = NULL;
	g_autoptr(GByteArray) blob = raw_blob(program, call);

	for (guint i = 0; i < blob->len; i++) {
		ck_assert(raw_bytes(program, blob->data + i, 1));
		if (i % 16 == 0)
			expect_served();
	}
	answer = raw_answer(program);
	ck_assert_int_eq(g_dbus_message_get_message_type(answer), G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
	program = raw_free(g_steal_pointer(&program));
	expect_released();
}
END_TEST

static bool has_fds(void *data)
{
	return daemon_fds(world) <= *(const unsigned int *)data;
}

/* Beside the first byte of a message that never ends; and beside whole ones, which have no use for them. */
START_TEST(descriptors)
{
	g_autoptr(GPtrArray) programs = programs_new();
	g_autoptr(GUnixFDList) sixteen = g_unix_fd_list_new();
	unsigned int allowed;

	for (int i = 0; i < 16; i++)
		ck_assert_int_ge(g_unix_fd_list_append(sixteen, STDERR_FILENO, NULL), 0);
	for (int i = 0; i < 60; i++)
		g_ptr_array_add(programs, raw_new(CULPRIT));
	allowed = daemon_fds(world) + programs->len;
	for (guint i = 0; i < programs->len; i++) {
		RawProgram *program = g_ptr_array_index(programs, i);
		g_autoptr(GByteArray) blob = longer_than_it_is(program, 1024);

		(void)raw_bytes_with_fds(program, blob->data, blob->len, i % 2 ? 1 : 16);
	}
	expect_served();
	/* those with one each may go on; not those with many */
	for (guint i = 0; i < programs->len; i += 2)
		ck_assert(raw_is_closed(g_ptr_array_index(programs, i)));
	ck_assert(wait_until(has_fds, &allowed, world_patience(world)));
	g_ptr_array_set_size(programs, 1);
	g_ptr_array_set_size(programs, 0);
	expect_paid(CULPRIT);

	g_ptr_array_add(programs, raw_new(CULPRIT));
	allowed = daemon_fds(world);
	for (int i = 0; i < 100; i++) {
		RawProgram *program = g_ptr_array_index(programs, 0);
		g_autoptr(GDBusMessage) call = ping(), answer = NULL;
		g_autoptr(GByteArray) blob = NULL;

		g_dbus_message_set_unix_fd_list(call, sixteen);
		blob = raw_blob(program, call);
		ck_assert(raw_bytes_with_fds(program, blob->data, blob->len, 16));
		answer = raw_answer(program);
	}
	ck_assert(wait_until(has_fds, &allowed, world_patience(world)));
	g_ptr_array_set_size(programs, 0);
	expect_released();
}
END_TEST

START_TEST(floods_without_answers)
{
	g_autoptr(GPtrArray) programs = programs_new();

	for (int i = 0; i < 50; i++)
		g_ptr_array_add(programs, raw_new(CULPRIT));
	for (int round = 0; round < 4; round++) {
		for (guint i = 0; i < programs->len; i++) {
			RawProgram *program = g_ptr_array_index(programs, i);
			g_autoptr(GDBusMessage)
				call = raw_call_new("/", OBJECT_MANAGER, "GetManagedObjects", NULL);
			g_autoptr(GByteArray) all = g_byte_array_new();

			g_dbus_message_set_flags(call, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
			for (int n = 0; n < 10; n++) {
				g_autoptr(GByteArray) blob = raw_blob(program, call);

				g_byte_array_append(all, blob->data, blob->len);
			}
			ck_assert(raw_bytes(program, all->data, all->len));
		}
		expect_served();
	}
	/* none of them has brought an answer */
	for (guint i = 0; i < programs->len; i++)
		raw_ok(g_ptr_array_index(programs, i), ping());
	g_ptr_array_set_size(programs, 0);
	expect_released();
}
END_TEST

/* What nobody has asked for, and what it is not to say. */
static void say_nonsense(RawProgram *program, guint32 number)
{
	GDBusMessage *message;

	switch (number % 4) {
	case 0:
		message = g_dbus_message_new();
		g_dbus_message_set_message_type(message, G_DBUS_MESSAGE_TYPE_METHOD_RETURN);
		g_dbus_message_set_reply_serial(message, number + 1);
		g_dbus_message_set_body(message, g_variant_new("(as)", NULL));
		break;
	case 1:
		message = g_dbus_message_new();
		g_dbus_message_set_message_type(message, G_DBUS_MESSAGE_TYPE_ERROR);
		g_dbus_message_set_reply_serial(message, number + 1);
		g_dbus_message_set_error_name(message, "org.bluez.Error.Failed");
		break;
	case 2:
		message = g_dbus_message_new_signal("/", OBJECT_MANAGER, "InterfacesAdded");
		g_dbus_message_set_sender(message, "org.bluez");
		g_dbus_message_set_body(
			message, g_variant_new_parsed(
					 "(@o '/org/bluez/hci0/dev_C0_00_00_00_00_01', {'org.bluez.Device1': "
					 "{'Paired': <true>}, "
					 "'org.bluez.AdvertisementMonitor1': {'Type': <'or_patterns'>}})"));
		break;
	default:
		message = g_dbus_message_new_signal(BLUEZ_ADAPTER, PROPERTIES, "PropertiesChanged");
		g_dbus_message_set_sender(message, ":1.0");
		g_dbus_message_set_body(message, g_variant_new_parsed(
			"('org.bluez.Adapter1', {'Powered': <false>}, @as [])"));
	}
	ck_assert(raw_send(program, message));
}

START_TEST(answers_to_nothing)
{
	g_autoptr(RawProgram) program = raw_new(CULPRIT);

	client_subscribe(neighbour, NULL, NULL, NULL, NULL);
	client_sync(neighbour);
	for (guint32 i = 0; i < 2000; i++)
		say_nonsense(program, i);
	raw_ok(program, ping());
	expect_served();
	client_sync(neighbour);
	ck_assert_uint_eq(client_count_signals(neighbour, NULL), 0);
	ck_assert(client_get_boolean(client, "hci0", "Adapter1", "Powered"));
	program = raw_free(g_steal_pointer(&program));
	expect_released();
}
END_TEST

/* --- what it has --- */

#define BATCH 100

/* How many were taken; the others fail with that error. */
static unsigned int add_rules(RawProgram *program, unsigned int count, const char *error)
{
	unsigned int added = 0;

	for (unsigned int i = 0; i < count;) {
		g_autoptr(GByteArray) all = g_byte_array_new();
		unsigned int n, answers = 0;

		for (n = 0; n < BATCH && i < count; n++, i++) {
			g_autofree char *args = g_strdup_printf("(\"type='signal',member='M',arg0='%u'\",)",
								i);
			g_autoptr(GDBusMessage) call = raw_driver_call_new("AddMatch", args);
			g_autoptr(GByteArray) blob = raw_blob(program, call);

			g_byte_array_append(all, blob->data, blob->len);
		}
		ck_assert(raw_bytes(program, all->data, all->len));
		while (answers < n) {
			g_autoptr(GDBusMessage) answer = raw_next(program);
			const char *name = answer ? g_dbus_message_get_error_name(answer) : NULL;

			ck_assert_ptr_nonnull(answer);
			if (g_dbus_message_get_message_type(answer) == G_DBUS_MESSAGE_TYPE_SIGNAL)
				continue;
			if (name)
				ck_assert_str_eq(name, error);
			added += !name;
			answers++;
		}
	}
	return added;
}

START_TEST(ten_thousand_rules)
{
	static const char refused[] = "org.freedesktop.DBus.Error.LimitsExceeded";
	g_autoptr(GPtrArray) programs = programs_new();
	unsigned int added = 512;
	uint64_t charged;

	g_ptr_array_add(programs, raw_new(CULPRIT));
	ck_assert_uint_eq(add_rules(g_ptr_array_index(programs, 0), 10000, refused), 512);
	/* with more connections it gets more, and then no more: BytesPerUser */
	while (added == 512 && programs->len < 100) {
		g_ptr_array_add(programs, raw_new(CULPRIT));
		added = add_rules(g_ptr_array_index(programs, programs->len - 1), 513, refused);
		expect_served();
	}
	ck_assert_uint_lt(added, 512);
	charged = charged_to(CULPRIT);
	ck_assert_uint_gt(charged, 900 * 1024);
	ck_assert_uint_lt(charged, 1100 * 1024);
	raw_ok(g_ptr_array_index(programs, 0),
	       raw_driver_call_new("RemoveMatch", "(\"type='signal',member='M',arg0='7'\",)"));
	raw_fails(g_ptr_array_index(programs, 0),
		  raw_driver_call_new("RemoveMatch", "(\"type='signal',member='M',arg0='7'\",)"),
		  "org.freedesktop.DBus.Error.MatchRuleNotFound");
	g_ptr_array_set_size(programs, 0);
	expect_released();
}
END_TEST

#define DEVICES 60

/* At a pace: bluetoothd writes down what each is called, and tells of new ones when it has nothing else to do. */
static void fill_air(void)
{
	for (int i = 0; i < DEVICES; i++)
		air_do(air,
		       "repeat " WORLD_RADIO
		       " tag%d C0:00:00:00:01:%02X random 3 -50 0201060c09646576696365206e616d65 1000 0",
		       i, i);
}

static bool knows_devices(void *data)
{
	g_autoptr(GDBusMessage)
		answer = raw_call(data, raw_call_new("/", OBJECT_MANAGER, "GetManagedObjects", NULL));
	g_autoptr(GVariant) objects = g_variant_get_child_value(g_dbus_message_get_body(answer), 0);

	return g_variant_n_children(objects) >= DEVICES;
}

/* Its lists are long, and it asks for them again and again, with each of its connections. */
START_TEST(lists_unread)
{
	g_autoptr(GPtrArray) programs = programs_new();
	RawProgram *first = raw_new(CULPRIT);
	unsigned long before;

	g_ptr_array_add(programs, first);
	raw_ok(first, raw_call_new(BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "StartDiscovery", NULL));
	fill_air();
	ck_assert(wait_until(knows_devices, first, RESUME));
	air_do(air, "quiet *");
	raw_ok(first, raw_call_new(BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "StopDiscovery", NULL));
	before = daemon_rss_kib(world);
	for (int i = 0; i < 40; i++) {
		RawProgram *program = raw_new(CULPRIT);
		g_autoptr(GDBusMessage) call = raw_call_new("/", OBJECT_MANAGER, "GetManagedObjects", NULL);

		g_ptr_array_add(programs, program);
		for (int n = 0; n < 100; n++) {
			g_autoptr(GByteArray) blob = raw_blob(program, call);

			ck_assert(raw_bytes(program, blob->data, blob->len));
		}
		expect_served();
	}
	/* a list is 40 KiB, and one waits for each of them; 100 would be 150 MiB */
	expect_growth(world, before, 32 * 1024);
	/* whoever reads has them all */
	raw_ok(g_ptr_array_index(programs, 1), ping());
	g_ptr_array_set_size(programs, 0);
	expect_released();
}
END_TEST

/* --- who does not read --- */

static char *device_path(void)
{
	return bluez_path(0);
}

/* It holds a link, and listens; then it reads no more. */
static RawProgram *listener_new(void)
{
	g_autofree char *device = device_path(), *rate = g_strconcat(device, "/" RATE, NULL);
	g_autofree char *args = g_strdup_printf("({'Address': <'%s'>, 'AddressType': <'random'>},)",
						peer_address(0));
	RawProgram *program = raw_new(CULPRIT);

	raw_ok(program, raw_driver_call_new("AddMatch", "(\"type='signal'\",)"));
	raw_ok(program, raw_call_new(BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "ConnectDevice", args));
	raw_ok(program, raw_call_new(rate, "org.bluez.GattCharacteristic1", "StartNotify", NULL));
	return program;
}

START_TEST(values_unread)
{
	g_autofree char *hex = g_strnfill(400, '5');
	uint64_t cut = cut_off() + 1;
	RawProgram *program;
	unsigned int heard;

	peer_appear(0);
	link_ = connect_anew(client, 0);
	notify_from(client, link_, RATE);
	program = listener_new();
	ck_assert_uint_gt(charged_to(CULPRIT), 0);
	for (heard = 0; heard < 20000 && cut_off() < cut; heard++) {
		g_autofree char *got = NULL;

		air_do(air, "notify peer0 " RATE_HANDLE " %s", hex);
		got = next_notification(client, world_patience(world));
		ck_assert_str_eq(got, hex);
	}
	ck_assert_uint_lt(heard, 20000);
	ck_assert(raw_is_closed(program));
	expect_paid(CULPRIT);
	raw_free(program);
	/* the link is the other's, as it was */
	expect_value(client, link_, PLACE, "01");
	let_go(client, link_);
	expect_released();
}
END_TEST

/* The socket of AcquireNotify, which is not read. */
START_TEST(socket_unread)
{
	g_autofree char *device = device_path(), *rate = g_strconcat(device, "/" RATE, NULL);
	g_autofree char *text = g_strdup_printf("({'Address': <'%s'>, 'AddressType': <'random'>},)",
						peer_address(0));
	Client *greedy = client_new_as(world_face(world), CULPRIT);
	g_autoptr(GUnixFDList) fds = NULL;
	g_autoptr(GVariant) reply = NULL;
	g_autofree char *hex = g_strnfill(200, '5');

	peer_appear(0);
	link_ = connect_anew(client, 0);
	notify_from(client, link_, RATE);
	client_direct(greedy, "org.bluez");
	client_do(greedy, BLUEZ_ADAPTER, BLUEZ_ADAPTER_IFACE, "ConnectDevice", g_variant_new_parsed(text));
	reply = g_dbus_connection_call_with_unix_fd_list_sync(client_connection(greedy), "org.bluez", rate,
							      "org.bluez.GattCharacteristic1",
							      "AcquireNotify", g_variant_new("(a{sv})", NULL),
							      NULL, G_DBUS_CALL_FLAGS_NONE,
							      (int)world_patience(world), NULL, &fds, NULL,
							      NULL);
	ck_assert_ptr_nonnull(reply);
	for (int i = 0; i < 500; i++) {
		g_autofree char *got = NULL;

		air_do(air, "notify peer0 " RATE_HANDLE " %s", hex);
		got = next_notification(client, world_patience(world));
		ck_assert_str_eq(got, hex);
	}
	expect_served();
	g_clear_object(&fds);
	client_free(greedy);
	expect_paid(CULPRIT);
	expect_value(client, link_, PLACE, "01");
	let_go(client, link_);
	expect_released();
}
END_TEST

static void setup_small(void)
{
	face_setup_with("[Limits]\nFifoBytesPerUser=65536\n");
}

int main(void)
{
	const TTest *const small[] = { values_unread, socket_unread, NULL };
	const TTest *const tests[] = {
		thousands_of_connections,
		no_descriptors_left,
		no_greeting,
		another_user_in_the_greeting,
		half_closed,
		announced_and_not_sent,
		unfinished_messages,
		one_byte_at_a_time,
		descriptors,
		floods_without_answers,
		answers_to_nothing,
		ten_thousand_rules,
		lists_unread,
		NULL,
	};

	limit_quarantine();
	/* which touches all that is announced */
	g_unsetenv("MALLOC_PERTURB_");
	return run_tests("face-hostile", tests, face_setup, face_teardown, 120) != EXIT_SUCCESS ||
			       run_tests("face-hostile-small", small, setup_small, face_teardown, 120) !=
				       EXIT_SUCCESS ?
		       EXIT_FAILURE :
		       EXIT_SUCCESS;
}
