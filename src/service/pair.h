/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connection1.Pair and RespondPairing. */
#pragma once

#include "service/call.h"

int pair_link(Call *call, void *link, Reason *reason);
int respond_pairing(Call *call, void *link, Reason *reason);
