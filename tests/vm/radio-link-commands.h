/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The HCI commands about links that an emulated controller knows. */

#include "radio-hci.h"

extern const Command link_commands[];
extern const size_t n_link_commands;
