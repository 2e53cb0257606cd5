/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The desired scan of a radio, and the names of the modes in which it scans. */
#pragma once

#include <stdbool.h>

#include "core/broker.h"
#include "core/radio.h"
#include "util/macros.h"

/* What sessions, links and services together want of the radio's scan now. */
DesiredScan desired_scan(const Radio *radio);
bool desired_scan_equal(const DesiredScan *a, const DesiredScan *b);

/* In the contract's words (Adapter1.ScanMode). */
const char *scan_mode_name(ScanMode mode);
