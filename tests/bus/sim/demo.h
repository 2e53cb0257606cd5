/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A handful of believable advertisers, for people without a radio. */
#pragma once

#include "commands.h"

void demo_start(Sim *sim);
