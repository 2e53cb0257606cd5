/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pipes between programs and characteristics. */
#include "service/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/objects.h"
#include "service/options.h"
#include "util/log.h"

#define MTU_DEFAULT 23

/* Writes of one stream that may stand in line; more stay in the pipe, and then with the program. */
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
	uint64_t lost;		/* for want of room, or empty */
	unsigned writes;	/* under way */
	bool ended;		/* by the program; it goes with its last write */
	StreamWrite slots[WRITES_MAX];
} Stream;

static void stream_free(Stream *stream)
{
	attr_remove_stream(&stream->attr);
	for (size_t i = 0; i < ARRAY_SIZE(stream->slots); i++)
		op_wait_cancel(&stream->slots[i].wait);
	if (stream->lost > 0)
		log_info("a program read its notifications too slowly and lost %llu",
			 (unsigned long long)stream->lost);
	sd_event_source_disable_unref(stream->io);
	close(stream->fd);
	charge_end(&stream->charge);
	free(stream);
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

	/* an empty datagram would look like the end */
	r = length > 0 ? stream_send(stream->fd, bytes, length) : -EAGAIN;
	if (r != -EAGAIN)
		return r == 0;
	stream->lost++;
	attr->session->dropped_notifications++;
	attr->session->broker->stats.dropped_notifications++;
	return true;
}

static void on_written(OpWait *wait, int error, const Reason *reason, GBytes *value UNUSED)
{
	StreamWrite *slot = (StreamWrite *)wait;
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

/* A datagram is a write command; one at a time and in order, by the attribute's queue. */
static void stream_write(Stream *stream, const void *bytes, size_t length)
{
	StreamWrite *slot = stream->slots;
	Reason reason = { "" };
	int r;

	while (slot->stream)
		slot++;
	slot->wait.done = on_written;
	slot->stream = stream;
	stream->writes++;
	r = attr_write(stream->attr.attr, stream->attr.session, OP_WRITE_COMMAND, 0, bytes, length,
		       &slot->wait, &reason);
	if (r != 0)
		on_written(&slot->wait, r, &reason, NULL);
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
	else	/* what was written before stands in line, and is paid for */
		(void)sd_event_source_set_enabled(stream->io, SD_EVENT_OFF);
	return 0;
}

static uint16_t mtu_of(const Attr *attr)
{
	return attr->mtu > 0 ? attr->mtu : MTU_DEFAULT;
}

int stream_pair(Charge *charge, User *user, int buffer, int fds[static 2], Reason *reason)
{
	int r;

	if (charge_init(charge, user, QUOTA_STREAMS, 1) < 0)
		return reason_set(reason, E_LIMIT_REACHED, "uid %u has %llu streams open (StreamsPerUser)",
				  user_uid(user), (unsigned long long)user_limit(user, QUOTA_STREAMS));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
		r = -errno;
		charge_end(charge);
		return r;
	}
	(void)setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	return 0;
}

int stream_send(int fd, const void *bytes, size_t length)
{
	if (send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	/* a program that has shut its end down for reading has hung up, but poll(2) does not tell us: EPIPE
	 * does */
	return errno == EAGAIN || errno == EINTR ? -EAGAIN : -errno;
}

/* Makes the pipe and gives the program its end. */
static int stream_new(Call *call, Attr *attr, bool notify, Stream **ret, int *ret_fd, Reason *reason)
{
	Stream *stream;
	Charge charge;
	int fds[2], r;

	r = stream_pair(&charge, call->peer->user, BUFFER, fds, reason);
	if (r != 0)
		return r;
	stream = calloc(1, sizeof(*stream));
	if (!stream) {
		close(fds[0]);
		close(fds[1]);
		charge_end(&charge);
		return -ENOMEM;
	}
	stream->charge = charge;
	stream->fd = fds[0];
	stream->attr =
		(AttrStream){ .session = call->session, .notify = notify, .value = on_value, .end = on_end };
	r = sd_event_add_io(call->service->event, &stream->io, stream->fd,
			    notify ? EPOLLRDHUP : EPOLLIN | EPOLLRDHUP, on_io, stream);
	if (r >= 0)
		r = attr_add_stream(attr, &stream->attr, &call->op, reason);
	if (r < 0 || r > 1) {
		close(fds[1]);
		stream_free(stream);
		return r;
	}
	*ret = stream;
	*ret_fd = fds[1];
	return r;
}

static int reply_fd(Call *call, int fd, const Attr *attr)
{
	int r = sd_bus_reply_method_return(call->message, "hq", fd, (int)mtu_of(attr));

	close(fd);
	return r < 0 ? -ECOMM : 0;
}

static void on_acquired(OpWait *wait, int error, const Reason *reason, GBytes *value UNUSED)
{
	Call *call = (Call *)(void *)((char *)wait - offsetof(Call, op));
	const Attr *attr = NULL;
	int fd = call->fd;
	Path path = path_parse(sd_bus_message_get_path(call->message));

	call->fd = -1;
	if (error == 0)
		attr = object_attr(call->service, &path);
	if (attr)
		error = reply_fd(call, fd, attr);
	else
		close(fd);
	call_finish(call, error != 0 || attr ? error : E_DOES_NOT_EXIST, reason);
}

static int acquire(Call *call, Attr *attr, bool notify, Reason *reason)
{
	static const Option none[] = { { 0 } };
	Stream *stream = NULL;
	int fd = -1, r;

	r = options_read(call->message, none, NULL, reason);
	if (r == 0)
		r = call_keep(call, reason);
	if (r != 0)
		return r;
	call->op.done = on_acquired;
	r = stream_new(call, attr, notify, &stream, &fd, reason);
	if (r == 0)
		return reply_fd(call, fd, attr);
	if (r != 1 || !stream)
		return r;
	call->fd = fd;
	return CALL_DEFERRED;
}

int stream_acquire_notify(Call *call, void *attr, Reason *reason)
{
	return acquire(call, attr, true, reason);
}

int stream_acquire_write(Call *call, void *attr, Reason *reason)
{
	return acquire(call, attr, false, reason);
}
