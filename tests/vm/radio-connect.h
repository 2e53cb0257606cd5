/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The HCI commands by which a host connects. */

#include "radio-hci.h"

extern const Command connect_commands[];
extern const size_t n_connect_commands;

/* Begins to connect, and answers the command. extended: the host expects the longer event. */
void initiation_begin(Controller *controller, const Command *command, const le_create_connection_cp *set,
		      bool extended);
