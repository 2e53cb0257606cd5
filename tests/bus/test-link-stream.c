/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AcquireNotify: a socket for each session, beside the signals of others; and what lost links do to
 * sockets. */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link-sockets.h"

#define PROGRAMS 3

/* --- AcquireNotify --- */

START_TEST(each_has_its_own)
{
	Client *by[PROGRAMS];
	int fds[PROGRAMS];

	for (int i = 0; i < PROGRAMS; i++) {
		by[i] = new_client_as(i % 2 ? SOME_UID : OTHER_UID);
		g_free(connect_anew(by[i], 0));
		fds[i] = socket_acquire(by[i], link_, RATE, "AcquireNotify");
	}
	ck_assert(peer_is_subscribed(0, RATE_HANDLE)); /* when it has returned */
	notify_from(client, link_, RATE);
	air_do(air, "notify peer0 " RATE_HANDLE " 0000000000000000 200 5");
	for (int i = 0; i < PROGRAMS; i++) {
		expect_counted(fds[i], 0, 200);
		expect_nothing(fds[i]);
	}
	expect_numbered(client, 200);

	/* one is enough for the others, whichever way it has */
	close(fds[0]);
	let_go(by[1], link_);
	expect_end(fds[1]);
	air_do(air, "notify peer0 " RATE_HANDLE " beef");
	expect_datagram(fds[2], "beef");
	expect_notification(client, "beef");
	notify_no_more(client, link_, RATE);
	air_do(air, "notify peer0 " RATE_HANDLE " cafe");
	expect_datagram(fds[2], "cafe");
	ck_assert(peer_is_subscribed(0, RATE_HANDLE));
	close(fds[2]);
	wait_subscribed(0, RATE_HANDLE, false);
	for (int i = 0; i < PROGRAMS; i++)
		client_free(by[i]);
}
END_TEST

START_TEST(a_program_that_leaves)
{
	Client *other = new_client();
	int fd;

	g_free(connect_anew(other, 0));
	fd = socket_acquire(other, link_, RATE, "AcquireNotify");
	client_free(other);
	expect_end(fd);
	wait_subscribed(0, RATE_HANDLE, false);
	ck_assert(peer_is_linked(0));
}
END_TEST

/* How many the daemon says that were lost. */
static bool loss_is_logged(void *data)
{
	static const char says[] = "read its notifications too slowly and lost ";
	g_autofree char *log = world_read_log(world);
	const char *at = log ? strstr(log, says) : NULL;

	if (at)
		*(uint64_t *)data = g_ascii_strtoull(at + strlen(says), NULL, 10);
	return at != NULL;
}

#define TOO_MANY 3000 /* for one socket's buffer */

/* Who does not read loses what does not fit into its own socket, and nobody else anything. */
START_TEST(slow_reader)
{
	int slow, quick;
	g_autoptr(Client) other = new_client();
	unsigned int kept = 0;
	uint64_t lost = 0;

	g_free(connect_anew(other, 0));
	slow = socket_acquire(other, link_, RATE, "AcquireNotify");
	quick = socket_acquire(client, link_, RATE, "AcquireNotify");
	air_do(air, "notify peer0 " RATE_HANDLE " 0000000000000000 %u 1", TOO_MANY);
	expect_counted(quick, 0, TOO_MANY);
	expect_nothing(quick);

	for (Arrival arrival = { .fd = slow }; has_arrived(&arrival); kept++) {
		uint32_t number;

		ck_assert_int_eq(arrival.length, 8);
		memcpy(&number, arrival.bytes + 4, sizeof(number));
		ck_assert_uint_eq(GUINT32_FROM_LE(number), kept); /* the oldest are kept, in order */
	}
	ck_assert_uint_gt(kept, 0);
	ck_assert_uint_lt(kept, TOO_MANY);
	ck_assert_uint_eq(kept + stats_dropped("notifications"), TOO_MANY);
	air_do(air, "notify peer0 " RATE_HANDLE " beef"); /* now that it reads again */
	expect_datagram(slow, "beef");
	expect_datagram(quick, "beef");
	close(slow);
	ck_assert_msg(wait_until(loss_is_logged, &lost, SOON), "the daemon does not say what was lost");
	ck_assert_uint_eq(kept + lost, TOO_MANY);
}
END_TEST

