/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections to programs that keep to no rule: what they send is bounded, and so is what waits for them. With
 * UNCOUNTED on a kernel that does not count what is read, as emulators are. */
#include "face/wire.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bus/array.h"
#include "raw.h"
#include "unit.h"

typedef struct World {
	sd_event *event;
	Wire wire;
	int fd;			/* the program's end */
	bool pauses;		/* with each call nothing more is taken */
	unsigned calls;		/* that came to us */
	size_t bytes;		/* in the last one's array */
	unsigned answers;	/* of the program's, likewise */
	unsigned ended, ready;
	char why[128];		/* "": it left by itself */
} World;

/* In the place of libc's. */
int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	if (option == SO_PEEK_OFF && getenv("UNCOUNTED")) {
		errno = ENOPROTOOPT;
		return -1;
	}
	return (int)syscall(SYS_setsockopt, fd, level, option, value, size);
}

static void on_ended(void *userdata, const char *why)
{
	World *world = userdata;

	world->ended++;
	strncpy(world->why, why ? why : "", sizeof(world->why) - 1);
}

static void on_ready(void *userdata)
{
	((World *)userdata)->ready++;
}

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	World *world = userdata;
	const void *array;

	wire_took(&world->wire);
	if (!sd_bus_message_is_method_call(m, "a.b", NULL))
		return 0;
	world->calls++;
	if (sd_bus_message_has_signature(m, "ay"))
		ck_assert_int_gt(array_read(m, 'y', &array, &world->bytes), 0);
	array_end_turn();
	if (world->pauses)
		wire_pause(&world->wire);
	return sd_bus_reply_method_return(m, "s", sd_bus_message_get_member(m));
}

static int on_answer(sd_bus_message *m UNUSED, void *userdata, sd_bus_error *error UNUSED)
{
	((World *)userdata)->answers++;
	return 0;
}

/* Lets our end do what it can, without waiting. */
static void run(World *world)
{
	while (sd_event_run(world->event, 0) > 0)
		;
}

static void send_all(World *world, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0 && !world->ended) {
		const ssize_t sent = send(world->fd, at, length, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent > 0) {
			at += sent;
			length -= (size_t)sent;
		} else {
			ck_assert(errno == EAGAIN || errno == EPIPE);
		}
		run(world);
	}
}

static void send_text(World *world, const char *text)
{
	send_all(world, text, strlen(text));
}

