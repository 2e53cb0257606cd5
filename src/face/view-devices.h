/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a view that is its devices; what others need of them is in face/view.h. */
#pragma once

#include "face/view.h"

void view_devices_init(View *view);
void view_devices_free(View *view);
/* Tells the program what is new of devices, as long as it reads. */
void view_tell_devices(View *view);
