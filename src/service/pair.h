/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connection1.Pair and RespondPairing. */
#pragma once

#include "service/call.h"

int pair_begin(Call *call, void *link, Reason *reason);
int pair_respond(Call *call, void *link, Reason *reason);
