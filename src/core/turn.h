/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose turn it is to be connected. One link of a radio is connected after the other, because some controllers fail at two
 * at once, and bluetoothd tries for 40 s: a device that does not answer must not keep the others waiting. So an attempt
 * that has come to nothing yet gives way, after a slice, to those who wait; and whatever was tried in vain has its next turn
 * when all others have had theirs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "meaning/addr.h"

/* Devices of a radio that were tried in vain, so that they stand at the end of the queue whoever asks for them next. */
#define ABSENT_MAX 64

typedef struct Absent {
	Addr addr;
	uint64_t tried_at;	/* 0: no entry */
	unsigned failures;	/* in a row */
} Absent;

/* Goes on with the queue of the radio; whether something changed. */
bool turns_settle(Radio *radio, uint64_t now);
/* When an attempt has to give way. */
uint64_t turns_due(const Radio *radio, uint64_t now);

/* An attempt came to nothing, and nobody who waited for it waits any more; it came about. */
void link_failed(Link *link, uint64_t now);
void link_succeeded(Link *link);
/* What is remembered of a new link's device. */
void link_recall(Link *link, uint64_t now);
