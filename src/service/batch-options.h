/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys batch_ms and batch_max of several dictionaries. */
#pragma once

#include <stdint.h>
#include <systemd/sd-bus.h>

#include "util/error.h"

/* Read the value that comes next. E_INVALID_ARGUMENTS: out of range; negative errno. */
int batch_options_read_ms(sd_bus_message *m, uint32_t *ret, Reason *reason);
int batch_options_read_max(sd_bus_message *m, uint32_t *ret, Reason *reason);
