/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dictionary of Session1.SetAdvertisement. */
#pragma once

#include <systemd/sd-bus.h>

#include "core/advert.h"
#include "util/error.h"

/* Reads the a{sv} that comes next. E_INVALID_ARGUMENTS, negative errno. */
int advert_options_read(sd_bus_message *m, AdvertData *ret, Reason *reason);

/* Readers of single values, as of an Option; userdata is the AdvertData. Those of manufacturer and service
 * data stand in front of the variant. */
int advert_read_name(sd_bus_message *m, void *userdata, Reason *reason);
int advert_read_manufacturer(sd_bus_message *m, void *userdata, Reason *reason);
int advert_read_service_data(sd_bus_message *m, void *userdata, Reason *reason);
int advert_read_appearance(sd_bus_message *m, void *userdata, Reason *reason);
int advert_read_tx_power(sd_bus_message *m, void *userdata, Reason *reason);
