/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications of one characteristic to many programs. What is "lost to all alike" was lost before
 * BlueZ told anybody: a bluetoothd that gets no CPU lets the kernel drop them. */
#pragma once

#include "links-bed.h"

/* How the programs get them. */
typedef enum Fanout {
	FANOUT_SIGNAL, /* bluebrokerd: Callback */
	FANOUT_FD, /* bluebrokerd: AcquireNotify */
	FANOUT_BLUEZ, /* straight: StartNotify */
	FANOUT_BLUEZ_FD, /* straight: AcquireNotify, which only one program can have */
	_FANOUT_MAX,
} Fanout;

/* interval_ms 0: in bursts, each when all have got the one before. Values are counted by the running number in them. */
void links_measure_fanout(Bed *bed, Fanout fanout, unsigned int subscribers, unsigned int interval_ms);