static void world_init_of(World *world, User *user)
{
	int fds[2];

	memset(world, 0, sizeof(*world));
	ck_assert_int_ge(sd_event_new(&world->event), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	world->fd = fds[1];
	ck_assert_int_eq(wire_open(&world->wire, world->event, fds[0], user, ":1.0", on_ended, on_ready,
				   world),
			 0);
	ck_assert_int_ge(sd_bus_add_filter(world->wire.bus, NULL, on_message, world), 0);
}

static void world_init(World *world)
{
	world_init_of(world, NULL);
}

static void world_end(World *world)
{
	wire_close(&world->wire);
	wire_close(&world->wire);
	if (world->fd >= 0)
		(void)close(world->fd);
	sd_event_unref(world->event);
}

/* Throws away what has come for the program; its bytes. */
static size_t drain(const World *world)
{
	char bytes[65536];
	size_t all = 0;
	ssize_t n;

	while ((n = recv(world->fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		all += (size_t)n;
	return all;
}

/* As EXTERNAL, which any client says; the uid is not looked at. */
static void greet(World *world)
{
	ck_assert_int_eq(send(world->fd, "", 1, 0), 1);
	send_text(world, "AUTH EXTERNAL 31303030\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n");
	run(world);
	ck_assert_uint_gt(drain(world), 0);
	ck_assert_uint_eq(world->ended, 0);
}

/* A whole message with an array of zeros of that length; whole false: without its last byte. */
static void send_message(World *world, uint8_t type, uint32_t cookie, uint32_t length, bool whole)
{
	const RawHeader head = raw_header(type, cookie, length > 0 ? length + 4 : 0, 0);
	const uint32_t little = htole32(length);
	uint8_t *body = calloc(1, length + 4);

	memcpy(body, &little, 4);
	send_all(world, head.bytes, head.length);
	if (length > 0)
		send_all(world, body, length + (whole ? 4 : 3));
	run(world);
	free(body);
}

START_TEST(test_speaks)
{
	World world;

	world_init(&world);
	greet(&world);
	send_message(&world, 1, 1, 0, true);
	ck_assert_uint_eq(world.calls, 1);
	ck_assert_uint_gt(drain(&world), 0);
	ck_assert(!wire_is_behind(&world.wire));
	ck_assert_uint_eq(world.ended + world.ready, 0);
	world_end(&world);
}
END_TEST

START_TEST(test_no_dbus)
{
	static const char *const garbage[] = { "GET / HTTP/1.1\r\n\r\n", "\r\n\r\n\r\n",
					       "AUTH EXTERNAL 31303030\r\nBEGIN\r\nxxxxxxxxxxxxxxxxxx" };

	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++) {
		World world;

		world_init(&world);
		ck_assert_int_eq(send(world.fd, "", 1, 0), 1);
		send_text(&world, garbage[i]);
		run(&world);
		/* who has said nothing that is wrong may say BEGIN yet */
		(void)shutdown(world.fd, SHUT_WR);
		run(&world);
		ck_assert_uint_eq(world.ended, 1);
		ck_assert_uint_eq(world.calls, 0);
		world_end(&world);
	}
}
END_TEST

/* A greeting of which no line ends. */
START_TEST(test_endless_greeting)
{
	World world;
	char text[4096];

	memset(text, 'A', sizeof(text));
	world_init(&world);
	ck_assert_int_eq(send(world.fd, "", 1, 0), 1);
	for (unsigned i = 0; i < 1024 && !world.ended; i++)
		send_all(&world, text, sizeof(text));
	ck_assert_uint_eq(world.ended, 1);
	world_end(&world);
}
END_TEST

/* Programs may write numbers in either order, whatever the machine's is; also the length, which we look at. */
START_TEST(test_either_order)
{
	static const uint8_t zeros[WIRE_MESSAGE_MAX / 2];
	World world;

	world_init(&world);
	greet(&world);
	for (unsigned i = 1; i <= 4; i++) {
		const RawHeader head = raw_header_in(i % 2 ? 'B' : 'l', 1, i, 0, 0);

		send_all(&world, head.bytes, head.length);
		run(&world);
		ck_assert_uint_eq(world.calls, i);
	}
	for (unsigned i = 0; i < 2; i++) {
		const RawHeader head = raw_header_in(i == 0 ? 'B' : 'l', 1, 5 + i, sizeof(zeros), 0);
		uint8_t length[4] = { 0 };

		/* an array that fills the body: 0x7fffc */
		length[i == 0 ? 1 : 2] = 0x07;
		length[i == 0 ? 2 : 1] = 0xff;
		length[i == 0 ? 3 : 0] = 0xfc;
		send_all(&world, head.bytes, head.length);
		send_all(&world, length, sizeof(length));
		send_all(&world, zeros, sizeof(zeros) - sizeof(length));
		run(&world);
		ck_assert_uint_eq(world.calls, 5 + i);
		ck_assert_uint_eq(world.bytes, 0x7fffc);
		world.bytes = 0;
	}
	ck_assert_uint_eq(world.ended, 0);
	world_end(&world);
}
END_TEST

/* Longer than any that we take, and it is never finished. */
START_TEST(test_endless_message)
{
	static const uint8_t zeros[16384];
	const RawHeader head = raw_header(1, 1, 4 * WIRE_MESSAGE_MAX, 0);
	size_t sent = 0;
	World world;

	world_init(&world);
	greet(&world);
	send_all(&world, head.bytes, head.length);
	for (; sent < 2 * WIRE_MESSAGE_MAX && !world.ended; sent += sizeof(zeros))
		send_all(&world, zeros, sizeof(zeros));
	ck_assert_uint_eq(world.ended, 1);
	ck_assert_str_ne(world.why, "");
	ck_assert_uint_le(sent, WIRE_MESSAGE_MAX + 2 * sizeof(zeros));
	ck_assert_uint_eq(world.calls, 0);
	world_end(&world);
}
END_TEST

/* One that begins behind others, whose inside looks like short messages, comes bit by bit: it is counted all
 * the same. prefix: what comes with its first bytes. */
static void expect_disguise_counted(World *world, const uint8_t *prefix, size_t prefix_length)
{
	const RawHeader head = raw_header(1, 9, 64 * 1024 * 1024, 0), inner = raw_header(1, 10, 0, 0);
	uint8_t first[1024];
	size_t sent = 0;

	memcpy(first, prefix, prefix_length);
	memcpy(first + prefix_length, head.bytes, head.length);
	send_all(world, first, prefix_length + head.length);
	for (; sent < 2 * WIRE_MESSAGE_MAX && !world->ended; sent += inner.length)
		send_all(world, inner.bytes, inner.length);
	ck_assert_uint_eq(world->ended, 1);
	ck_assert_uint_le(sent, WIRE_MESSAGE_MAX + 2 * inner.length);
}

START_TEST(test_disguised)
{
	static const char greeting[] = "AUTH EXTERNAL 31303030\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n";
	const RawHeader call = raw_header(1, 1, 0, 0);
	uint8_t bytes[512];
	World world;

	world_init(&world);
	greet(&world);
	for (uint32_t i = 1; i < 4; i++)
		send_message(&world, 1, i, 0, true);
	expect_disguise_counted(&world, call.bytes, call.length);
	ck_assert_uint_eq(world.calls, 4);
	world_end(&world);

	/* with the greeting, so that sd-bus reads of it before anything else */
	memcpy(bytes, greeting, sizeof(greeting) - 1);
	memcpy(bytes + sizeof(greeting) - 1, call.bytes, call.length);
	world_init(&world);
	ck_assert_int_eq(send(world.fd, "", 1, 0), 1);
	expect_disguise_counted(&world, bytes, sizeof(greeting) - 1 + call.length);
	ck_assert_uint_eq(world.calls, 1);
	world_end(&world);
}
END_TEST

/* Its length is right, and nothing else: sd-bus passes over it. */
START_TEST(test_bad_message)
{
	RawHeader bad = raw_header(1, 9, 0, 0);
	World world;

	world_init(&world);
	greet(&world);
	for (uint32_t i = 1; i < 4; i++)
		send_message(&world, 1, i, 0, true);
	memset(bad.bytes + 16, 0xff, bad.length - 16);
	send_all(&world, bad.bytes, bad.length);
	ck_assert_uint_eq(world.ended, 1);
	ck_assert_str_ne(world.why, "");
	ck_assert_uint_eq(world.calls, 3);
	world_end(&world);
}
END_TEST

/* Many in one write, and the last in two. */
START_TEST(test_together)
{
	const RawHeader call = raw_header(1, 7, 0, 0);
	uint8_t bytes[16 * sizeof(call.bytes)];
	World world;

	world_init(&world);
	greet(&world);
	for (unsigned turn = 1; turn <= 3; turn++) {
		for (size_t i = 0; i < 16; i++)
			memcpy(bytes + i * call.length, call.bytes, call.length);
		send_all(&world, bytes, 15 * call.length + 20);
		ck_assert_uint_eq(world.calls, turn * 16 - 1);
		send_all(&world, call.bytes + 20, call.length - 20);
		ck_assert_uint_eq(world.calls, turn * 16);
	}
	ck_assert_uint_eq(world.ended, 0);
	world_end(&world);
}
END_TEST

/* Many bytes, in messages of which none is too long. */
START_TEST(test_much)
{
	World world;
	unsigned sent;

	world_init(&world);
	greet(&world);
	for (sent = 0; sent < 40; sent++) {
		send_message(&world, 1, sent + 1, WIRE_MESSAGE_MAX / 16, true);
		ck_assert_uint_gt(drain(&world), 0);
	}
	ck_assert_uint_eq(world.calls, sent);
	ck_assert_uint_eq(world.ended, 0);
	/* the last is not whole yet */
	send_message(&world, 1, sent + 1, WIRE_MESSAGE_MAX / 2, false);
	ck_assert_uint_eq(world.calls, sent);
	send_all(&world, "", 1);
	run(&world);
	ck_assert_uint_eq(world.calls, sent + 1);
	ck_assert_uint_eq(world.ended, 0);
	world_end(&world);
}
END_TEST

/* A program that answers only is as long-lived as one that calls. */
START_TEST(test_much_answered)
{
	World world;

	world_init(&world);
	greet(&world);
	for (unsigned i = 0; i < 40; i++) {
		CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
		sd_bus *bus = world.wire.bus;
		uint64_t cookie;

		ck_assert_int_ge(sd_bus_message_new_method_call(bus, &m, NULL, "/", "a.b", "C"), 0);
		ck_assert_int_ge(sd_bus_call_async(bus, NULL, m, on_answer, &world, 0), 0);
		ck_assert_int_ge(sd_bus_message_get_cookie(m, &cookie), 0);
		wire_arm(&world.wire);
		run(&world);
		ck_assert_uint_gt(drain(&world), 0);
		send_message(&world, 2, (uint32_t)cookie, WIRE_MESSAGE_MAX / 16, true);
		ck_assert_uint_eq(world.answers, i + 1);
	}
	ck_assert_uint_eq(world.ended, 0);
	world_end(&world);
}
END_TEST

/* What says at its beginning that it is too long is not begun with, once nothing is left of the greeting. */
START_TEST(test_announced)
{
	const RawHeader head = raw_header(1, 9, WIRE_MESSAGE_MAX, 0);
	World world;

	world_init(&world);
	greet(&world);
	for (uint32_t i = 1; i <= 3; i++)
		send_message(&world, 1, i, 100, true);
	ck_assert_uint_eq(world.calls, 3);
	send_all(&world, head.bytes, head.length);
	run(&world);
	ck_assert_uint_eq(world.ended, 1);
	ck_assert_ptr_nonnull(strstr(world.why, "too long"));
	ck_assert_uint_eq(world.wire.partial, 0);
	world_end(&world);
}
END_TEST

/* It is waited for, but not for ever; while it is not read, that is not its fault. */
START_TEST(test_message_that_stays)
{
	World world;

	world_init(&world);
	greet(&world);
	send_message(&world, 1, 1, 100, false);
	ck_assert_uint_gt(world.wire.since, 0);
	wire_pause(&world.wire);
	ck_assert_uint_eq(world.wire.since, 0);
	wire_resume(&world.wire);
	run(&world);
	ck_assert_uint_gt(world.wire.since, 0);
	ck_assert_uint_eq(world.ended, 0);
	world.wire.since -= WIRE_MESSAGE_TIME;
	wire_arm(&world.wire);
	run(&world);
	ck_assert_uint_eq(world.ended, 1);
	ck_assert_str_eq(world.why, "its message does not end");
	world_end(&world);
}
END_TEST

static void send_with_fds(World *world, const void *bytes, size_t length, unsigned n)
{
	char control[CMSG_SPACE(sizeof(int) * 64)];
	struct iovec part = { .iov_base = (void *)bytes, .iov_len = length };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
			    .msg_controllen = CMSG_SPACE(sizeof(int) * n) };
	struct cmsghdr *c;

	memset(control, 0, sizeof(control));
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * n);
	for (unsigned i = 0; i < n; i++)
		memcpy(CMSG_DATA(c) + i * sizeof(int), &world->fd, sizeof(int));
	ck_assert_int_eq(sendmsg(world->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT), (ssize_t)length);
	run(world);
}

static int next_number(void)
{
	const int fd = dup(STDERR_FILENO);

	(void)close(fd);
	return fd;
}

/* With each byte of a message that never ends some more come: each counts against all programs. */
START_TEST(test_endless_fds)
{
	const int before = next_number();
	const RawHeader head = raw_header(1, 1, WIRE_MESSAGE_MAX / 2, 0);
	unsigned sent = 0;
	World world;

	world_init(&world);
	greet(&world);
	send_with_fds(&world, head.bytes, head.length, 4);
	for (; sent < 40 && !world.ended; sent++)
		send_with_fds(&world, "x", 1, 8);
	ck_assert_uint_eq(world.ended, 1);
	ck_assert_str_ne(world.why, "");
	ck_assert_uint_lt(sent, 10);
	world_end(&world);
	ck_assert_int_eq(next_number(), before);
}
END_TEST

/* Those of messages that are whole, one after the other, are let go of. */
START_TEST(test_fds)
{
	const int before = next_number();
	World world;

	world_init(&world);
	greet(&world);
	for (unsigned i = 0; i < 20; i++) {
		const RawHeader message = raw_header(1, i + 1, 0, 4);

		send_with_fds(&world, message.bytes, message.length, 4);
		ck_assert_uint_eq(world.calls, i + 1);
	}
	ck_assert_uint_eq(world.ended, 0);
	world_end(&world);
	ck_assert_int_eq(next_number(), before);
}
END_TEST

/* One among many that are open and one that was closed: which number it gets says nothing about how many
 * came. */
START_TEST(test_fd_among_others)
{
	const RawHeader head = raw_header(1, 1, 8, 1);
	static const uint8_t body[8] = { 4 };
	int others[40];
	World world;

	world_init(&world);
	greet(&world);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = dup(STDERR_FILENO);
	(void)close(others[0]);
	send_with_fds(&world, head.bytes, head.length, 1);
	ck_assert_uint_eq(world.ended, 0);
	send_all(&world, body, sizeof(body));
	ck_assert_uint_eq(world.calls, 1);
	ck_assert_uint_eq(world.ended, 0);
	world_end(&world);
	for (size_t i = 1; i < ARRAY_SIZE(others); i++)
		(void)close(others[i]);
}
END_TEST

static void send_signal(World *world, size_t length)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *m = NULL;
	void *bytes;

	ck_assert_int_ge(sd_bus_message_new_signal(world->wire.bus, &m, "/", "a.b", "Signal"), 0);
	ck_assert_int_ge(sd_bus_message_append_array_space(m, 'y', length, &bytes), 0);
	memset(bytes, 0, length);
	wire_send(&world->wire, m);
}

