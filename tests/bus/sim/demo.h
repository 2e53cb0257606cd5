/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A handful of believable advertisers, for people without a radio. */
#pragma once

#include "request.h"

void demo_start(Language *language);
