/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets that programs connect to. */
#include "face/listener.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "face/socket.h"
#include "util/log.h"

/* Behind the calls of those who are there, but not behind a flood of them (face/wire.h). */
#define ACCEPT_PRIORITY (WIRE_PRIORITY + 1)
/* How long nobody is accepted where the daemon has no file descriptor left. */
#define ACCEPT_PAUSE (1 * USEC_PER_SEC)

struct Listener {
	Programs *programs;
	int only;			/* N of hciN, or LISTENER_ALL */
	int fd;
	char *path;			/* of a socket that we made; or NULL */
	sd_event_source *accept;
	sd_event_source *pause;		/* ends a time in which nobody is accepted */
};

static int on_pause_over(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	(void)sd_event_source_set_enabled(((Listener *)userdata)->accept, SD_EVENT_ON);
	return 0;
}

static int on_accept(sd_event_source *source, int fd, uint32_t events UNUSED, void *userdata)
{
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	Listener *listener = userdata;
	Reason reason = { "" };
	int r;

	if (connection < 0) {
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return 0;
		log_limited(LOG_WARNING, "cannot accept a program: %s", strerror(errno));
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
		(void)sd_event_source_set_time_relative(listener->pause, ACCEPT_PAUSE);
		(void)sd_event_source_set_enabled(listener->pause, SD_EVENT_ONESHOT);
		return 0;
	}
	r = program_accept(listener->programs, connection, listener->only, &reason);
	if (r != 0)
		log_limited(LOG_WARNING, "a program is refused: %s",
			    r > 0 ? reason.text : strerror(-r));
	return 0;
}

/* --- life --- */

void listener_free(Listener *listener)
{
	sd_event_source_disable_unref(listener->accept);
	sd_event_source_disable_unref(listener->pause);
	(void)close(listener->fd);
	if (listener->path)
		(void)unlink(listener->path);
	g_free(listener->path);
	g_free(listener);
}

int listener_new(Programs *programs, int fd, const char *path, int only)
{
	Listener *listener = g_new0(Listener, 1);
	int r;

	listener->programs = programs;
	listener->only = only;
	listener->fd = fd;
	listener->path = g_strdup(path);
	r = sd_event_add_time_relative(programs->event, &listener->pause, CLOCK_BOOTTIME, 0, 0, on_pause_over,
				       listener);
	if (r >= 0)
		r = sd_event_source_set_enabled(listener->pause, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_io(programs->event, &listener->accept, fd, EPOLLIN, on_accept, listener);
	if (r >= 0)
		r = sd_event_source_set_priority(listener->accept, ACCEPT_PRIORITY);
	if (r < 0) {
		listener_free(listener);
		return r;
	}
	g_ptr_array_add(programs->listeners, listener);
	return 0;
}

/* --- of one radio --- */

static Listener *find_listener(const Programs *programs, unsigned index)
{
	for (guint i = 0; i < programs->listeners->len; i++) {
		Listener *listener = g_ptr_array_index(programs->listeners, i);

		if (listener->only == (int)index)
			return listener;
	}
	return NULL;
}

void listeners_add_radio(Programs *programs, unsigned index)
{
	const Broker *broker = programs->broker;
	g_autofree char *path = NULL;
	int fd;

	/* none where there is none for all */
	if (programs->listeners->len == 0 || !broker->guest_socket || find_listener(programs, index))
		return;
	path = g_strdup_printf("%s.hci%u", broker->guest_socket, index);
	fd = socket_listen(path, config_face_mode(&broker->config));
	if (fd < 0 || listener_new(programs, fd, path, (int)index) < 0)
		log_info("there is no socket %s for one radio alone: %s", path, fd < 0 ? strerror(-fd) : "");
}

void listeners_remove_radio(Programs *programs, unsigned index)
{
	Listener *listener = find_listener(programs, index);

	/* it is expected back where bluetoothd is gone */
	if (listener && programs->broker->bluez_up)
		g_ptr_array_remove(programs->listeners, listener);
}
