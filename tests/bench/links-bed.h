/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is measured of links: a peripheral, a link to it that the daemon holds open throughout, and
 * two ways to it, through the daemon and straight to BlueZ. */
#pragma once

#include <stdint.h>

#include "bench.h"
#include "figures.h"

#define LINKS_PEER "bench"
#define LINKS_ADDRESS "C1:00:00:00:00:BE" /* random */
/* Handles of its characteristics */
#define LINKS_SMALL "0011" /* 20 bytes: read, write */
#define LINKS_LONG "0013" /* 512 bytes: read */
#define LINKS_NOTIFY "0015" /* 20 bytes: notify */
#define LINKS_SMALL_LENGTH 20
#define LINKS_LONG_LENGTH 512

typedef enum Way {
	WAY_BROKER,
	WAY_BLUEZ,
	_WAY_MAX,
} Way;

typedef enum Process {
	PROCESS_DAEMON,
	PROCESS_BUS,
	PROCESS_BLUEZ,
	PROCESS_PROGRAMS, /* all of them: this one */
	_PROCESS_MAX,
} Process;

extern const char *const way_names[_WAY_MAX];
extern const char *const process_names[_PROCESS_MAX];

typedef struct Bed {
	World *world;
	Figures *figures;
	unsigned int seconds; /* of each measurement */
	pid_t pids[_PROCESS_MAX];
	char *roots[_WAY_MAX]; /* paths of the peripheral's object */
	Client *holder;
} Bed;

Bed *bed_new(unsigned int seconds);
Bed *bed_free(Bed *bed);

/* A program that may use the peripheral this way: through the daemon with a session of its own that
 * holds the link. client_free ends it. */
Client *bed_add_program(Bed *bed, Way way);
char *bed_path(const Bed *bed, Way way, const char *handle); /* of a characteristic */
const char *bed_iface(Way way);

/* CPU seconds so far, by process. */
void bed_get_cpu(const Bed *bed, double cpu[static _PROCESS_MAX]);
/* "counts" of the peripheral: "reads", "writes". */
unsigned int bed_count(const Bed *bed, const char *handle, const char *what);
/* Waits until the peripheral has (no) subscriber. */
void bed_wait_subscribed(Bed *bed, bool subscribed);
/* Milliseconds after which the peripheral answers. */
void bed_set_latency(Bed *bed, unsigned int ms);
