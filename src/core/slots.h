/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many links a radio has, and in what state: for its slots (MaxLinks), and for what is wanted of its
 * scan. */
#pragma once

#include "core/radio.h"

unsigned slots_used(const Radio *radio);	/* slots */
unsigned slots_seeking(const Radio *radio);
unsigned slots_connecting(const Radio *radio);	/* without a link yet */
