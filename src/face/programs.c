/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket, and the programs on it. */
#include "face/programs.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "core/broker-events.h"
#include "face/guests.h"
#include "face/programs-news.h"
#include "face/socket.h"
#include "util/log.h"

/* Behind the calls of those who are there, but not behind a flood of them (face/wire.h). */
#define ACCEPT_PRIORITY (WIRE_PRIORITY + 1)
/* How long nobody is accepted where the daemon has no file descriptor left. */
#define ACCEPT_PAUSE (1 * USEC_PER_SEC)

uint64_t programs_now(const Programs *programs)
{
	uint64_t now = 0;

	(void)sd_event_now(programs->event, CLOCK_BOOTTIME, &now);
	return now;
}

/* --- accepting --- */

static int on_pause_over(sd_event_source *source UNUSED, uint64_t usec UNUSED, void *userdata)
{
	(void)sd_event_source_set_enabled(((Programs *)userdata)->accept, SD_EVENT_ON);
	return 0;
}

static int on_accept(sd_event_source *source, int fd, uint32_t events UNUSED, void *userdata)
{
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	Programs *programs = userdata;
	Reason reason = { "" };
	int r;

	if (connection < 0) {
		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return 0;
		log_limited(LOG_WARNING, "cannot accept a program: %s", strerror(errno));
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
		(void)sd_event_source_set_time_relative(programs->pause, ACCEPT_PAUSE);
		(void)sd_event_source_set_enabled(programs->pause, SD_EVENT_ONESHOT);
		return 0;
	}
	r = program_accept(programs, connection, &reason);
	if (r != 0)
		log_limited(LOG_WARNING, "a program is refused: %s",
			    r > 0 ? reason.text : strerror(-r));
	return 0;
}

/* --- life --- */

static void open_socket(Programs *programs, const char *path)
{
	const Config *config = &programs->broker->config;
	bool made;

	if (!path)
		path = config->face_socket;
	programs->fd = socket_open(path, config_face_mode(config), &made);
	if (made)
		programs->path = g_strdup(path);
	if (programs->fd >= 0)
		guests_listen_at(programs->broker, programs->fd);
	else if (programs->fd != -ENOENT)
		log_error("cannot listen at %s: %s; programs that know BlueZ alone are not served", path,
			  strerror(-programs->fd));
}

static int programs_listen(Programs *programs)
{
	sd_id128_t id;
	int r;

	r = sd_id128_randomize(&id);
	if (r < 0)
		return r;
	(void)sd_id128_to_string(id, programs->id);
	r = sd_event_add_time_relative(programs->event, &programs->pause, CLOCK_BOOTTIME, 0, 0, on_pause_over,
				       programs);
	if (r >= 0)
		r = sd_event_source_set_enabled(programs->pause, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_io(programs->event, &programs->accept, programs->fd, EPOLLIN, on_accept,
				    programs);
	if (r >= 0)
		r = sd_event_source_set_priority(programs->accept, ACCEPT_PRIORITY);
	return r;
}

int programs_new(Programs **ret, sd_event *event, Broker *broker, const char *socket)
{
	Programs *programs = g_new0(Programs, 1);
	int r;

	programs->event = sd_event_ref(event);
	programs->broker = broker;
	programs->list = g_ptr_array_new();
	programs->face = (Face){ .ops = &programs_news, .userdata = programs };
	broker_add_face(broker, &programs->face);
	open_socket(programs, socket);
	r = programs->fd >= 0 ? programs_listen(programs) : 0;
	if (r < 0) {
		programs_free(programs);
		return r;
	}
	*ret = programs;
	return 0;
}

void programs_end(Programs *programs)
{
	if (!programs)
		return;
	programs->accept = sd_event_source_disable_unref(programs->accept);
	programs->pause = sd_event_source_disable_unref(programs->pause);
	while (programs->list->len > 0)
		program_end(g_ptr_array_index(programs->list, 0));
}

Programs *programs_free(Programs *programs)
{
	if (!programs)
		return NULL;
	programs_end(programs);
	g_ptr_array_free(programs->list, TRUE);
	if (programs->fd >= 0)
		(void)close(programs->fd);
	if (programs->path)
		(void)unlink(programs->path);
	g_free(programs->path);
	sd_event_unref(programs->event);
	g_free(programs);
	return NULL;
}
