/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One program of a load: how it gets its reports, and what it got. */
#pragma once

#include "load.h"

typedef enum LoadKind {
	LOAD_FEW, /* reads now and then the little that passes its filter */
	LOAD_READ,
	LOAD_SIGNAL,
	LOAD_OVERFLOW,
	LOAD_STREAM,
} LoadKind;

typedef struct Program {
	LoadKind kind;
	bool drops_newest;
	Client *client;
	char *path;
	guint timer;
	guint subscription;
	guint watch; /* of fd */
	int fd;
	GCancellable *ended;
	bool asking;
	uint64_t received;
	uint64_t messages;
} Program;

Program *program_new(World *world, unsigned int index, LoadMix mix);
void program_free(void *program);
/* Stops reading now and then, and reads once more, without waiting. */
void program_read_last(Program *program);
