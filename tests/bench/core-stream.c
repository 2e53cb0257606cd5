/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of bench-core: from the radio into the sockets of programs that read all. The service's own
 * AcquireAdvertisements makes them, called over a connection that has the service at one end and the programs at
 * the other. */
#include <sys/socket.h>
#include <unistd.h>

#include <bluebroker-stream.h>
#include <glib.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <systemd/sd-id128.h>

#include "core-bed.h"
#include "core-steps.h"
#include "core/radios.h"
#include "core/sessions.h"
#include "service/advert-stream.h"
#include "service/call-session.h"
#include "service/path.h"
#include "service/service.h"

#define READERS_MAX 64
#define READ_EVERY 16 /* reports: their buffers hold more */

typedef struct Readers {
	Service service;
	Peer peer;
	sd_bus *programs;
	unsigned int n;
	int fds[READERS_MAX];
	uint64_t received;
} Readers;

static int on_call(sd_bus_message *m, void *userdata, sd_bus_error *error UNUSED)
{
	Readers *readers = userdata;
	Call call = { .service = &readers->service, .message = m, .peer = &readers->peer, .fd = -1 };
	Reason reason = { "" };
	uint8_t type;

	core_check(sd_bus_message_get_type(m, &type), "message");
	if (type != SD_BUS_MESSAGE_METHOD_CALL)
		return 0;
	if (call_ready_session(&call, NULL, &reason) != 0 || advert_stream_acquire(&call, NULL, &reason) != 0)
		core_fail(reason.text);
	return 1;
}

static int on_stream(sd_bus_message *reply, void *userdata, sd_bus_error *error UNUSED)
{
	Readers *readers = userdata;
	uint32_t version;
	int fd;

	core_check(-sd_bus_message_get_errno(reply), "AcquireAdvertisements");
	core_check(sd_bus_message_read(reply, "hu", &fd, &version), "AcquireAdvertisements");
	readers->fds[readers->n] = dup(fd);
	core_check(readers->fds[readers->n], "dup");
	readers->n++;
	return 0;
}

/* A connection between two ends of this process. */
static void readers_connect(Readers *readers)
{
	sd_id128_t id;
	int fds[2];

	core_check(sd_id128_randomize(&id), "id");
	core_check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), "socketpair");
	core_check(sd_bus_new(&readers->service.bus), "bus");
	core_check(sd_bus_set_fd(readers->service.bus, fds[0], fds[0]), "bus");
	core_check(sd_bus_set_server(readers->service.bus, true, id), "bus");
	core_check(sd_bus_negotiate_fds(readers->service.bus, true), "bus");
	core_check(sd_bus_start(readers->service.bus), "bus");
	core_check(sd_bus_add_filter(readers->service.bus, NULL, on_call, readers), "bus");
	core_check(sd_bus_new(&readers->programs), "bus");
	core_check(sd_bus_set_fd(readers->programs, fds[1], fds[1]), "bus");
	core_check(sd_bus_negotiate_fds(readers->programs, true), "bus");
	core_check(sd_bus_start(readers->programs), "bus");
}

static void readers_open(Readers *readers, Radio *radio)
{
	static char name[] = ":1.1"; /* the sessions' owner */

	*readers = (Readers){ .service = { .broker = radio->broker }, .peer = { .name = name } };
	core_check(sd_event_new(&readers->service.event), "event loop");
	readers->peer.user = quota_user(radio->broker->quota, 0);
	readers_connect(readers);
	for (guint i = 0; i < radio->scanning->len; i++) {
		char path[PATH_SIZE];

		core_check(sd_bus_call_method_async(readers->programs, NULL, NULL,
						    path_of_session(g_ptr_array_index(radio->scanning, i), path),
						    SESSION_INTERFACE, "AcquireAdvertisements", on_stream, readers,
						    "a{sv}", 0),
			   "call");
	}
	while (readers->n < radio->scanning->len) {
		int done = sd_bus_process(readers->programs, NULL);

		core_check(done, "programs");
		if (done == 0)
			core_check(done = sd_bus_process(readers->service.bus, NULL), "service");
	}
}

/* It costs the programs, not the daemon. */
static void readers_read(Readers *readers)
{
	static uint8_t bytes[BB_STREAM_DATAGRAM_MAX];

	core_cpu_pause();
	for (unsigned int i = 0; i < readers->n; i++) {
		bb_stream_iter iter;
		ssize_t length;

		while ((length = recv(readers->fds[i], bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
			if (bb_stream_open(bytes, (size_t)length, &iter) != 0 || iter.lost > 0)
				core_fail("a stream has lost reports");
			readers->received += iter.count;
		}
	}
	core_cpu_resume();
}

static void readers_close(Readers *readers, Radio *radio)
{
	while (radio->scanning->len > 0)
		sessions_drop(g_ptr_array_index(radio->scanning, 0), NOW);
	user_unref(readers->peer.user);
	for (unsigned int i = 0; i < readers->n; i++)
		close(readers->fds[i]);
	sd_bus_close_unref(readers->programs);
	sd_bus_close_unref(readers->service.bus);
	sd_event_unref(readers->service.event);
}

void step_stream(unsigned int times, unsigned int sessions, unsigned int rate)
{
	Radio *radio = core_radio();
	Broker *broker = radio->broker;
	Report *report = core_report(7);
	uint64_t now = NOW;
	Readers readers;

	core_add_sessions(radio, sessions, 0, 0);
	readers_open(&readers, radio);
	for (unsigned int i = 0; i < times; i++) {
		now = NOW + (uint64_t)i * USEC_PER_SEC / rate;
		core_turn(broker, now);
		radios_report(radio, report, now);
		if (i % READ_EVERY == READ_EVERY - 1)
			readers_read(&readers);
	}
	core_turn(broker, now + USEC_PER_SEC);
	readers_read(&readers);
	if (readers.received != (uint64_t)times * sessions)
		core_fail("not every report was read");
	readers_close(&readers, radio);
	core_radio_free(radio);
	report_unref(report);
}
