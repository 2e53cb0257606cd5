/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dictionary of Session1.SetAdvertisement. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/advert.h"
#include "util/error.h"

/* Reads the a{sv} that comes next. E_INVALID_ARGUMENTS, negative errno. */
int advert_options_read(sd_bus_message *m, AdvertData *ret, Reason *reason);