/* Who does not read gets so much, and no more; and is not asked what else he wants. */
START_TEST(test_does_not_read)
{
	unsigned sent = 0, calls;
	World world;

	world_init(&world);
	greet(&world);
	while (!wire_is_behind(&world.wire) && sent++ < 10000)
		send_signal(&world, 4096);
	ck_assert(wire_is_behind(&world.wire));
	ck_assert_uint_eq(world.ready, 0);
	calls = world.calls;
	send_message(&world, 1, 1, 0, true);
	ck_assert_uint_eq(world.calls, calls);
	ck_assert_uint_eq(world.ended, 0);

	/* he reads: all that waits comes, and his call is heard */
	for (unsigned i = 0; i < 10000 && (wire_is_behind(&world.wire) || world.calls == calls); i++) {
		(void)drain(&world);
		run(&world);
	}
	ck_assert(!wire_is_behind(&world.wire));
	ck_assert_uint_eq(world.ready, 1);
	ck_assert_uint_eq(world.calls, calls + 1);

	for (sent = 0; !world.ended && sent < 10000; sent++)
		send_signal(&world, 4096);
	ck_assert_uint_eq(world.ended, 1);
	ck_assert_str_eq(world.why, "it does not read");
	/* the socket's buffer, which counts twice what it is told, and the queue */
	ck_assert_uint_le(sent, WIRE_QUEUE_MAX + 2 * WIRE_SEND_BUFFER / 4096 + 2);
	/* nothing goes out any more, and nobody is told twice */
	send_signal(&world, 1);
	wire_pause(&world.wire);
	ck_assert_uint_eq(world.ended, 1);
	world_end(&world);
}
END_TEST

