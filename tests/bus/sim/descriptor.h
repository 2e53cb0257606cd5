/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A GattDescriptor1 object. */
#pragma once

#include "gatt.h"

typedef struct Descriptor Descriptor;

/* characteristic_path outlives it. */
Descriptor *descriptor_new(Gatt *gatt, const char *characteristic_path, const Attr *attr);
Descriptor *descriptor_free(Descriptor *descriptor, bool silently);
