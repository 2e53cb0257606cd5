/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pipes between programs and characteristics. */
#include "bus/attr-pipe.h"

#include <errno.h>
#include <sys/socket.h>

#include "core/link.h"
#include "core/session.h"
#include "bus/pipe.h"
#include "util/fd.h"
#include "util/log.h"

#define MTU_DEFAULT 23

/* Writes of one stream that may be queued; more stay in the pipe, and when that is full, with the program. */
#define WRITES_MAX 4

/* The pipe's buffer (socket(7) SO_SNDBUF), for a program that does not read for a while: 1,000 notifications
 * of any length, if net.core.wmem_max allows it. The kernel counts 768 bytes for a short one, and grants
 * twice what is asked for. */
#define BUFFER (640 * 1024)

typedef struct StreamWrite {
	OpWait wait;
	struct Stream *stream;	/* NULL while free */
} StreamWrite;

typedef struct Stream {
	AttrStream attr;
	Charge charge;
	int fd;
	sd_event_source *io;
	uint64_t lost;		/* values for which there was no room, or that were empty */
	unsigned writes;	/* under way */
	bool ended;		/* by the program; the stream is freed with its last write */
	AttrPipeEvents events;
	StreamWrite slots[WRITES_MAX];
} Stream;

static void stream_free(Stream *stream)
{
	Attr *attr = stream->attr.attr;

	listener_remove_stream(&stream->attr);
	if (stream->events.ended)
		stream->events.ended(stream->events.userdata, attr, stream->attr.notify);
	for (size_t i = 0; i < ARRAY_SIZE(stream->slots); i++)
		wait_deinit(&stream->slots[i].wait.wait);
	if (stream->lost > 0)
		log_info("a program read its notifications too slowly and lost %llu",
			 (unsigned long long)stream->lost);
	sd_event_source_disable_unref(stream->io);
	close(stream->fd);
	charge_end(&stream->charge);
	g_free(stream);
}

static void on_end(AttrStream *attr)
{
	stream_free((Stream *)attr);
}

static bool on_value(AttrStream *attr, GBytes *value)
{
	Stream *stream = (Stream *)attr;
	gsize length;
	const void *bytes = g_bytes_get_data(value, &length);
	int r;

	/* the reader would take an empty datagram for the end */
	r = length > 0 ? pipe_send(stream->fd, bytes, length) : -EAGAIN;
	if (r != -EAGAIN)
		return r == 0;
	stream->lost++;
	session_notification_lost(attr->session);
	return true;
}

static void on_written(Wait *wait, int error, const Reason *reason)
{
	StreamWrite *slot = CONTAINER_OF(wait, StreamWrite, wait.wait);
	Stream *stream = slot->stream;

	if (error != 0)
		log_debug("a write command failed: %s", reason->text);
	slot->stream = NULL;
	stream->writes--;
	if (!stream->ended)
		(void)sd_event_source_set_enabled(stream->io, SD_EVENT_ON);
	else if (stream->writes == 0)
		stream_free(stream);
}

/* Queues a datagram as a write command; the attribute's queue sends them one at a time and in order. */
static void stream_write(Stream *stream, const void *bytes, size_t length)
{
	StreamWrite *slot = stream->slots;
	Reason reason = { "" };
	int r;

	while (slot->stream)
		slot++;
	wait_init(&slot->wait.wait, &stream->attr.attr->link->broker->agenda, on_written);
	slot->stream = stream;
	stream->writes++;
	r = attr_op_write(stream->attr.attr, stream->attr.session, OP_WRITE_COMMAND, 0, bytes, length,
		       &slot->wait, &reason);
	if (r != 0)
		on_written(&slot->wait.wait, r, &reason);
	else if (stream->writes == WRITES_MAX)
		(void)sd_event_source_set_enabled(stream->io, SD_EVENT_OFF);
}

static int on_io(sd_event_source *source UNUSED, int fd, uint32_t revents, void *userdata)
{
	uint8_t bytes[ATTR_VALUE_MAX + 1];	/* one more: what is too long is to be refused, not cut */
	Stream *stream = userdata;
	ssize_t n;

	if (stream->attr.notify && !(revents & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)))
		return 0;
	n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* an empty datagram cannot be told from the end, and is no write that anybody needs */
	stream->ended = n <= 0 || stream->attr.notify;
	if (!stream->ended)
		stream_write(stream, bytes, (size_t)n);
	else if (stream->writes == 0)
		stream_free(stream);
	else	/* earlier writes are still queued, and paid for: the last of them frees the stream */
		(void)sd_event_source_set_enabled(stream->io, SD_EVENT_OFF);
	return 0;
}

uint16_t attr_pipe_mtu(const Attr *attr)
{
	return attr->mtu > 0 ? attr->mtu : MTU_DEFAULT;
}

int attr_pipe_open(sd_event *event, Attr *attr, Session *session, bool notify, OpWait *wait,
		   const AttrPipeEvents *events, int *ret_fd, Reason *reason)
{
	CLEANUP(fd_closep) int theirs = -1;
	Stream *stream;
	Charge charge;
	int fds[2], r;

	r = pipe_open(&charge, session->user, BUFFER, fds, reason);
	if (r != 0)
		return r;
	stream = g_new0(Stream, 1);
	stream->charge = charge;
	stream->fd = fds[0];
	theirs = fds[1];
	stream->attr =
		(AttrStream){ .session = session, .notify = notify, .value = on_value, .end = on_end };
	r = sd_event_add_io(event, &stream->io, stream->fd,
			    notify ? EPOLLRDHUP : EPOLLIN | EPOLLRDHUP, on_io, stream);
	if (r >= 0)
		r = listener_add_stream(attr, &stream->attr, wait, reason);
	if (r < 0 || r > 1) {
		stream_free(stream);
		return r;
	}
	if (events)
		stream->events = *events;
	*ret_fd = fd_steal(&theirs);
	return r;
}

