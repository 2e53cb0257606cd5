/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command is answered with where it did not do what it was to. */
#pragma once

#include <systemd/sd-bus.h>

#include "util/error.h"

/* Why a command did not do what it was to: the last part of the daemon's error name, and a sentence. */
typedef struct Failure {
	const char *name;
	const char *words;
} Failure;

/* From an Outcome or errno, and what was said of it. */
Failure failure_of(int error, const Reason *reason);
/* From what a call of the daemon was answered with. */
Failure failure_of_bus(const sd_bus_error *error);
