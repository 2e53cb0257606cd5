/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The simulated BlueZ behind the radios of the air. It can leave and come back; the rest outlives it. */
#pragma once

#include "request.h"
#include "stack.h"
#include "store.h"

typedef struct Sim {
	Air air;
	Faults *faults;
	StackOptions options;
	Stack *stack; /* NULL: bluetoothd is away */
	Store *store; /* its disk */
	unsigned int connect_ms, att_ms; /* how long bluetoothd has patience */
	GSource *clocks[3];
} Sim;

extern const char sim_help[];
extern const Verb sim_verbs[]; /* what only the simulated BlueZ can be asked for */
extern const Verb *const verbs[]; /* all of them */

void sim_init(Sim *sim);
void sim_deinit(Sim *sim);

static inline Sim *air_sim(const Air *air)
{
	return air->backend;
}
