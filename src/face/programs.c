/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket, and the programs on it. */
#include "face/programs.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-id128.h>

#include "core/broker-events.h"
#include "face/guests.h"
#include "face/listener.h"
#include "face/programs-news.h"
#include "face/socket.h"
#include "util/log.h"

uint64_t programs_now(const Programs *programs)
{
	uint64_t now = 0;

	(void)sd_event_now(programs->event, CLOCK_BOOTTIME, &now);
	return now;
}

/* --- life --- */

static int programs_listen(Programs *programs, const char *path)
{
	const Config *config = &programs->broker->config;
	bool made;
	int fd;

	if (!path)
		path = config->face_socket;
	fd = socket_open(path, config_face_mode(config), &made);
	if (fd == -ENOENT)
		return 0;
	if (fd < 0) {
		log_error("cannot listen at %s: %s; programs that know BlueZ alone are not served", path,
			  strerror(-fd));
		return 0;
	}
	guests_listen_at(programs->broker, fd);
	return listener_new(programs, fd, made ? path : NULL, LISTENER_ALL);
}

static void free_listener(void *listener)
{
	listener_free(listener);
}

int programs_new(Programs **ret, sd_event *event, Broker *broker, const char *socket)
{
	Programs *programs = g_new0(Programs, 1);
	sd_id128_t id;
	int r;

	r = sd_id128_randomize(&id);
	if (r < 0) {
		g_free(programs);
		return r;
	}
	(void)sd_id128_to_string(id, programs->id);
	programs->event = sd_event_ref(event);
	programs->broker = broker;
	programs->listeners = g_ptr_array_new_with_free_func(free_listener);
	programs->list = g_ptr_array_new();
	programs->face = (Face){ .ops = &programs_news, .userdata = programs };
	broker_add_face(broker, &programs->face);
	r = programs_listen(programs, socket);
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
	g_ptr_array_set_size(programs->listeners, 0);
	while (programs->list->len > 0)
		program_end(g_ptr_array_index(programs->list, 0));
}

Programs *programs_free(Programs *programs)
{
	if (!programs)
		return NULL;
	programs_end(programs);
	g_ptr_array_free(programs->list, TRUE);
	g_ptr_array_free(programs->listeners, TRUE);
	sd_event_unref(programs->event);
	g_free(programs);
	return NULL;
}
