/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The requests about what a radio itself has on air, and about centrals that connect to it. */

#include "radio-commands.h"

extern const Verb central_verbs[];
