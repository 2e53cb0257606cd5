/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What AD structures say: in words for people, as JSON for programs. */
#pragma once

#include <glib.h>

#include "client/fact.h"
#include "meaning/decode.h"

/*
 * What the structure says. To people: on the line that is begun, without the name of its type. To programs:
 * an object with type, type_name, data (hex), and what the kind holds; the keys are the same wherever a
 * structure is shown.
 */
void describe_structure(const FactWriter *writer, const Decoded *decoded);

/* Each structure of the data, of that type or, with -1, of any: for people a line with its type, for programs
 * an element of the array that is open. Returns how many. */
unsigned describe_structures(const FactWriter *writer, const uint8_t *data, size_t length, int type);

/* Writes an array of such objects. */
void describe_json(Json *json, const uint8_t *data, size_t length);

/* Appends what a whole advertisement says beyond name and flags, on one line, the most telling first:
 * manufacturer and service data, services, then the rest. May append nothing. */
void describe_summary(GString *out, const uint8_t *data, size_t length);
