/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wanted of a radio's scan, and how it scans then. */
#pragma once

#include <stdbool.h>

#include "core/broker.h"
#include "core/radio.h"
#include "util/macros.h"

/* What is wanted now. */
DesiredScan desired_scan(const Radio *radio);
bool desired_scan_equal(const DesiredScan *a, const DesiredScan *b);

/* In the contract's words (Adapter1.ScanMode). */
const char *scan_mode_name(ScanMode mode);
