/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the simulated BlueZ can be asked for by air control. */
#pragma once

#include "request.h"
#include "stack.h"

typedef struct Sim {
	Air *air;
	Faults *faults;
	StackOptions options;
	Stack *stack; /* NULL: bluetoothd is away */
} Sim;

extern const char commands_help[];
extern const Verb *const verbs[]; /* all of them */
/* Those that are about peripherals; about centrals, and what is on air. */
extern const Verb peer_verbs[];
extern const Verb central_verbs[];

/* A radio that is plugged in, or all. */
bool parse_target(Request *request, const char *word, uint64_t *ret);
