/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of Session1.Init and Manager1.OpenSession. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/session.h"
#include "util/error.h"

#define PIN_MAX 999999

/* Reads the a{sv} that stands next. E_INVALID_ARGUMENTS, E_NOT_SUPPORTED, negative errno. */
int init_options_read(sd_bus_message *m, InitOptions *ret, Reason *reason);
