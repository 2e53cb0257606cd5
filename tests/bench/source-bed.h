/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs get of a storm of advertisements, and what it costs: one measurement. In the guest, where the
 * radio, bluetoothd, the bus, the daemon and the programs share one CPU, so that figures mean something only
 * against each other. */
#pragma once

#include "bench.h"

#define SOURCE_RATE_TOP 100000 /* reports/s, more than can be */
#define SOURCE_PROGRAMS_MAX 16

typedef struct SourceWay {
	const char *name, *label;
	const char *program, *argument; /* of the bench; its first argument, the second is the bus */
	const char *config; /* of the daemon; NULL: without it */
	const char *source; /* what Adapter1.Source is to say; NULL: whatever */
	bool face; /* the bus is the daemon's socket, on which it is org.bluez */
	unsigned int programs; /* that many of it at once */
	const char *const *arguments; /* one a program, instead of argument; or NULL */
} SourceWay;

typedef enum SourceProcess {
	SOURCE_PROGRAM, /* all of them */
	SOURCE_DAEMON,
	SOURCE_BLUEZ,
	SOURCE_BUS,
	_SOURCE_PROCESS_MAX,
} SourceProcess;

typedef struct SourceUse {
	double cpu[_SOURCE_PROCESS_MAX]; /* seconds */
	double sum;
} SourceUse;

typedef struct SourceRow {
	const SourceWay *way;
	unsigned int advertisers, seconds;
	unsigned int rate; /* asked for; SOURCE_RATE_TOP: as many as it can take */
	double took; /* seconds */
	unsigned int sent, received; /* received: by all programs together */
	unsigned int seen; /* of those that bleak received: how many were not the same again */
	/* losses that the daemon tells of: in the monitor's socket, in the FIFO */
	unsigned int overrun, dropped;
	SourceUse use;
} SourceRow;

/* way, advertisers, seconds and rate are given, and what is measured is added to the rest. Has a new radio
 * and a new bluetoothd. */
void source_measure(SourceRow *row);
/* What a command prints, without white space around it; NULL: it fails. To be freed. */
char *source_version(const char *command);
/* The versions of kernel and bluetoothd, and where this runs. */
void source_print_system(void);
/* A row's columns of CPU: four processes and their sum; and their heads. */
void source_print_cpu_head(void);
void source_print_cpu(const SourceRow *row);
