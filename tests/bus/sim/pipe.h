/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd's end of the socket that AcquireNotify and AcquireWrite hand out. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct Pipe Pipe;

typedef struct PipeOps {
	void (*heard)(void *owner, const uint8_t *value, size_t len);
	void (*closed)(void *owner); /* by the program; the owner frees the pipe */
} PipeOps;

/* *ret_fd: the program's end, the caller's to close. NULL: no more descriptors. */
Pipe *pipe_new(const PipeOps *ops, void *owner, int *ret_fd);
Pipe *pipe_free(Pipe *pipe);
/* What finds the socket full is lost, as in bluetoothd. */
void pipe_send(Pipe *pipe, const uint8_t *value, size_t len);
