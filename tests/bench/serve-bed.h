/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is measured of a GATT server: centrals that use the same characteristic in several ways, through the daemon and
 * straight from programs registered at BlueZ, all of which stand side by side. */
#pragma once

#include "bench.h"
#include "figures.h"
#include "peer.h"

#define SERVE_CENTRALS 4

typedef enum ServeWay {
	SERVE_WAY_BLUEZ, /* BlueZ answers by itself, without any program: what measuring costs */
	SERVE_WAY_STORED, /* the daemon answers */
	SERVE_WAY_BROKER_SDBUS, /* a program answers through the daemon */
	SERVE_WAY_BROKER_GDBUS,
	SERVE_WAY_SDBUS, /* a program answers */
	SERVE_WAY_GDBUS,
	_SERVE_WAY_MAX,
} ServeWay;

typedef enum ServeProcess {
	SERVE_DAEMON_PROCESS,
	SERVE_PROGRAM,
	SERVE_BUS,
	SERVE_BLUEZ,
	_SERVE_PROCESS_MAX,
} ServeProcess;

extern const char *const serve_way_names[_SERVE_WAY_MAX];
extern const char *const serve_process_names[_SERVE_PROCESS_MAX];

/* One request line to the air at a time; a plain socket, so that measuring costs little. */
typedef struct Central {
	unsigned int number;
	int fd;
	char answer[256];
	size_t got;
	int64_t asked; /* us */
} Central;

typedef struct ServeBed {
	World *world;
	Figures *figures;
	unsigned int seconds; /* of each measurement */
	Client *advertiser;
	Peer peers[_SERVE_WAY_MAX]; /* child.pid 0: nobody */
	char *handles[_SERVE_WAY_MAX]; /* of the characteristic's value, as the centrals see it */
	pid_t pids[_SERVE_PROCESS_MAX]; /* but for the programs */
	Central centrals[SERVE_CENTRALS];
} ServeBed;

ServeBed *serve_bed_new(unsigned int seconds);
ServeBed *serve_bed_free(ServeBed *bed);

/* CPU seconds so far, by process; the program is the one of this way. */
void serve_bed_get_cpu(const ServeBed *bed, ServeWay way, double cpu[static _SERVE_PROCESS_MAX]);

/* "VERB NAME ARGUMENTS" of the centrals' protocol. */
void central_ask(Central *central, const char *verb, const char *arguments);
/* Takes what has come. True: the answer is complete; it has to be a good one. */
bool central_answered(Central *central);
