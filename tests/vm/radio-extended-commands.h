/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Scanning and connecting by the commands of controllers with extended advertising. */

#include "radio-hci.h"

extern const Command extended_commands[];
extern const size_t n_extended_commands;

/* Sends a legacy advertisement in the form that such a host expects. */
int extended_report_send(Controller *controller, const Report *report);
