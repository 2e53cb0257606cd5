/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The HCI commands by which a host advertises: the legacy ones, and those of controllers with
 * extended advertising sets. */

#include "radio-hci.h"

extern const Command advert_commands[];
extern const size_t n_advert_commands;
/* of a controller with sets only */
extern const Command advert_set_commands[];
extern const size_t n_advert_set_commands;

/* Ends what has a time to end. Returns when to be called again. */
uint64_t advert_run(Controller *controller, uint64_t now);
/* A set has ended, by itself or with a connection: tells the host. */
void advert_terminated(Controller *controller, const AdvertSet *set, uint8_t status, uint16_t link);
