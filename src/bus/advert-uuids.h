/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key service_uuid of Session1.SetAdvertisement: one UUID in any form, or an array of them. */
#pragma once

#include <systemd/sd-bus.h>

#include "util/error.h"

/* An Option's read, whose data is an AdvertData. */
int advert_uuids_read(sd_bus_message *m, void *data, Reason *reason);
