/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GATT tree of a device, printed. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/gatt.h"
#include "client/json.h"

/* Appends a line for each attribute, indented by its depth, with the value read from it or why reading
 * failed. */
void gatt_print(GString *out, const GPtrArray *tree, bool colour);

/* Writes an array of services, each with its characteristics, each with its descriptors. */
void gatt_print_json(Json *json, const GPtrArray *tree);

/* Writes the members "handle", "uuid" and "name" into the object that is open. */
void gatt_print_attr_json(Json *json, const GattAttr *attr);