START_TEST(test_half_closes)
{
	World world;

	world_init(&world);
	greet(&world);
	send_message(&world, 1, 1, 0, true);
	(void)shutdown(world.fd, SHUT_WR);
	run(&world);
	ck_assert_uint_eq(world.calls, 1);
	ck_assert_uint_eq(world.ended, 1);
	ck_assert_str_eq(world.why, "");
	world_end(&world);
}
END_TEST

/* It has gone before it had its answer, or in the middle of a message. */
START_TEST(test_leaves)
{
	World world;

	world_init(&world);
	greet(&world);
	send_message(&world, 1, 1, 100, false);
	(void)close(world.fd);
	world.fd = -1;
	run(&world);
	ck_assert_uint_eq(world.ended, 1);
	ck_assert_str_eq(world.why, "");
	send_signal(&world, 1);
	ck_assert_uint_eq(world.ended, 1);
	world_end(&world);
}
END_TEST

START_TEST(test_pause)
{
	World world;

	world_init(&world);
	greet(&world);
	wire_pause(&world.wire);
	wire_pause(&world.wire);
	send_message(&world, 1, 1, 0, true);
	ck_assert_uint_eq(world.calls, 0);
	/* what is sent goes out all the same */
	send_signal(&world, 100);
	run(&world);
	ck_assert_uint_gt(drain(&world), 100);
	ck_assert_uint_eq(world.calls, 0);
	/* two do not want it */
	wire_resume(&world.wire);
	run(&world);
	ck_assert_uint_eq(world.calls, 0);
	wire_resume(&world.wire);
	run(&world);
	ck_assert_uint_eq(world.calls, 1);
	world_end(&world);
}
END_TEST

