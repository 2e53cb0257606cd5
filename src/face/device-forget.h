/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adapter1's RemoveDevice. */
#pragma once

#include "face/iface.h"

int device_forget(Request *request);
