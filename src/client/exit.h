/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exit codes of bluebrokerctl; `bluebrokerctl --help` and the manual page list the same table. */
#pragma once

typedef enum ExitCode {
	EXIT_DONE = 0,		/* done; so is a scan that Ctrl-C or SIGTERM ended, if it heard something */
	EXIT_FAILED = 1,	/* the daemon refused, or something else went wrong */
	EXIT_USAGE = 2,		/* the command line or a file is not valid; a name or a UUID is not unique */
	EXIT_NO_DAEMON = 3,	/* the bus or the daemon is not reachable, or went away */
	EXIT_NO_RADIO = 4,	/* no such radio, or it is not ready (off, blocked, bluetoothd not running) */
	EXIT_NOTHING = 5,	/* no report, device, structure, attribute, notification, link or client */
	EXIT_UNREACHABLE = 6,	/* the device was not heard, refused, did not answer in time, or was lost */
	/* of batch alone: EXIT_BATCH + N, where the Nth command failed first, at most EXIT_BATCH_MAX */
	EXIT_BATCH = 10,
	EXIT_BATCH_MAX = 110,
	/* of run alone: what a shell says of a command that it cannot start */
	EXIT_NOT_EXECUTABLE = 126,
	EXIT_NOT_FOUND = 127,
} ExitCode;

#define EXIT_CODES_HELP								\
	"Exit codes:\n"								\
	"  0  done\n"								\
	"  1  failed: the daemon refused, or something else went wrong\n"	\
	"  2  the command line or a file is not valid, or a name or a UUID is not unique\n"	\
	"  3  the bus or the daemon is not reachable, or went away\n"		\
	"  4  no such radio, or the radio is not ready\n"			\
	"  5  nothing found: no report, device, structure, attribute, notification, link, client\n"	\
	"  6  the device was not heard, refused, did not answer in time, or its link was lost\n"	\
	"  10 + N  batch: the Nth command was the first that failed (110: the 100th, or a later one)\n"
