/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What AD structures say: in words for people, as JSON for programs. */
#pragma once

#include <glib.h>

#include "client/fact.h"
#include "meaning/decode.h"

/*
 * Writes what the structure says. For people: on the line that has been begun, without the name of the type.
 * For programs: an object with type, type_name, data (hex), and what the kind holds; the keys are the same
 * wherever a structure is shown.
 */
void describe_structure(const FactWriter *writer, const Decoded *decoded);

/* Writes the structures of the data that have that type (-1: all): for people a line with the type for
 * each, for programs an element each of the array that is open. Returns how many. */
unsigned describe_structures(const FactWriter *writer, const uint8_t *data, size_t length, int type);

/* Writes an array with the object of describe_structure() for each structure of the data. */
void describe_json(Json *json, const uint8_t *data, size_t length);

/* Appends what a whole advertisement says beyond name and flags, on one line, the most telling first:
 * manufacturer and service data, services, then the rest. May append nothing. */
void describe_summary(GString *out, const uint8_t *data, size_t length);
