/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications to a central. */
#pragma once

#include "serve-bed.h"

void serve_measure_notifications(ServeBed *bed);
