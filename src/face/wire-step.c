/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading of a connection, and counting what is read. */
#include "face/wire-step.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* File descriptors that may come with an unfinished message: no program has more to hand out than one. */
#define FDS_MAX 1
/* Bytes at the front of a message that tell its length; the least that one has; how many are looked at, so
 * that what is behind a usual one is seen, too. */
#define HEADER_SIZE 16
#define MESSAGE_MIN 24
#define LOOK_SIZE 1024

/*
 * How many bytes are read from the socket: the kernel moves the place for MSG_PEEK back by as many. What the
 * socket holds before and afterwards tells less, for the program may send meanwhile; it has to do where a kernel
 * is played by a program that knows no such place (qemu's user mode, gVisor).
 */
#define COUNT_FROM (1 << 30)

/* Whether the kernel counts. */
static bool count_bytes(Wire *wire, bool on)
{
	const int from = on ? COUNT_FROM : -1;

	if (on || wire->counts)
		wire->counts = setsockopt(sd_bus_get_fd(wire->bus), SOL_SOCKET, SO_PEEK_OFF, &from,
					  sizeof(from)) >= 0 && on;
	return wire->counts;
}

static size_t waiting_bytes(int fd)
{
	int n = 0;

	(void)ioctl(fd, FIONREAD, &n);
	return (size_t)n;
}

/* before: what waited when counting began, for where the kernel does not count. */
static size_t counted_bytes(const Wire *wire, size_t before)
{
	const int fd = sd_bus_get_fd(wire->bus);
	int at = COUNT_FROM;
	socklen_t size = sizeof(at);

	if (!wire->counts) {
		const size_t after = waiting_bytes(fd);

		return before > after ? before - after : 0;
	}
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

/* The length of the message that begins so. */
static uint64_t message_length(const uint8_t *header)
{
	const bool big = header[0] == 'B';
	uint32_t body, fields;

	memcpy(&body, header + 4, sizeof(body));
	memcpy(&fields, header + 12, sizeof(fields));
	body = big ? be32toh(body) : le32toh(body);
	fields = big ? be32toh(fields) : le32toh(fields);
	return HEADER_SIZE + (((uint64_t)fields + 7) & ~UINT64_C(7)) + body;
}

static const char too_long[] = "its message is too long, or brings too many file descriptors";

/* Whether the next message waits as a whole, as almost all do; sd-bus has nothing of it yet. *more: whether
 * something is behind it, or may be. One that is longer than we take ends the wire before sd-bus begins with
 * it: it would read on for as long as the program sends. */
static bool is_whole(Wire *wire, bool *more)
{
	uint8_t bytes[LOOK_SIZE];
	uint64_t length;
	ssize_t waiting;

	(void)count_bytes(wire, false);
	waiting = recv(sd_bus_get_fd(wire->bus), bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
	if (waiting < MESSAGE_MIN)
		return false;
	length = message_length(bytes);
	if (length > WIRE_MESSAGE_MAX)
		wire_cut(wire, too_long);
	*more = length < (uint64_t)waiting || waiting == sizeof(bytes);
	return length >= MESSAGE_MIN && length <= (uint64_t)waiting;
}

/* Counts what sd-bus has read without an end. */
static void keep(Wire *wire, size_t bytes, unsigned fds)
{
	int r = 0;

	wire->partial += bytes;
	wire->fds += fds;
	if (wire->partial > WIRE_MESSAGE_MAX || wire->fds > FDS_MAX) {
		wire_cut(wire, too_long);
		return;
	}
	if (wire->since > 0 && wire_now(CLOCK_MONOTONIC) >= wire->since + WIRE_MESSAGE_TIME) {
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
 * Handles the next message, if it is there by now. sd-bus makes room for whatever length a message says
 * that it has, and keeps whatever descriptors come with it, so what it has read without an end is counted
 * here. It stops reading behind each message, so none of the next one is among it.
 */
static int wire_count_step(Wire *wire)
{
	const int fd = sd_bus_get_fd(wire->bus);
	size_t before;
	int numbers[2];
	int r;

	before = count_bytes(wire, true) ? 0 : waiting_bytes(fd);
	find_free(fd, numbers);
	wire->took = false;
	r = sd_bus_process(wire->bus, NULL);
	if (wire->took) {
		keep_nothing(wire);
		wire->state = wire->state == WIRE_GREETING ? WIRE_MANY :
			      wire->state == WIRE_BEGUN ? WIRE_EMPTY : wire->state;
	}
	if (wire->took || r < 0)
		return r;
	/* 0: it has looked for bytes, and there were none */
	if (wire->state == (r > 0 ? WIRE_EMPTY : WIRE_MANY))
		wire->state = WIRE_BEGUN;
	keep(wire, counted_bytes(wire, before), count_taken(numbers));
	return r;
}

/* Whether sd-bus has nothing to do but to read. */
static bool only_reads(const Wire *wire)
{
	uint64_t timeout = UINT64_MAX;

	return !wire_is_behind(wire) &&
	       (sd_bus_get_timeout(wire->bus, &timeout) <= 0 || timeout == UINT64_MAX);
}

/* A message that is there as a whole: nothing of it has to be counted. */
static int wire_whole_step(Wire *wire)
{
	int r;

	wire->took = false;
	r = sd_bus_process(wire->bus, NULL);
	if (r < 0 || wire->took)
		return r;
	/* sd-bus has passed over it, and read on */
	wire_cut(wire, "what it sends is no D-Bus");
	return -EBADMSG;
}

int wire_step(Wire *wire, bool *more)
{
	int r;

	if (wire->state == WIRE_EMPTY && only_reads(wire) && is_whole(wire, more))
		return wire_whole_step(wire);
	if (wire->ended)
		return -EMSGSIZE;
	r = wire_count_step(wire);
	*more = r > 0;
	return r;
}