/* --- lost links --- */

START_TEST(ends_with_the_link)
{
	int notify = socket_acquire(client, link_, RATE, "AcquireNotify");
	int write = socket_acquire(client, link_, COMMAND, "AcquireWrite");
	struct pollfd there = { .fd = notify, .events = POLLIN };

	client_subscribe(client, NULL, CONNECTION, "Disconnected", NULL);
	air_do(air, "notify peer0 " RATE_HANDLE " 77");
	/* bluetoothd reads no more of a link that is gone. */
	ck_assert_int_eq(poll(&there, 1, (int)world_patience(world)), 1);
	air_do(air, "drop peer0");
	expect_disconnected(client, NULL);
	expect_datagram(notify, "77"); /* what was there is not lost */
	expect_end(notify);
	expect_end(write);
}
END_TEST

START_TEST(outlives_a_lost_link)
{
	g_autoptr(Client) keen = new_client();
	g_autofree char *session = open_session(keen, 0);
	int notify, write, ends;

	g_free(connect_to(keen, session, 0, "{'auto_reconnect': <true>}"));
	notify = socket_acquire(keen, link_, RATE, "AcquireNotify");
	write = socket_acquire(keen, link_, COMMAND, "AcquireWrite");
	ends = socket_acquire(client, link_, RATE, "AcquireNotify"); /* does not want it back */
	for (int i = 0; i < 2; i++) {
		air_do(air, "drop peer0");
		if (i == 0)
			expect_end(ends);
		g_free(connect_anew(client, 0));
		wait_back(0, true);
		air_do(air, "notify peer0 " RATE_HANDLE " 00000000 50 5");
		expect_counted(notify, 0, 50);
		expect_nothing(notify);
		put(write, "\x42", 1);
		expect_commands((unsigned int)i + 1);
	}
	close(notify);
	wait_subscribed(0, RATE_HANDLE, false);
	close(write);
}
END_TEST

/* Its attributes go with BlueZ, but not who listens to them. */
START_TEST(outlives_bluetoothd)
{
	g_autoptr(Client) keen = new_client();
	g_autofree char *session = open_session(keen, 0);
	int notify, write;

	g_free(connect_to(keen, session, 0, "{'auto_reconnect': <true>}"));
	notify = socket_acquire(keen, link_, RATE, "AcquireNotify");
	write = socket_acquire(client, link_, COMMAND, "AcquireWrite");
	client_subscribe(keen, NULL, CONNECTION, "Disconnected", NULL);
	world_bluez_kill(world);
	expect_disconnected(keen, NULL);
	expect_end(write);
	world_bluez_start(world);
	wait_back(0, true);
	air_do(air, "notify peer0 " RATE_HANDLE " 00000000 50 5");
	expect_counted(notify, 0, 50);
	close(notify);
}
END_TEST

/* --- errors --- */

START_TEST(refusals)
{
	g_autoptr(Client) other = new_client_as(SOME_UID);
	g_autofree char *path = attr_path(link_, RATE);

	expect_refused(client, link_, PLAIN, "AcquireNotify", "NotPermitted");
	expect_refused(client, link_, PLAIN, "AcquireWrite", "NotPermitted");
	expect_refused(client, link_, OURS "/char0099", "AcquireNotify", "DoesNotExist");
	expect_refused(other, link_, RATE, "AcquireNotify", "AccessDenied");
	expect_refused(other, link_, COMMAND, "AcquireWrite", "AccessDenied");
	client_expect_error(client, path, CHARACTERISTIC, "AcquireNotify",
			    dictionary("{'speed': <1>}"), "InvalidArguments");
	/* the peer says no to the subscription: there is no socket, and the next one may do better */
	air_do(air, "atterror peer0 " RATE_CONFIG_HANDLE " write 80");
	expect_refused(client, link_, RATE, "AcquireNotify", "AttError");
	air_do(air, "atterror peer0 " RATE_CONFIG_HANDLE " write 0");
	close(socket_acquire(client, link_, RATE, "AcquireNotify"));
}
END_TEST

