/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decoded AD structures in words: for people on one line, for programs as JSON. */
#pragma once

#include <glib.h>

#include "client/json.h"
#include "meaning/decode.h"

/* Appends what the structure says, without the name of its type. Fit for a terminal. */
void describe_field(GString *out, const Decoded *decoded);

/* Writes one object: type, type_name, data (hex), and what the kind holds. */
void describe_field_json(Json *json, const Decoded *decoded);

/* Writes an array of such objects. */
void describe_data_json(Json *json, const uint8_t *data, size_t length);

/* Appends what a whole advertisement says beyond name and flags, on one line, the most telling first: manufacturer and
 * service data, services, then the rest. May append nothing. */
void describe_summary(GString *out, const uint8_t *data, size_t length);

/* Appends the names of the Flags that are set. */
void describe_flags(GString *out, uint8_t flags);

/* Appends a UUID as short as it can be said, with the service's name where it is known: "0x180d Heart Rate". */
void describe_uuid(GString *out, const Uuid *uuid);
