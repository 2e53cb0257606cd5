/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dictionary of Session1.SetAdvertisementParams. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/advert.h"
#include "util/error.h"

/* Reads the a{sv} that comes next. E_INVALID_ARGUMENTS, E_NOT_SUPPORTED, negative errno. */
int advert_params_read(sd_bus_message *m, AdvertParams *ret, Reason *reason);
