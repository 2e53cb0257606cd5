/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running another program beside a benchmark: load-peer (see there), unless it is told which. */
#pragma once

#include "child.h"
#include "world.h"

typedef struct Peer {
	Child child;
	char *log;
} Peer;

/* role: "probe" or "listen". Returns when it is ready. */
void peer_start(Peer *peer, World *world, const char *role);
/* Another program, with the same arguments. */
void peer_start_program(Peer *peer, World *world, const char *program, const char *role);
/* The same on another bus than the world's: its address. */
void peer_start_on(Peer *peer, World *world, const char *program, const char *role, const char *bus);
/* What it says at its end, "NAME=VALUE …"; to be freed. */
char *peer_end(Peer *peer);
/* One of these values; the test fails if there is none. */
double peer_figure(const char *said, const char *name);
