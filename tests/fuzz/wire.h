/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a message that came over a bus, which hands on what is well-formed, and no less hostile for that. */
#pragma once

#include <stdint.h>
#include <systemd/sd-bus.h>

/* A signal whose body is these bytes, of that signature. NULL: no bus hands that on. To be unreferenced. */
sd_bus_message *wire_message(const char *signature, const uint8_t *body, size_t size);
