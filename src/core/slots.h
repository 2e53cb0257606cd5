/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many links a radio has in certain states: for its slots (MaxLinks), and for its desired scan. */
#pragma once

#include "core/radio.h"

unsigned slots_used(const Radio *radio);	/* links that have a slot */
unsigned slots_seeking(const Radio *radio);
unsigned slots_connecting(const Radio *radio);	/* attempts that have not connected yet */
