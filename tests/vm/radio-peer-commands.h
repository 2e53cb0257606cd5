/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The requests about peripherals. */

#include "radio-commands.h"

extern const Verb peer_verbs[];
