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

/* The reply has no line end: "ok", "ok TEXT" or "error TEXT". It may come at once. */
void command_start(Sim *sim, const char *line, const Answer *answer);
/* For requests whose reply comes at once. */
char *command_run(Sim *sim, const char *line);