START_TEST(so_many_and_no_more)
{
	int fds[2];

	link_teardown();
	link_setup_with("[Limits]\nStreamsPerUser=2\n");
	peer_appear(0);
	link_ = connect_anew(client, 0);
	fds[0] = socket_acquire(client, link_, RATE, "AcquireNotify");
	fds[1] = socket_acquire(client, link_, COMMAND, "AcquireWrite");
	expect_refused(client, link_, OTHER_RATE, "AcquireNotify", "LimitReached");
	close(fds[0]);
	wait_subscribed(0, RATE_HANDLE, false);
	close(socket_acquire(client, link_, OTHER_RATE, "AcquireNotify"));
	close(fds[1]);
}
END_TEST

typedef struct Attempt {
	const char *attr, *method;
	int fd;
} Attempt;

static bool is_acquired(void *data)
{
	Attempt *attempt = data;
	g_autoptr(GError) error = NULL;
	uint16_t mtu;

	attempt->fd = socket_try(client, link_, attempt->attr, attempt->method, &mtu, &error);
	return attempt->fd >= 0;
}

/* Where the place of the one before has to become free. */
static int acquire_in_turn(const char *attr, const char *method)
{
	Attempt attempt = { attr, method, -1 };

	ck_assert_msg(wait_until(is_acquired, &attempt, world_patience(world)),
		      "the stream's place is not given back");
	return attempt.fd;
}

/* A program that closes one half of its socket, or both, has no stream any more; its place is free, and the
 * daemon does not go round in circles. */
START_TEST(half_closed)
{
	static const int halves[] = { SHUT_RD, SHUT_WR, SHUT_RDWR };

	link_teardown();
	link_setup_with("[Limits]\nStreamsPerUser=1\n");
	peer_appear(0);
	link_ = connect_anew(client, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(halves); i++) {
		int fd = acquire_in_turn(RATE, "AcquireNotify");

		air_do(air, "notify peer0 " RATE_HANDLE " 77");
		expect_datagram(fd, "77");
		ck_assert_int_eq(shutdown(fd, halves[i]), 0);
		/* that nobody reads is seen by what is to be read */
		air_do(air, "notify peer0 " RATE_HANDLE " 78");
		wait_subscribed(0, RATE_HANDLE, false);
		world_daemon_expect_idle(world);
		close(fd);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(halves); i++) {
		unsigned int before = peer_count(0, COMMAND_HANDLE, "commands");
		int fd = acquire_in_turn(COMMAND, "AcquireWrite");

		put(fd, "\x01", 1);
		put(fd, "\x02", 1);
		ck_assert_int_eq(shutdown(fd, halves[i]), 0);
		if (halves[i] == SHUT_RD) /* nothing comes from there, but writes go on */
			put(fd, "\x03", 1);
		expect_commands(before + (halves[i] == SHUT_RD ? 3 : 2));
		world_daemon_expect_idle(world);
		if (halves[i] != SHUT_RD)
			expect_end(fd);
		else
			close(fd);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		each_has_its_own, a_program_that_leaves, slow_reader, ends_with_the_link,
		outlives_a_lost_link, outlives_bluetoothd, refusals, so_many_and_no_more, half_closed, NULL
	};

	return run_tests("link-stream", tests, link_setup_up, link_teardown, 90);
}
