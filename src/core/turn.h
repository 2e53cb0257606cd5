/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which link of a radio is connected next. Links are connected one after the other, because some controllers
 * fail at two at once, and an attempt may take 40 s: a device that does not answer must not keep the others
 * waiting for so long. So an attempt that has not connected after a slice of time gives way to the links that
 * wait, and has its next turn when they have had theirs; and no user has two turns while another waits
 * (core/rota.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/broker.h"
#include "meaning/addr.h"

/* Begins the next attempt, or has one give way, if it is time; whether something changed. */
bool turns_settle(Radio *radio, uint64_t now);
/* When an attempt has to give way; USEC_NEVER: none has to. */
uint64_t turns_due(const Radio *radio, uint64_t now);
