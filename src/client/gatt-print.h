/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The GATT tree of a device, printed. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "client/gatt.h"
#include "client/json.h"

/* A line an attribute, indented by its place, with the value that was read from it or why it was not. */
void gatt_print(GString *out, const GPtrArray *tree, bool colour);

/* An array of services, each with its characteristics, each with its descriptors. */
void gatt_print_json(Json *json, const GPtrArray *tree);

/* The members "handle", "uuid" and "name" of the object that is open. */
void gatt_print_attr_json(Json *json, const GattAttr *attr);
