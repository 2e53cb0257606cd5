/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session1.Forget and Adapter1.GetBonds. */
#pragma once

#include "service/call.h"

int forget_device(Call *call, Session *session, Reason *reason);
int get_bonds(Call *call, void *radio, Reason *reason);
