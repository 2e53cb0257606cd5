/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For wire.c: how it reads. */
#pragma once

#include <time.h>

#include "face/wire.h"

/* Handles the next message, or reads what is there of it. As sd_bus_process; *more: whether another may be
 * there. */
int wire_step(Wire *wire, bool *more);
/* CLOCK_MONOTONIC, or the time that the processor has worked for us. Microseconds. */
uint64_t wire_now(clockid_t clock);
