/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose turn it is to be connected. One link of a radio is connected after the other, because some
 * controllers fail at two at once, and bluetoothd tries for 40 s: a device that does not answer must not keep
 * the others waiting. So an attempt that has come to nothing yet gives way, after a slice, to those who wait;
 * and whatever was tried in vain has its next turn when all others have had theirs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "meaning/addr.h"

/* Goes on with the queue of the radio; whether something changed. */
bool turns_settle(Radio *radio, uint64_t now);
/* When an attempt has to give way. */
uint64_t turns_due(const Radio *radio, uint64_t now);
