/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pipes for advertising reports. */
#include "service/advert-stream.h"

#include <bluebroker-stream.h>
#include <sys/socket.h>

#include "core/stream-record.h"
#include "service/batch-options.h"
#include "bus/options.h"
#include "bus/pipe.h"
#include "service/service.h"
#include "util/fd.h"

/* The pipe's buffer (socket(7) SO_SNDBUF; the kernel grants twice that): room for some of the longest
 * datagrams, or for some hundred of one report. What does not fit waits in the FIFO. */
#define BUFFER (128 * 1024)

/* Bytes of the buffer that the kernel takes for each datagram beside its content. */
#define OVERHEAD 32

typedef struct AdvertStream {
	SessionStream session;
	Service *service;
	Charge charge;
	int fd;
	size_t longest;		/* bytes of a datagram */
	sd_event_source *io;
} AdvertStream;

static void advert_stream_free(AdvertStream *stream)
{
	sd_event_source_disable_unref(stream->io);
	close(stream->fd);
	charge_end(&stream->charge);
	g_free(stream);
}

static void on_end(SessionStream *stream)
{
	advert_stream_free((AdvertStream *)stream);
}

/* Reports leave the ring only when the kernel has them, so that a full pipe loses none. */
static StreamState on_send(SessionStream *reader)
{
	static uint8_t bytes[BB_STREAM_DATAGRAM_MAX];
	AdvertStream *stream = (AdvertStream *)reader;
	Session *session = reader->session;
	RingEntry entry;
	size_t count;
	int r;

	while (ring_count(session->ring) > 0) {
		size_t length = stream_datagram(session->ring, reader->batch_max, session_dropped(session),
						bytes, stream->longest, &count);

		r = pipe_send(stream->fd, bytes, length);
		if (r == -EAGAIN) {
			(void)sd_event_source_set_io_events(stream->io, EPOLLRDHUP | EPOLLOUT);
			return STREAM_FULL;
		}
		if (r < 0)
			return STREAM_GONE;
		for (; count > 0 && session_take(session, &entry); count--)
			report_unref(entry.report);
	}
	return STREAM_TOOK_ALL;
}

static int on_io(sd_event_source *source, int fd UNUSED, uint32_t revents, void *userdata)
{
	AdvertStream *stream = userdata;
	uint64_t now = service_now(stream->service);

	if (revents & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
		session_stream_close(&stream->session, now);
		advert_stream_free(stream);
		return 0;
	}
	(void)sd_event_source_set_io_events(source, EPOLLRDHUP);
	session_stream_ready(&stream->session, now);
	return 0;
}

/* Makes the pipe; the session does not know of it yet. */
static int advert_stream_new(Call *call, AdvertStream **ret, int *ret_fd, Reason *reason)
{
	CLEANUP(fd_closep) int theirs = -1;
	AdvertStream *stream;
	Charge charge;
	int fds[2], granted = 0, r;

	r = pipe_open(&charge, call->peer->user, BUFFER, fds, reason);
	if (r != 0)
		return r;
	stream = g_new0(AdvertStream, 1);
	stream->session.send = on_send;
	stream->session.end = on_end;
	stream->service = call->service;
	stream->charge = charge;
	stream->fd = fds[0];
	theirs = fds[1];
	/* less than asked for where net.core.wmem_max is low, but never too little for one report */
	(void)getsockopt(stream->fd, SOL_SOCKET, SO_SNDBUF, &granted, &(socklen_t){ sizeof(granted) });
	stream->longest = MIN(BB_STREAM_DATAGRAM_MAX, (size_t)granted - OVERHEAD);
	r = sd_event_add_io(call->service->event, &stream->io, stream->fd, EPOLLRDHUP, on_io, stream);
	if (r < 0) {
		advert_stream_free(stream);
		return r;
	}
	*ret = stream;
	*ret_fd = fd_steal(&theirs);
	return 0;
}

static int read_batch_ms(sd_bus_message *m, void *userdata, Reason *reason)
{
	return batch_options_read_ms(m, &((SessionStream *)userdata)->batch_ms, reason);
}

static int read_batch_max(sd_bus_message *m, void *userdata, Reason *reason)
{
	return batch_options_read_max(m, &((SessionStream *)userdata)->batch_max, reason);
}

int advert_stream_acquire(Call *call, void *object UNUSED, Reason *reason)
{
	static const Option options[] = {
		{ "batch_ms", "u", read_batch_ms },
		{ "batch_max", "u", read_batch_max },
		{ 0 }
	};
	const Config *config = &call->service->broker->config;
	SessionStream asked = { .batch_ms = config->batch_ms, .batch_max = config->batch_max };
	AdvertStream *stream = NULL;
	CLEANUP(fd_closep) int fd = -1;
	int r;

	r = options_read(call->message, options, &asked, reason);
	if (r == 0)
		r = advert_stream_new(call, &stream, &fd, reason);
	if (r != 0)
		return r;
	stream->session.batch_ms = asked.batch_ms;
	stream->session.batch_max = asked.batch_max;

	r = sd_bus_reply_method_return(call->message, "hu", fd, BB_STREAM_VERSION);
	if (r < 0) {
		advert_stream_free(stream);
		return -ECOMM;
	}
	session_stream_open(call->session, &stream->session, service_now(call->service));
	return 0;
}
