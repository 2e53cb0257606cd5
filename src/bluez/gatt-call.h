/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls on bluetoothd's GATT objects: one at a time for each attribute. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "core/attr-op.h"

typedef struct Bluez Bluez;

/* RadioOps (core/ops.h), called by core. */
void gatt_call_start(void *userdata, AttrOp *op);
void gatt_call_forget(void *userdata, AttrOp *op);

/*
 * bluetoothd signals what a read gave just before it answers, exactly like a notification: only the answer
 * tells which of the two a value is. True: a read is under way, and the value is held until its answer.
 */
bool gatt_call_hold_value(Attr *attr, GBytes *value);
