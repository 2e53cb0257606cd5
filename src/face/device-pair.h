/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device1.Pair and CancelPairing. */
#pragma once

#include "face/iface.h"

int device_pair(Request *request);
int device_cancel_pairing(Request *request);