/* Calls that come together with the end of the greeting are in sd-bus's buffer: the socket does not tell of
 * them. */
START_TEST(test_pause_with_greeting)
{
	static const char greeting[] = "\0AUTH EXTERNAL 31303030\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n";
	const RawHeader one = raw_header(1, 1, 0, 0), two = raw_header(1, 2, 0, 0);
	uint8_t all[sizeof(greeting) + sizeof(one.bytes) + sizeof(two.bytes)];
	const size_t length = sizeof(greeting) - 1;
	World world;

	memcpy(all, greeting, length);
	memcpy(all + length, one.bytes, one.length);
	memcpy(all + length + one.length, two.bytes, two.length);
	world_init(&world);
	world.pauses = true;
	send_all(&world, all, length + one.length + two.length);
	run(&world);
	for (unsigned i = 1; i <= 2; i++) {
		ck_assert_uint_eq(world.calls, i);
		wire_resume(&world.wire);
		run(&world);
	}
	ck_assert_uint_eq(world.calls, 2);
	ck_assert_uint_eq(world.ended, 0);
	world_end(&world);
}
END_TEST

/* What is not finished is its user's, and so is the time. */
START_TEST(test_charged)
{
	const uint64_t limits[_QUOTA_MAX] = { [QUOTA_FIFO_BYTES] = 65536 };
	const RawHeader head = raw_header(1, 1, WIRE_MESSAGE_MAX / 2, 0);
	static const uint8_t zeros[1024];
	Quota *quota = quota_new(limits);
	User *user = quota_user(quota, 7);
	int64_t priority;
	uint64_t now;
	World world;

	world_init_of(&world, user);
	/* before anything has taken time, of which an emulator takes much */
	ck_assert_int_ge(sd_event_source_get_priority(world.wire.io, &priority), 0);
	ck_assert_int_eq(priority, WIRE_PRIORITY);
	greet(&world);
	send_message(&world, 1, 1, 100, true);
	ck_assert_uint_eq(world.calls, 1);
	ck_assert_uint_eq(user_charged(user, QUOTA_FIFO_BYTES), 0);

	ck_assert_int_ge(sd_event_now(world.event, CLOCK_BOOTTIME, &now), 0);
	user_take_time(user, 100 * USEC_PER_SEC, now);
	send_all(&world, head.bytes, head.length);
	send_all(&world, zeros, sizeof(zeros));
	ck_assert_int_ge(sd_event_source_get_priority(world.wire.io, &priority), 0);
	ck_assert_int_eq(priority, WIRE_PRIORITY_LATE);
	ck_assert_uint_ge(user_charged(user, QUOTA_FIFO_BYTES), sizeof(zeros));
	for (unsigned i = 0; i < 128 && !world.ended; i++)
		send_all(&world, zeros, sizeof(zeros));
	ck_assert_uint_eq(world.ended, 1);
	ck_assert_ptr_nonnull(strstr(world.why, "FifoBytesPerUser"));
	world_end(&world);
	ck_assert_uint_eq(user_charged(user, QUOTA_FIFO_BYTES), 0);
	user_unref(user);
	quota_free(quota);
}
END_TEST

UNIT_MAIN("wire", test_speaks, test_either_order, test_no_dbus, test_endless_greeting, test_endless_message, test_announced,
	  test_disguised, test_bad_message, test_together,
	  test_message_that_stays, test_much, test_much_answered, test_endless_fds, test_fds,
	  test_fd_among_others, test_does_not_read, test_half_closes, test_leaves, test_pause,
	  test_pause_with_greeting, test_charged)
