/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertising reports for the tests that need some. */
#pragma once

#include "core/devices.h"
#include "core/report.h"
#include "core/ring.h"

/* Of a report with nothing told but its data, from C0:00:00:00:HH:LL with HHLL = number. */
ReportInfo report_info(uint16_t number, const void *data, size_t length);

Report *report_make(const ReportInfo *info);

/* It is noted; it is put in, false: and thrown away. */
void report_note(Devices *devices, const ReportInfo *info);
bool report_push(Ring *ring, const ReportInfo *info);
