/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sd-bus in server mode, in our loop. */
#include "face/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-id128.h>
#include <time.h>
#include <unistd.h>

#include "util/log.h"

/* How long a turn of one connection may take, beyond its first message; microseconds. */
#define TURN_MAX 200
/* File descriptors that may come with an unfinished message: no program has more to hand out than one. */
#define FDS_MAX 1

void wire_cut(Wire *wire, const char *why)
{
	if (wire->ended)
		return;
	wire->ended = true;
	(void)sd_event_source_set_enabled(wire->io, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(wire->timer, SD_EVENT_OFF);
	wire->on_ended(wire->userdata, why);
}

bool wire_is_behind(const Wire *wire)
{
	uint64_t messages = 0;

	return sd_bus_get_n_queued_write(wire->bus, &messages) >= 0 && messages > 0;
}

/* CLOCK_MONOTONIC, or the time that the processor has worked for us. */
static uint64_t now_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

/* When something is to be done though nothing comes: sd-bus wants it, or a message has not come to its end.
 * That may have brought our own peer's end of the connection, which would never close. */
static uint64_t next_turn(Wire *wire)
{
	uint64_t timeout = UINT64_MAX;

	if (wire->partial == 0 || wire->paused || wire->behind)
		wire->since = 0;
	else if (wire->since == 0)
		wire->since = now_of(CLOCK_MONOTONIC);
	if (sd_bus_get_timeout(wire->bus, &timeout) < 0)
		timeout = UINT64_MAX;
	return wire->since > 0 ? usec_earlier(timeout, wire->since + WIRE_MESSAGE_TIME) : timeout;
}

void wire_arm(Wire *wire)
{
	uint64_t timeout;
	int events;

	if (wire->ended)
		return;
	events = sd_bus_get_events(wire->bus);
	if (events < 0) {
		wire_cut(wire, NULL);
		return;
	}
	/* who does not read his answers is not asked for more calls */
	wire->behind = wire_is_behind(wire);
	if (wire->paused || wire->behind)
		events &= ~EPOLLIN;
	(void)sd_event_source_set_io_events(wire->io, (uint32_t)events);
	timeout = next_turn(wire);
	if (timeout == UINT64_MAX) {
		(void)sd_event_source_set_enabled(wire->timer, SD_EVENT_OFF);
		return;
	}
	(void)sd_event_source_set_time(wire->timer, timeout);
	(void)sd_event_source_set_enabled(wire->timer, SD_EVENT_ONESHOT);
}

/* --- what comes in --- */

/*
 * How many bytes are read from the socket: the kernel moves the place for MSG_PEEK, which nobody uses here, back by
 * as many. What the socket holds before and afterwards does not tell: the program may send meanwhile.
 */
#define COUNT_FROM (1 << 30)

static void count_bytes(int fd)
{
	const int from = COUNT_FROM;

	(void)setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &from, sizeof(from));
}

static size_t counted_bytes(int fd)
{
	int at = COUNT_FROM;
	socklen_t size = sizeof(at);

	(void)getsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &at, &size);
	return (size_t)(COUNT_FROM - at);
}

/* The two lowest numbers that are free: file descriptors that come get them, the first one first. -1: there
 * is none. */
static void find_free(int fd, int numbers[static 2])
{
	numbers[0] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	numbers[1] = numbers[0] < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, numbers[0] + 1);
	for (size_t i = 0; i < 2; i++)
		if (numbers[i] >= 0)
			(void)close(numbers[i]);
}

/* How many have come since; 2: or more. */
static unsigned count_taken(const int numbers[static 2])
{
	unsigned n = 0;

	while (n < 2 && numbers[n] >= 0 && fcntl(numbers[n], F_GETFD) >= 0)
		n++;
	return n;
}

void wire_took(Wire *wire)
{
	wire->took = true;
}

/* Counts what sd-bus has read without an end. */
static void keep(Wire *wire, size_t bytes, unsigned fds)
{
	int r = 0;

	wire->partial += bytes;
	wire->fds += fds;
	if (wire->partial > WIRE_MESSAGE_MAX || wire->fds > FDS_MAX) {
		wire_cut(wire, "its message is too long, or brings too many file descriptors");
		return;
	}
	if (wire->since > 0 && now_of(CLOCK_MONOTONIC) >= wire->since + WIRE_MESSAGE_TIME) {
		wire_cut(wire, "its message does not end");
		return;
	}
	if (wire->user && bytes > 0)
		r = wire->kept.user ? charge_more(&wire->kept, bytes) :
				      charge_init(&wire->kept, wire->user, QUOTA_FIFO_BYTES, bytes);
	if (r < 0)
		wire_cut(wire, "its message passes the memory of its user (FifoBytesPerUser)");
}

static void keep_nothing(Wire *wire)
{
	wire->partial = wire->fds = 0;
	wire->since = 0;
	charge_end(&wire->kept);
}

/*
 * Handles the next message, if it is there as a whole. sd-bus makes room for whatever length a message says
 * that it has, and keeps whatever descriptors come with it, so what it has read without an end is counted
 * here. It stops reading behind each message, so none of the next one is among it.
 */
static int wire_step(Wire *wire)
{
	const int fd = sd_bus_get_fd(wire->bus);
	int numbers[2];
	int r;

	count_bytes(fd);
	find_free(fd, numbers);
	wire->took = false;
	r = sd_bus_process(wire->bus, NULL);
	if (wire->took)
		keep_nothing(wire);
	if (wire->took || r < 0)
		return r;
	keep(wire, counted_bytes(fd), count_taken(numbers));
	return r;
}

