/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The air-control protocol: one request line, one reply line. What the requests are stands in HELP
 * of commands.c. */
#pragma once

#include "stack.h"

typedef struct Sim {
	Air *air;
	Faults *faults;
	StackOptions options;
	Stack *stack; /* NULL: bluetoothd is away */
	bool quit; /* asked for */
} Sim;

extern const char commands_help[];

/* Returns the reply without its line end: "ok", "ok TEXT" or "error TEXT". */
char *command_run(Sim *sim, const char *line);
