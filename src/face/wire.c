/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sd-bus in server mode, in our loop. */
#include "face/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "face/wire-step.h"
#include "util/log.h"

/* How long a turn of one connection may take, beyond its first message; microseconds. */
#define TURN_MAX 200

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

uint64_t wire_now(clockid_t clock)
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
		wire->since = wire_now(CLOCK_MONOTONIC);
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

void wire_took(Wire *wire)
{
	wire->took = true;
}

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

static bool wire_may_go_on(const Wire *wire)
{
	return !wire->ended && !wire->paused && !wire_is_behind(wire);
}

/* Whether there is time for another message; *end is 0 behind the first. */
static bool has_time(uint64_t *end)
{
	const uint64_t now = wire_now(CLOCK_MONOTONIC);

	if (*end == 0)
		*end = now + TURN_MAX;
	return now < *end;
}

static void wire_turn(Wire *wire)
{
	const uint64_t began = wire_now(CLOCK_THREAD_CPUTIME_ID);
	uint64_t end = 0;
	bool more;
	int r;

	do
		r = wire_step(wire, &more);
	while (r > 0 && more && wire_may_go_on(wire) && has_time(&end));
	if (!wire->ended && wire->behind && !wire_is_behind(wire)) {
		wire->behind = false;
		wire->on_ready(wire->userdata);
	}
	if (r < 0)
		wire_cut(wire, r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE ? NULL : strerror(-r));
	wire_arm(wire);
	if (r > 0 && wire->state < WIRE_BEGUN && wire_may_go_on(wire))
		come_again(wire);
	take_time(wire, wire_now(CLOCK_THREAD_CPUTIME_ID) - began);
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
