/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RemoteCharacteristic1: pipes between programs and characteristics. */
#include "service/attr-stream.h"

#include "bus/attr-pipe.h"
#include "service/objects.h"
#include "bus/options.h"
#include "service/path.h"
#include "service/service.h"
#include "util/fd.h"

static void on_acquired(Wait *wait, int error, const Reason *reason)
{
	Call *call = CONTAINER_OF(wait, Call, wait);
	const Path path = path_parse(sd_bus_message_get_path(call->message));
	const Attr *attr = object_attr(call->service, &path);

	if (error == 0)
		error = attr ? call_reply(call, "hq", call->fd, (int)attr_pipe_mtu(attr)) : E_DOES_NOT_EXIST;
	call_finish(call, error, reason);
}

static int acquire(Call *call, Attr *attr, bool notify, Reason *reason)
{
	static const Option none[] = { { 0 } };
	CLEANUP(fd_closep) int fd = -1;
	int r;

	r = options_read(call->message, none, NULL, reason);
	if (r == 0)
		r = call_keep(call, reason);
	if (r != 0)
		return r;
	call_wait(call, on_acquired);
	r = attr_pipe_open(call->service->event, attr, call->session, notify, &call->op, NULL, &fd,
			   reason);
	if (r == 0)
		return call_reply(call, "hq", fd, (int)attr_pipe_mtu(attr));
	if (r != 1)
		return r;
	call->fd = fd_steal(&fd);
	return CALL_DEFERRED;
}

int attr_stream_acquire_notify(Call *call, void *attr, Reason *reason)
{
	return acquire(call, attr, true, reason);
}

int attr_stream_acquire_write(Call *call, void *attr, Reason *reason)
{
	return acquire(call, attr, false, reason);
}
