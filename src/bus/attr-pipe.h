/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pipes between programs and characteristics: a program's own, with what is shared behind it. */
#pragma once

#include <systemd/sd-event.h>

#include "core/attr.h"
#include "util/error.h"

/* Who wants to know that the pipe has ended. attr: NULL where it is gone. */
typedef struct AttrPipeEvents {
	void (*ended)(void *userdata, Attr *attr, bool notify);
	void *userdata;
} AttrPipeEvents;

/*
 * A pipe for notifications, or else for write commands, charged to the session's user. Its life is core's
 * from then on: it ends when the program closes its end, the session lets go of the link, or the
 * characteristic goes. events may be NULL. *ret_fd: the program's end. 0, 1 or an error as of
 * listener_add_stream.
 */
int attr_pipe_open(sd_event *event, Attr *attr, Session *session, bool notify, OpWait *wait,
		   const AttrPipeEvents *events, int *ret_fd, Reason *reason);
uint16_t attr_pipe_mtu(const Attr *attr);	/* bytes; 23 where it is not known */
