/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dictionaries of Session1.SetAdvertisement and SetAdvertisementParams. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/advert.h"
#include "util/error.h"

int advert_options_read(sd_bus_message *m, AdvertData *ret, Reason *reason);
int advert_params_read(sd_bus_message *m, AdvertParams *ret, Reason *reason);
