/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bluetoothd itself: the name on the bus and its tree, over the radios of the air. It can leave and
 * come back. */
#pragma once

#include "air.h"
#include "bus.h"

typedef struct Stack Stack;

typedef struct StackOptions {
	bool experimental;
	unsigned int temporary_ms;
	void (*crash)(void *data); /* it has to be freed, once the main loop runs again */
	void *crash_data;
} StackOptions;

/* NULL: no bus, or the name is taken; says so on standard error. */
Stack *stack_new(Air *air, Faults *faults, const StackOptions *options);
/* The adapters show up a moment after the name, or at this call. */
void stack_find(Stack *stack);
/* Leaves the bus as a killed bluetoothd does. */
Stack *stack_free(Stack *stack);

void stack_plugged(Stack *stack, Radio *radio);
void stack_unplugged(Stack *stack, const Radio *radio); /* while the radio still exists */