/* --- whose turn it is --- */

static void set_priority(Wire *wire, bool late)
{
	const int64_t priority = late ? WIRE_PRIORITY_LATE : WIRE_PRIORITY;

	wire->late = late;
	(void)sd_event_source_set_priority(wire->io, priority);
	(void)sd_event_source_set_priority(wire->timer, priority);
}

static void take_time(Wire *wire, uint64_t usec)
{
	uint64_t now = 0;
	bool late;

	if (!wire->user)
		return;
	(void)sd_event_now(sd_event_source_get_event(wire->io), CLOCK_BOOTTIME, &now);
	user_take_time(wire->user, usec, now);
	late = !user_has_time(wire->user, now);
	if (late != wire->late)
		set_priority(wire, late);
}

/* The next turn comes though the socket has nothing to tell: what came together with the end of the
 * authentication is in sd-bus's buffer. */
static void come_again(Wire *wire)
{
	(void)sd_event_source_set_time(wire->timer, 0);
	(void)sd_event_source_set_enabled(wire->timer, SD_EVENT_ONESHOT);
}

static void wire_turn(Wire *wire)
{
	const uint64_t end = now_of(CLOCK_MONOTONIC) + TURN_MAX, began = now_of(CLOCK_THREAD_CPUTIME_ID);
	int r;

	do
		r = wire_step(wire);
	while (r > 0 && !wire->ended && !wire->paused && !wire_is_behind(wire) &&
	       now_of(CLOCK_MONOTONIC) < end);
	if (!wire->ended && wire->behind && !wire_is_behind(wire)) {
		wire->behind = false;
		wire->on_ready(wire->userdata);
	}
	if (r < 0)
		wire_cut(wire, r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE ? NULL : strerror(-r));
	wire_arm(wire);
	if (r > 0 && !wire->ended && !wire->paused && !wire->behind)
		come_again(wire);
	take_time(wire, now_of(CLOCK_THREAD_CPUTIME_ID) - began);
}

static int on_io(sd_event_source *source UNUSED, int fd UNUSED, uint32_t events UNUSED, void *userdata)
{
	wire_turn(userdata);
	return 0;
}

static int on_timer(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	wire_turn(userdata);
	return 0;
}

/* --- what goes out --- */

void wire_send(Wire *wire, sd_bus_message *m)
{
	uint64_t messages = 0;
	int r;

	if (wire->ended)
		return;
	r = sd_bus_send(wire->bus, m, NULL);
	(void)sd_bus_get_n_queued_write(wire->bus, &messages);
	if (r == -ENOTCONN || r == -ECONNRESET)
		wire_cut(wire, NULL);
	else if (r == -ENOBUFS || messages > WIRE_QUEUE_MAX)
		wire_cut(wire, "it does not read");
	else if (r < 0)
		log_limited(LOG_WARNING, "cannot send to a program: %s", strerror(-r));
	wire_arm(wire);
}

void wire_pause(Wire *wire)
{
	if (wire->paused++ == 0)
		wire_arm(wire);
}

void wire_resume(Wire *wire)
{
	if (--wire->paused > 0 || wire->ended)
		return;
	wire_arm(wire);
	if (!wire->behind)
		come_again(wire);
}

/* --- life --- */

static int start_bus(sd_bus *bus, const char *sender)
{
	sd_id128_t id;
	int r;

	r = sd_id128_randomize(&id);
	if (r >= 0)
		r = sd_bus_set_server(bus, 1, id);
	/* who it is the kernel has said: what it claims itself, in a container maybe, counts nothing */
	if (r >= 0)
		r = sd_bus_set_anonymous(bus, 1);
	if (r >= 0)
		r = sd_bus_set_trusted(bus, 1);
	if (r >= 0)
		r = sd_bus_negotiate_fds(bus, 1);
	if (r >= 0)
		r = sd_bus_set_sender(bus, sender);
	if (r >= 0)
		r = sd_bus_start(bus);
	return r;
}

int wire_open(Wire *wire, sd_event *event, int fd, User *user, const char *sender, WireEnded on_ended,
	      WireReady on_ready, void *userdata)
{
	const int buffer = WIRE_SEND_BUFFER;
	int r;

	*wire = (Wire){ .user = user, .on_ended = on_ended, .on_ready = on_ready, .userdata = userdata };
	r = sd_bus_new(&wire->bus);
	if (r >= 0)
		r = sd_bus_set_fd(wire->bus, fd, fd);
	if (r < 0) {
		(void)close(fd);
		wire_close(wire);
		return r;
	}
	r = start_bus(wire->bus, sender);
	/* sd-bus asks for 8 MiB */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	if (r >= 0)
		r = sd_event_add_io(event, &wire->io, fd, 0, on_io, wire);
	if (r >= 0)
		r = sd_event_add_time(event, &wire->timer, CLOCK_MONOTONIC, 0, 1, on_timer, wire);
	if (r < 0) {
		wire_close(wire);
		return r;
	}
	set_priority(wire, false);
	take_time(wire, 0);
	wire_arm(wire);
	return 0;
}

void wire_close(Wire *wire)
{
	charge_end(&wire->kept);
	wire->io = sd_event_source_disable_unref(wire->io);
	wire->timer = sd_event_source_disable_unref(wire->timer);
	if (wire->bus) {
		sd_bus_close(wire->bus);
		wire->bus = sd_bus_unref(wire->bus);
	}
}
